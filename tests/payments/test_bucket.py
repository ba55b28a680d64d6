"""How often callers go ahead, on a clock that the test moves."""

from __future__ import annotations

import asyncio

import pytest

from houseful.domain.errors import Unavailable
from houseful.payments.bucket import TokenBucket
from houseful.payments.gateway import GatewayBusy


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def read(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def bucket(clock: Clock, rate_per_s: float = 25, burst: int = 5) -> TokenBucket:
    return TokenBucket(rate_per_s, burst, clock_s=clock.read, sleep=clock.sleep)


async def passed_at(clock: Clock, limit: TokenBucket, count: int) -> list[float]:
    moments = []
    for _ in range(count):
        await limit.take(max_wait_s=60)
        moments.append(clock.now_s)
    return moments


async def test_no_span_sees_more_than_the_burst_and_the_rate_allow() -> None:
    clock = Clock()
    moments = await passed_at(clock, bucket(clock), 200)
    for start in moments:
        within = [moment for moment in moments if start <= moment < start + 1]
        assert len(within) <= 5 + 25


async def test_under_load_the_whole_rate_is_used() -> None:
    clock = Clock()
    moments = await passed_at(clock, bucket(clock), 205)
    assert moments[-1] == pytest.approx(200 / 25)


async def test_after_a_quiet_time_the_burst_goes_at_once_and_no_more() -> None:
    clock = Clock()
    limit = bucket(clock)
    clock.now_s = 3600
    assert (await passed_at(clock, limit, 6))[4:] == [3600, pytest.approx(3600.04)]


async def test_a_wait_that_is_too_long_is_refused_at_once_and_costs_no_token() -> None:
    clock = Clock()
    limit = bucket(clock, rate_per_s=1, burst=1)
    await limit.take(max_wait_s=0)
    for _ in range(3):
        with pytest.raises(GatewayBusy) as busy:
            await limit.take(max_wait_s=0.5)
        assert busy.value.retry_after_s == pytest.approx(1)
    clock.now_s += 1
    await limit.take(max_wait_s=0)


async def test_a_caller_who_gives_up_leaves_the_token_to_the_next() -> None:
    clock = Clock()
    waiting = asyncio.Event()

    async def for_ever(seconds: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    limit = TokenBucket(1, 1, clock_s=clock.read, sleep=for_ever)
    await limit.take(max_wait_s=0)
    caller = asyncio.create_task(limit.take(max_wait_s=5))
    await waiting.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    clock.now_s += 1
    await limit.take(max_wait_s=0)


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_bucket_that_could_never_pass_anybody_is_refused(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="expected a rate above 0 and a burst"):
        TokenBucket(rate, burst)


async def test_a_shared_pace_is_kept_to_and_without_it_the_worker_keeps_its_own() -> None:
    clock, answers = Clock(), [0.2, 9.0]

    async def shared(max_wait_s: float) -> float:
        if not answers:
            raise Unavailable("Redis is away")
        return answers.pop(0)

    limit = TokenBucket(1, 1, shared=shared, clock_s=clock.read, sleep=clock.sleep)
    await limit.take(3)
    assert clock.now_s == 0.2
    with pytest.raises(GatewayBusy) as busy:
        await limit.take(3)
    assert busy.value.retry_after_s == 9
    assert await passed_at(clock, limit, 3) == pytest.approx([0.2, 1.2, 2.2])
