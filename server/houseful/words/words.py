"""The shape of a language: every sentence the server says, and how dates and money are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from houseful.domain import seat_names
from houseful.domain.prices.money import to_wire
from houseful.domain.zones import zone_label


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """One language; there is one of each. `{name}` in a sentence is filled in with `str.format`.

    `rows`, `rows_and_seats` and `place_words`: by the kind of a row, the last also
    for `seat`. `zones`: an English abbreviation → ours.
    """

    language: str
    weekdays: tuple[str, str, str, str, str, str, str]
    months: tuple[str, ...]
    date_pattern: str
    time_pattern: str
    zones: Mapping[str, str]
    decimal_point: str

    admit_one: str
    date_label: str
    venue_label: str
    section_label: str
    seat_label: str
    holder_label: str
    category_label: str
    price_label: str
    entrance_label: str
    booking_label: str
    bearer: str
    free: str
    ticket_of: str
    one_person_once: str
    letters_left_out: str
    demo_band: str
    rows: Mapping[str, str]
    rows_and_seats: Mapping[str, str]
    restricted_view: str
    accessible: str
    companion: str
    qr_title: str

    place_words: Mapping[str, str]
    entrance_in_line: str

    hello: str
    hello_name: str
    subject_tickets: str
    subject_moved: str
    subject_cancelled: str
    tickets_attached: str
    was_moved: str
    subject_returned: str
    subject_called_off: str
    was_cancelled: str
    was_returned: str
    was_called_off: str
    money_goes_back: str
    given_back: str
    demo_notice: str
    when: str
    where: str
    discount: str
    order_fee: str
    total: str
    seats: str
    ticket_code: str
    your_booking: str
    see_your_booking: str
    receipt_attached: str

    receipt: str
    credit_note: str
    receipt_number: str
    issued_on: str
    paid_on: str
    receipt_for: str
    corrects: str
    tax_id: str
    item: str
    price: str
    vat_rate: str
    amount: str
    net: str
    vat: str
    gross: str
    fee_inside: str
    given_back_otherwise: str
    kept_of_it: str
    page_of: str

    calendar_booking: str
    calendar_demo: str
    calendar_more: str
    calendar_cancelled: str

    def date(self, at: datetime) -> str:
        """`Friday 9 January 2026`; strftime would follow the locale that the process began in."""
        return self.date_pattern.format(
            weekday=self.weekdays[at.weekday()],
            day=at.day,
            month=self.months[at.month - 1],
            year=at.year,
        )

    def time(self, at: datetime) -> str:
        """`19:30 CET`: with what tells the reader whose clock it is on."""
        label = zone_label(at)
        zone = self.zones.get(label, label)
        return self.time_pattern.format(time=at.strftime("%H:%M"), zone=zone)

    def moment(self, at: datetime) -> str:
        """Date and time in one line."""
        return f"{self.date(at)}, {self.time(at)}"

    def money(self, amount_minor: int, currency: str) -> str:
        """`75.00 EUR`, with the language's decimal point."""
        return f"{to_wire(amount_minor, currency).replace('.', self.decimal_point)} {currency}"

    def place(self, section: str, row_kind: str, row: str, seat: str) -> str:
        """A seat in one line: `Orchestra, row A, seat 12`."""
        return seat_names.place(section, row, seat, row_kind, self.place_words)
