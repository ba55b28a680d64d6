"""Seats: what states they have, which moves exist, and what asking for them can answer.

`TRANSITIONS` is the machine as data. Each entry is one Lua file of the same name; tests drive the
Lua and this table side by side and hold them equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class SeatStatus(StrEnum):
    """A seat's state inside. The value is the letter in Redis."""

    AVAILABLE = "A"
    RESERVED = "R"
    PAYING = "P"
    BOOKED = "B"
    BLOCKED = "X"


WIRE_STATUS: Final[dict[str, str]] = {
    "A": "AVAILABLE",
    "R": "RESERVED",
    "P": "RESERVED",
    "B": "BOOKED",
    "X": "BLOCKED",
}
"""What clients see; that a seat is being paid for is nobody's business."""

WIRE_STATUS_CODE: Final[dict[str, int]] = {"A": 0, "R": 1, "P": 1, "B": 2, "X": 3}
"""The byte of the compact status body."""

_A, _R, _P, _B, _X = SeatStatus

TRANSITIONS: Final[dict[str, tuple[frozenset[SeatStatus], SeatStatus]]] = {
    "reserve": (frozenset({_A, _R}), _R),  # from R: lapsed, or the same holder's own
    "extend": (frozenset({_R}), _R),
    "release": (frozenset({_R}), _A),
    "sweep": (frozenset({_R}), _A),
    "block": (frozenset({_A, _R}), _X),  # from R: lapsed
    "unblock": (frozenset({_X}), _A),
    "begin_checkout": (frozenset({_R}), _P),
    "abandon_checkout": (frozenset({_P}), _R),  # or A, when the seats are not kept
    "book_seats": (frozenset(SeatStatus), _B),  # SQL is the truth
    "unbook_seats": (frozenset({_B}), _A),
}
"""Move → (states it starts from, state it ends in). Anything else changes nothing."""


PAYMENT_MS: Final = 420_000
"""One payment's time: a minute to pay, five for 3-D Secure, the minute that a declined buyer gets."""


def last_moment(created_ms: int, hold_ms: int) -> int:
    """The bound of a hold's whole life: no deadline that any move gives it lies later."""
    return created_ms + 2 * hold_ms + PAYMENT_MS


class ReservationStatus(StrEnum):
    ACTIVE = "ACTIVE"
    PAYING = "PAYING"
    BOOKED = "BOOKED"
    EXPIRED = "EXPIRED"
    RELEASED = "RELEASED"


@dataclass(frozen=True, slots=True)
class FailedSeat:
    """One seat that was refused; `reason` is a code of `domain.reasons.SEAT_REASONS`."""

    seat_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class PlacesWanted:
    """How many places of a standing area a session wants to hold in all; `accept_fewer`: as many as
    there are of them. An area's id is the id of its first place."""

    area_id: int
    quantity: int
    accept_fewer: bool = False


@dataclass(frozen=True, slots=True)
class UnitWanted:
    """A table or box that is sold whole, for so many people; 0: as many as may sit there. A unit's id is
    the id of its first seat."""

    unit_id: int
    heads: int = 0


@dataclass(frozen=True, slots=True)
class UnitSeats:
    """The seats `unit_id … unit_id + size - 1`, which only go together, for `least` to `most` people."""

    unit_id: int
    size: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class FailedArea:
    """Places that could not be had, or not all; `reason` is a code of `domain.reasons.AREA_REASONS`,
    `available` how many were free."""

    area_id: int
    reason: str
    available: int


@dataclass(frozen=True, slots=True)
class Granted:
    """Seats held until `deadline_ms`; `failed` names those that could not be had. Standing places are
    among `seat_ids`.

    `price_list` is the one the hold was made under; 0 for not known (a hold of an older version).
    """

    reservation_id: int
    seat_ids: tuple[int, ...]
    deadline_ms: int
    now_ms: int
    seq: int
    failed: tuple[FailedSeat, ...] = ()
    repeated: bool = False
    price_list: int = 0
    failed_areas: tuple[FailedArea, ...] = ()
    closed: frozenset[int] = frozenset()
    """Those of `seat_ids` that are taken only because their table or box is: nobody sits there."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done. Either each seat says why, or one `reason` covers the whole reservation.

    `outrun`: every seat was free when the buyer saw it, and somebody else was faster.
    """

    failed: tuple[FailedSeat, ...] = ()
    reason: str = ""
    outrun: bool = field(default=False, compare=False)
    failed_areas: tuple[FailedArea, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """Seats that moved, with the feed position after the move and the ones that could not."""

    seat_ids: tuple[int, ...]
    seq: int
    failed: tuple[FailedSeat, ...] = ()


@dataclass(frozen=True, slots=True)
class Reservation:
    """One user's seats until a deadline. `request` is the id under which they were asked for."""

    reservation_id: int
    status: ReservationStatus
    created_ms: int
    deadline_ms: int
    now_ms: int
    seat_ids: tuple[int, ...]
    session: str
    price_list: int = 0
    is_withdrawn: bool = False
    """Staff gave the seats back."""
    request: str = ""
    closed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Hold:
    """A reservation with whose it is, as staff see it. `address`: the network it was made from, empty
    for one that is not counted."""

    reservation: Reservation
    user: str
    address: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request to reserve comes from (empty: not counted), and how much of one event may be
    withheld from there: seats at once, seats × ms that were not bought within an hour; 0: any."""

    address: str = ""
    most_seats: int = 0
    most_seat_ms: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Which state of an event Redis has: its epoch, its lowest version, its seats."""

    epoch: str
    version_base: int
    first_seat_id: int
    seat_count: int


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did and found. `lapsed`: bookings PAYING past their deadline; `next_ms`: the
    earliest deadline of what is left, None when there is none."""

    now_ms: int
    next_ms: int | None
    freed: int
    lapsed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A seat that SQL has sold (`paying` false) or has under payment, for rebuilding Redis."""

    seat_id: int
    booking_id: int
    user: str
    paying: bool
    price_list: int = 0
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the feed: seats that moved to one status together.

    `ref` is the reservation (or, for BOOKED, the booking); `seats` is (seat id, version) pairs,
    `moved` how many of them had another status before.
    """

    seq: int
    kind: str
    ref: int
    user: str
    session: str
    status: str
    deadline_ms: int
    at_ms: int
    seats: tuple[tuple[int, int], ...] = field(default=())
    moved: int = 0


@dataclass(frozen=True, slots=True)
class SeatRecord:
    """A seat that ever changed, as Redis has it."""

    seat_id: int
    version: int
    status: str
    ref: int
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An event's whole state at one position of its feed."""

    epoch: str
    seq: int
    version_base: int
    first_seat_id: int
    seat_count: int
    now_ms: int
    records: tuple[SeatRecord, ...]
    owners: dict[int, tuple[str, str]]
    """Reservation id → (user, session) of those that are held or being paid for."""
    at_ms: int = 0
    """When the feed's last entry was written; 0 for not known."""
