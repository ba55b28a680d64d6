"""A crowd at the door: in order, and with a turn of the loop for everybody else between two of them."""

from __future__ import annotations

import asyncio

from server.realtime.usher import Usher


async def test_one_enters_per_turn_of_the_loop_in_order_and_late_comers_too() -> None:
    usher, loop, seen = Usher(), asyncio.get_running_loop(), []
    over = asyncio.Event()

    def inside() -> None:
        """Somebody who is served: once in each turn."""
        seen.append("served")
        if not over.is_set():
            loop.call_soon(inside)

    def enter_late() -> None:
        seen.append("2")
        usher.admit(over.set)

    loop.call_soon(inside)
    usher.admit(lambda: seen.append("1"))
    usher.admit(enter_late)
    async with asyncio.timeout(5):
        await over.wait()
    first, second = seen.index("1"), seen.index("2")
    assert first < second
    assert "served" in seen[first:second]


async def test_who_comes_when_nobody_waits_enters_again() -> None:
    usher = Usher()
    for _ in range(2):
        entered = asyncio.Event()
        usher.admit(entered.set)
        async with asyncio.timeout(5):
            await entered.wait()
