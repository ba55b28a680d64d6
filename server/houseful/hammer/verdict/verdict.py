"""What must be true after a run, from what clients saw alone. Each is a pure function; an empty list
is good news. Tests call them too.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from houseful.domain.wording import shown
from houseful.hammer.seat_forms import STATUSES, AreaCounts, SoldUnit
from houseful.hammer.verdict.record import BookingSeen, Purchase, RecordedHold
from houseful.hammer.verdict.seat_map import Node

CHECKS: Final[dict[str, str]] = {
    "maps": "every viewer's folded map equals the server's",
    "versions": "versions only rose",
    "double_sale": "no seat was held or sold twice",
    "areas": "free, held and booked places are each standing area's capacity",
    "units": "a table or box that is sold whole is held and sold whole",
    "holds": "every hold was given back, bought, or ended by itself in time",
    "payments": "every payment has its tickets or its refund",
}
"""In the order of the report."""

LIVE: Final = frozenset({"CONFIRMED", "PENDING", "REQUIRES_ACTION"})
FINAL: Final = frozenset({"CONFIRMED", "DECLINED", "CANCELLED", "REFUNDED"})
TOLD: Final = 20
"""Faults of one check that are written out; all are counted."""

CLOCKS_S: Final = 0.005
"""Two holds may overlap by this much: a deadline is cut to milliseconds, replies take a moment."""


@dataclass
class Check:
    """One line of the verdict. `passed` is None where the run could not tell."""

    name: str
    passed: bool | None = True
    faults: list[str] = field(default_factory=list)
    count: int = 0
    note: str = ""

    @property
    def sentence(self) -> str:
        return CHECKS[self.name]

    def add(self, faults: Iterable[str]) -> None:
        for fault in faults:
            self.passed = False
            self.count += 1
            if len(self.faults) < TOLD:
                self.faults.append(fault)


def held_twice(holds: Iterable[RecordedHold]) -> Iterator[str]:
    """Seats that two holds had at once, or that were granted twice for one version."""
    by_seat: defaultdict[tuple[str, int], list[tuple[float, float, int, RecordedHold]]] = (
        defaultdict(list)
    )
    seen: set[tuple[str, int]] = set()
    for hold in holds:
        if (hold.holder, hold.reservation_id) in seen:
            continue
        seen.add((hold.holder, hold.reservation_id))
        for seat, version in hold.seats:
            by_seat[hold.epoch, seat].append((hold.replied_s, hold.until_s, version, hold))
    for (_, seat), found in by_seat.items():
        yield from _twice(seat, sorted(found, key=lambda entry: entry[:3]))


def _twice(seat: int, found: Sequence[tuple[float, float, int, RecordedHold]]) -> Iterator[str]:
    versions: dict[int, RecordedHold] = {}
    last: RecordedHold | None = None
    for since_s, until_s, version, hold in found:
        other = versions.setdefault(version, hold)
        if other is not hold:
            yield (
                f"seat {seat} was granted at version {version} to {other.holder}"
                f" and again to {hold.holder}"
            )
        elif last is not None and last.until_s - since_s > CLOCKS_S:
            yield (
                f"seat {seat} was held by {last.holder}{_at(dict(last.seats)[seat])}"
                f" and by {hold.holder}{_at(version)} at once"
            )
        if last is None or until_s > last.until_s:
            last = hold


def _at(version: int) -> str:
    return f" (version {version})" if version >= 0 else ""


def split_units(units: Iterable[SoldUnit], node: Node) -> Iterator[str]:
    """Tables and boxes of which only some seats are taken, when nothing is under way any more."""
    for unit in units:
        found = {node.status(seat) for seat in range(unit.id, unit.id + unit.seats)}
        if len(found) > 1:
            yield f"unit {unit.id} is {' and '.join(STATUSES[one] for one in sorted(found))} at once"


def miscounted(
    places: Mapping[int, int],
    counts: AreaCounts,
    bookings: Iterable[BookingSeen],
) -> Iterator[str]:
    """Standing areas whose numbers are wrong. `places`: area → places for sale when the run began;
    `counts`: area → (free, held, booked) when nothing is under way any more."""
    areas = sorted(places)
    sold: Counter[int] = Counter()
    for booking in bookings:
        if booking.status == "CONFIRMED" and areas:
            sold.update(
                areas[bisect(areas, seat) - 1] for seat in booking.seats if seat >= areas[0]
            )
    for area in areas:
        free, held, booked = counts.get(area, (0, 0, 0))
        if free + held + booked != places[area]:
            yield (
                f"area {area} has {free} free, {held} held and {booked} booked places,"
                f" that is {free + held + booked} of {places[area]}"
            )
        if booked < sold[area]:
            yield f"area {area} shows {booked} booked places, and {sold[area]} are sold"


def sold_twice(bookings: Iterable[BookingSeen]) -> Iterator[str]:
    """Seats in two bookings that are alive."""
    owner: dict[int, str] = {}
    for booking in bookings:
        if booking.status in LIVE:
            for seat in booking.seats:
                other = owner.setdefault(seat, booking.reference)
                if other != booking.reference:
                    yield f"seat {seat} is sold in {other} and in {booking.reference}"


def unlike(viewer: Node, before: Node, after: Node) -> Iterator[str]:
    """Where a viewer's map is not the server's, which said `before` and then, later, `after`.

    When nothing happened in between, both are the same, and so must the viewer's map be.
    """
    if viewer.house != after.house or before.house != after.house:
        yield f"a viewer is in epoch {viewer.house.epoch}, the server in {after.house.epoch}"
        return
    if viewer.seq == before.seq == after.seq and viewer.digest == after.digest:
        return
    house = after.house
    mine, low, high = (dict(node.values()) for node in (viewer, before, after))
    for index in mine.keys() | low.keys() | high.keys():
        seen, least, most = mine.get(index, 0), low.get(index, 0), high.get(index, 0)
        wrong = not least >> 2 <= seen >> 2 <= most >> 2
        for other in (least, most):
            wrong = wrong or (seen >> 2 == other >> 2 and seen != other)
        if wrong:
            yield (
                f"seat {house.first_seat_id + index} is {_said(seen, house.version_base)} for a"
                f" viewer at {viewer.seq}, {_said(most, house.version_base)} at the server"
            )


def _said(value: int, base: int) -> str:
    return f"{STATUSES[value & 3]} at version {base + (value >> 2)}"


def still_held(
    holds: Iterable[RecordedHold], reserved: Mapping[int, int], epoch: str
) -> Iterator[str]:
    """Seats that the server's map still shows with our hold's version. `reserved`: seat → version."""
    for hold in holds:
        for seat, version in hold.seats:
            if hold.epoch == epoch and not hold.bought and reserved.get(seat) == version:
                yield f"seat {seat} is still held by {hold.holder} (reservation {hold.reservation_id})"


def unsettled(purchases: Sequence[Purchase], bookings: Collection[BookingSeen]) -> Iterator[str]:
    """Payments without their tickets or refund, and tickets without a payment we know of."""
    known = {(booking.holder, booking.reference): booking for booking in bookings}
    told = {(bought.holder, bought.reference): bought for bought in purchases if bought.reference}
    for at, purchase in told.items():
        if at not in known:
            yield f"{purchase.reference} was confirmed to {purchase.holder}, who has no such booking"
        elif purchase.cancelled is False and known[at].status != "CONFIRMED":
            yield f"{purchase.reference} was confirmed, now it is {known[at].status}"
        elif purchase.cancelled and known[at].status == "CONFIRMED":
            yield f"{purchase.reference} was cancelled, and still is CONFIRMED"
    for purchase in purchases:
        if purchase.outcome == "unknown":
            yield f"a purchase of seats {shown(list(purchase.seats))} never got a final answer"
    for at, booking in known.items():
        if booking.status == "CONFIRMED" and at not in told:
            yield f"{booking.reference} is confirmed, but {booking.holder} was never told so"
        yield from _wrong_with(booking)


def _wrong_with(booking: BookingSeen) -> Iterator[str]:
    name, seats = booking.reference, len(booking.seats) - booking.empty_seats
    if booking.status not in FINAL:
        yield f"{name} is still {booking.status}"
    elif booking.status == "CONFIRMED":
        if booking.payment_status != "SUCCESS":
            yield f"{name} is confirmed, its payment is {booking.payment_status}"
        if booking.valid_tickets != seats:
            yield f"{name} has {booking.valid_tickets} valid tickets for {seats} seats"
        if booking.papers:
            yield f"{name}: {booking.papers}"
    else:
        if booking.valid_tickets:
            yield f"{name} is {booking.status} with {booking.valid_tickets} valid tickets"
        if booking.payment_status in ("REFUND_FAILED", "REFUND_PENDING", "SUCCESS"):
            yield f"{name} is {booking.status}, its payment is {booking.payment_status}"
        if booking.status == "REFUNDED" and booking.refunded != booking.total:
            yield f"{name} of {booking.total} got back {booking.refunded}"


def not_booked(bookings: Iterable[BookingSeen], booked: Collection[int], end: int) -> Iterator[str]:
    """Sold seats that the server's map does not show as BOOKED; from id `end` on it shows none."""
    for booking in bookings:
        if booking.status == "CONFIRMED":
            for seat in booking.seats:
                if seat < end and seat not in booked:
                    yield f"seat {seat} is sold in {booking.reference}, and the map does not say so"
