"""What must be right before the first request: the data directory, Redis, the database.

Each part that is not makes one sentence that names it and says what to do.
"""

from __future__ import annotations

import time
from typing import Final

import structlog

from houseful.domain.errors import ConfigurationError, Unavailable
from houseful.ledger import migrate
from houseful.ledger.upkeep import history, house
from houseful.payments.gateway import Account, GatewayNotSetUp, GatewayUnknown
from houseful.redis import capability
from houseful.redis.connection import connect, settled
from houseful.sales.catalog import Catalog
from houseful.sales.demo import seed_demo
from houseful.settings import Settings, revealed
from houseful.sql.database import Database
from houseful.staff.demo_removal import DemoRemoval
from houseful.store import histories
from houseful.store.seats import SeatStore

log = structlog.get_logger(__name__)

PATIENCE_S: Final = 5.0
"""A Redis that starts together with us (Procfile, compose) may need this long to listen."""


async def require_own_account(chosen: Settings, database: Database) -> None:
    """Bind the database to its Stripe account at the first start with Stripe on, and refuse any other
    after that; refuse to sell for nothing what was sold for money. Raises ConfigurationError."""
    known = await database.query(house.get)
    if not chosen.uses_stripe:
        if known.gateway and not chosen.allow_demo_after_stripe:
            raise ConfigurationError(
                "this database has sold through Stripe, and STRIPE_SECRET_KEY is not set: without it "
                "the demo gateway would sell its seats for nothing; set the key, or, if that is what "
                "you mean, HOUSEFUL_ALLOW_DEMO_AFTER_STRIPE=true"
            )
        return
    from houseful.payments.stripe import StripeGateway  # wanted by those alone who have a key

    key, base = revealed(chosen.stripe_secret_key), chosen.stripe_api_base
    gateway = StripeGateway(key, api_base=base)
    try:
        found = await gateway.account()
    except GatewayNotSetUp:
        raise ConfigurationError("Stripe refuses the key in STRIPE_SECRET_KEY") from None
    except GatewayUnknown as error:  # it may be away; the mode is checked all the same
        log.warning("stripe_account_not_checked", error=error.told)
        found = Account("", "_live_" in key[:8])
    finally:
        await gateway.close()
    mine = (known.account, known.is_live)
    theirs = (found.account or known.account, found.is_live)
    if known.account and mine != theirs:
        raise ConfigurationError(
            f"this database belongs to the Stripe account {named(*mine)}, and STRIPE_SECRET_KEY is of "
            f"{named(*theirs)}: use that account's key, or another database"
        )
    if not known.account and (found.account or not known.gateway):
        await database.transact(
            lambda session: house.bind(
                session, gateway=gateway.name, account=found.account, is_live=found.is_live
            )
        )


def named(account: str, is_live: bool) -> str:
    return f"{account} ({'live' if is_live else 'test'} mode)"


async def prepare(chosen: Settings, *, keeps_demo: bool = True) -> None:
    """See to Redis, waiting for it if need be, then to the database. Raises ConfigurationError."""
    redis_url = revealed(chosen.redis_url)
    await capability.check_redis(redis_url, wait_s=PATIENCE_S)
    await prepare_database(chosen, redis_url, keeps_demo=keeps_demo)


async def prepare_database(chosen: Settings, redis_url: str, *, keeps_demo: bool = True) -> None:
    """Migrate; then, if `keeps_demo`, see to the demo's events. Raises ConfigurationError.

    An empty database is filled with them unless HOUSEFUL_DEMO_EVENTS says no; then those that sold
    nothing go.
    """
    database, client = Database(chosen.sql_url()), connect(await settled(redis_url))
    try:
        await migrate.migrate(database.url, timezone=chosen.timezone)
        known = await histories.remembered(client)
        begun = await database.transact(lambda session: history.begin(session, known))
        await histories.remember(client, begun.text)
        await require_own_account(chosen, database)
        if keeps_demo and not chosen.demo_events:
            removed, kept = await DemoRemoval(database).run("HOUSEFUL_DEMO_EVENTS")
            if removed or kept:
                log.info("demo_events_removed", removed=removed, kept_because_sold=kept)
        elif keeps_demo:
            added = await seed_demo(
                Catalog(database, SeatStore(client), chosen.timezone),
                now_ms=time.time_ns() // 1_000_000,
                currency=chosen.currency,
            )
            log.info("database_ready", demo_events_added=len(added))
    except Unavailable as error:
        raise ConfigurationError(error.told) from None
    finally:
        await client.aclose()
        await database.close()
