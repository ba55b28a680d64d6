"""A shop to buy from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.services.shop import Shop, open_shop


@pytest.fixture
async def shop(tmp_path: Path, redis_client: Redis) -> AsyncIterator[Shop]:
    async with open_shop(f"sqlite:///{tmp_path}/houseful.db", redis_client) as opened:
        yield opened
