"""What must be right before the first request: the data directory, Redis, the database.

Each part that is not makes one sentence that names it and says what to do.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

import structlog

from houseful.domain.errors import ConfigurationError, Unavailable
from houseful.ledger import migrate
from houseful.redis.addresses import describe
from houseful.redis.capability import Capability, require_capable
from houseful.redis.connection import connect, settled
from houseful.sales.catalog import Catalog
from houseful.sales.demo import seed_demo
from houseful.settings import Settings
from houseful.sql.database import Database
from houseful.store.seats import SeatStore

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 5.0
"""A Redis that starts together with us (Procfile, compose) may need this long to listen."""

RETRY_S: Final = 0.2


def require_writable(directory: Path) -> None:
    """Make the data directory and write into it. Raises ConfigurationError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise ConfigurationError(
            f"cannot write to the data directory {directory}: {error.strerror};"
            " choose another with --data-dir or HOUSEFUL_DATA_DIR"
        ) from None


async def check_redis(url: str, *, wait_s: float = 0.0) -> Capability:
    """Raises ConfigurationError when it cannot be reached within `wait_s`, or is not fit."""
    deadline = time.monotonic() + wait_s
    while True:
        client = connect(await settled(url))
        try:
            return await require_capable(client)
        except Unavailable as error:
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"Redis at {describe(url)} does not answer: {error.__cause__};"
                    " start it, correct REDIS_URL, or unset it for the embedded one"
                ) from None
        finally:
            await client.aclose()
        await asyncio.sleep(RETRY_S)


async def prepare_database(chosen: Settings, redis_url: str) -> None:
    """Migrate, and fill an empty database if so set. Raises ConfigurationError."""
    database, client = Database(chosen.sql_url()), connect(await settled(redis_url))
    try:
        await migrate.migrate(database.url)
        if chosen.demo_events:
            added = await seed_demo(
                Catalog(database, SeatStore(client)),
                now_ms=time.time_ns() // 1_000_000,
                currency=chosen.currency,
            )
            log.info("database ready", demo_events_added=len(added))
    except Unavailable as error:
        raise ConfigurationError(error.message) from None
    finally:
        await client.aclose()
        await database.close()
