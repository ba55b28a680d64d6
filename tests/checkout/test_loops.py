"""Loops that run beside requests end when they are told to, even by the second word."""

from __future__ import annotations

import asyncio

import pytest

from houseful.checkout.outbox import together


async def test_loops_end_though_one_swallowed_the_first_cancellation() -> None:
    deaf = asyncio.Event()

    async def hard_of_hearing() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            deaf.set()
        await asyncio.Event().wait()

    async def plain() -> None:
        await asyncio.Event().wait()

    task = asyncio.create_task(together(hard_of_hearing(), plain()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await deaf.wait()
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(2):
            await task
