"""What must be right before the first request: the data directory, Redis, the database.

Each part that is not makes one sentence that names it and says what to do.
"""

from __future__ import annotations

import time
from typing import Final

import structlog

from houseful.domain.errors import ConfigurationError, Unavailable
from houseful.ledger import migrate
from houseful.redis.connection import connect, settled
from houseful.sales.catalog import Catalog
from houseful.sales.demo import seed_demo
from houseful.settings import Settings
from houseful.sql.database import Database
from houseful.store.seats import SeatStore

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 5.0
"""A Redis that starts together with us (Procfile, compose) may need this long to listen."""


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
            log.info("database_ready", demo_events_added=len(added))
    except Unavailable as error:
        raise ConfigurationError(error.told) from None
    finally:
        await client.aclose()
        await database.close()
