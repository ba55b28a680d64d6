"""The printed ticket: one A5 page a seat, for paper or a phone's screen.

Left the event and the seat, large; right, behind a perforation, the QR code drawn as vectors.
`render` blocks for some 10 ms a page: run it in a thread, and import this module where it is used
rather than at start, because the fonts take a while to find.
Never: lets text run out of its box, or prints a QR code on anything but white.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin
from pathlib import Path
from typing import Final

from houseful.tickets import fonts
from houseful.tickets.document import written
from houseful.tickets.embedding import EmbeddedFonts
from houseful.tickets.model import BookingDocument, Ticket
from houseful.tickets.page import LINE, SOFT, WHITE, Page, rgb

WIDTH, HEIGHT = 595.276, 419.528
"""ISO 216 A5, landscape, in points."""
MARGIN: Final = 22.0
STUB: Final = 396.0
"""Where the perforation is, from the left."""
LEFT: Final = MARGIN + 20
RIGHT: Final = STUB - 20
BREADTH: Final = RIGHT - LEFT
TOP: Final = HEIGHT - MARGIN
BAND: Final = 108.0
"""Height of the coloured head."""
COLUMNS: Final = (0.5, 0.25, 0.25)
GAP: Final = 12.0
QR_SIDE: Final = 139.0
"""49 mm with its quiet zone: 1 mm a module, which a phone reads from an arm's length."""
NOTHING: Final = "–"
"""Stands where no letter of a value can be printed."""

HEAD: Final = rgb("#1d2b53")
HEAD_SOFT: Final = rgb("#c6d0ee")
AMBER: Final = rgb("#ffc53d")
AMBER_INK: Final = rgb("#3d2b00")
WATERMARK: Final = rgb("#f6edd8")


def render(document: BookingDocument, *, extra_fonts: Sequence[Path] = ()) -> bytes:
    """The PDF: a page for each ticket, in order; the same bytes for the same document.

    `extra_fonts`: font files, or directories of them, that come before those of the system.
    Raises ConfigurationError for a font that cannot be used.
    """
    faces, embedded = fonts.load(tuple(extra_fonts)), EmbeddedFonts()
    pages = [Page(faces, embedded) for _ in document.tickets]
    for number, (page, ticket) in enumerate(zip(pages, document.tickets, strict=True), 1):
        _draw(page, document, ticket, number)
    return written(
        pages,
        embedded,
        reference=document.reference,
        title=f"{document.event.name} · {document.reference}",
        author=document.event.venue,
        language=document.words.language,
        size=(WIDTH, HEIGHT),
    )


def _draw(page: Page, document: BookingDocument, ticket: Ticket, number: int) -> None:
    if document.is_demo:
        _watermark(page)
    _card(page)
    _head(page, document)
    _when_and_where(page, document)
    _seat(page, document, ticket)
    _terms(page, document, ticket)
    _stub(page, document, ticket, number)
    if document.is_demo:
        _demo_band(page, document)
    _notices(page, document, ticket)


def _card(page: Page) -> None:
    """The outline, its coloured head cut to the same rounded corner, and the perforation."""
    pen = page.stream
    box = (MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN, 10)
    with page.kept_state():
        page.rounded(*box)
        pen.clip()
        pen.end()
        page.box(MARGIN, TOP - BAND, STUB - MARGIN, BAND, HEAD)
    with page.kept_state():
        pen.set_color_rgb(*LINE, stroke=True)
        pen.set_line_width(0.8)
        page.rounded(*box)
        pen.stroke()
        pen.set_dash([3, 3], 0)
        pen.move_to(STUB, MARGIN)
        pen.line_to(STUB, TOP)
        pen.stroke()


def _head(page: Page, document: BookingDocument) -> None:
    words = document.words.admit_one
    page.text(words, LEFT, TOP - 23, BREADTH, 9, color=HEAD_SOFT, spacing=1.6)
    page.block(
        document.event.name,
        LEFT,
        TOP - 31,
        BREADTH,
        68,
        sizes=(30, 11),
        lines=3,
        weight="Bold",
        color=WHITE,
    )


def _when_and_where(page: Page, document: BookingDocument) -> None:
    event = document.event
    top = TOP - BAND - 24
    half = (BREADTH - GAP) / 2
    words = document.words
    page.label(words.date_label, LEFT, top, half)
    page.text(words.date(event.starts_at), LEFT, top - 17, half, 14)
    page.text(words.time(event.starts_at), LEFT, top - 34, half, 14)
    right = LEFT + half + GAP
    page.label(words.venue_label, right, top, half)
    end = page.block(event.venue, right, top - 5, half, 32, sizes=(14, 7))
    page.block(
        event.address,
        right,
        end - 2,
        half,
        end - top + 54,
        sizes=(10, 6),
        weight="Regular",
        color=SOFT,
    )


def _seat(page: Page, document: BookingDocument, ticket: Ticket) -> None:
    top = TOP - BAND - 84
    page.rule(LEFT, RIGHT, top)
    words = document.words
    fields = [
        (words.section_label, ticket.section),
        (words.rows[ticket.row_kind], ticket.row),
        (words.seat_label, ticket.bare_seat),
    ]
    _row(page, fields, top, height=48, sizes=(34, 10), bold=True)


def _terms(page: Page, document: BookingDocument, ticket: Ticket) -> None:
    top = TOP - BAND - 158
    page.rule(LEFT, RIGHT, top)
    words = document.words
    price = words.money(ticket.paid_minor, document.currency)
    if not ticket.paid_minor:
        price = words.free.format(price=price)
    fields = [
        (words.holder_label, ticket.holder or document.holder or words.bearer),
        (words.category_label, ticket.kind),
        (words.price_label, price),
    ]
    _row(page, fields, top, height=30, sizes=(14, 6.5), bold=False)


def _row(
    page: Page,
    fields: list[tuple[str, str]],
    top: float,
    *,
    height: float,
    sizes: tuple[float, float],
    bold: bool,
) -> None:
    """Labelled fields side by side; an empty one leaves its room to the others."""
    shown = [(*field, share) for field, share in zip(fields, COLUMNS, strict=True) if field[1]]
    whole = sum(share for _, _, share in shown)
    x = LEFT
    for label, value, share in shown:
        width = BREADTH * share / whole
        page.label(label, x, top - 16, width - GAP)
        page.block(
            value if page.can_print(value) else NOTHING,
            x,
            top - 20,
            width - GAP,
            height,
            sizes=sizes,
            weight="Bold" if bold else "Semibold",
        )
        x += width


def _stub(page: Page, document: BookingDocument, ticket: Ticket, number: int) -> None:
    left, width = STUB + 14, WIDTH - MARGIN - STUB - 28
    bottom = TOP - 10 - QR_SIDE
    page.qr(ticket.qr, left + (width - QR_SIDE) / 2, bottom, QR_SIDE)
    page.text(ticket.code, left + width / 2, bottom - 10, width, 13, spacing=0.8, centred=True)
    words = document.words
    row, seat = ticket.row, ticket.bare_seat
    place = words.seat_label
    if row:
        place = words.rows_and_seats[ticket.row_kind] if seat else words.rows[ticket.row_kind]
    y = bottom - 40
    for label, value in (
        (words.section_label, ticket.section),
        (place, "  ·  ".join(part for part in (row, seat) if part)),
        (words.entrance_label, ticket.entrance),
        (words.booking_label, document.reference),
    ):
        if value:
            page.label(label, left, y, width)
            page.text(value, left, y - 15, width, 12.5)
            y -= 34
    if document.url:
        page.links.append((document.url, (left, y + 14, left + width, y + 42)))
    count = words.ticket_of.format(number=number, count=len(document.tickets))
    page.text(count, left, MARGIN + 14, width, 9, weight="Regular", color=SOFT)


def _notices(page: Page, document: BookingDocument, ticket: Ticket) -> None:
    words = document.words
    notices = "  ·  ".join(ticket.notices(words))
    if notices:
        page.text(notices, LEFT, MARGIN + 32, BREADTH, 11.5)
    small = words.letters_left_out if page.missing else words.one_person_once
    page.text(small, LEFT, MARGIN + 14, BREADTH, 9, weight="Regular", color=SOFT)


def _watermark(page: Page) -> None:
    turn = radians(24)
    with page.kept_state():
        page.stream.set_matrix(
            *(cos(turn), sin(turn), -sin(turn), cos(turn)),
            *((MARGIN + STUB) / 2, (HEIGHT - BAND) / 2),
        )
        page.text("DEMO", 0, -44, STUB, 128, weight="Bold", color=WATERMARK, centred=True)


def _demo_band(page: Page, document: BookingDocument) -> None:
    page.box(MARGIN + 0.4, TOP - BAND - 8, STUB - MARGIN - 0.8, 16, AMBER)
    words = document.words.demo_band
    page.text(words, LEFT, TOP - BAND - 3.4, BREADTH, 10, color=AMBER_INK, weight="Bold", spacing=1)
