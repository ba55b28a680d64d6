"""Receipts and credit notes add up: to the charge, and together to what the house keeps."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from houseful.domain.prices.price_lists import PriceList
from houseful.domain.prices.pricing import Discount, PricedSeat
from houseful.domain.prices.receipts import (
    Facts,
    Paper,
    Seller,
    credit_note,
    numbered,
    paper_of,
    receipt,
    rest_rate,
    series_of,
)
from houseful.domain.prices.refunds import Line, RefundFee, reckon
from houseful.wire.codec import decode, encode
from tests.domain.prices.test_rounding import made_of, orders

SELLER = Seller("The Little Theatre Ltd", ("Main Street 1", "1010 Vienna"), "ATU12345678")


def facts(currency: str) -> Facts:
    return Facts(
        "BK-2026-000001", "Ada", "en", currency, "A concert", "Hall", 0, "UTC", "UTC", 0, "", False
    )


def test_a_number_has_its_year_and_the_demo_a_series_of_its_own() -> None:
    assert numbered(series_of(2026, is_demo=False), 123) == "2026-000123"
    assert numbered(series_of(2026, is_demo=True), 1) == "DEMO-2026-000001"
    assert numbered("2026", 1_000_000) == "2026-1000000"


@given(orders(), st.data())
def test_a_receipt_comes_to_the_charge_and_with_all_credit_notes_to_what_is_kept(
    order: tuple[PriceList, list[PricedSeat], Discount | None], data: Any
) -> None:
    made = made_of(order)
    fee_vat = made.prices.fees.vat_basis_points
    first = receipt(SELLER, facts(made.currency), made.seats, made.order_fee_minor, fee_vat)
    assert first.total_minor == made.total_minor
    assert sum(tax.gross_minor for tax in first.taxes()) == made.total_minor
    assert all(tax.net_minor + tax.tax_minor == tax.gross_minor for tax in first.taxes())
    assert sum(tax.tax_minor for tax in first.taxes()) == (
        sum(seat.tax_minor for seat in made.seats) + made.order_fee_tax_minor
    )
    assert paper_of(decode(encode(first.record()))) == first
    notes = list(given_back(made, data, first, fee_vat))
    assert all(line.amount_minor < 0 for note in notes for line in note.lines)
    kept = sum(note.kept_minor for note in notes)
    assert first.total_minor + sum(note.total_minor for note in notes) == kept
    if not kept:
        taxes: dict[int, int] = {}
        for paper in (first, *notes):
            for tax in paper.taxes():
                taxes[tax.vat_basis_points] = taxes.get(tax.vat_basis_points, 0) + tax.tax_minor
        assert set(taxes.values()) <= {0}  # all the tax goes back with all the money


def given_back(made: Any, data: Any, first: Paper, fee_vat: int) -> Any:
    """A credit note for each part, until nothing of the order is left."""
    fee = RefundFee(0, data.draw(st.sampled_from((0, 0, 1500))))
    lines = [
        Line(seat.seat_id, seat.seat_id, seat.paid_minor, "VALID", False) for seat in made.seats
    ]
    left = made.total_minor
    seats = {seat.seat_id: seat for seat in made.seats}
    while any(not line.is_back for line in lines):
        open_ = [line.ticket_id for line in lines if not line.is_back]
        wanted = open_[: data.draw(st.integers(1, len(open_)))]
        found = reckon(lines, wanted, left_minor=left, fee=fee, currency=made.currency)
        left -= found.amount_minor + found.fee_minor
        back = {one.seat_id for one in found.lines}
        lines = [Line(*_but_back(line, line.seat_id in back)) for line in lines]
        rates = [seat.vat_basis_points for seat in made.seats]
        yield credit_note(
            SELLER,
            first.facts,
            "2026-000001",
            [(seats[one.seat_id], one.amount_minor) for one in found.lines],
            found.amount_minor,
            found.fee_minor,
            made.order_fee_minor,
            rest_rate(made.order_fee_minor, fee_vat, rates),
        )


def _but_back(line: Line, is_back: bool) -> tuple[int, int, int, str, bool]:
    return line.seat_id, line.ticket_id, line.paid_minor, line.state, line.is_back or is_back
