"""A shop to buy from. `HOUSEFUL_TEST_DATABASE=postgresql` runs these tests on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.checkout.shop import Shop, open_shop
from tests.ledger.conftest import postgres
from tests.payments.tills import StripeTill
from tests.stripe_double.fixture import stripe_double
from tests.support.databases import fresh_database

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


@pytest.fixture
async def stripe_shop(
    shop_url: str, redis_client: Redis, request: pytest.FixtureRequest
) -> AsyncIterator[Shop]:
    """With the Stripe gateway, talking to the double."""
    till = StripeTill(request.getfixturevalue("stripe_double").url)
    async with open_shop(shop_url, redis_client, gateway=till.gateway) as opened:
        yield opened
    await till.gateway.close()
