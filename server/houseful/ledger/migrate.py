"""Brings a database's schema up to date, one process at a time.

Several workers start at once and each wants the newest schema: on PostgreSQL they queue for an
advisory lock, on SQLite for a lock on a file beside the database.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL

from houseful.data_directory import make_private
from houseful.domain.errors import ConfigurationError, Unavailable
from houseful.sql.database import unpooled
from houseful.sql.failures import library_errors, unavailable

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x484F5553
"""Any number no other program on the same database uses: "HOUS"."""


async def migrate(url: URL, *, timezone: str = "UTC") -> None:
    """Bring the schema up to date; any number of processes may do so at once. Raises Unavailable.

    `timezone` (an IANA name) becomes that of venues from before venues had one.
    """
    await asyncio.to_thread(upgrade, url, timezone)


def upgrade(url: URL, timezone: str = "UTC", revision: str = "head") -> None:
    """Upgrade to the revision. Blocks; run it in a thread. Raises Unavailable, and
    ConfigurationError for a database that a newer release made."""
    try:
        with _file_lock(url):
            asyncio.run(_upgrade(url, timezone, newest() if revision == "head" else revision))
    except library_errors() as error:
        away = unavailable(error)
        if not isinstance(away, Unavailable):
            raise
        shown = url.set(query={}).render_as_string(hide_password=True)
        raise Unavailable(f"cannot prepare the database {shown}", reason=away.reason) from error


def newest() -> str:
    """The revision that this release knows last, by the names of its files."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def configuration() -> Config:
    """Alembic's settings; `migrations/` ships inside the package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


async def _upgrade(url: URL, timezone: str, revision: str) -> None:
    engine = unpooled(url)
    try:
        async with engine.begin() as connection:
            if url.get_backend_name() == "postgresql":
                await connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK}
                )
            await connection.run_sync(_run, timezone, revision)
    finally:
        await engine.dispose()


def _run(connection: Connection, timezone: str, revision: str) -> None:
    if _revision_of(connection) == revision:
        return  # as at nearly every start; Alembic takes longer to load than to find that out

    from alembic import command
    from alembic.runtime.migration import MigrationContext

    for found in MigrationContext.configure(connection).get_current_heads():
        require_known(found)
    config = configuration()
    config.attributes |= {"connection": connection, "timezone": timezone}
    command.upgrade(config, revision)


def _revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def require_known(revision: str) -> None:
    """Raises ConfigurationError for a schema of a newer release: it says how to go back."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(configuration())
    known = {each.revision for each in script.walk_revisions()}
    if revision not in known:
        raise ConfigurationError(
            f"the database has schema {revision} of a newer Houseful, and this release knows"
            f" {script.get_current_head()}: install the newer release again, or go back with"
            " `houseful restore` of a backup made before the upgrade"
        )


@contextmanager
def _file_lock(url: URL) -> Iterator[None]:
    if url.get_backend_name() != "sqlite" or url.database is None:
        yield
        return
    path = Path(url.database)
    make_private(path)
    with path.with_name(path.name + ".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
