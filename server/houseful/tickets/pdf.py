"""The printed ticket: one A5 page a seat, for paper or a phone's screen.

Left the event and the seat, large; right, behind a perforation, the QR code drawn as vectors.
`render` blocks for some 30 ms a page: run it in a thread, and import this module where it is used
rather than at start, because reportlab takes a while to load.
Never: lets text run out of its box, or prints a QR code on anything but white.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A5, landscape
from reportlab.pdfgen.canvas import Canvas

from houseful.domain.money import to_wire
from houseful.tickets import fonts
from houseful.tickets.model import BookingDocument, Ticket
from houseful.tickets.page import LINE, SOFT, WHITE, Page

WIDTH, HEIGHT = landscape(A5)
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

HEAD: Final = HexColor("#1d2b53")
HEAD_SOFT: Final = HexColor("#c6d0ee")
AMBER: Final = HexColor("#ffc53d")
AMBER_INK: Final = HexColor("#3d2b00")
WATERMARK: Final = HexColor("#f6edd8")

_log = structlog.get_logger(__name__)
_drawing = threading.Lock()
"""reportlab's font registry is the process's own, so one ticket is drawn at a time."""


def render(document: BookingDocument, *, extra_fonts: Sequence[Path] = ()) -> bytes:
    """The PDF: a page for each ticket, in order; the same bytes for the same document.

    `extra_fonts`: TrueType files for scripts beyond Latin, Greek and Cyrillic.
    Raises ConfigurationError for a font that cannot be used.
    """
    out = io.BytesIO()
    with _drawing:
        canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1, lang="en")
        canvas.setTitle(f"{document.event.name} · {document.reference}")
        canvas.setAuthor(document.event.venue)
        canvas.setCreator("Houseful")
        faces = fonts.load(tuple(extra_fonts))
        missing: set[str] = set()
        for number, ticket in enumerate(document.tickets, 1):
            page = Page(canvas, faces)
            _draw(page, document, ticket, number)
            missing |= page.missing
            canvas.showPage()
        canvas.save()
    if missing:
        points = sorted(f"U+{ord(character):04X}" for character in missing)
        _log.warning("ticket_font_lacks", booking=document.reference, characters=points)
    return out.getvalue()


def _draw(page: Page, document: BookingDocument, ticket: Ticket, number: int) -> None:
    if document.is_demo:
        _watermark(page)
    _card(page)
    _head(page, document)
    _when_and_where(page, document)
    _seat(page, ticket)
    _terms(page, document, ticket)
    _stub(page, document, ticket, number)
    if document.is_demo:
        _demo_band(page)
    _notices(page, ticket)


def _card(page: Page) -> None:
    """The outline, its coloured head cut to the same rounded corner, and the perforation."""
    canvas = page.canvas
    box = (MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN, 10)
    canvas.saveState()
    outline = canvas.beginPath()
    outline.roundRect(*box)
    canvas.clipPath(outline, stroke=0, fill=0)
    canvas.setFillColor(HEAD)
    canvas.rect(MARGIN, TOP - BAND, STUB - MARGIN, BAND, stroke=0, fill=1)
    canvas.restoreState()
    canvas.saveState()
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.8)
    canvas.roundRect(*box)
    canvas.setDash(3, 3)
    canvas.line(STUB, MARGIN, STUB, TOP)
    canvas.restoreState()


def _head(page: Page, document: BookingDocument) -> None:
    page.text("ADMIT ONE", LEFT, TOP - 23, BREADTH, 9, color=HEAD_SOFT, spacing=1.6)
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
    page.label("DATE", LEFT, top, half)
    page.text(event.local_date, LEFT, top - 17, half, 14)
    page.text(f"{event.local_time} {event.zone_label}", LEFT, top - 34, half, 14)
    right = LEFT + half + GAP
    page.label("VENUE", right, top, half)
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


def _seat(page: Page, ticket: Ticket) -> None:
    top = TOP - BAND - 84
    page.rule(LEFT, RIGHT, top)
    fields = [
        ("SECTION", ticket.section),
        (ticket.row_kind.upper(), ticket.row),
        ("SEAT", ticket.seat),
    ]
    _row(page, fields, top, height=48, sizes=(34, 10), bold=True)


def _terms(page: Page, document: BookingDocument, ticket: Ticket) -> None:
    top = TOP - BAND - 158
    page.rule(LEFT, RIGHT, top)
    price = f"{to_wire(ticket.price_minor, document.currency)} {document.currency}"
    holder = ticket.holder or document.holder or "Bearer"
    fields = [("HOLDER", holder), ("CATEGORY", ticket.category), ("PRICE", price)]
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
            value,
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
    place = f"{ticket.row_kind} and seat".upper() if ticket.row else "SEAT"
    y = bottom - 40
    for label, value in (
        ("SECTION", ticket.section),
        (place, f"{ticket.row}  ·  {ticket.seat}".strip(" ·")),
        ("ENTRANCE", ticket.entrance),
        ("BOOKING", document.reference),
    ):
        if value:
            page.label(label, left, y, width)
            page.text(value, left, y - 15, width, 12.5)
            y -= 34
    if document.url:
        page.canvas.linkURL(document.url, (left, y + 14, left + width, y + 42))
    count = f"Ticket {number} of {len(document.tickets)}"
    page.text(count, left, MARGIN + 14, width, 9, weight="Regular", color=SOFT)


def _notices(page: Page, ticket: Ticket) -> None:
    words = "  ·  ".join(ticket.notices)
    if words:
        page.text(words, LEFT, MARGIN + 32, BREADTH, 11.5)
    small = "This code admits one person once. Keep it to yourself until the door."
    if page.missing:
        small = "Letters that this print has no font for are shown as “?”. The code is unaffected."
    page.text(small, LEFT, MARGIN + 14, BREADTH, 9, weight="Regular", color=SOFT)


def _watermark(page: Page) -> None:
    canvas = page.canvas
    canvas.saveState()
    canvas.translate((MARGIN + STUB) / 2, (HEIGHT - BAND) / 2)
    canvas.rotate(24)
    page.text("DEMO", 0, -44, STUB, 128, weight="Bold", color=WATERMARK, centred=True)
    canvas.restoreState()


def _demo_band(page: Page) -> None:
    canvas = page.canvas
    canvas.setFillColor(AMBER)
    canvas.rect(MARGIN + 0.4, TOP - BAND - 8, STUB - MARGIN - 0.8, 16, stroke=0, fill=1)
    words = "DEMO · NO MONEY WAS PAID"
    page.text(words, LEFT, TOP - BAND - 3.4, BREADTH, 10, color=AMBER_INK, weight="Bold", spacing=1)
