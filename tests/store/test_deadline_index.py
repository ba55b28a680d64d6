"""The index of deadlines against real Lua: who gets which event, and that none is ever dropped."""

from __future__ import annotations

import pytest_asyncio
from redis.asyncio import Redis

from houseful import paths
from houseful.store.deadline_index import DeadlineIndex
from houseful.store.scripts import Scripts
from tests.store.fake_clock import FAKE_CLOCK
from tests.store.test_seats import START, Clock

LEASE_MS = 500


@pytest_asyncio.fixture
async def clock(redis_client: Redis) -> Clock:
    clock = Clock(redis_client)
    await clock.move(0)
    return clock


@pytest_asyncio.fixture
async def index(redis_client: Redis, clock: Clock) -> DeadlineIndex:
    return DeadlineIndex(
        redis_client, scripts=Scripts(redis_client, paths.LUA, replaced=FAKE_CLOCK)
    )


async def due(index: DeadlineIndex) -> list[int]:
    return list((await index.claim_due(100, LEASE_MS)).claims)


async def test_an_event_is_due_at_its_earliest_deadline_and_not_before(
    index: DeadlineIndex, clock: Clock
) -> None:
    await index.note({7: START + 2000, 8: START + 9000})
    await index.note({7: START + 1000})
    await index.note({7: START + 3000})
    early = await index.claim_due(100, LEASE_MS)
    assert (early.claims, early.next_ms) == ({}, START + 1000)
    await clock.move(1000)
    assert await due(index) == [7]


async def test_two_workers_do_not_get_the_same_event_until_the_lease_of_the_first_ends(
    index: DeadlineIndex, clock: Clock
) -> None:
    await index.note({7: 0})
    assert await due(index) == [7]
    assert await due(index) == []
    await clock.move(LEASE_MS)
    assert await due(index) == [7]


async def test_an_event_that_was_looked_at_waits_for_its_next_deadline_or_leaves(
    index: DeadlineIndex, clock: Clock
) -> None:
    await index.note({7: 0, 8: 0})
    claims = (await index.claim_due(100, LEASE_MS)).claims
    await index.settle(7, claims[7], START + 5000)
    await index.settle(8, claims[8], None)
    assert (await index.claim_due(100, LEASE_MS)).next_ms == START + 5000
    await clock.move(5000)
    assert await due(index) == [7]


async def test_a_deadline_noted_while_somebody_looks_is_not_settled_away(
    index: DeadlineIndex, clock: Clock
) -> None:
    await index.note({7: 0})
    claim = (await index.claim_due(100, LEASE_MS)).claims[7]
    await index.note({7: START + 600_000})  # set after the sweep found nothing
    await index.settle(7, claim, None)
    await clock.move(LEASE_MS)
    assert await due(index) == [7]


async def test_a_look_that_took_longer_than_its_lease_settles_nothing(
    index: DeadlineIndex, clock: Clock
) -> None:
    await index.note({7: 0})
    slow = (await index.claim_due(100, LEASE_MS)).claims[7]
    await clock.move(LEASE_MS)
    await index.claim_due(100, LEASE_MS)
    await index.settle(7, slow, None)
    await clock.move(LEASE_MS)
    assert await due(index) == [7]
