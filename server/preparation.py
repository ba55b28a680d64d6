"""What must be right before the first request: the data directory, Redis, the database.

Each part that is not makes one sentence that names it and says what to do.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import structlog

from server.domain import money
from server.domain.errors import ConfigurationError, Unavailable
from server.ledger.database import Database
from server.services.demo import seed_demo
from server.settings import Settings
from server.store.connection import Capability, connect, describe, require_capable

log = structlog.get_logger(__name__)


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


async def check_redis(url: str) -> Capability:
    """Raises ConfigurationError when it cannot be reached or is not fit."""
    client = connect(url)
    try:
        return await require_capable(client)
    except Unavailable as error:
        raise ConfigurationError(
            f"Redis at {describe(url)} does not answer: {error.__cause__};"
            " start it, correct REDIS_URL, or unset it for the embedded one"
        ) from None
    finally:
        await client.aclose()


async def prepare_database(chosen: Settings, *, demo_events: bool) -> None:
    """Migrate, and fill an empty database. Raises ConfigurationError."""
    database = Database(chosen.sql_url())
    try:
        await database.migrate()
        if demo_events:
            added = await seed_demo(
                database,
                currency=chosen.currency,
                minor_per_unit=10 ** money.decimals(chosen.currency),
                now_ms=int(time.time() * 1000),
            )
            log.info("database ready", demo_events_added=added)
    except Unavailable as error:
        raise ConfigurationError(error.message) from None
    finally:
        await database.close()
