"""Counting attempts against a real Redis."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from houseful.store.limiter import Limiter


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
