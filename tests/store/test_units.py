"""Whole tables and boxes against real Lua: their seats go together or not at all, whoever asks how."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar

import hypothesis.strategies as st
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from redis.asyncio import Redis

from houseful import paths
from houseful.domain.errors import InvalidRequest
from houseful.domain.seats import (
    Changed,
    Claim,
    FailedSeat,
    Granted,
    Refused,
    UnitSeats,
    UnitWanted,
)
from houseful.redis.connection import connect
from houseful.store.scripts import Scripts
from houseful.store.seats import SeatStore
from houseful.valkey.embedded import EmbeddedValkey
from tests.invariants import unit_problems
from tests.store.fake_clock import FAKE_CLOCK

EVENT, BASE, FIRST, COUNT, HOLD = 7, 1_000_000, 101, 12, 600_000
TABLE, BOX = FIRST + 2, FIRST + 6
FIXED, VARIABLE = UnitSeats(TABLE, 4, 4, 4), UnitSeats(BOX, 3, 1, 3)
UNITS = (FIXED, VARIABLE)
TABLE_SEATS, BOX_SEATS = tuple(range(TABLE, TABLE + 4)), tuple(range(BOX, BOX + 3))


async def open_event(
    store: SeatStore,
    claims: tuple[Claim, ...] = (),
    blocked: tuple[int, ...] = (),
    units: tuple[UnitSeats, ...] = UNITS,
) -> None:
    assert await store.open(
        EVENT,
        expected_epoch="",
        epoch="e1",
        version_base=BASE,
        first_seat_id=FIRST,
        seat_count=COUNT,
        claims=claims,
        blocked=blocked,
        units=units,
    )


@pytest_asyncio.fixture
async def seats(redis_client: Redis) -> SeatStore:
    await redis_client.set("test:now", 1_000_000)
    store = SeatStore(redis_client, scripts=Scripts(redis_client, paths.LUA, replaced=FAKE_CLOCK))
    await open_event(store)
    return store


async def ask(
    store: SeatStore,
    user: str,
    *units: tuple[int, int],
    seats: tuple[int, ...] = (),
    most: int = 10,
) -> Granted | Refused:
    return await store.reserve(
        EVENT,
        user,
        "s",
        [(seat, BASE) for seat in seats],
        hold_ms=HOLD,
        max_seats=most,
        units=[UnitWanted(*unit) for unit in units],
    )


def parts_refused(*seat_ids: int) -> tuple[FailedSeat, ...]:
    return tuple(FailedSeat(seat_id, "whole_unit_only") for seat_id in seat_ids)


async def test_a_table_is_held_whole_by_its_id_or_by_all_its_seats(seats: SeatStore) -> None:
    by_id = await ask(seats, "ann", (TABLE, 4))
    assert isinstance(by_id, Granted)
    assert (by_id.seat_ids, by_id.closed) == (TABLE_SEATS, frozenset())
    by_seats = await ask(seats, "bob", seats=BOX_SEATS)
    assert isinstance(by_seats, Granted)
    assert (by_seats.seat_ids, by_seats.closed) == (BOX_SEATS, frozenset())


async def test_part_of_a_table_is_refused_and_the_rest_of_the_request_is_had(
    seats: SeatStore,
) -> None:
    assert await ask(seats, "ann", seats=TABLE_SEATS[:3]) == Refused(
        parts_refused(*TABLE_SEATS[:3])
    )
    beside = await ask(seats, "ann", seats=(FIRST, TABLE))
    assert isinstance(beside, Granted)
    assert (beside.seat_ids, beside.failed) == ((FIRST,), parts_refused(TABLE))


async def test_a_table_with_a_seat_that_is_gone_is_refused_whole(seats: SeatStore) -> None:
    await seats.book_seats(EVENT, 1, "bob", [TABLE])
    answer = await ask(seats, "ann", (TABLE, 4))
    assert answer == Refused((FailedSeat(TABLE, "booked"), *parts_refused(*TABLE_SEATS[1:])))
    assert answer.outrun


@pytest.mark.parametrize("heads", [0, 5])
async def test_more_people_or_fewer_than_a_table_is_for_are_refused(
    seats: SeatStore, heads: int
) -> None:
    assert await ask(seats, "ann", (TABLE, heads)) == Refused(parts_refused(TABLE))


async def test_the_seats_that_nobody_takes_close_with_the_box(seats: SeatStore) -> None:
    answer = await ask(seats, "ann", (BOX, 2))
    assert isinstance(answer, Granted)
    assert (answer.seat_ids, answer.closed) == (BOX_SEATS, {BOX_SEATS[2]})
    assert await ask(seats, "bob", seats=BOX_SEATS[2:]) == Refused(
        (FailedSeat(BOX_SEATS[2], "reserved"),)
    )


async def test_the_number_of_people_is_changed_by_asking_again(seats: SeatStore) -> None:
    first = await ask(seats, "ann", (BOX, 1))
    again = await ask(seats, "ann", (BOX, 3))
    assert isinstance(first, Granted)
    assert isinstance(again, Granted)
    assert again.repeated
    assert (again.reservation_id, again.closed) == (first.reservation_id, frozenset())
    more = await ask(seats, "ann", (BOX, 2), seats=(FIRST,))
    assert isinstance(more, Granted)
    assert more.closed == {BOX_SEATS[2]}
    kept = await ask(seats, "ann", seats=(FIRST + 1, FIRST, *BOX_SEATS))
    assert isinstance(kept, Granted)
    assert kept.closed == {BOX_SEATS[2]}
    (held,) = await seats.reservations(EVENT, "ann")
    assert held.closed == {BOX_SEATS[2]}


async def test_people_are_kept_through_a_payment_that_fails_and_a_rebuild(
    seats: SeatStore, redis_client: Redis
) -> None:
    await ask(seats, "ann", (BOX, 2), seats=(FIRST,))
    paid = await seats.begin_checkout(EVENT, "ann", 1, BOX_SEATS, pay_ms=HOLD)
    assert isinstance(paid, Granted)
    assert paid.closed == {BOX_SEATS[2]}
    kept = await seats.abandon_checkout(EVENT, 1, keep=True)
    assert kept is not None
    assert kept.closed == {BOX_SEATS[2]}
    await redis_client.flushall()
    await redis_client.set("test:now", 1_000_000)
    await open_event(
        seats,
        tuple(
            Claim(seat, 1, "ann", paying=True, is_closed=seat == BOX_SEATS[2]) for seat in BOX_SEATS
        ),
    )
    kept = await seats.abandon_checkout(EVENT, 1, keep=True)
    assert kept is not None
    assert (kept.seat_ids, kept.closed) == (BOX_SEATS, {BOX_SEATS[2]})


async def test_a_part_of_a_table_is_not_given_back_nor_paid_for(seats: SeatStore) -> None:
    await ask(seats, "ann", (TABLE, 4))
    assert await seats.release(EVENT, "ann", TABLE_SEATS[:1]) == Refused(
        parts_refused(TABLE_SEATS[0])
    )
    part = await seats.begin_checkout(EVENT, "ann", 1, TABLE_SEATS[1:], pay_ms=HOLD)
    assert part == Refused(parts_refused(*TABLE_SEATS[1:]))
    whole = await seats.release(EVENT, "ann", TABLE_SEATS)
    assert isinstance(whole, Changed)
    assert whole.seat_ids == TABLE_SEATS


async def test_a_table_is_blocked_and_unblocked_whole(seats: SeatStore) -> None:
    assert await seats.block(EVENT, TABLE_SEATS[:2]) == Refused(parts_refused(*TABLE_SEATS[:2]))
    assert isinstance(await seats.block(EVENT, TABLE_SEATS), Changed)
    assert await seats.unblock(EVENT, TABLE_SEATS[:2]) == Refused(parts_refused(*TABLE_SEATS[:2]))
    assert isinstance(await seats.unblock(EVENT, TABLE_SEATS), Changed)


async def test_a_table_larger_than_the_limit_is_had_by_who_holds_nothing_else(
    seats: SeatStore,
) -> None:
    alone = await ask(seats, "ann", (TABLE, 4), most=2)
    assert isinstance(alone, Granted)
    assert await ask(seats, "ann", seats=(FIRST,), most=2) == Refused(
        (FailedSeat(FIRST, "limit_reached"),)
    )
    await ask(seats, "bob", seats=(FIRST,), most=2)
    limited = await ask(seats, "bob", (BOX, 1), most=2)
    assert limited == Refused(tuple(FailedSeat(seat, "limit_reached") for seat in BOX_SEATS))


async def test_a_seat_of_a_unit_named_beside_it_is_one_request(seats: SeatStore) -> None:
    answer = await ask(seats, "ann", (TABLE, 4), seats=TABLE_SEATS[:2])
    assert isinstance(answer, Granted)
    assert answer.seat_ids == TABLE_SEATS
    with pytest.raises(InvalidRequest):
        await ask(seats, "ann", (BOX, 1), (BOX, 2))


async def test_how_a_table_is_sold_does_not_change_under_who_has_a_seat_there(
    seats: SeatStore,
) -> None:
    await ask(seats, "ann", (TABLE, 4))
    assert await seats.set_units(EVENT, (VARIABLE,)) == TABLE_SEATS
    assert await seats.set_units(EVENT, (FIXED,)) == ()
    assert isinstance(await ask(seats, "bob", seats=BOX_SEATS[:1]), Granted)
    assert await seats.set_units(EVENT, UNITS) == (BOX_SEATS[0],)
    await seats.release(EVENT, "bob", BOX_SEATS[:1])
    await seats.block(EVENT, BOX_SEATS[1:2])
    assert await seats.set_units(EVENT, UNITS) == (BOX_SEATS[1],)
    await seats.block(EVENT, BOX_SEATS)
    assert await seats.set_units(EVENT, UNITS) == ()


USERS = st.sampled_from(["ann", "bob", "cy"])
BOOKINGS = st.integers(1, 4)
SEATS = st.lists(st.integers(FIRST, FIRST + COUNT - 1), min_size=1, max_size=8, unique=True)
WAYS = st.sampled_from([UNITS, (FIXED,), (VARIABLE,), (UnitSeats(BOX, 3, 3, 3),), ()])


class UnitMachine(RuleBasedStateMachine):
    """Random moves, another way to sell the tables and a Redis that lost its memory among them; after each
    every unit is whole."""

    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.client: Redis = connect(self.url)
        self.seats = SeatStore(
            self.client, scripts=Scripts(self.client, paths.LUA, replaced=FAKE_CLOCK)
        )
        self.now = 1_000_000
        self.bookings: dict[int, tuple[str, tuple[int, ...], frozenset[int]]] = {}
        self.sold: dict[int, int] = {}
        self.blocked: set[int] = set()
        self.units: tuple[UnitSeats, ...] = UNITS

    def run(self, move: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(move)

    def teardown(self) -> None:
        self.run(self.client.aclose())
        self.loop.close()

    @initialize()
    def open(self) -> None:
        async def opened() -> None:
            await self.client.flushall()
            await self.client.set("test:now", self.now)
            claims = [
                Claim(seat, booking, self.bookings[booking][0], paying=False)
                for seat, booking in self.sold.items()
            ]
            blocked = tuple(self.blocked - self.sold.keys())
            await open_event(self.seats, tuple(claims), blocked, self.units)

        self.run(opened())

    @rule()
    def lose_redis(self) -> None:
        self.open()

    @rule(units=WAYS)
    def sell_in_another_way(self, units: tuple[UnitSeats, ...]) -> None:
        if not self.run(self.seats.set_units(EVENT, units)):
            self.units = units

    @rule(
        user=USERS,
        seat_ids=SEATS,
        table=st.integers(0, 4),
        box=st.integers(0, 3),
        whole=st.booleans(),
    )
    def reserve(self, user: str, seat_ids: list[int], table: int, box: int, whole: bool) -> None:
        records = self.run(self.seats.records(EVENT, seat_ids))
        wanted = [(seat, records[seat].version if seat in records else BASE) for seat in seat_ids]
        units = [UnitWanted(unit, n) for unit, n in ((TABLE, table), (BOX, box)) if n]
        self.run(
            self.seats.reserve(
                EVENT,
                user,
                "s",
                [] if whole and units else wanted,
                hold_ms=HOLD,
                max_seats=5,
                units=units,
            )
        )

    @rule(user=USERS, seat_ids=SEATS)
    def release(self, user: str, seat_ids: list[int]) -> None:
        self.run(self.seats.release(EVENT, user, seat_ids))

    @rule(ms=st.sampled_from([1_000, HOLD // 2, HOLD]))
    def pass_time(self, ms: int) -> None:
        self.now += ms
        self.run(self.client.set("test:now", self.now))

    @rule()
    def sweep(self) -> None:
        self.run(self.seats.sweep(EVENT))

    @rule(seat_ids=SEATS)
    def block(self, seat_ids: list[int]) -> None:
        self.blocked |= set(getattr(self.run(self.seats.block(EVENT, seat_ids)), "seat_ids", ()))

    @rule(seat_ids=SEATS)
    def unblock(self, seat_ids: list[int]) -> None:
        self.blocked -= set(getattr(self.run(self.seats.unblock(EVENT, seat_ids)), "seat_ids", ()))

    @rule(user=USERS, booking=BOOKINGS, part=st.booleans())
    def begin_checkout(self, user: str, booking: int, part: bool) -> None:
        held = [seat for r in self.run(self.seats.reservations(EVENT, user)) for seat in r.seat_ids]
        wanted = held[: len(held) // 2] if part else held
        if booking not in self.bookings and wanted:
            answer = self.run(self.seats.begin_checkout(EVENT, user, booking, wanted, pay_ms=HOLD))
            if isinstance(answer, Granted):
                self.bookings[booking] = (user, answer.seat_ids, answer.closed)

    @rule(booking=BOOKINGS, keep=st.booleans())
    def abandon_checkout(self, booking: int, keep: bool) -> None:
        kept = self.run(self.seats.abandon_checkout(EVENT, booking, keep=keep))
        if kept is not None:
            assert kept.closed == self.bookings[booking][2]
        if booking not in self.sold.values():
            self.bookings.pop(booking, None)

    @rule(booking=BOOKINGS)
    def book_seats(self, booking: int) -> None:
        paying = {
            seat
            for user in ("ann", "bob", "cy")
            for r in self.run(self.seats.reservations(EVENT, user))
            if r.status == "PAYING"
            for seat in r.seat_ids
        }
        if booking in self.bookings and paying >= set(self.bookings[booking][1]):
            user, seat_ids, _ = self.bookings[booking]
            self.run(self.seats.book_seats(EVENT, booking, user, seat_ids))
            self.sold.update(dict.fromkeys(seat_ids, booking))

    @rule(booking=BOOKINGS)
    def unbook_seats(self, booking: int) -> None:
        if booking in self.sold.values():
            user, seat_ids, _ = self.bookings.pop(booking)
            self.run(self.seats.unbook_seats(EVENT, booking, user, seat_ids))
            self.sold = {seat: one for seat, one in self.sold.items() if one != booking}

    @invariant()
    def units_are_whole(self) -> None:
        assert self.run(unit_problems(self.client, EVENT)) == []


def machine_of(url_: str, replaced: dict[str, str], examples: int) -> Any:
    class Machine(UnitMachine):
        url = url_

        def __init__(self) -> None:
            super().__init__()
            scripts = Scripts(self.client, paths.LUA, replaced={**FAKE_CLOCK, **replaced})
            self.seats = SeatStore(self.client, scripts=scripts)

    machine = Machine.TestCase
    machine.settings = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=["generate"],
        suppress_health_check=list(HealthCheck),
    )
    return machine()


def test_a_table_is_never_sold_both_ways_whatever_happens(valkey: EmbeddedValkey) -> None:
    machine_of(valkey.url, {}, 60).runTest()


@pytest.mark.parametrize(
    ("script", "guard", "without"),
    [
        ("lib/units.lua", "count[unit] < unit.size", "false"),
        ("set_units.lua", "seat.status ~= 'A'", "false"),
        (
            "lib/unit_choice.lua",
            "verdicts[i] = judged[unit] or 'free'",
            "verdicts[i] = over_limit(1) or 'free'",
        ),
    ],
)
def test_a_table_that_is_sold_both_ways_is_noticed(
    valkey: EmbeddedValkey, script: str, guard: str, without: str
) -> None:
    whole = (paths.LUA / script).read_text(encoding="utf-8")
    assert guard in whole
    with pytest.raises(AssertionError):
        machine_of(valkey.url, {script: whole.replace(guard, without)}, 60).runTest()
