"""Whatever types, fees, taxes, codes and refunds there are: lines, charge and refunds are one sum."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from houseful.checkout.pricing import priced
from houseful.domain.prices.currencies import chargeable, currency_of
from houseful.domain.prices.price_lists import Fees, Price, PriceList, TicketType
from houseful.domain.prices.pricing import Discount, PricedSeat, Quote, quote, reduces
from houseful.domain.prices.refunds import Line, RefundFee, reckon

CURRENCIES = ("EUR", "JPY", "KWD", "ISK", "UGX", "CLP")
"""Of 2, 0 and 3 digits; KWD, ISK and UGX are charged in steps."""
CATEGORIES = ("Stalls", "Balcony", "Box")
NO_CODE = Discount(1, "CODE", None, 10, None, None, None, None, None, None, 0, 0)
RATES = st.sampled_from((0, 700, 810, 1900, 2500, 10_000))


@st.composite
def price_lists(draw: st.DrawFn) -> PriceList:
    code = draw(st.sampled_from(CURRENCIES))
    money = currency_of(code)

    def amount() -> int:
        steps = draw(st.integers(0, 20_000))
        return chargeable(steps * money.step_minor, code)

    types = tuple(TicketType(n, f"Type {n}") for n in range(draw(st.integers(1, 3))))
    cells = {
        (category, kind.id): Price(amount(), draw(RATES))
        for category in CATEGORIES
        for kind in types
        if kind.id == 0 or draw(st.booleans())
    }
    fees = Fees(
        amount() // 10 // money.step_minor * money.step_minor, draw(RATES), amount(), draw(RATES)
    )
    return PriceList(1, code, types, cells, dict(enumerate(CATEGORIES)), fees)


@st.composite
def orders(draw: st.DrawFn) -> Quote:
    prices = draw(price_lists())
    chosen = draw(st.lists(st.integers(0, len(CATEGORIES) - 1), min_size=1, max_size=10))
    seats = [(PricedSeat(n, "S", "A", str(n), "", 0), ordinal) for n, ordinal in enumerate(chosen)]
    tickets = {
        seat.seat_id: draw(st.sampled_from(prices.sold_in(CATEGORIES[ordinal]))).id
        for seat, ordinal in seats
    }
    lines = priced(prices, seats, tickets)
    for line in lines:
        assert (
            line.price_minor == prices.offers[line.category, line.ticket_type_id or 0].price_minor
        )
    code = replace(
        NO_CODE,
        categories=tuple(draw(st.sets(st.sampled_from(CATEGORIES), max_size=2))),
        ticket_types=tuple(draw(st.sets(st.sampled_from(["Type 0", "Type 1"]), max_size=1))),
    )
    if draw(st.booleans()):
        code = replace(code, percent=draw(st.integers(1, 100)))
    else:
        code = replace(code, percent=None, amount_minor=draw(st.integers(1, 10**7)))
    return quote(lines, prices, draw(st.sampled_from((None, code))))


@given(orders())
def test_lines_add_up_to_what_is_charged_and_no_line_is_lost_or_below_nothing(made: Quote) -> None:
    paid = [seat.paid_minor for seat in made.seats]
    assert sum(paid) + made.order_fee_minor == made.total_minor
    assert made.total_minor == made.subtotal_minor - made.discount_minor + made.order_fee_minor
    assert chargeable(made.total_minor, made.currency) == made.total_minor
    assert 0 <= made.total_minor <= made.subtotal_minor + made.prices.fees.per_order_minor
    for seat in made.seats:
        assert 0 <= seat.discount_minor <= seat.price_minor
        assert 0 <= seat.fee_minor <= seat.price_minor
        assert 0 <= seat.tax_minor <= seat.paid_minor
    assert 0 <= made.order_fee_tax_minor <= made.order_fee_minor


@given(orders())
def test_a_code_takes_nothing_off_tickets_that_it_is_not_for(made: Quote) -> None:
    if made.discount is None or made.total_minor == 0:
        return  # too little to be charged: the whole order is free
    others = [seat for seat in made.seats if not reduces(made.discount, seat)]
    assert all(seat.discount_minor == 0 for seat in others)


@given(orders(), st.data())
def test_refunds_in_any_parts_give_back_and_keep_exactly_what_was_charged(
    made: Quote, data: st.DataObject
) -> None:
    fee = RefundFee(data.draw(st.integers(0, 5000)), data.draw(RATES))
    lines = [
        Line(seat.seat_id, seat.seat_id + 1, seat.paid_minor, "VALID", is_back=False)
        for seat in made.seats
    ]
    left, given_back, kept = made.total_minor, 0, 0
    while standing := [line for line in lines if not line.is_back]:
        wanted = data.draw(
            st.sets(st.sampled_from([one.seat_id + 1 for one in standing]), min_size=1)
        )
        found = reckon(lines, sorted(wanted), left_minor=left, fee=fee, currency=made.currency)
        assert found.amount_minor >= 0
        assert all(one.amount_minor >= 0 and one.fee_minor >= 0 for one in found.lines)
        given_back, kept = given_back + found.amount_minor, kept + found.fee_minor
        left -= found.amount_minor + found.fee_minor
        assert left >= 0, "never more than was charged"
        lines = [replace(line, is_back=line.is_back or line.ticket_id in wanted) for line in lines]
    assert given_back + kept == made.total_minor
    assert left == 0
