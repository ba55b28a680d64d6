"""Counting attempts against a real Redis."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from houseful.store.limiter import Limiter, Pace


async def test_attempts_over_the_limit_are_refused_until_the_window_ends(
    redis_client: Redis,
) -> None:
    limiter = Limiter(redis_client)
    answers = [await limiter.attempt("x", "ann", limit=3, window_ms=60_000) for _ in range(5)]
    assert [(a.allowed, a.remaining) for a in answers] == [
        (True, 2),
        (True, 1),
        (True, 0),
        (False, 0),
        (False, 0),
    ]
    assert 0 < answers[-1].reset_ms <= 60_000


async def test_users_and_purposes_are_counted_apart(redis_client: Redis) -> None:
    limiter = Limiter(redis_client)
    for name, user in (("x", "ann"), ("x", "bob"), ("y", "ann")):
        assert (await limiter.attempt(name, user, limit=1, window_ms=60_000)).allowed


async def test_a_forgiven_attempt_can_be_made_again_in_the_same_window(
    redis_client: Redis,
) -> None:
    limiter = Limiter(redis_client)
    for _ in range(2):
        await limiter.attempt("x", "ann", limit=2, window_ms=60_000)
    forgiven = await limiter.forgive("x", "ann", limit=2)
    assert forgiven.remaining == 1
    assert 0 < forgiven.reset_ms <= 60_000
    again = [await limiter.attempt("x", "ann", limit=2, window_ms=60_000) for _ in range(2)]
    assert [a.allowed for a in again] == [True, False]
    assert (await limiter.forgive("x", "bob", limit=2)).remaining == 2
    assert await redis_client.exists("limit:x:{bob}") == 0, "nobody's window is opened"


async def test_a_window_that_ended_counts_anew(redis_client: Redis) -> None:
    limiter = Limiter(redis_client)
    assert (await limiter.attempt("x", "ann", limit=1, window_ms=60_000)).allowed
    await redis_client.pexpire("limit:x:{ann}", 0)
    assert (await limiter.attempt("x", "ann", limit=1, window_ms=60_000)).allowed


async def test_a_limit_of_none_asks_redis_nothing(redis_client: Redis) -> None:
    assert (await Limiter(redis_client).attempt("x", "ann", limit=0, window_ms=1)).allowed
    assert await redis_client.dbsize() == 0


async def test_an_attempt_in_a_windows_last_millisecond_is_answered(
    redis_client: Redis,
) -> None:
    """Redis tells such a window's time left as 0, which it takes for no expiry itself."""
    limiter = Limiter(redis_client)
    attempts = [limiter.attempt("r", "someone", limit=1_000_000, window_ms=1) for _ in range(3_000)]
    assert all(allowance.allowed for allowance in await asyncio.gather(*attempts))


async def test_what_is_given_back_may_be_tried_again_and_never_counts_below_nothing(
    redis_client: Redis,
) -> None:
    limiter = Limiter(redis_client)
    await limiter.give_back("x", "ann")
    for _ in range(3):
        assert (await limiter.attempt("x", "ann", limit=1, window_ms=60_000)).allowed
        await limiter.give_back("x", "ann")
    assert (await limiter.attempt("x", "ann", limit=1, window_ms=60_000)).allowed
    assert not (await limiter.attempt("x", "ann", limit=1, window_ms=60_000)).allowed


async def test_a_pace_is_shared_by_all_who_keep_to_it(redis_client: Redis) -> None:
    workers = [Pace(redis_client), Pace(redis_client)]
    waits = [
        await workers[turn % 2].wait_s("stripe", rate_per_s=2, burst=2, max_s=60)
        for turn in range(6)
    ]
    assert waits[:2] == [0, 0]
    assert waits[2:] == pytest.approx([0.5, 1, 1.5, 2], abs=0.3)


async def test_a_caller_who_would_wait_too_long_takes_no_moment(redis_client: Redis) -> None:
    pace = Pace(redis_client)
    for _ in range(3):
        await pace.wait_s("stripe", rate_per_s=1, burst=1, max_s=60)
    over = [await pace.wait_s("stripe", rate_per_s=1, burst=1, max_s=1) for _ in range(5)]
    assert min(over) > 1
    assert await pace.wait_s("stripe", rate_per_s=1, burst=1, max_s=60) <= 3.1
