"""The seat store against real Lua: what one buyer, or two, see of each move."""

from __future__ import annotations

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from houseful import paths
from houseful.domain.errors import InvalidRequest
from houseful.domain.seats import (
    PAYMENT_MS,
    Changed,
    Claim,
    FailedSeat,
    Granted,
    Origin,
    Refused,
    ReservationStatus,
    Swept,
)
from houseful.store.scripts import Scripts
from houseful.store.seats import FeedLost, SeatStore, Unopened, event_keys
from tests.store.fake_clock import FAKE_CLOCK

EVENT, BASE, FIRST, COUNT, HOLD = 7, 1_000_000, 101, 20, 600_000
START = 1_700_000_000_000


class Clock:
    """Redis's time, moved by hand."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self.now_ms = START

    async def move(self, ms: int) -> None:
        self.now_ms += ms
        await self._client.set("test:now", self.now_ms)


@pytest_asyncio.fixture
async def clock(redis_client: Redis) -> Clock:
    clock = Clock(redis_client)
    await clock.move(0)
    return clock


@pytest_asyncio.fixture
async def seats(redis_client: Redis, clock: Clock) -> SeatStore:
    store = SeatStore(redis_client, scripts=Scripts(redis_client, paths.LUA, replaced=FAKE_CLOCK))
    await open_event(store)
    return store


async def open_event(
    store: SeatStore,
    *,
    expected: str = "",
    epoch: str = "e1",
    base: int = BASE,
    claims: tuple[Claim, ...] = (),
    blocked: tuple[int, ...] = (),
) -> bool:
    return await store.open(
        EVENT,
        expected_epoch=expected,
        epoch=epoch,
        version_base=base,
        first_seat_id=FIRST,
        seat_count=COUNT,
        claims=claims,
        blocked=blocked,
    )


async def reserve(
    store: SeatStore,
    user: str,
    *wanted: tuple[int, int],
    session: str = "s",
    most: int = 10,
    price_list: int = 1,
) -> Granted | Refused:
    return await store.reserve(
        EVENT, user, session, wanted, hold_ms=HOLD, max_seats=most, price_list=price_list
    )


async def test_an_event_redis_does_not_know_is_unopened(redis_client: Redis) -> None:
    with pytest.raises(Unopened):
        await reserve(SeatStore(redis_client), "ann", (101, BASE))


async def test_the_second_buyer_of_a_seat_hears_that_it_is_reserved(seats: SeatStore) -> None:
    assert isinstance(await reserve(seats, "ann", (101, BASE)), Granted)
    answer = await reserve(seats, "bob", (101, BASE))
    assert answer == Refused((FailedSeat(101, "reserved"),))


async def test_a_version_from_before_a_release_is_stale(seats: SeatStore) -> None:
    granted = await reserve(seats, "ann", (101, BASE))
    assert isinstance(granted, Granted)
    await seats.release_reservation(EVENT, "ann", granted.reservation_id)
    assert await reserve(seats, "bob", (101, BASE)) == Refused((FailedSeat(101, "stale_version"),))
    assert isinstance(await reserve(seats, "bob", (101, BASE + 2)), Granted)


async def test_what_can_be_had_is_had_and_the_rest_says_why(seats: SeatStore) -> None:
    await reserve(seats, "bob", (102, BASE))
    answer = await reserve(seats, "ann", (101, BASE), (102, BASE), (999, BASE), (103, BASE - 1))
    assert isinstance(answer, Granted)
    assert answer.seat_ids == (101,)
    assert answer.failed == (
        FailedSeat(102, "reserved"),
        FailedSeat(999, "unknown_seat"),
        FailedSeat(103, "stale_version"),
    )


async def test_a_refusal_writes_nothing(seats: SeatStore, redis_client: Redis) -> None:
    await reserve(seats, "bob", (101, BASE))
    before = await redis_client.hgetall(event_keys(EVENT)[0])
    await reserve(seats, "ann", (101, BASE))
    assert await redis_client.hgetall(event_keys(EVENT)[0]) == before


async def test_asking_again_for_what_one_holds_is_a_success(seats: SeatStore) -> None:
    first = await reserve(seats, "ann", (101, BASE), (102, BASE))
    again = await reserve(seats, "ann", (101, BASE), (102, BASE))
    assert isinstance(first, Granted)
    assert isinstance(again, Granted)
    assert again.repeated
    assert (again.reservation_id, again.deadline_ms, again.seat_ids) == (
        first.reservation_id,
        first.deadline_ms,
        first.seat_ids,
    )


async def test_another_session_of_the_same_user_does_not_share_the_hold(seats: SeatStore) -> None:
    await reserve(seats, "ann", (101, BASE), session="phone")
    answer = await reserve(seats, "ann", (101, BASE), session="desk")
    assert answer == Refused((FailedSeat(101, "reserved"),))


async def test_more_seats_join_the_hold_and_its_time_stays_bounded(
    seats: SeatStore, clock: Clock
) -> None:
    first = await reserve(seats, "ann", (101, BASE))
    await clock.move(HOLD - 1000)
    second = await reserve(seats, "ann", (101, BASE + 1), (102, BASE))
    assert isinstance(second, Granted)
    assert second.seat_ids == (101, 102)
    assert second.deadline_ms == START + 2 * HOLD - 1000
    await clock.move(HOLD - 2000)
    third = await reserve(seats, "ann", (101, 0), (102, 0), (103, BASE))
    assert isinstance(third, Granted)
    assert third.deadline_ms == START + 2 * HOLD
    assert isinstance(first, Granted)
    left = await seats.reservations(EVENT, "ann")
    assert [r.reservation_id for r in left] == [third.reservation_id]


async def test_nobody_holds_more_than_the_limit_over_several_requests(seats: SeatStore) -> None:
    await reserve(seats, "ann", (101, BASE), (102, BASE), most=3)
    answer = await reserve(seats, "ann", (103, BASE), (104, BASE), session="other", most=3)
    assert isinstance(answer, Granted)
    assert answer.seat_ids == (103,)
    assert answer.failed == (FailedSeat(104, "limit_reached"),)


async def test_a_lapsed_reservation_can_be_taken_by_another(seats: SeatStore, clock: Clock) -> None:
    await reserve(seats, "ann", (101, BASE), (102, BASE))
    await clock.move(HOLD)
    answer = await reserve(seats, "bob", (101, BASE + 1))
    assert isinstance(answer, Granted)
    snapshot = await seats.snapshot(EVENT)
    states = {record.seat_id: record.status for record in snapshot.records}
    assert states == {101: "R", 102: "A"}


async def test_a_hold_is_extended_to_twice_its_length_and_no_further(
    seats: SeatStore, clock: Clock
) -> None:
    granted = await reserve(seats, "ann", (101, BASE))
    assert isinstance(granted, Granted)
    for moved in (HOLD // 2, HOLD // 2):
        await clock.move(moved)
        extended = await seats.extend(EVENT, "ann", granted.reservation_id, hold_ms=HOLD)
        assert isinstance(extended, Granted)
    assert extended.deadline_ms == START + 2 * HOLD
    await clock.move(HOLD - 1)
    refused = await seats.extend(EVENT, "ann", granted.reservation_id, hold_ms=HOLD)
    assert refused == Refused(reason="extension_limit")


async def test_a_hold_extended_again_in_the_same_moment_has_room_left(seats: SeatStore) -> None:
    granted = await reserve(seats, "ann", (101, BASE))
    assert isinstance(granted, Granted)
    before = await seats.snapshot(EVENT)
    for _ in range(6):
        extended = await seats.extend(EVENT, "ann", granted.reservation_id, hold_ms=HOLD)
        assert isinstance(extended, Granted)
        assert extended.deadline_ms == granted.deadline_ms
    assert (await seats.snapshot(EVENT)).seq == before.seq, "nothing moved, nothing is told"


async def test_a_hold_keeps_the_price_list_it_was_made_under(
    seats: SeatStore, clock: Clock
) -> None:
    first = await reserve(seats, "ann", (101, BASE), price_list=1)
    await clock.move(1_000)
    joined = await reserve(seats, "ann", (101, BASE + 1), (102, BASE), price_list=2)
    other = await reserve(seats, "bob", (103, BASE), price_list=2)
    assert [getattr(hold, "price_list", None) for hold in (first, joined, other)] == [1, 1, 2]
    assert isinstance(joined, Granted)
    extended = await seats.extend(EVENT, "ann", joined.reservation_id, hold_ms=HOLD)
    begun = await seats.begin_checkout(EVENT, "ann", 5, [101], pay_ms=60_000)
    kept = await seats.abandon_checkout(EVENT, 5, keep=True)
    assert [getattr(hold, "price_list", None) for hold in (extended, begun, kept)] == [1, 1, 1]
    assert {hold.price_list for hold in await seats.reservations(EVENT, "ann")} == {1}


async def test_only_the_last_attempt_of_a_booking_is_abandoned(seats: SeatStore) -> None:
    await reserve(seats, "ann", (101, BASE))
    await seats.begin_checkout(EVENT, "ann", 5, [101], pay_ms=60_000, fence="first")
    again = await seats.begin_checkout(EVENT, "ann", 5, [101], pay_ms=60_000, fence="second")
    assert isinstance(again, Granted)
    assert await seats.abandon_checkout(EVENT, 5, keep=True, fence="first") is None
    assert (await seats.records(EVENT, [101]))[101].status == "P"
    assert await seats.abandon_checkout(EVENT, 5, keep=True, fence="second") is not None
    await seats.begin_checkout(EVENT, "ann", 5, [101], pay_ms=60_000)
    assert await seats.abandon_checkout(EVENT, 5, keep=True, fence="first") is not None


async def test_seats_of_two_holds_are_paid_at_the_older_list(seats: SeatStore) -> None:
    await reserve(seats, "ann", (101, BASE), session="new", price_list=3)
    await reserve(seats, "ann", (102, BASE), session="old", price_list=2)
    begun = await seats.begin_checkout(EVENT, "ann", 5, [101, 102], pay_ms=60_000)
    assert isinstance(begun, Granted)
    assert begun.price_list == 2


async def test_a_rebuilt_purchase_keeps_its_price_list(seats: SeatStore) -> None:
    claims = (Claim(104, 10, "cy", paying=True, price_list=4),)
    assert await open_event(seats, expected="e1", epoch="e2", base=2_000_000, claims=claims)
    kept = await seats.abandon_checkout(EVENT, 10, keep=True)
    assert kept is not None
    assert kept.price_list == 4


async def test_only_seats_that_were_free_when_they_were_seen_were_lost_to_somebody_faster(
    seats: SeatStore,
) -> None:
    await reserve(seats, "bob", (101, BASE), (102, BASE))

    async def outrun(*wanted: tuple[int, int], most: int = 10) -> bool:
        answer = await reserve(seats, "ann", *wanted, most=most)
        assert isinstance(answer, Refused)
        return answer.outrun

    assert await outrun((101, BASE), (102, BASE)), "both were free at what she saw"
    assert not await outrun((101, BASE + 1)), "she saw it held"
    assert not await outrun((101, BASE), (102, BASE + 1)), "one of them she saw held"
    assert not await outrun((103, BASE + 7)), "a version that never was"
    assert not await outrun((104, BASE), most=0), "more than she may hold"


async def test_nobody_extends_releases_or_reads_anothers_reservation(seats: SeatStore) -> None:
    granted = await reserve(seats, "ann", (101, BASE))
    assert isinstance(granted, Granted)
    ref = granted.reservation_id
    unknown = Refused(reason="unknown_reservation")
    assert await seats.extend(EVENT, "bob", ref, hold_ms=HOLD) == unknown
    assert await seats.release_reservation(EVENT, "bob", ref) == unknown
    assert await seats.release(EVENT, "bob", [101]) == Refused((FailedSeat(101, "not_held"),))
    assert await seats.reservation(EVENT, "bob", ref) is None


async def test_the_sweep_frees_what_lapsed_and_names_the_next_deadline(
    seats: SeatStore, clock: Clock
) -> None:
    await reserve(seats, "ann", (101, BASE))
    await clock.move(1000)
    await reserve(seats, "bob", (102, BASE))
    await clock.move(HOLD - 1000)
    assert await seats.sweep(EVENT) == Swept(START + HOLD, START + HOLD + 1000, 1, ())
    await clock.move(1000)
    assert await seats.sweep(EVENT) == Swept(START + HOLD + 1000, None, 1, ())
    ended = await seats.reservation(EVENT, "ann", BASE + 1)
    assert ended is not None
    assert ended.status is ReservationStatus.EXPIRED


async def test_the_earliest_deadline_of_an_event_is_told_and_later_ones_are_not(
    seats: SeatStore, clock: Clock
) -> None:
    heard: list[tuple[int, int]] = []
    seats.heard_deadline = lambda event_id, deadline_ms: heard.append((event_id, deadline_ms))
    await reserve(seats, "ann", (101, BASE))
    assert heard == [(EVENT, START + HOLD)]
    await clock.move(1000)
    await reserve(seats, "bob", (102, BASE))
    await seats.extend(EVENT, "bob", BASE + 2, hold_ms=HOLD)
    assert len(heard) == 1
    await seats.begin_checkout(EVENT, "bob", 5, [102], pay_ms=60_000)
    assert heard[1:] == [(EVENT, clock.now_ms + 60_000)]
    await seats.release(EVENT, "ann", [101])
    await seats.abandon_checkout(EVENT, 5, keep=True)
    assert heard[2:] == [(EVENT, clock.now_ms + HOLD)]


async def test_seats_under_payment_outlive_their_deadline(seats: SeatStore, clock: Clock) -> None:
    await reserve(seats, "ann", (101, BASE), (102, BASE))
    begun = await seats.begin_checkout(EVENT, "ann", 5, [101, 102], pay_ms=60_000)
    assert isinstance(begun, Granted)
    await clock.move(2 * HOLD)
    assert await seats.sweep(EVENT) == Swept(clock.now_ms, None, 0, (5,))
    later = clock.now_ms + 1000
    await seats.defer_checkouts(EVENT, [5], later)
    assert await seats.sweep(EVENT) == Swept(clock.now_ms, later, 0, ())
    booked = await seats.book_seats(EVENT, 5, "ann", [101, 102])
    assert booked.seat_ids == (101, 102)
    assert await reserve(seats, "bob", (101, 0)) == Refused((FailedSeat(101, "booked"),))
    assert (await seats.book_seats(EVENT, 5, "ann", [101, 102])).seat_ids == ()


async def test_a_checkout_takes_all_its_seats_or_none(seats: SeatStore, clock: Clock) -> None:
    await reserve(seats, "ann", (101, BASE))
    await reserve(seats, "bob", (102, BASE))
    refused = await seats.begin_checkout(EVENT, "ann", 5, [101, 102, 103], pay_ms=60_000)
    assert refused == Refused((FailedSeat(102, "reserved"), FailedSeat(103, "not_held")))
    await clock.move(HOLD)
    await seats.sweep(EVENT)
    refused = await seats.begin_checkout(EVENT, "ann", 5, [101], pay_ms=60_000)
    assert refused == Refused((FailedSeat(101, "expired"),))


async def test_a_declined_buyer_keeps_the_time_that_was_left(
    seats: SeatStore, clock: Clock
) -> None:
    await reserve(seats, "ann", (101, BASE))
    await clock.move(HOLD - 200_000)
    await seats.begin_checkout(EVENT, "ann", 5, [101], pay_ms=60_000)
    await clock.move(30_000)
    kept = await seats.abandon_checkout(EVENT, 5, keep=True)
    assert kept is not None
    assert kept.deadline_ms == clock.now_ms + 200_000
    assert await seats.abandon_checkout(EVENT, 5, keep=True) is None


async def test_a_minute_is_given_to_a_declined_buyer_only_once(
    seats: SeatStore, clock: Clock
) -> None:
    await reserve(seats, "ann", (101, BASE))
    await clock.move(HOLD - 1000)
    lefts = []
    for booking in (5, 6):
        await seats.begin_checkout(EVENT, "ann", booking, [101], pay_ms=60_000)
        kept = await seats.abandon_checkout(EVENT, booking, keep=True)
        assert kept is not None
        lefts.append(kept.deadline_ms - clock.now_ms)
        await clock.move(50_000)
    assert lefts == [60_000, 10_000]


async def test_a_hold_ends_however_often_a_payment_that_fails_gives_its_time_back(
    seats: SeatStore, clock: Clock
) -> None:
    await reserve(seats, "ann", (101, BASE))
    turns = 0
    while True:
        turns += 1
        begun = await seats.begin_checkout(EVENT, "ann", turns, [101], pay_ms=60_000)
        assert isinstance(begun, Granted)
        await clock.move(300_000)
        kept = await seats.abandon_checkout(EVENT, turns, keep=True)
        if kept is None:
            break
        assert kept.deadline_ms <= START + 2 * HOLD + PAYMENT_MS
    assert clock.now_ms <= START + 2 * HOLD + PAYMENT_MS + 300_000
    assert await seats.reservations(EVENT, "ann") == []
    assert isinstance(await reserve(seats, "bob", (101, BASE + 2 * turns + 1)), Granted)


async def test_a_seat_added_after_such_a_payment_takes_no_time_from_the_others(
    seats: SeatStore, clock: Clock
) -> None:
    """Two holds after the first is in the past by then: the basket would be swept at once."""
    await reserve(seats, "ann", (101, BASE))
    for booking in (5, 6, 7, 8):
        await seats.begin_checkout(EVENT, "ann", booking, [101], pay_ms=60_000)
        await clock.move(310_000)
        kept = await seats.abandon_checkout(EVENT, booking, keep=True)
    assert kept is not None
    assert clock.now_ms > START + 2 * HOLD
    seat = next(r for r in (await seats.snapshot(EVENT)).records if r.seat_id == 101)
    added = await reserve(seats, "ann", (101, seat.version), (102, BASE))
    assert isinstance(added, Granted)
    assert added.deadline_ms == kept.deadline_ms > clock.now_ms
    assert (await seats.sweep(EVENT)).freed == 0


AT_HOME = Origin("203.0.113.7", most_seats=3, most_seat_ms=HOLD * 4)


async def from_home(store: SeatStore, user: str, *wanted: tuple[int, int]) -> Granted | Refused:
    return await store.reserve(EVENT, user, "s", wanted, hold_ms=HOLD, max_seats=10, origin=AT_HOME)


async def test_people_behind_one_address_hold_a_bounded_number_of_seats_together(
    seats: SeatStore,
) -> None:
    assert isinstance(await from_home(seats, "ann", (101, BASE), (102, BASE)), Granted)
    part = await from_home(seats, "bob", (103, BASE), (104, BASE))
    assert isinstance(part, Granted)
    assert (part.seat_ids, part.failed) == ((103,), (FailedSeat(104, "address_limit"),))
    assert isinstance(await reserve(seats, "cy", (104, BASE)), Granted), "from elsewhere"
    await seats.release(EVENT, "ann", [101])
    assert isinstance(await from_home(seats, "bob", (105, BASE)), Granted)
    assert {hold.user: hold.address for hold in await seats.holds(EVENT)} == {
        "ann": AT_HOME.address,
        "bob": AT_HOME.address,
        "cy": "",
    }


async def test_what_is_bought_or_ended_makes_room_for_others_of_the_same_address(
    seats: SeatStore, clock: Clock
) -> None:
    await from_home(seats, "ann", (101, BASE), (102, BASE), (103, BASE))
    await seats.begin_checkout(EVENT, "ann", 5, [101, 102], pay_ms=60_000)
    assert await from_home(seats, "bob", (104, BASE)) == Refused(
        (FailedSeat(104, "address_limit"),)
    )
    await seats.book_seats(EVENT, 5, "ann", [101, 102])
    assert isinstance(await from_home(seats, "bob", (104, BASE), (105, BASE)), Granted)
    await clock.move(HOLD)
    await seats.sweep(EVENT)
    assert isinstance(await from_home(seats, "cy", (106, BASE)), Granted)


async def test_seats_held_again_and_again_and_never_bought_are_refused_for_the_rest_of_the_hour(
    seats: SeatStore, clock: Clock, redis_client: Redis
) -> None:
    version, rounds = BASE, 0
    while True:
        answer = await from_home(seats, f"guest-{rounds}", (101, version), (102, version))
        if isinstance(answer, Refused):
            break
        await clock.move(HOLD)
        await seats.sweep(EVENT)
        version, rounds = version + 2, rounds + 1
    assert rounds == 2, "two seats for two holds are as much as may be withheld"
    assert {seat.reason for seat in answer.failed} == {"address_limit"}
    withheld = f"seat:{{{EVENT}}}:withheld:{AT_HOME.address}"
    assert 0 < await redis_client.pttl(withheld) <= 3_600_000
    await redis_client.delete(withheld)
    assert isinstance(await from_home(seats, "ann", (101, version)), Granted)


async def test_sql_wins_over_what_redis_believed(seats: SeatStore) -> None:
    await reserve(seats, "bob", (101, BASE), (102, BASE))
    booked = await seats.book_seats(EVENT, 9, "ann", [101])
    assert booked.seat_ids == (101,)
    [left] = await seats.reservations(EVENT, "bob")
    assert left.seat_ids == (102,)


async def test_a_cancelled_booking_frees_only_its_own_seats(seats: SeatStore) -> None:
    await seats.book_seats(EVENT, 9, "ann", [101])
    await seats.book_seats(EVENT, 10, "bob", [102])
    freed = await seats.unbook_seats(EVENT, 9, "ann", [101, 102])
    assert freed.seat_ids == (101,)


async def test_blocking_takes_nothing_from_anyone(seats: SeatStore) -> None:
    await reserve(seats, "ann", (101, BASE))
    answer = await seats.block(EVENT, [101, 102])
    assert isinstance(answer, Changed)
    assert (answer.seat_ids, answer.failed) == ((102,), (FailedSeat(101, "reserved"),))
    assert await reserve(seats, "bob", (102, BASE + 1)) == Refused((FailedSeat(102, "blocked"),))
    await seats.unblock(EVENT, [102])
    assert isinstance(await reserve(seats, "bob", (102, BASE + 2)), Granted)


async def test_a_rebuild_keeps_what_sql_sold_and_raises_every_version(seats: SeatStore) -> None:
    await reserve(seats, "ann", (101, BASE), (102, BASE))
    claims = (Claim(103, 9, "bob", paying=False), Claim(104, 10, "cy", paying=True))
    assert not await open_event(seats, expected="", epoch="e2")
    assert await open_event(
        seats, expected="e1", epoch="e2", base=2_000_000, claims=claims, blocked=(105,)
    )
    snapshot = await seats.snapshot(EVENT)
    assert {r.seat_id: r.status for r in snapshot.records} == {103: "B", 104: "P", 105: "X"}
    assert min([snapshot.version_base, *(r.version for r in snapshot.records)]) == 2_000_000
    assert await seats.reservations(EVENT, "ann") == []
    assert (await seats.book_seats(EVENT, 10, "cy", [104])).seat_ids == (104,)


async def test_an_event_that_another_process_of_redis_wrote_is_unopened_until_it_is_renewed(
    seats: SeatStore, redis_client: Redis, clock: Clock
) -> None:
    held = await reserve(seats, "ann", (101, BASE), (102, BASE))
    assert isinstance(held, Granted)
    await seats.begin_checkout(EVENT, "ann", 5, [102], pay_ms=60_000)
    await seats.book_seats(EVENT, 9, "bob", [103])
    await seats.block(EVENT, [104])
    before = {record.seat_id: record for record in (await seats.snapshot(EVENT)).records}
    assert not await renew(seats, is_certain=False), "nothing is wrong"
    await redis_client.hset(event_keys(EVENT)[0], "incarnation", "another")
    with pytest.raises(Unopened):
        await reserve(seats, "ann", (105, BASE))
    with pytest.raises(Unopened):
        await seats.read_feed(EVENT, "e1", 1)
    assert await renew(seats, is_certain=False)
    assert not await renew(seats, is_certain=False), "once, however many ask"

    after = await seats.snapshot(EVENT)
    assert (after.epoch, after.seq, after.version_base) == ("e2", 1, 2_000_000)
    highest = max(record.version for record in before.values())
    for record in after.records:
        assert record.version > max(highest, after.version_base)
        was = before[record.seat_id]
        assert (record.status, record.ref, record.deadline_ms) == (
            *(was.status, was.ref, was.deadline_ms),
        )
    assert {hold.reservation.seat_ids for hold in await seats.holds(EVENT)} == {(101,), (102,)}
    new = await reserve(seats, "cy", (105, 2_000_000))
    assert isinstance(new, Granted)
    assert new.reservation_id > 2_000_000, "no reservation id comes twice"
    await clock.move(HOLD)
    assert (await seats.sweep(EVENT)).freed == 2


async def test_a_worker_that_knows_of_lost_writes_renews_under_the_same_process(
    seats: SeatStore,
) -> None:
    assert await renew(seats, is_certain=True)
    assert (await seats.snapshot(EVENT)).epoch == "e2"
    assert not await renew(seats, is_certain=True), "its epoch is another now"


async def renew(seats: SeatStore, *, is_certain: bool) -> bool:
    return await seats.renew(
        EVENT, expected_epoch="e1", epoch="e2", version_base=2_000_000, is_certain=is_certain
    )


async def test_the_feed_tells_each_move_once_and_in_order(seats: SeatStore) -> None:
    await reserve(seats, "ann", (101, BASE), (102, BASE))
    await seats.release(EVENT, "ann", [101])
    changes, _ = await seats.read_feed(EVENT, "e1", 1)
    assert [(c.seq, c.kind, c.user, c.seats) for c in changes] == [
        (2, "reserved", "ann", ((101, BASE + 1), (102, BASE + 1))),
        (3, "released", "ann", ((101, BASE + 2),)),
    ]


@pytest.mark.parametrize(("epoch", "since", "rewound"), [("other", 1, False), ("e1", 99, True)])
async def test_a_position_that_is_of_no_use_is_said_to_be_lost(
    seats: SeatStore, epoch: str, since: int, rewound: bool
) -> None:
    with pytest.raises(FeedLost) as lost:
        await seats.read_feed(EVENT, epoch, since)
    assert lost.value.rewound is rewound


async def test_a_feed_that_went_back_and_on_again_is_told_from_the_one_that_was_read(
    seats: SeatStore, redis_client: Redis, clock: Clock
) -> None:
    """A failover lost the last entry; another has taken its place, and more have followed."""
    for key in event_keys(EVENT)[:3]:
        await redis_client.copy(key, f"older:{key}")
    await reserve(seats, "ann", (101, BASE))
    read, _ = await seats.read_feed(EVENT, "e1", 1)
    assert (await seats.snapshot(EVENT)).at_ms == read[-1].at_ms

    for key in event_keys(EVENT)[:3]:
        await redis_client.copy(f"older:{key}", key, replace=True)
    await clock.move(5)
    for _ in range(2):
        await seats.block(EVENT, [105])
        await seats.unblock(EVENT, [105])

    assert (await seats.read_feed(EVENT, "e1", 2))[0]  # by the number alone nothing is amiss
    with pytest.raises(FeedLost) as lost:
        await seats.read_feed(EVENT, "e1", 2, read[-1].at_ms)
    assert lost.value.rewound is True


async def test_a_reader_behind_the_end_of_the_feed_is_told_of_the_gap(
    seats: SeatStore, redis_client: Redis
) -> None:
    for _ in range(3):
        await seats.block(EVENT, [101])
        await seats.unblock(EVENT, [101])
    await redis_client.xtrim(event_keys(EVENT)[2], maxlen=2, approximate=False)
    with pytest.raises(FeedLost) as lost:
        await seats.read_feed(EVENT, "e1", 2)
    assert lost.value.rewound is False


async def test_a_seat_named_twice_is_an_error(seats: SeatStore) -> None:
    with pytest.raises(InvalidRequest, match="seat 101 twice"):
        await reserve(seats, "ann", (101, BASE), (101, BASE))


async def test_scripts_survive_a_redis_that_forgot_them(
    seats: SeatStore, redis_client: Redis
) -> None:
    await redis_client.script_flush()
    assert isinstance(await reserve(seats, "ann", (101, BASE)), Granted)


async def test_the_real_clock_is_redis_own(redis_client: Redis) -> None:
    store = SeatStore(redis_client)
    await open_event(store)
    granted = await reserve(store, "ann", (101, BASE))
    assert isinstance(granted, Granted)
    seconds, micros = await redis_client.time()
    assert abs(seconds * 1000 + micros // 1000 - granted.now_ms) < 1000
    assert granted.deadline_ms == granted.now_ms + HOLD
    lease = await redis_client.pttl(f"seat:{{{EVENT}}}:lease:{granted.reservation_id}")
    assert HOLD - 1000 < lease <= HOLD
