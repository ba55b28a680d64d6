"""A crowd at the door: in order, and with a turn of the loop for everybody else between two of them."""

from __future__ import annotations

import asyncio
import time

from houseful.transport.admission_queue import SPEND_S, AdmissionQueue


async def test_those_inside_are_served_between_two_who_cost_much_and_late_comers_enter_too() -> (
    None
):
    usher, loop, seen = AdmissionQueue(), asyncio.get_running_loop(), []
    over = asyncio.Event()

    def inside() -> None:
        """Somebody who is served: once in each turn."""
        seen.append("served")
        if not over.is_set():
            loop.call_soon(inside)

    def enter_slowly() -> None:
        seen.append("1")
        time.sleep(SPEND_S)

    def enter_late() -> None:
        seen.append("2")
        usher.admit(over.set)

    loop.call_soon(inside)
    usher.admit(enter_slowly)
    usher.admit(enter_late)
    async with asyncio.timeout(5):
        await over.wait()
    first, second = seen.index("1"), seen.index("2")
    assert first < second
    assert "served" in seen[first:second]


async def test_who_comes_when_nobody_waits_enters_again() -> None:
    usher = AdmissionQueue()
    for _ in range(2):
        entered = asyncio.Event()
        usher.admit(entered.set)
        async with asyncio.timeout(5):
            await entered.wait()


async def test_of_those_who_cost_little_many_enter_in_one_turn() -> None:
    """Or a crowd would stand at the door of a busy house for a minute."""
    usher, seen = AdmissionQueue(), []
    for number in range(3):
        usher.admit(lambda number=number: seen.append(number))
    asyncio.get_running_loop().call_soon(lambda: seen.append("the next turn"))
    async with asyncio.timeout(5):
        while "the next turn" not in seen:
            await asyncio.sleep(0)
    assert seen == [0, 1, 2, "the next turn"]


async def test_one_who_stumbles_holds_up_nobody() -> None:
    usher, entered, errors = AdmissionQueue(), asyncio.Event(), []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: errors.append(context["exception"]))

    def stumble() -> None:
        raise ValueError("a stone")

    usher.admit(stumble)
    usher.admit(entered.set)
    async with asyncio.timeout(5):
        await entered.wait()
    assert [str(error) for error in errors] == ["a stone"]
