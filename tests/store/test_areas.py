"""Standing areas against real Lua: places asked for by number, and books that always add up."""

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
from houseful.domain.seats import Claim, FailedArea, FailedSeat, Granted, PlacesWanted, Refused
from houseful.redis.connection import connect
from houseful.store.scripts import Scripts
from houseful.store.seats import SeatStore
from houseful.valkey.embedded import EmbeddedValkey
from tests.invariants import area_problems
from tests.store.fake_clock import FAKE_CLOCK

EVENT, BASE, FIRST, SEATS, HOLD = 7, 1_000_000, 101, 4, 600_000
PIT, LAWN = FIRST + SEATS, FIRST + SEATS + 6
AREAS = ((PIT, 6), (LAWN, 3))
COUNT = SEATS + 6 + 3


async def open_event(
    store: SeatStore,
    claims: tuple[Claim, ...] = (),
    blocked: tuple[int, ...] = (),
    areas: tuple[tuple[int, int], ...] = AREAS,
    count: int = COUNT,
) -> None:
    assert await store.open(
        EVENT,
        expected_epoch="",
        epoch="e1",
        version_base=BASE,
        first_seat_id=FIRST,
        seat_count=count,
        claims=claims,
        blocked=blocked,
        areas=areas,
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
    *places: tuple[int, int],
    seats: tuple[tuple[int, int], ...] = (),
    session: str = "s",
    most: int = 10,
    fewer: bool = False,
) -> Granted | Refused:
    wanted = [PlacesWanted(area, quantity, fewer) for area, quantity in places]
    return await store.reserve(
        EVENT, user, session, seats, hold_ms=HOLD, max_seats=most, places=wanted
    )


async def test_places_are_picked_from_the_first_on(seats: SeatStore) -> None:
    answer = await ask(seats, "ann", (PIT, 3))
    assert isinstance(answer, Granted)
    assert answer.seat_ids == (PIT, PIT + 1, PIT + 2)
    other = await ask(seats, "bob", (PIT, 2), (LAWN, 1))
    assert isinstance(other, Granted)
    assert other.seat_ids == (PIT + 3, PIT + 4, LAWN)


async def test_asked_again_the_same_number_takes_nothing_more(seats: SeatStore) -> None:
    first = await ask(seats, "ann", (PIT, 3))
    again = await ask(seats, "ann", (PIT, 3))
    assert isinstance(first, Granted)
    assert isinstance(again, Granted)
    assert (again.reservation_id, again.seat_ids) == (first.reservation_id, first.seat_ids)
    assert again.repeated


async def test_a_higher_number_adds_and_a_lower_one_gives_back(
    seats: SeatStore, redis_client: Redis
) -> None:
    await ask(seats, "ann", (PIT, 2))
    more = await ask(seats, "ann", (PIT, 5))
    assert isinstance(more, Granted)
    assert len(more.seat_ids) == 5
    less = await ask(seats, "ann", (PIT, 1))
    assert isinstance(less, Granted)
    assert less.seat_ids == (PIT,)
    held = await seats.reservations(EVENT, "ann")
    assert [one.seat_ids for one in held] == [(PIT,)]
    assert await area_problems(redis_client, EVENT) == []
    rest = await ask(seats, "bob", (PIT, 5))
    assert isinstance(rest, Granted)


async def test_another_session_of_the_same_user_has_its_own_number(seats: SeatStore) -> None:
    await ask(seats, "ann", (PIT, 2))
    other = await ask(seats, "ann", (PIT, 2), session="t")
    assert isinstance(other, Granted)
    assert other.seat_ids == (PIT + 2, PIT + 3)


async def test_more_than_there_are_is_refused_with_what_is_free_or_given_in_part(
    seats: SeatStore,
) -> None:
    await ask(seats, "bob", (PIT, 4))
    refused = await ask(seats, "ann", (PIT, 3))
    assert refused == Refused(failed_areas=(FailedArea(PIT, "area_full", 2),))
    some = await ask(seats, "ann", (PIT, 3), fewer=True)
    assert isinstance(some, Granted)
    assert len(some.seat_ids) == 2
    assert some.failed_areas == (FailedArea(PIT, "area_full", 2),)
    none = await ask(seats, "cy", (PIT, 1), fewer=True)
    assert none == Refused(failed_areas=(FailedArea(PIT, "area_full", 0),))


async def test_places_count_toward_the_limit_of_a_person(seats: SeatStore) -> None:
    refused = await ask(seats, "ann", (PIT, 5), most=4)
    assert refused == Refused(failed_areas=(FailedArea(PIT, "limit_reached", 6),))
    both = await ask(seats, "ann", (PIT, 3), seats=((FIRST, BASE), (FIRST + 1, BASE)), most=4)
    assert isinstance(both, Granted)
    assert both.seat_ids == (FIRST, FIRST + 1)
    assert both.failed_areas == (FailedArea(PIT, "limit_reached", 6),)


async def test_an_area_that_is_none_is_named(seats: SeatStore) -> None:
    refused = await ask(seats, "ann", (FIRST, 1))
    assert refused == Refused(failed_areas=(FailedArea(FIRST, "unknown_area", 0),))
    with pytest.raises(InvalidRequest):
        await ask(seats, "ann", (PIT, 1), (PIT, 2))


async def test_a_place_cannot_be_asked_for_by_its_id(seats: SeatStore) -> None:
    refused = await ask(seats, "ann", seats=((PIT, BASE),))
    assert refused == Refused((FailedSeat(PIT, "unknown_seat"),))


async def test_a_lapsed_hold_counts_as_free_before_it_is_swept(
    seats: SeatStore, redis_client: Redis
) -> None:
    await ask(seats, "bob", (LAWN, 3))
    await redis_client.set("test:now", 1_000_000 + HOLD)
    answer = await ask(seats, "ann", (LAWN, 2))
    assert isinstance(answer, Granted)
    assert await area_problems(redis_client, EVENT) == []


async def test_after_a_rebuild_gaps_are_given_out_first(redis_client: Redis) -> None:
    store = SeatStore(redis_client)
    claims = (Claim(PIT + 1, 1, "bob", paying=False), Claim(PIT + 3, 2, "cy", paying=True))
    await open_event(store, claims, blocked=(PIT + 5,))
    assert await area_problems(redis_client, EVENT) == []
    answer = await ask(store, "ann", (PIT, 3))
    assert isinstance(answer, Granted)
    assert answer.seat_ids == (PIT, PIT + 2, PIT + 4)
    assert await ask(store, "dan", (PIT, 1)) == Refused(
        failed_areas=(FailedArea(PIT, "area_full", 0),)
    )


async def test_ten_places_of_an_area_of_20_000_take_redis_at_most_a_millisecond(
    redis_client: Redis,
) -> None:
    store = SeatStore(redis_client)
    await open_event(store, areas=((PIT, 20_000),), count=SEATS + 20_000)
    before = await cpu_s(redis_client)
    for user in range(200):
        assert isinstance(await ask(store, str(user), (PIT, 10)), Granted)
    spent = (await cpu_s(redis_client) - before) / 200
    assert spent <= 0.001


async def cpu_s(client: Redis) -> float:
    """CPU that the thread which runs commands has used, in seconds: another process that wants the
    same core does not count."""
    used = await client.info("cpu")
    return float(used["used_cpu_user_main_thread"]) + float(used["used_cpu_sys_main_thread"])


USERS = st.sampled_from(["ann", "bob", "cy"])
BOOKINGS = st.integers(1, 4)
PLACES = st.lists(st.integers(PIT, FIRST + COUNT - 1), min_size=1, max_size=4, unique=True)


class AreaMachine(RuleBasedStateMachine):
    """Random moves, also without Redis's memory; after each the books of both areas add up."""

    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.client: Redis = connect(self.url)
        self.seats = SeatStore(
            self.client, scripts=Scripts(self.client, paths.LUA, replaced=FAKE_CLOCK)
        )
        self.now = 1_000_000
        self.bookings: dict[int, tuple[str, list[int]]] = {}
        self.sold: dict[int, int] = {}
        self.blocked: set[int] = set()

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
            await open_event(self.seats, tuple(claims), tuple(self.blocked - self.sold.keys()))

        self.run(opened())

    @rule()
    def lose_redis(self) -> None:
        self.open()

    @rule(user=USERS, pit=st.integers(0, 7), lawn=st.integers(0, 4), fewer=st.booleans())
    def reserve(self, user: str, pit: int, lawn: int, fewer: bool) -> None:
        places = [(area, n) for area, n in ((PIT, pit), (LAWN, lawn)) if n]
        if not places:
            return
        answer = self.run(ask(self.seats, user, *places, fewer=fewer))
        failed = {one.area_id for one in answer.failed_areas}
        held = [seat for r in self.run(self.seats.reservations(EVENT, user)) for seat in r.seat_ids]
        assert len(held) == len(set(held))
        for area, n in places:
            mine = getattr(answer, "seat_ids", ())
            size = dict(AREAS)[area]
            assert area in failed or sum(area <= seat < area + size for seat in mine) == n

    @rule(user=USERS, seat_ids=PLACES)
    def release(self, user: str, seat_ids: list[int]) -> None:
        self.run(self.seats.release(EVENT, user, seat_ids))

    @rule(ms=st.sampled_from([1_000, HOLD // 2, HOLD]))
    def pass_time(self, ms: int) -> None:
        self.now += ms
        self.run(self.client.set("test:now", self.now))

    @rule()
    def sweep(self) -> None:
        self.run(self.seats.sweep(EVENT))

    @rule(seat_ids=PLACES)
    def block(self, seat_ids: list[int]) -> None:
        self.blocked |= set(getattr(self.run(self.seats.block(EVENT, seat_ids)), "seat_ids", ()))

    @rule(seat_ids=PLACES)
    def unblock(self, seat_ids: list[int]) -> None:
        self.blocked -= set(getattr(self.run(self.seats.unblock(EVENT, seat_ids)), "seat_ids", ()))

    @rule(user=USERS, booking=BOOKINGS, part=st.booleans())
    def begin_checkout(self, user: str, booking: int, part: bool) -> None:
        held = [seat for r in self.run(self.seats.reservations(EVENT, user)) for seat in r.seat_ids]
        wanted = held[:1] if part else held
        if booking not in self.bookings and wanted:
            answer = self.run(self.seats.begin_checkout(EVENT, user, booking, wanted, pay_ms=HOLD))
            if isinstance(answer, Granted):
                self.bookings[booking] = (user, wanted)

    @rule(booking=BOOKINGS, keep=st.booleans())
    def abandon_checkout(self, booking: int, keep: bool) -> None:
        self.run(self.seats.abandon_checkout(EVENT, booking, keep=keep))

    @rule(booking=BOOKINGS)
    def book_seats(self, booking: int) -> None:
        if booking in self.bookings:
            user, seat_ids = self.bookings[booking]
            self.run(self.seats.book_seats(EVENT, booking, user, seat_ids))
            self.blocked -= set(seat_ids)
            self.sold.update(dict.fromkeys(seat_ids, booking))

    @rule(booking=BOOKINGS)
    def unbook_seats(self, booking: int) -> None:
        if booking in self.bookings:
            user, seat_ids = self.bookings[booking]
            self.run(self.seats.unbook_seats(EVENT, booking, user, seat_ids))
            self.sold = {seat: one for seat, one in self.sold.items() if one != booking}

    @invariant()
    def books_add_up(self) -> None:
        assert self.run(area_problems(self.client, EVENT)) == []


def machine_of(url_: str, replaced: dict[str, str], examples: int) -> Any:
    class Machine(AreaMachine):
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


def test_an_areas_books_add_up_after_every_move(valkey: EmbeddedValkey) -> None:
    machine_of(valkey.url, {}, 40).runTest()


@pytest.mark.parametrize(
    ("script", "guard", "without"),
    [
        ("lib/areas.lua", "if n < area.fresh and status == 'A' then", "if false then"),
        ("lib/areas.lua", "elseif n < area.fresh then", "elseif false then"),
        ("lib/places.lua", "local free = area.size - area.taken", "local free = area.size"),
    ],
)
def test_a_book_that_is_not_kept_is_noticed(
    valkey: EmbeddedValkey, script: str, guard: str, without: str
) -> None:
    whole = (paths.LUA / script).read_text(encoding="utf-8")
    assert guard in whole
    with pytest.raises(AssertionError):
        machine_of(valkey.url, {script: whole.replace(guard, without)}, 60).runTest()
