"""The power fails: workers and Redis end at once, and Redis lacks a part of its last second."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from tests.chaos.faults import cut_power
from tests.chaos.house import WORKERS, standing_house
from tests.invariants import broken
from tests.support.serving import Guest, Sale, eventually
from tests.support.watcher import Watcher, converged, watching, world_of

SEED = 1


async def test_positions_and_versions_of_the_lost_second_never_come_again(
    tmp_path: Path, redis_binary: Path | None
) -> None:
    """What was sold is sold, a hold that Redis still has is held, and nobody resumes at a position
    that means something else now."""
    dice = random.Random(SEED)
    async with standing_house(
        tmp_path,
        store="redis",
        database="sqlite",
        binary=redis_binary,
        seed=SEED,
        hold_seconds=600,
    ) as house:
        server = house.server
        sale = server.add_event()
        early, sold, *rest = sale.seats
        async with (
            server.user("ann") as ann,
            server.user("bob") as bob,
            watching(server, sale, 5) as watchers,
        ):
            hold = await ann.held(sale, early)
            await ann.bought(sale, sold)
            await asyncio.sleep(1)
            falling = asyncio.create_task(cut_power(house, dice))
            late = await until_the_lights_go_out(bob, sale, rest)
            await falling
            positions = [(watcher.epoch, watcher.seq) for watcher in watchers]
            highest = max(version for watcher in watchers for _, version in watcher.folded.values())
            for number in range(WORKERS):
                await house.start_worker(number)

            for epoch, seq in positions:
                async with ann.live(sale, f"?epoch={epoch}&since={seq}") as live:
                    assert (await live.next("hello"))["resumed"] is False
            await eventually(lambda: all_booked(bob, sale, sold, *late.bought), 2)
            seats = await ann.seats(sale)
            assert min(seat["version"] for seat in seats.values()) > highest
            mine = (await ann.http.get(f"/events/{sale.id}/reservations")).json()["data"]
            assert [(one["id"], one["seatIds"]) for one in mine] == [(hold["id"], [early])]
            free = next(seat for seat in reversed(rest) if seats[seat]["status"] == "AVAILABLE")
            assert (await bob.held(sale, free))["id"] not in late.reservations
            await converged(watchers, server, sale)
            assert [watcher.went_back for watcher in watchers] == [[]] * len(watchers)
            await nothing_broken(watchers, house)


class Late:
    """What the last second brought, as its buyer was told."""

    def __init__(self) -> None:
        self.bought: list[int] = []
        self.reservations: set[int] = set()


async def until_the_lights_go_out(buyer: Guest, sale: Sale, seats: list[int]) -> Late:
    """Holds and buys one seat after another, until nobody answers."""
    late = Late()
    try:
        for first in range(0, len(seats) - 1, 2):
            hold = await buyer.held(sale, *seats[first : first + 2])
            late.reservations.add(hold["id"])
            if (await buyer.pay(sale, seats[first])).status_code == 201:
                late.bought.append(seats[first])
            await buyer.http.delete(f"/events/{sale.id}/reservations/{hold['reservationId']}")
    except Exception:  # noqa: BLE001 - however a client notices it
        return late
    return late


async def all_booked(guest: Guest, sale: Sale, *seats: int) -> bool:
    known = await guest.seats(sale)
    return all(known[seat]["status"] == "BOOKED" for seat in seats)


async def nothing_broken(watchers: list[Watcher], house: object) -> None:
    problems: list[str] = []

    async def whole() -> bool:
        nonlocal problems
        seen = [watcher.sight() for watcher in watchers]
        async with world_of(house.server, seen) as world:  # type: ignore[attr-defined]
            problems = await broken(world)
        return not problems

    try:
        await eventually(whole, 30)
    except AssertionError:
        raise AssertionError(problems) from None
