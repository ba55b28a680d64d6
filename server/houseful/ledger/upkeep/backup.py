"""A whole database as files of a directory, and back: SQLite's own file, or PostgreSQL's tables.

Owns: what is read and written. Never: whether it may be; `houseful.process.restoring` asks that.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy.engine import URL

from houseful.data_directory import FILE_MODE, make_private
from houseful.domain.errors import ConfigurationError
from houseful.ledger import migrate
from houseful.ledger.models import METADATA

MANIFEST: Final = "houseful.json"
SQLITE_FILE: Final = "houseful.db"
FORMAT: Final = 1
BESIDE: Final = ("", "-wal", "-shm", "-journal")
"""What belongs to a SQLite file: an old `-wal` would be played back into a new file."""


def dump(url: URL, directory: Path) -> dict[str, Any]:
    """Write a consistent copy while servers go on; returns its manifest. Blocks. Raises
    ConfigurationError for a database that has no tables of ours."""
    if url.get_backend_name() == "sqlite":
        about = _dump_sqlite(Path(url.database or ""), directory / SQLITE_FILE)
    else:
        about = asyncio.run(_dump_postgresql(url, directory))
    manifest = {
        "format": FORMAT,
        "kind": url.get_backend_name(),
        "made_at": int(time.time()),
        **about,
    }
    (directory / MANIFEST).write_text(json.dumps(manifest))
    return manifest


def load(url: URL, directory: Path) -> None:
    """Put a dump in place of what is there, and bring it up to date. Blocks."""
    manifest = manifest_of(directory)
    if manifest["kind"] != url.get_backend_name():
        raise ConfigurationError(
            f"the backup is of {manifest['kind']}, and DATABASE_URL leads to {url.get_backend_name()}"
        )
    if url.get_backend_name() == "sqlite":
        _load_sqlite(directory / SQLITE_FILE, Path(url.database or ""))
    else:
        asyncio.run(_clear_postgresql(url))
        migrate.upgrade(url, revision=manifest["revision"])
        asyncio.run(_load_postgresql(url, directory, manifest["tables"]))
    migrate.upgrade(url)


def manifest_of(directory: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((directory / MANIFEST).read_text())
    except (OSError, ValueError):
        raise ConfigurationError("expected a file that `houseful backup` wrote") from None
    if manifest.get("format") != FORMAT:
        raise ConfigurationError("the backup is of another release; restore it with that one")
    migrate.require_known(manifest["revision"])
    return manifest


def _dump_sqlite(source: Path, target: Path) -> dict[str, Any]:
    if not source.exists():
        raise ConfigurationError(f"there is no database at {source}")
    make_private(target)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        revision = _one(copy, "SELECT version_num FROM alembic_version")
        copy.execute("UPDATE history SET is_copy = 1")
        copy.commit()
        history = _one(copy, "SELECT id FROM history")
    return {"revision": revision, "history": history}


def _one(connection: sqlite3.Connection, statement: str) -> Any:
    try:
        row = connection.execute(statement).fetchone()
    except sqlite3.OperationalError:
        raise ConfigurationError(
            "the database has no tables of this release; start it once"
        ) from None
    return row[0] if row else None


def _load_sqlite(source: Path, target: Path) -> None:
    """The old files stay, in a directory beside; the new one is checked before it takes their place."""
    with closing(sqlite3.connect(source)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise ConfigurationError("the backup is damaged")
    kept = target.parent / f"before-restore-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    kept.mkdir(mode=0o700, parents=True)
    for suffix in BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{target}{suffix}").rename(kept / f"{target.name}{suffix}")
    source.replace(target)
    target.chmod(FILE_MODE)


async def _connected(url: URL) -> asyncpg.Connection:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return await asyncpg.connect(plain, timeout=10)


async def _dump_postgresql(url: URL, directory: Path) -> dict[str, Any]:
    connection = await _connected(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            try:
                revision = await connection.fetchval("SELECT version_num FROM alembic_version")
            except asyncpg.UndefinedTableError:
                raise ConfigurationError("the database has no tables of ours") from None
            tables = [
                (table.name, [c.name for c in table.columns]) for table in METADATA.sorted_tables
            ]
            for name, columns in tables:
                await connection.copy_from_table(
                    name, columns=columns, output=str(directory / name), format="binary"
                )
            history = await connection.fetchval("SELECT id FROM history")
    finally:
        await connection.close()
    return {"revision": revision, "history": history, "tables": tables}


async def _clear_postgresql(url: URL) -> None:
    connection = await _connected(url)
    names = [*(table.name for table in METADATA.sorted_tables), "alembic_version"]
    try:
        await connection.execute(
            "".join(f'DROP TABLE IF EXISTS "{name}" CASCADE;' for name in names)
        )
    finally:
        await connection.close()


async def _load_postgresql(
    url: URL, directory: Path, tables: Sequence[tuple[str, list[str]]]
) -> None:
    connection = await _connected(url)
    try:
        async with connection.transaction():
            for name, columns in tables:
                await connection.execute(f'DELETE FROM "{name}"')  # noqa: S608 - a table of ours
                await connection.copy_to_table(
                    name, columns=columns, source=str(directory / name), format="binary"
                )
                await _count_on(connection, name, columns)
    finally:
        await connection.close()


async def _count_on(connection: asyncpg.Connection, name: str, columns: list[str]) -> None:
    """A sequence goes on after the highest number that was restored."""
    if "id" in columns and await connection.fetchval(
        "SELECT pg_get_serial_sequence($1, 'id')", f'"{name}"'
    ):
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'),"  # noqa: S608 - ours
            f' (SELECT max(id) FROM "{name}")) WHERE EXISTS (SELECT 1 FROM "{name}")'
        )
