"""Notes, viewers and minutes in Redis."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from houseful.domain.seats import Granted
from houseful.store.seats import SeatStore
from houseful.store.staff_events import MINUTE_MS, StaffEventStore


async def test_notes_come_in_order_after_a_position(redis_client: Redis) -> None:
    desk = StaffEventStore(redis_client)
    await desk.tell(7, "refused", number=3)
    await desk.tell(7, "checked_in", number=1, seat_ids=[5, 6])
    first, second = await desk.notes(7, "0-0")
    assert (first.kind, first.number, second.seat_ids) == ("refused", 3, (5, 6))
    assert await desk.notes(7, f"({first.position}") == [second]
    assert await desk.last_notes([7, 8]) == [second.position, ""]


async def test_viewers_of_all_workers_add_up(redis_client: Redis) -> None:
    desk = StaffEventStore(redis_client)
    await desk.say_viewers("one", {7: 3, 8: 1})
    await desk.say_viewers("two", {7: 2})
    assert await desk.viewers([7, 8, 9]) == [5, 1, 0]
    await desk.say_viewers("one", {7: 0})
    assert await desk.viewers([7]) == [2]


async def test_the_scripts_count_seats_that_moved_and_entries(redis_client: Redis) -> None:
    seats, desk = SeatStore(redis_client), StaffEventStore(redis_client)
    await seats.open(
        7,
        expected_epoch="",
        epoch="e",
        version_base=10,
        first_seat_id=1,
        seat_count=9,
        claims=[],
        blocked=[],
    )

    async def reserve(*seat_ids: int) -> Granted:
        wanted = [(seat_id, 10) for seat_id in seat_ids]
        answer = await seats.reserve(7, "ann", "s", wanted, hold_ms=60_000, max_seats=9)
        assert isinstance(answer, Granted)
        return answer

    await reserve(1, 2)
    granted = await reserve(1, 2, 3)  # two of them moved along
    await asyncio.sleep(0.005)  # within the same millisecond there is nothing to extend
    await seats.extend(7, "ann", granted.reservation_id, hold_ms=60_000)
    await seats.release(7, "ann", [1])
    minute = granted.now_ms - granted.now_ms % MINUTE_MS
    found = await desk.minutes([(7, minute), (7, minute + MINUTE_MS)])
    counted = {name: sum(one.get(name, 0) for one in found) for one in found for name in one}
    assert counted["reserved"] == 3
    assert counted["#reserved"] == 2
    assert counted["released"] == 1
    assert [change.moved for change in await seats.recent(7)][-4:] == [2, 1, 0, 1]
