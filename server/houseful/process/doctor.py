"""What is configured and what answers: the checks behind `houseful doctor`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from houseful import paths
from houseful.domain.errors import ConfigurationError, HousefulError
from houseful.process.preparation import check_redis, require_writable
from houseful.redis.addresses import describe
from houseful.settings import Settings
from houseful.sql.database import Database
from houseful.valkey.embedded import find_binary, find_running


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is as it must be, and what was seen."""

    subject: str
    fine: bool
    seen: str


async def examine(chosen: Settings) -> list[Finding]:
    """Look at everything; one thing that is wrong does not hide the next."""
    looks: list[tuple[str, Callable[[Settings], Coroutine[Any, Any, str]]]] = [
        ("files", _files),
        ("data directory", _data_directory),
        ("redis", _redis),
        ("database", _database),
        ("payments", _payments),
        ("tokens", _tokens),
        ("mail", _mail),
    ]
    return [await _finding(subject, look, chosen) for subject, look in looks]


async def _finding(
    subject: str, look: Callable[[Settings], Coroutine[Any, Any, str]], chosen: Settings
) -> Finding:
    try:
        return Finding(subject, fine=True, seen=await look(chosen))
    except HousefulError as error:
        return Finding(subject, fine=False, seen=error.message)


async def _files(_: Settings) -> str:
    for needed in (paths.LUA, paths.SCHEMAS, paths.STATIC):
        if not needed.is_dir():
            raise ConfigurationError(f"expected the directory {needed}; install Houseful again")
    return f"found in {paths.LUA.parent}"


async def _data_directory(chosen: Settings) -> str:
    await asyncio.to_thread(require_writable, chosen.data_dir)
    return f"{chosen.data_dir.absolute()} is writable"


async def _redis(chosen: Settings) -> str:
    if chosen.redis_url is None:
        url = await asyncio.to_thread(find_running, chosen.data_dir)
        if url is None:
            return f"embedded, not running now; `houseful` starts {find_binary()}"
    else:
        url = chosen.redis_url.get_secret_value()
    found = await check_redis(url)
    return (
        f"{found.software} {found.version}, {found.layout}, at {describe(url)},"
        f" notifications {found.notification_flags}"
    )


async def _database(chosen: Settings) -> str:
    if chosen.database_url is None and not (chosen.data_dir / "houseful.db").exists():
        return "SQLite, not made yet; `houseful` makes it"
    database = Database(chosen.sql_url())
    try:
        await database.ping()
        return f"{database.url.render_as_string(hide_password=True)} answers"
    finally:
        await database.close()


async def _payments(chosen: Settings) -> str:
    if not chosen.uses_stripe:
        return "demo gateway: no money moves"
    if chosen.stripe_webhook_secret is None:
        return "Stripe, without webhooks: set STRIPE_WEBHOOK_SECRET to hear of payments sooner"
    return "Stripe with webhooks"


async def _tokens(chosen: Settings) -> str:
    chosen.signing_secret()
    source = "HOUSEFUL_JWT_SECRET" if chosen.jwt_secret else "a generated secret"
    foreign = chosen.jwt_public_key or chosen.jwt_jwks
    return f"signed with {source}{', and others accepted by public key' if foreign else ''}"


async def _mail(chosen: Settings) -> str:
    return f"sent from {chosen.mail_from}" if chosen.smtp_url else "not set: nothing is sent"
