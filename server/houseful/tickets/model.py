"""What the outputs of a sold booking are made of: plain values, taken once from the ledger.

The QR code, the PDF, the calendar entry and the mail all read these and nothing else.
Never: reads a database, a clock or a setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from houseful.domain.errors import InvalidRequest

DEFAULT_DURATION_MS = 2 * 60 * 60 * 1000
"""How long an event takes in a calendar when its end is not known: two hours."""


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What a visitor needs to know of the event. `timezone` is the venue's IANA name."""

    id: int
    name: str
    venue: str
    starts_at_ms: int
    ends_at_ms: int | None = None
    timezone: str = "UTC"
    address: str = ""

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidRequest(
                f"expected a time zone such as Europe/Vienna, got {self.timezone!r}"
            ) from None

    @property
    def starts_at(self) -> datetime:
        """The start in the venue's own time."""
        return datetime.fromtimestamp(self.starts_at_ms / 1000, UTC).astimezone(
            ZoneInfo(self.timezone)
        )

    @property
    def local_date(self) -> str:
        """`Friday 9 January 2026`, in the venue's own time."""
        start = self.starts_at
        return f"{WEEKDAYS[start.weekday()]} {start.day} {MONTHS[start.month - 1]} {start.year}"

    @property
    def local_time(self) -> str:
        """`19:30`, in the venue's own time."""
        return self.starts_at.strftime("%H:%M")

    @property
    def zone_label(self) -> str:
        """What tells the reader whose clock `local_time` is on: `CET`, `UTC`, or `GMT+04:00`."""
        name = self.starts_at.tzname() or ""
        if name[:1] in {"+", "-", ""}:
            return f"GMT{self.starts_at.strftime('%z')[:3]}:{self.starts_at.strftime('%z')[3:5]}"
        return name


@dataclass(frozen=True, slots=True)
class Ticket:
    """One seat sold. `qr` is what `TicketSigner.sign` made, `code` what a person can type."""

    id: int
    code: str
    qr: str
    seat_id: int
    section: str
    row: str
    seat: str
    category: str
    price_minor: int
    holder: str = ""
    entrance: str = ""
    row_kind: str = "row"
    is_accessible: bool = False
    is_companion: bool = False
    has_restricted_view: bool = False

    @property
    def notices(self) -> tuple[str, ...]:
        """What the visitor should know of this seat, in words."""
        return tuple(
            words
            for holds, words in (
                (self.has_restricted_view, "Restricted view"),
                (self.is_accessible, "Wheelchair accessible"),
                (self.is_companion, "Companion seat"),
            )
            if holds
        )

    @property
    def place(self) -> str:
        """The seat in one line: `Orchestra, row A, seat 12`."""
        return ", ".join(
            part
            for part in (
                self.section,
                f"{self.row_kind} {self.row}" if self.row else "",
                f"seat {self.seat}",
            )
            if part
        )


@dataclass(frozen=True, slots=True)
class BookingDocument:
    """A confirmed booking with all its tickets.

    `total_minor` is what was paid, after `discount_minor`. `is_demo` says that no money moved.
    `url` leads back to the booking's page, where there is one.
    """

    reference: str
    event: EventFacts
    tickets: tuple[Ticket, ...]
    currency: str
    total_minor: int
    holder: str
    email: str = ""
    discount_minor: int = 0
    is_demo: bool = False
    url: str = ""

    def __post_init__(self) -> None:
        if not self.tickets:
            raise InvalidRequest(f"expected at least one ticket in {self.reference}, got none")


WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
"""Written out, because strftime would follow whatever locale the process was started in."""
