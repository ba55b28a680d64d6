"""Hypothesis drives random moves by several users against real Lua and the pure model."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from redis.asyncio import Redis

from houseful import paths
from houseful.domain.seats import PAYMENT_MS, Granted
from houseful.redis.connection import connect
from houseful.store.scripts import Scripts
from houseful.store.seats import SeatStore, event_keys
from houseful.valkey.embedded import EmbeddedValkey
from tests.store.fake_clock import FAKE_CLOCK
from tests.store.model import Model

EVENT, BASE, FIRST, COUNT, HOLD, MAX = 7, 1_000_000, 101, 8, 100_000, 4
USERS = st.sampled_from(["ann", "bob", "cy"])
SESSIONS = st.sampled_from(["s1", "s2"])
SEATS = st.lists(st.integers(FIRST - 1, FIRST + COUNT), min_size=1, max_size=4, unique=True)
REAL_SEATS = st.lists(st.integers(FIRST, FIRST + COUNT - 1), min_size=1, max_size=3, unique=True)
BOOKINGS = st.integers(1, 5)


class SeatMachine(RuleBasedStateMachine):
    """Each rule makes one move in both worlds; the invariant compares them seat by seat."""

    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.client: Redis = connect(self.url)
        self.seats = SeatStore(
            self.client, scripts=Scripts(self.client, paths.LUA, replaced=FAKE_CLOCK)
        )
        self.model = Model(BASE, FIRST, COUNT, HOLD, MAX)
        self.bookings: dict[int, tuple[str, list[int]]] = {}

    def run(self, move: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(move)

    def teardown(self) -> None:
        self.run(self.client.aclose())
        self.loop.close()

    @initialize()
    def open(self) -> None:
        async def opened() -> bool:
            await self.client.flushall()
            await self.client.set("test:now", self.model.now)
            return await self.seats.open(
                EVENT,
                expected_epoch="",
                epoch="e1",
                version_base=BASE,
                first_seat_id=FIRST,
                seat_count=COUNT,
                claims=(),
                blocked=(),
            )

        assert self.run(opened())

    @rule(user=USERS, session=SESSIONS, seat_ids=SEATS, stale=st.sampled_from([0, 0, 0, 1]))
    def reserve(self, user: str, session: str, seat_ids: list[int], stale: int) -> None:
        wanted = [(seat_id, self.model.seat(seat_id).version - stale) for seat_id in seat_ids]
        answer = self.run(
            self.seats.reserve(EVENT, user, session, wanted, hold_ms=HOLD, max_seats=MAX)
        )
        ref, seats, failed = self.model.reserve(user, session, wanted)
        assert [(f.seat_id, f.reason) for f in answer.failed] == failed
        if ref is None:
            assert not isinstance(answer, Granted)
        else:
            assert (answer.reservation_id, list(answer.seat_ids)) == (ref, seats)
            assert answer.deadline_ms == self.model.reservations[ref].deadline > self.model.now

    @rule(user=USERS, nth=st.integers(0, 12))
    def extend(self, user: str, nth: int) -> None:
        answer = self.run(self.seats.extend(EVENT, user, BASE + 1 + nth, hold_ms=HOLD))
        expected = self.model.extend(user, BASE + 1 + nth)
        assert ("extended" if isinstance(answer, Granted) else answer.reason) == expected

    @rule(user=USERS, seat_ids=SEATS)
    def release(self, user: str, seat_ids: list[int]) -> None:
        answer = self.run(self.seats.release(EVENT, user, seat_ids))
        released, failed = self.model.release(user, seat_ids)
        assert sorted(getattr(answer, "seat_ids", ())) == sorted(released)
        assert sorted((f.seat_id, f.reason) for f in answer.failed) == sorted(failed)

    @rule(ms=st.sampled_from([1, 1_000, HOLD // 2, HOLD, 2 * HOLD, PAYMENT_MS]))
    def pass_time(self, ms: int) -> None:
        self.model.now += ms
        self.run(self.client.set("test:now", self.model.now))

    @rule()
    def sweep(self) -> None:
        self.run(self.seats.sweep(EVENT))
        self.model.sweep()

    @rule(seat_ids=REAL_SEATS)
    def block(self, seat_ids: list[int]) -> None:
        answer = self.run(self.seats.block(EVENT, seat_ids))
        assert sorted(getattr(answer, "seat_ids", ())) == sorted(self.model.block(seat_ids))

    @rule(seat_ids=REAL_SEATS)
    def unblock(self, seat_ids: list[int]) -> None:
        self.run(self.seats.unblock(EVENT, seat_ids))
        self.model.unblock(seat_ids)

    @rule(booking=BOOKINGS, pick=st.integers(0, 50), part=st.booleans(), other=USERS)
    def begin_checkout(self, booking: int, pick: int, part: bool, other: str) -> None:
        if booking in self.bookings:
            user, seat_ids = self.bookings[booking]
        elif not self.model.reservations:
            return
        else:
            reservations = list(self.model.reservations.values())
            active = [r for r in reservations if r.status == "ACTIVE"] or reservations
            reservation = active[pick % len(active)]
            user = other if pick % 10 == 0 else reservation.user
            seat_ids = reservation.seats[:1] if part else list(reservation.seats)
        answer = self.run(self.seats.begin_checkout(EVENT, user, booking, seat_ids, pay_ms=HOLD))
        begun = self.model.begin_checkout(user, booking, seat_ids, HOLD)
        assert isinstance(answer, Granted) == begun
        if begun:
            self.bookings[booking] = (user, seat_ids)

    @rule(booking=BOOKINGS, keep=st.booleans())
    def abandon_checkout(self, booking: int, keep: bool) -> None:
        self.run(self.seats.abandon_checkout(EVENT, booking, keep=keep))
        self.model.abandon_checkout(booking, keep=keep)

    @rule(booking=BOOKINGS)
    def book_seats(self, booking: int) -> None:
        if booking in self.bookings:
            user, seat_ids = self.bookings[booking]
            self.run(self.seats.book_seats(EVENT, booking, user, seat_ids))
            self.model.book_seats(booking, seat_ids)

    @rule(booking=BOOKINGS)
    def unbook_seats(self, booking: int) -> None:
        if booking in self.bookings:
            user, seat_ids = self.bookings[booking]
            self.run(self.seats.unbook_seats(EVENT, booking, user, seat_ids))
            self.model.unbook_seats(booking, seat_ids)

    @invariant()
    def worlds_agree(self) -> None:
        async def real() -> tuple[Any, ...]:
            keys = event_keys(EVENT)
            pipe = self.client.pipeline(transaction=False)
            pipe.hgetall(keys[1]).hmget(keys[0], "seq", "taken").zrange(keys[3], 0, -1)
            for ref in self.model.reservations:
                pipe.hget(f"{keys[0][:-4]}reservation:{ref}", "last")
            return tuple(await pipe.execute())

        records, (seq, taken), clocks, *lasts = self.run(real())
        if seq is None:
            return
        expected = {
            str(seat_id): f"{seat.version}:{seat.status}:{seat.ref}:{seat.deadline}"
            for seat_id, seat in self.model.seats.items()
        }
        assert records == expected
        assert int(seq) == self.model.seq
        assert int(taken) == sum(seat.status != "A" for seat in self.model.seats.values())
        assert list(map(int, lasts)) == [r.last for r in self.model.reservations.values()]
        for r in self.model.reservations.values():
            assert r.status != "ACTIVE" or r.deadline <= r.created + 2 * HOLD + PAYMENT_MS
        active = [str(ref) for ref, r in self.model.reservations.items() if r.status == "ACTIVE"]
        assert sorted(clocks) == sorted(active)


@pytest.mark.parametrize("examples", [30, pytest.param(300, marks=pytest.mark.long)])
def test_lua_and_the_pure_table_agree_after_every_move(
    valkey: EmbeddedValkey, examples: int
) -> None:
    SeatMachine.url = valkey.url
    machine = SeatMachine.TestCase
    machine.settings = settings(
        max_examples=examples,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    machine().runTest()


@pytest.mark.parametrize(
    ("script", "guard", "without"),
    [
        ("reserve.lua", "if version and seat.version ~= version then", "if false then"),
        ("reserve.lua", "if seat.status == 'B' then return 'booked' end", ""),
        ("reserve.lua", "and seat.deadline <= at", "and true"),
        ("lib/reservations.lua", "+ PAYMENT_MS end", "+ 10 * PAYMENT_MS end"),
        ("release.lua", "local mine = r and r.user == user", "local mine = r"),
    ],
)
def test_a_guard_taken_out_of_lua_is_noticed(
    valkey: EmbeddedValkey, script: str, guard: str, without: str
) -> None:
    whole = (paths.LUA / script).read_text(encoding="utf-8")
    assert guard in whole

    class Unguarded(SeatMachine):
        url = valkey.url

        def __init__(self) -> None:
            super().__init__()
            replaced = {**FAKE_CLOCK, script: whole.replace(guard, without)}
            self.seats = SeatStore(
                self.client, scripts=Scripts(self.client, paths.LUA, replaced=replaced)
            )

    machine = Unguarded.TestCase
    machine.settings = settings(
        max_examples=200,
        stateful_step_count=40,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=["generate"],
        suppress_health_check=list(HealthCheck),
    )
    with pytest.raises(Exception):  # noqa: B017 - any disagreement will do
        machine().runTest()
