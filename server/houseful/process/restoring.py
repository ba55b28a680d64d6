"""`houseful backup` and `houseful restore`: one file out, and that file back in good order.

A restore refuses while a server runs and where sales would be lost unasked, puts the database in
place without what lay beside the old one, gives it a history of its own, and empties Redis, whose
holds and versions belong to the sales that are gone.
"""

from __future__ import annotations

import asyncio
import os
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from houseful.data_directory import FILE_MODE
from houseful.domain.errors import ConfigurationError, Unavailable
from houseful.ledger.catalog import events
from houseful.ledger.upkeep import backup as ledger_backup
from houseful.ledger.upkeep import history, workers
from houseful.redis.connection import connect, settled
from houseful.settings import Settings, revealed
from houseful.sql.database import URL, Database, Session
from houseful.store import histories
from houseful.valkey.embedded import EmbeddedValkey

SECRET: Final = "signing-secret"  # noqa: S105 - a file's name
SILENT_MS: Final = 10_000
"""Servers beat each second; one that was killed is not waited for longer."""


def back_up(chosen: Settings, file: Path) -> dict[str, Any]:
    """Write everything that a restore needs into `file`; servers may go on meanwhile."""
    if file.exists():
        raise ConfigurationError(f"{file} exists; choose another name")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as made:
        directory = Path(made)
        manifest = ledger_backup.dump(url_of(chosen), directory)
        secret = chosen.data_dir / SECRET
        if secret.exists():
            (directory / SECRET).write_bytes(secret.read_bytes())
        draft = directory.with_suffix(".tar")
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, FILE_MODE)
        with os.fdopen(handle, "wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
            for part in sorted(directory.iterdir()):
                tar.add(part, part.name)
        draft.rename(file)
    return manifest


def restore(chosen: Settings, file: Path, *, replace: bool) -> int:
    """Put `file` in place; returns how many keys of Redis were emptied. Raises ConfigurationError."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=file.parent)))
        try:
            with tarfile.open(file) as tar:
                tar.extractall(directory, filter="data")
        except (OSError, tarfile.TarError):
            raise ConfigurationError(
                f"expected a file that `houseful backup` wrote: {file}"
            ) from None
        ledger_backup.manifest_of(directory)
        redis_url = stack.enter_context(_redis(chosen))
        asyncio.run(_require_free(chosen, replace=replace))
        _restore_secret(chosen, directory / SECRET)
        ledger_backup.load(url_of(chosen), directory)
        return asyncio.run(_begin_anew(chosen, redis_url))


def adopt(chosen: Settings) -> int:
    """Take the database as it lies there, restored by other means: a new history, an empty Redis."""
    with _redis(chosen) as redis_url:
        asyncio.run(_require_free(chosen, replace=True))
        return asyncio.run(_begin_anew(chosen, redis_url))


@contextmanager
def _redis(chosen: Settings) -> Iterator[str]:
    """The URL to empty: the embedded Valkey, started for it and refused while a server has it."""
    if chosen.redis_url is not None:
        yield revealed(chosen.redis_url)
        return
    with EmbeddedValkey(chosen.data_dir) as embedded:
        yield embedded.url


def url_of(chosen: Settings) -> URL:
    database = Database(chosen.sql_url())
    asyncio.run(database.close())
    return database.url


async def _require_free(chosen: Settings, *, replace: bool) -> None:
    """Raises ConfigurationError while a server runs, or where there are sales and no `replace`."""
    database = Database(chosen.sql_url())
    try:
        beat_ms, count = await database.query(_state)
    except Unavailable as error:
        if database.is_sqlite or "42P01" in error.reason:
            return  # no tables of ours, or a file that is damaged: nothing to lose
        raise ConfigurationError(error.told) from None
    finally:
        await database.close()
    if beat_ms > time.time_ns() // 1_000_000 - SILENT_MS:
        raise ConfigurationError("a server runs on this database; stop it first")
    if count and not replace:
        raise ConfigurationError(
            f"the database has {count} events, whose sales would be lost; say --replace to put the"
            " backup in their place"
        )


async def _state(session: Session) -> tuple[int, int]:
    return await workers.last_beat(session), len(await events.ids(session))


def _restore_secret(chosen: Settings, secret: Path) -> None:
    """Tickets were signed with it; HOUSEFUL_JWT_SECRET, where it is set, went before it then too."""
    if secret.exists():
        target = chosen.data_dir / SECRET
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret.replace(target)
        target.chmod(FILE_MODE)


async def _begin_anew(chosen: Settings, redis_url: str) -> int:
    database = Database(chosen.sql_url())
    client = connect(await settled(redis_url))
    try:
        count = await histories.forget_everything(client)
        await database.transact(history.renew)
    except Unavailable as error:
        raise ConfigurationError(error.told) from None
    finally:
        await client.aclose()
        await database.close()
    return count
