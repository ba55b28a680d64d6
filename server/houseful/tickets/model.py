"""What the outputs of a sold booking are made of: plain values, taken once from the ledger.

The QR code, the PDF, the calendar entry and the mail all read these and nothing else.
Never: reads a database, a clock or a setting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from houseful.domain.errors import InvalidRequest
from houseful.domain.plan import RowKind
from houseful.domain.seat_names import bare_label, many
from houseful.domain.zones import checked_zone, local
from houseful.words import Words
from houseful.words.en import ENGLISH

ITS_OWN: Final[Mapping[str, Any]] = {
    "id": 0,
    "code": "",
    "qr": "",
    "seat_id": 0,
    "seat": "",
    "paid_minor": 0,
}
"""What two places of one standing area differ in, made alike."""

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
        checked_zone(self.timezone)

    @property
    def starts_at(self) -> datetime:
        """The start in the venue's own time."""
        return self.local(self.starts_at_ms)

    def local(self, at_ms: int) -> datetime:
        """A moment in the venue's own time."""
        return local(at_ms, self.timezone)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One seat sold. `qr` is what `TicketSigner.sign` made, `code` what a person can type.

    `price_minor` is what was shown, `paid_minor` what was paid for it. `note` is what its holder has
    to show at the door.
    """

    id: int
    code: str
    qr: str
    seat_id: int
    section: str
    row: str
    seat: str
    category: str
    price_minor: int
    paid_minor: int
    holder: str = ""
    entrance: str = ""
    row_kind: RowKind = "row"
    is_accessible: bool = False
    is_companion: bool = False
    has_restricted_view: bool = False
    ticket_type: str = ""
    note: str = ""

    @property
    def kind(self) -> str:
        """Category and ticket type in one line."""
        return ", ".join(part for part in (self.category, self.ticket_type) if part)

    def place(self, words: Words) -> str:
        """The seat in one line: `Orchestra, row A, seat 12`."""
        return words.place(self.section, self.row_kind, self.row, self.seat)

    @property
    def bare_seat(self) -> str:
        """The seat beside its row: without the row's name; nothing for a booth, its one seat."""
        return bare_label(self.row, self.seat, self.row_kind)

    def notices(self, words: Words) -> tuple[str, ...]:
        """What the visitor should know of this seat."""
        facts = (
            (bool(self.note), self.note),
            (self.has_restricted_view, words.restricted_view),
            (self.is_accessible, words.accessible),
            (self.is_companion, words.companion),
        )
        return tuple(said for holds, said in facts if holds)


@dataclass(frozen=True, slots=True)
class BookingDocument:
    """A sold booking with all its tickets, in the language of its buyer.

    `total_minor` is what was paid, after `discount_minor` and with `order_fee_minor`;
    `returned_minor` of it went back, or is on its way, `last_refund_minor` with the last refund.
    `is_demo` says that no money moved. `url` leads back to the booking's page, where there is one.
    `revision` rises and `revised_at_ms` moves with each change of booking or event. `is_cancelled`:
    nothing of it holds.
    """

    reference: str
    event: EventFacts
    tickets: tuple[Ticket, ...]
    currency: str
    total_minor: int
    holder: str
    email: str = ""
    discount_minor: int = 0
    returned_minor: int = 0
    last_refund_minor: int = 0
    order_fee_minor: int = 0
    is_demo: bool = False
    url: str = ""
    words: Words = ENGLISH
    is_cancelled: bool = False
    revision: int = 0
    revised_at_ms: int = 0

    def __post_init__(self) -> None:
        if not self.tickets:
            raise InvalidRequest(f"expected at least one ticket in {self.reference}, got none")


def lines(tickets: Sequence[Ticket]) -> list[tuple[Ticket, int]]:
    """(ticket, how many) as a list has them: places of one standing area that differ in nothing but
    their codes are one line, `Floor × 12`, with the codes and the price of all."""
    groups: dict[object, list[Ticket]] = {}
    for number, ticket in enumerate(tickets):
        alike = replace(ticket, **ITS_OWN)
        groups.setdefault(alike if ticket.row_kind == "standing" else number, []).append(ticket)
    return [(_together(group), len(group)) for group in groups.values()]


def _together(group: Sequence[Ticket]) -> Ticket:
    return replace(
        group[0],
        section=many(group[0].section, len(group)),
        code=", ".join(ticket.code for ticket in group),
        price_minor=sum(ticket.price_minor for ticket in group),
        paid_minor=sum(ticket.paid_minor for ticket in group),
    )
