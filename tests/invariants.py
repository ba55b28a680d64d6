"""What must always hold, whatever was killed: each a function over SQL, Redis and the gateway.

Any test and the chaos suite call `broken`; an empty list is good news. What is in Redis is read by
plain commands, never through a script that sweeps or heals. I1, I4, I5, I7 and I8 hold
at every moment, the others once nothing is under way. I4, I6 and I7 judge what was shown to people:
give `World.seen` what they saw (`tests.watcher.Watcher.sight`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import text

from houseful.domain.booking import LIVE
from houseful.domain.seats import WIRE_STATUS, Claim, SeatRecord
from houseful.ledger import bookings
from houseful.ledger.catalog import events
from houseful.payments.gateway import PaymentState
from houseful.redis.command_router import Client, CommandRouter
from houseful.sql.database import Database, Session
from houseful.store.seats import event_keys, seat_record


@dataclass(frozen=True)
class Sight:
    """What one user was shown. `folded`: seat id → (status, version) after the last frame;
    `booked`: seats ever seen BOOKED; `went_back`: seats whose version fell within an epoch;
    `shown`: (kind, id) of each reservation, booking and key that came to this user."""

    user: str
    event_id: int
    folded: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    booked: frozenset[int] = frozenset()
    went_back: Sequence[int] = ()
    shown: frozenset[tuple[str, object]] = frozenset()


@runtime_checkable
class Commands(Protocol):
    """Where commands are sent, as `CommandRouter` does it."""

    async def send(self, key: str, *command: str | int | bytes, stamped: bool = False) -> Any: ...


@dataclass(frozen=True)
class World:
    """The three books, and what people saw of them. `answers`: (user, key) → bytes of `data` that a
    finished key was answered with; `payments`: everything the gateway has."""

    database: Database
    redis: Client | Commands
    payments: Sequence[PaymentState] = ()
    answers: Mapping[tuple[str, str], bytes] = field(default_factory=dict)
    seen: Sequence[Sight] = ()
    issues_receipts: bool = False


async def rows(world: World, statement: str) -> list[tuple[object, ...]]:
    async def read(session: Session) -> list[tuple[object, ...]]:
        return [tuple(row) for row in await session.execute(text(statement))]

    return await world.database.query(read)


@dataclass(frozen=True)
class RawSeats:
    """An event's seats as they lie in Redis, read by plain commands: no script sweeps or mends them."""

    base: int
    first: int
    count: int
    now_ms: int
    records: Sequence[SeatRecord]


def way_to(redis: Client | Commands) -> Commands:
    return redis if isinstance(redis, Commands) else CommandRouter(redis)


async def raw_seats(world: World, event_id: int) -> RawSeats | None:
    """None where Redis has none."""
    meta, state, *_ = event_keys(event_id)
    router = way_to(world.redis)
    numbers = await router.send(meta, "HMGET", meta, "base", "first", "count")
    if numbers[0] is None:
        return None
    records = await router.send(state, "HGETALL", state)
    seconds, micros = await router.send(meta, "TIME")
    return RawSeats(
        *map(int, numbers),
        now_ms=int(seconds) * 1000 + int(micros) // 1000,
        records=[seat_record(seat_id, record) for seat_id, record in records.items()],
    )


async def area_problems(client: Client | Commands, event_id: int) -> list[str]:
    """What is wrong with the books of an event's standing areas: free + held + booked + blocked must be
    their size, and each free place among those that can still be given out."""
    meta, state, *_ = event_keys(event_id)
    router, prefix = way_to(client), meta.removesuffix("meta")
    areas = await router.send(meta, "HGETALL", f"{prefix}areas")
    returned = {int(seat) for seat in await router.send(meta, "ZRANGE", f"{prefix}returned", 0, -1)}
    records = await router.send(state, "HGETALL", state)
    taken = {int(seat) for seat, record in records.items() if record.split(":")[1] != "A"}
    problems = []
    for area, book in areas.items():
        size, fresh, count = map(int, book.split())
        places = set(range(int(area), int(area) + size))
        if len(places & taken) != count:
            problems.append(f"I12 area {area}: {len(places & taken)} taken, {count} in its book")
        can_be_given = {seat for seat in places if seat in returned or seat >= fresh}
        if places - taken != can_be_given - {seat for seat in taken if seat >= fresh}:
            problems.append(
                f"I12 area {area}: free {sorted(places - taken)[:9]}, given out from {fresh}"
            )
    return problems


async def unit_problems(client: Client | Commands, event_id: int) -> list[str]:
    """Tables and boxes that are sold whole of which only some seats are held, sold or blocked, or by
    several: all seats of a unit are free, or in one reservation, one booking, or blocked."""
    meta, state, *_ = event_keys(event_id)
    router, prefix = way_to(client), meta.removesuffix("meta")
    problems = []
    for unit in await router.send(meta, "ZRANGE", f"{prefix}units", 0, -1):
        first, size, *_ = map(int, unit.split())
        records = await router.send(state, "HMGET", state, *range(first, first + size))
        states = {tuple((record or "0:A:0:0").split(":")[1:3]) for record in records}
        taken = {(status, ref if status != "A" else "") for status, ref in states}
        if len(taken) > 1:
            problems.append(f"I12 unit {first}: its seats are {sorted(taken)}")
    return problems


async def live_claims(world: World, event_id: int) -> list[Claim]:
    return await world.database.query(lambda session: bookings.live_claims(session, event_id))


async def i1_no_seat_is_sold_twice(world: World) -> list[str]:
    """No seat in two live claims, nor in two confirmed bookings, nor BOOKED for a third."""
    twice = await rows(
        world,
        "SELECT event_id, seat_id, count(*) FROM booking_seat WHERE live"
        " GROUP BY event_id, seat_id HAVING count(*) > 1",
    )
    confirmed = await rows(
        world,
        "SELECT s.event_id, s.seat_id, count(*) FROM booking_seat s"
        " JOIN booking b ON b.id = s.booking_id WHERE b.state = 'CONFIRMED'"
        " AND s.refund_id IS NULL GROUP BY s.event_id, s.seat_id HAVING count(*) > 1",
    )
    return [
        f"I1 seat {seat} of event {event} sold {n} times" for event, seat, n in twice + confirmed
    ]


async def i2_money_has_its_booking(world: World) -> list[str]:
    """Each succeeded payment: one confirmed booking of that amount, or refunds that add up; or the
    bank took it back, in a dispute that was lost. What the gateway gave back is what our refunds say,
    row by row, and what it kept is what the tickets that stand and the fees of those that do not say."""
    known = {
        payment: (state, total, booking)
        for payment, state, total, booking in await rows(
            world,
            "SELECT p.payment_id, CASE WHEN b.dispute = 'LOST' THEN 'LOST' ELSE b.state END,"
            " b.total_minor, b.id FROM payment p"
            " JOIN booking b ON b.id = p.booking_id AND b.payment_id = p.payment_id",
        )
    }
    ((house_id,),) = await rows(world, "SELECT house_id FROM house")
    owed = {
        booking: (int(str(given)), int(str(promised)), int(str(fees)))
        for booking, given, promised, fees in await rows(
            world,
            "SELECT booking_id, sum(CASE WHEN state = 'GIVEN' THEN amount_minor ELSE 0 END),"
            " sum(amount_minor), sum(fee_minor) FROM refund WHERE booking_id IS NOT NULL"
            " GROUP BY booking_id",
        )
    }
    problems = []
    charged: dict[object, int] = {}
    for payment in world.payments:
        if payment.outcome != "succeeded" or payment.metadata.get("house") != house_id:
            continue  # what is not ours is I11's
        state, total, booking = known.get(payment.payment_id, (None, None, None))
        given, promised, fees = owed.get(booking, (0, 0, 0))
        kept = payment.amount_minor - payment.refunded_minor
        if payment.refunded_minor > payment.amount_minor:
            problems.append(f"I2 {payment.payment_id}: refunded more than was paid")
        if booking is not None and state != "LOST" and given != payment.refunded_minor:
            problems.append(
                f"I2 {payment.payment_id}: gave back {payment.refunded_minor}, our refunds {given}"
            )
        if promised + fees > payment.amount_minor:
            problems.append(f"I2 {payment.payment_id}: more promised back than was paid")
        if state == "CONFIRMED" and total == payment.amount_minor:
            charged[booking] = charged.get(booking, 0) + 1
        elif kept != fees and state != "LOST":
            problems.append(f"I2 {payment.payment_id}: kept {kept}, its booking is {state}")
    double = [booking for booking, n in charged.items() if n > 1]
    return problems + [f"I2 booking {booking} charged more than once" for booking in double]


async def i3_bookings_are_paid(world: World) -> list[str]:
    """Each confirmed booking: exactly one succeeded payment, or amount 0."""
    ((house_id,),) = await rows(world, "SELECT house_id FROM house")
    paid: dict[str, int] = {}
    for payment in world.payments:
        if payment.outcome == "succeeded" and payment.metadata.get("house") == house_id:
            booking = payment.metadata.get("booking", "")
            paid[booking] = paid.get(booking, 0) + (payment.refunded_minor < payment.amount_minor)
    found = await rows(world, "SELECT id, total_minor FROM booking WHERE state = 'CONFIRMED'")
    return [
        f"I3 booking {booking} of {total} has {paid.get(str(booking), 0)} payments"
        for booking, total in found
        if paid.get(str(booking), 0) != (1 if total else 0)
    ]


async def i4_booked_seats_are_sold(world: World) -> list[str]:
    """A seat seen BOOKED on any socket was claimed in SQL by a booking that was confirmed."""
    sold = await rows(
        world,
        "SELECT s.event_id, s.seat_id FROM booking_seat s JOIN booking b ON b.id = s.booking_id"
        " WHERE b.confirmed_at_ms IS NOT NULL",
    )
    known = set(sold)
    return [
        f"I4 {sight.user} saw seat {seat} of event {sight.event_id} BOOKED, which nobody bought"
        for sight in world.seen
        for seat in sorted(sight.booked)
        if (sight.event_id, seat) not in known
    ]


async def i5_no_seat_is_held_too_long(world: World) -> list[str]:
    """None held past its deadline + 1 s, none PAYING without a live claim past it + 2 s."""
    problems = []
    for event in await world.database.query(events.list_all):
        raw = await raw_seats(world, event.id)
        if raw is None:
            continue
        claimed = {claim.seat_id for claim in await live_claims(world, event.id)}
        for record in raw.records:
            over = raw.now_ms - record.deadline_ms
            if record.status == "R" and over > 1_000:
                problems.append(f"I5 seat {record.seat_id} held {over} ms too long")
            if record.status == "P" and over > 2_000 and record.seat_id not in claimed:
                problems.append(f"I5 seat {record.seat_id} PAYING {over} ms too long")
    return problems


async def i6_every_map_is_the_truth(world: World) -> list[str]:
    """Each viewer's folded map equals the seats in Redis; versions never fell."""
    problems = [
        f"I6 {sight.user} saw the version of seat {seat} fall"
        for sight in world.seen
        for seat in sight.went_back
    ]
    for event_id in {sight.event_id for sight in world.seen if sight.folded}:
        raw = await raw_seats(world, event_id)
        if raw is None:
            problems.append(f"I6 event {event_id} is watched and not in Redis")
            continue
        seats = range(raw.first, raw.first + raw.count)
        truth = dict.fromkeys(seats, ("AVAILABLE", raw.base))
        for record in raw.records:
            truth[record.seat_id] = (WIRE_STATUS[record.status], record.version)
        for sight in world.seen:
            if sight.event_id == event_id and sight.folded:
                wrong = [seat for seat in truth if sight.folded.get(seat) != truth[seat]]
                wrong += sight.folded.keys() - truth.keys()
                problems += [
                    f"I6 {sight.user} sees seat {seat} as {sight.folded.get(seat)},"
                    f" it is {truth.get(seat)}"
                    for seat in wrong
                ]
    return problems


async def i7_nobody_sees_anothers(world: World) -> list[str]:
    """No reservation, booking or key was shown to two users, nor to one that SQL knows not as its."""
    bookings_of = await rows(world, "SELECT reference, user_id FROM booking")
    owners: dict[tuple[object, ...], object] = {
        ("booking", reference): user for reference, user in bookings_of
    }
    problems = []
    for sight in world.seen:
        for kind, number in sight.shown:
            thing = (kind, number) if kind == "booking" else (kind, number, sight.event_id)
            owner = owners.setdefault(thing, sight.user)
            if owner != sight.user:
                problems.append(f"I7 {kind} {number} of {owner} was shown to {sight.user}")
    return problems


async def i8_finished_keys_replay(world: World) -> list[str]:
    """What a finished key was answered is what is stored."""
    stored = {
        (user, key): response
        for user, key, response in await rows(
            world, "SELECT user_id, key, response FROM idempotency_key WHERE status = 201"
        )
    }
    return [
        f"I8 key {key} of {user} was answered otherwise"
        for (user, key), data in world.answers.items()
        if str(stored.get((user, key))).encode() != data
    ]


async def i9_discounts_keep_their_limit(world: World) -> list[str]:
    """Counted uses are those of living bookings, and no more than the limit."""
    found = await rows(
        world,
        "SELECT d.code, d.used, d.max_uses, (SELECT count(*) FROM booking b"
        " WHERE b.discount_id = d.id AND b.discount_counted) FROM discount_code d",
    )
    return [
        f"I9 {code}: used {used}, counted {counted}, limit {limit}"
        for code, used, limit, counted in found
        if used != counted or (limit is not None and int(str(used)) > int(str(limit)))
    ]


async def i10_all_seats_or_none(world: World) -> list[str]:
    """A booking's claim is wholly alive or wholly dead, as its state says, but for seats that came back
    by a refund of theirs, which are dead; each ticket follows its seat."""
    found = await rows(
        world,
        "SELECT b.id, b.state, count(*), sum(CASE WHEN s.live THEN 1 ELSE 0 END),"
        " sum(CASE WHEN s.refund_id IS NOT NULL THEN 1 ELSE 0 END),"
        " (SELECT count(*) FROM ticket t WHERE t.booking_id = b.id AND t.state <> 'VOID')"
        " FROM booking b JOIN booking_seat s ON s.booking_id = b.id"
        " WHERE b.dispute <> 'LOST' GROUP BY b.id, b.state",
    )
    problems = []
    for booking, state, seats, live, back, tickets in found:
        standing = int(str(seats)) - int(str(back))
        if live != (standing if state in LIVE else 0):
            problems.append(
                f"I10 booking {booking} is {state} with {live} of {standing} seats live"
            )
        if tickets != (standing if state == "CONFIRMED" else 0):
            problems.append(f"I10 booking {booking} is {state} with {tickets} valid tickets")
    odd = await rows(
        world,
        "SELECT s.booking_id, s.seat_id, t.state FROM booking_seat s JOIN ticket t"
        " ON t.booking_id = s.booking_id AND t.seat_id = s.seat_id JOIN booking b"
        " ON b.id = s.booking_id WHERE b.dispute <> 'LOST' AND s.live <> (t.state <> 'VOID')",
    )
    return problems + [
        f"I10 seat {seat} of booking {booking} has a ticket that is {state}"
        for booking, seat, state in odd
    ]


async def i11_money_is_this_house_s(world: World) -> list[str]:
    """Money of another house never moved, and no payment confirmed two bookings."""
    ((house_id,),) = await rows(world, "SELECT house_id FROM house")
    problems = [
        f"I11 {payment.payment_id} of house {payment.metadata['house']} was refunded"
        for payment in world.payments
        if payment.metadata.get("house", house_id) != house_id and payment.refunded_minor
    ]
    twice = await rows(
        world,
        "SELECT payment_id, count(*) FROM booking WHERE state = 'CONFIRMED'"
        " AND payment_id IS NOT NULL GROUP BY payment_id HAVING count(*) > 1",
    )
    problems += [f"I11 {payment} confirmed {n} bookings" for payment, n in twice]
    attempts = dict(
        await rows(world, "SELECT payment_id, nonce FROM booking WHERE state = 'CONFIRMED'")
    )
    return problems + [
        f"I11 {payment.payment_id} confirmed an attempt that it was not made for"
        for payment in world.payments
        if payment.metadata.get("nonce", attempts.get(payment.payment_id))
        != attempts.get(payment.payment_id, payment.metadata.get("nonce"))
    ]


async def redis_follows_sql(world: World) -> list[str]:
    """After quiet, exactly the sold seats are BOOKED, each for its booking."""
    problems = []
    for event in await world.database.query(events.list_all):
        raw = await raw_seats(world, event.id)
        if raw is None:
            continue
        booked = {item.seat_id: item.ref for item in raw.records if item.status == "B"}
        claimed = await live_claims(world, event.id)
        sold = {claim.seat_id: claim.booking_id for claim in claimed if not claim.paying}
        problems += [
            f"seat {seat} is {sold.get(seat)} in SQL, {booked.get(seat)} in Redis"
            for seat in sold.keys() | booked.keys()
            if sold.get(seat) != booked.get(seat)
        ]
    return problems


async def i12_areas_add_up(world: World) -> list[str]:
    """Of each standing area free + held + booked + blocked is its size."""
    problems = []
    for event in await world.database.query(events.list_all):
        problems += await area_problems(world.redis, event.id)
    return problems


async def i13_papers_have_no_gap(world: World) -> list[str]:
    """Numbers of receipts run from 1 without a gap in each series; where receipts are issued, each
    sale that cost something has one of its total, and each refund given a credit note of its amount."""
    problems = [
        f"I13 series {series} has {count} papers, the last is {last}, the counter stands at {counted}"
        for series, count, first, last, counted in await rows(
            world,
            "SELECT r.series, count(DISTINCT r.number), min(r.number), max(r.number), max(c.value)"
            " FROM receipt r JOIN counter c ON c.name = 'receipts ' || r.series GROUP BY r.series",
        )
        if (first, count, count) != (1, last, counted)
    ]
    if not world.issues_receipts:
        return problems
    owed = await rows(
        world,
        "SELECT 'booking', b.id, b.total_minor, count(r.id), coalesce(sum(r.total_minor), 0)"
        " FROM booking b LEFT JOIN receipt r ON r.booking_id = b.id AND r.refund_id IS NULL"
        " WHERE b.confirmed_at_ms IS NOT NULL AND b.total_minor > 0 GROUP BY b.id, b.total_minor"
        " UNION ALL SELECT 'refund', f.id, -f.amount_minor, count(r.id),"
        " coalesce(sum(r.total_minor), 0) FROM refund f JOIN booking b ON b.id = f.booking_id"
        " LEFT JOIN receipt r ON r.refund_id = f.id WHERE b.confirmed_at_ms IS NOT NULL"
        " AND f.state = 'GIVEN' AND f.amount_minor > 0 GROUP BY f.id, f.amount_minor",
    )
    return problems + [
        f"I13 {what} {number} of {due} has {count} papers of {total}"
        for what, number, due, count, total in owed
        if (count, total) != (1, due)
    ]


async def nothing_is_under_way(world: World) -> list[str]:
    """No unfinished booking, no unkept promise, no refund owed."""
    counts = {
        "unfinished bookings": "SELECT count(*) FROM booking WHERE next_run_at_ms IS NOT NULL",
        "unkept promises": "SELECT count(*) FROM outbox WHERE done_at_ms IS NULL"
        " AND kind <> 'email'",
        "owed refunds": "SELECT count(*) FROM refund WHERE state = 'DUE'",
        "keys held": "SELECT count(*) FROM idempotency_key WHERE status = 0 AND lease_until_ms > 0",
    }
    found = {name: (await rows(world, statement))[0][0] for name, statement in counts.items()}
    return [f"{n} {name}" for name, n in found.items() if n]


ALWAYS = (
    i1_no_seat_is_sold_twice,
    i4_booked_seats_are_sold,
    i5_no_seat_is_held_too_long,
    i7_nobody_sees_anothers,
    i8_finished_keys_replay,
    i12_areas_add_up,
)
AT_REST = (
    *ALWAYS,
    i6_every_map_is_the_truth,
    i2_money_has_its_booking,
    i13_papers_have_no_gap,
    i3_bookings_are_paid,
    i9_discounts_keep_their_limit,
    i10_all_seats_or_none,
    i11_money_is_this_house_s,
    redis_follows_sql,
    nothing_is_under_way,
)


async def broken(world: World, *, at_rest: bool = True) -> list[str]:
    """Every violation found, in words."""
    return [
        problem
        for invariant in (AT_REST if at_rest else ALWAYS)
        for problem in await invariant(world)
    ]
