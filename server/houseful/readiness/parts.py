"""What is ours to run: files, directory, Redis, database, port."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from houseful import paths
from houseful.data_directory import is_private, prepare
from houseful.domain.errors import ConfigurationError, HousefulError
from houseful.readiness.findings import Finding
from houseful.redis.capability import check_redis
from houseful.settings import Settings
from houseful.sql.database import Database
from houseful.transport.listening import listen
from houseful.valkey.embedded import find_binary, find_running

NEIGHBOUR_WITHIN_S: Final = 2.0


async def files(_: Settings) -> Sequence[Finding]:
    for needed in (paths.LUA, paths.SCHEMAS, paths.STATIC):
        if not needed.is_dir():
            return [Finding("files", "files_missing", {"directory": str(needed)})]
    return [Finding("files", "files_found", {"directory": str(paths.LUA.parent)})]


async def data_directory(chosen: Settings) -> Sequence[Finding]:
    subject, where = "data directory", {"directory": str(chosen.data_dir.absolute())}
    try:
        await asyncio.to_thread(prepare, chosen.data_dir)
    except ConfigurationError as error:
        return [Finding(subject, "data_directory_unwritable", {"reason": error.told})]
    is_closed = is_private(chosen.data_dir)
    return [
        Finding(subject, "data_directory_private" if is_closed else "data_directory_open", where)
    ]


async def redis(chosen: Settings) -> Sequence[Finding]:
    if chosen.redis_url is None:
        url = await asyncio.to_thread(find_running, chosen.data_dir)
    else:
        url = chosen.redis_url.get_secret_value()
    try:
        if url is None:
            find_binary()
            return [Finding("redis", "redis_embedded")]
        found = await check_redis(url)
    except HousefulError as error:
        return [Finding("redis", "redis_unfit", {"reason": error.told})]
    seen = {
        "software": found.software,
        "version": found.version,
        "layout": found.layout,
        "flags": found.notification_flags,
    }
    findings = [Finding("redis", "redis_answers", seen)]
    if not found.is_durable:
        findings.append(Finding("redis", "redis_not_durable"))
    return findings


async def database(chosen: Settings) -> Sequence[Finding]:
    file = chosen.data_dir / "houseful.db"
    if chosen.database_url is None and not file.exists():
        return [Finding("database", "database_not_made")]
    try:
        asked = Database(chosen.sql_url())
        try:
            await asked.ping()
        finally:
            await asked.close()
    except HousefulError as error:
        return [Finding("database", "database_unreachable", {"reason": error.told})]
    kind = "SQLite" if asked.is_sqlite else "PostgreSQL"
    findings = [Finding("database", "database_answers", {"kind": kind})]
    stored = Path(asked.url.database or "")
    if asked.is_sqlite and not is_private(stored):
        findings.append(Finding("database", "database_open", {"file": str(stored)}))
    return findings


async def port(chosen: Settings) -> Sequence[Finding]:
    """Whether it is free, or ours already."""
    if chosen.port == 0:
        return []
    where: dict[str, str | int] = {"host": chosen.host, "port": chosen.port}
    try:
        (listening,) = listen(chosen.host, chosen.port, 1)
    except ConfigurationError as error:
        if await _is_houseful(chosen):
            return [Finding("port", "port_serving", where)]
        return [Finding("port", "port_taken", {**where, "reason": error.told})]
    listening.close()
    return [Finding("port", "port_free", where)]


async def _is_houseful(chosen: Settings) -> bool:
    """Whether what has the port answers as we do."""
    import httpx2  # for the doctor alone

    url = f"{address_of_setting(chosen)}/healthz"
    try:
        async with httpx2.AsyncClient(timeout=NEIGHBOUR_WITHIN_S, verify=False) as client:
            answer = await client.get(url)
            return bool(answer.json()["data"]["status"] == "ok")
    except (httpx2.HTTPError, ValueError, LookupError, TypeError):
        return False


def address_of_setting(chosen: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(chosen.host, chosen.host)  # noqa: S104 - compared
    return f"http://[{host}]:{chosen.port}" if ":" in host else f"http://{host}:{chosen.port}"
