"""The printed receipt or credit note: A4 pages with the seller, the lines, and tax by rate.

`render` blocks for some 10 ms a page: run it in a thread. The same bytes for the same paper.
Never: reads a database, a clock or a setting; what it prints was kept when the paper was issued.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from houseful.domain.numbers import percent
from houseful.domain.prices.receipts import Issued, Line, Paper
from houseful.domain.seat_names import many
from houseful.domain.zones import local
from houseful.tickets import fonts
from houseful.tickets.document import written
from houseful.tickets.embedding import EmbeddedFonts
from houseful.tickets.page import INK, SOFT, Page
from houseful.tickets.pdf import AMBER, AMBER_INK
from houseful.words import Words, in_language

WIDTH, HEIGHT = 595.276, 841.89
"""ISO 216 A4, upright, in points."""
LEFT: Final = 56.0
RIGHT: Final = WIDTH - 56.0
BREADTH: Final = RIGHT - LEFT
TOP: Final = HEIGHT - 56.0
BOTTOM: Final = 84.0
"""Above the foot."""
COLUMNS: Final = (RIGHT - 196, RIGHT - 128, RIGHT - 76, RIGHT)
"""Where price, discount, rate and amount end."""
ITEM: Final = COLUMNS[0] - LEFT - 66
ROW: Final = 30.0
TAX_ROW: Final = 16.0


def render(issued: Issued, *, extra_fonts: Sequence[Path] = ()) -> bytes:
    """The PDF, of as many pages as its lines take. Raises ConfigurationError for a font that cannot
    be used."""
    faces, embedded = fonts.load(tuple(extra_fonts)), EmbeddedFonts()
    words = in_language(issued.paper.facts.language)
    pages = [Page(faces, embedded)]
    y = _head(pages[0], issued, words)
    _columns(pages[0], y, words)
    for line, count in alike(issued.paper.lines):
        if y - 2 * ROW < BOTTOM:
            pages.append(Page(faces, embedded))
            y = TOP
            _columns(pages[-1], y, words)
        y -= ROW
        _line(pages[-1], y, line, count, issued.paper, words)
    rows = len(issued.paper.taxes()) + 6
    if y - rows * TAX_ROW - 40 < BOTTOM:
        pages.append(Page(faces, embedded))
        y = TOP
    _sums(pages[-1], y - 14, issued.paper, words)
    for number, page in enumerate(pages, 1):
        _foot(page, issued, words, number, len(pages))
    return written(
        pages,
        embedded,
        reference=issued.number,
        title=f"{_title(issued.paper, words)} {issued.number}",
        author=issued.paper.seller.name,
        language=words.language,
        size=(WIDTH, HEIGHT),
    )


def alike(lines: Sequence[Line]) -> Iterator[tuple[Line, int]]:
    """(line, how many): places of one standing area at one price are one line, with their sums."""
    groups: dict[object, list[Line]] = {}
    for number, line in enumerate(lines):
        key = replace(line, seat="") if line.row_kind == "standing" else number
        groups.setdefault(key, []).append(line)
    for group in groups.values():
        names = ("price_minor", "fee_minor", "discount_minor", "amount_minor", "tax_minor")
        sums = {name: sum(getattr(line, name) for line in group) for name in names}
        yield replace(group[0], **sums), len(group)


def _title(paper: Paper, words: Words) -> str:
    return words.receipt if paper.kind == "receipt" else words.credit_note


def _head(page: Page, issued: Issued, words: Words) -> float:
    """Seller, title and facts; where the lines begin."""
    paper, seller, facts = issued.paper, issued.paper.seller, issued.paper.facts
    page.text(seller.name, LEFT, TOP - 10, BREADTH, 13, weight="Bold")
    y = TOP - 26
    for text in (*seller.address, seller.tax_id and words.tax_id.format(number=seller.tax_id)):
        if text:
            page.text(text, LEFT, y, BREADTH, 9.5, weight="Regular", color=SOFT)
            y -= 13
    y -= 26
    page.text(_title(paper, words), LEFT, y, BREADTH, 24, weight="Bold")
    if facts.is_demo:
        page.box(LEFT, y - 28, BREADTH, 17, AMBER)
        page.text(
            words.demo_band, LEFT + 8, y - 23, BREADTH - 16, 9, color=AMBER_INK, weight="Bold"
        )
        y -= 20
    y -= 28
    starts = local(facts.event_starts_at_ms, facts.event_timezone)
    for label, value in (
        (words.receipt_number, issued.number),
        (words.issued_on, words.date(local(issued.issued_at_ms, facts.timezone))),
        (words.paid_on, words.date(local(facts.paid_at_ms, facts.timezone))),
        (words.receipt_for, facts.buyer),
        (words.booking_label.capitalize(), facts.booking),
        (words.when, f"{facts.event}, {words.moment(starts)}"),
        (words.where, facts.venue),
        ("", paper.corrects and words.corrects.format(number=paper.corrects)),
    ):
        if value:
            page.text(label, LEFT, y, 100, 9.5, weight="Regular", color=SOFT)
            page.text(value, LEFT + 108, y, BREADTH - 108, 10.5)
            y -= 16
    return y - 20


def _columns(page: Page, y: float, words: Words) -> None:
    page.text(words.item, LEFT, y, ITEM, 8.5, color=SOFT)
    for end, label in zip(
        COLUMNS, (words.price, words.discount, words.vat_rate, words.amount), strict=True
    ):
        page.text(label, end, y, 62, 8.5, color=SOFT, ends=True)
    page.rule(LEFT, RIGHT, y - 6)


def _line(page: Page, y: float, line: Line, count: int, paper: Paper, words: Words) -> None:
    currency = paper.facts.currency
    what, more = _said(line, count, currency, words)
    page.text(what, LEFT, y + 8, ITEM, 10.5)
    page.text(more, LEFT, y - 4, ITEM, 8.5, weight="Regular", color=SOFT)
    cells = (
        bare(line.price_minor, currency, words),
        bare(-line.discount_minor, currency, words) if line.discount_minor else "",
        rate(line.vat_basis_points, words),
        bare(line.amount_minor, currency, words),
    )
    for end, cell in zip(COLUMNS, cells, strict=True):
        page.text(cell, end, y + 8, 64, 10.5, ends=True)
    page.rule(LEFT, RIGHT, y - 11)


def _said(line: Line, count: int, currency: str, words: Words) -> tuple[str, str]:
    """What a line is, and what else is said of it."""
    if line.kind == "order_fee":
        return words.order_fee, ""
    if line.kind == "other":
        return words.given_back_otherwise, ""
    place = words.place(line.section, line.row_kind, line.row, line.seat)
    if line.row_kind == "standing":
        place = many(line.section, count)
    fee = words.fee_inside.format(amount=words.money(line.fee_minor, currency))
    parts = (line.category, line.ticket_type, fee if line.fee_minor else "")
    return place, ", ".join(part for part in parts if part)


def bare(amount_minor: int, currency: str, words: Words) -> str:
    """An amount in a column, whose currency stands at the total."""
    return words.money(amount_minor, currency).removesuffix(f" {currency}")


def rate(basis_points: int, words: Words) -> str:
    return f"{percent(basis_points).replace('.', words.decimal_point)} %"


def _sums(page: Page, y: float, paper: Paper, words: Words) -> None:
    currency = paper.facts.currency
    page.text(words.total, LEFT, y - 10, ITEM, 13, weight="Bold")
    total = words.money(paper.total_minor, currency)
    page.text(total, RIGHT, y - 10, 200, 13, weight="Bold", ends=True)
    y -= 44
    heads = (words.vat_rate, words.net, words.vat, words.gross)
    ends = (LEFT + 60, LEFT + 160, LEFT + 240, LEFT + 340)
    for end, head in zip(ends, heads, strict=True):
        page.text(head, end, y, 90, 8.5, color=SOFT, ends=True)
    page.rule(LEFT, ends[-1], y - 5)
    for tax in paper.taxes():
        y -= TAX_ROW
        cells = (
            rate(tax.vat_basis_points, words),
            *(
                bare(one, currency, words)
                for one in (tax.net_minor, tax.tax_minor, tax.gross_minor)
            ),
        )
        for end, cell in zip(ends, cells, strict=True):
            page.text(cell, end, y, 90, 9.5, weight="Regular", color=INK, ends=True)
    if paper.kept_minor:
        said = words.kept_of_it.format(amount=words.money(paper.kept_minor, currency))
        page.text(said, LEFT, y - 2 * TAX_ROW, BREADTH, 9.5, weight="Regular", color=SOFT)


def _foot(page: Page, issued: Issued, words: Words, number: int, count: int) -> None:
    said = words.letters_left_out if page.missing else issued.paper.seller.name
    page.text(said, LEFT, 52, BREADTH - 160, 8.5, weight="Regular", color=SOFT)
    of = words.page_of.format(number=number, count=count)
    page.text(
        f"{issued.number} · {of}", RIGHT, 52, 150, 8.5, weight="Regular", color=SOFT, ends=True
    )
