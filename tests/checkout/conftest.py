"""A shop to buy from. `HOUSEFUL_TEST_DATABASE=postgresql` runs these tests on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from houseful.valkey.embedded import EmbeddedValkey
from tests.checkout.crash_runner import Plan
from tests.checkout.shop import SELLER, Shop, open_shop
from tests.ledger.conftest import postgres
from tests.payments.tills import StripeTill
from tests.stripe_double.fixture import stripe_double
from tests.support.databases import fresh_database, fresh_postgresql, fresh_sqlite
from tests.support.postgres import Postgres

__all__ = ["postgres", "stripe_double"]


@pytest.fixture
def shop_url(tmp_path: Path) -> str:
    """A fresh database."""
    return fresh_database(tmp_path)


@pytest.fixture
async def shop(shop_url: str, redis_client: Redis) -> AsyncIterator[Shop]:
    """With the demo gateway."""
    async with open_shop(shop_url, redis_client) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
async def town(
    request: pytest.FixtureRequest, tmp_path: Path, redis_client: Redis, valkey: EmbeddedValkey
) -> AsyncIterator[tuple[Shop, Plan]]:
    """A shop on each database, and a plan that lacks only its scenario."""
    if request.param == "sqlite":
        url = fresh_sqlite(tmp_path)
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = fresh_postgresql(server)
    async with open_shop(url, redis_client, seller=SELLER) as shop:
        yield shop, Plan(url, valkey.url, "pays", "", shop.event.id, (), "")


@pytest.fixture
async def stripe_shop(
    shop_url: str, redis_client: Redis, request: pytest.FixtureRequest
) -> AsyncIterator[Shop]:
    """With the Stripe gateway, talking to the double."""
    till = StripeTill(request.getfixturevalue("stripe_double").url)
    async with open_shop(shop_url, redis_client, gateway=till.gateway) as opened:
        yield opened
    await till.gateway.close()
