"""The one rounding rule, and orders of every kind that must add up under it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from houseful.domain.prices.currencies import currency_of, fault
from houseful.domain.prices.price_lists import Fees, Price, PriceList, TicketType
from houseful.domain.prices.pricing import Discount, PricedSeat, Quote, quote, reduces
from houseful.domain.prices.rounding import half_up, included, shares

CURRENCIES = ("EUR", "JPY", "KWD", "ISK")
"""Two, no, and three digits; the last two are charged in steps of 10 and of 100."""


def test_halves_go_up_once_a_line_and_the_last_takes_the_remainder() -> None:
    assert [half_up(5, percent, 100) for percent in (9, 10, 29, 30)] == [0, 1, 1, 2]
    assert half_up(1250, 10, 100, 100) == 100
    assert half_up(1500, 10, 100, 100) == 200
    assert shares([7500, 3000, 3000], 12499) == [6944, 2778, 2777]
    assert shares([100, 100, 100], 100) == [33, 33, 34]
    assert shares([100, 200], 0) == [0, 0]
    assert shares([0, 0], 0) == [0, 0]
    assert shares([], 0) == []


def test_where_roundings_add_up_to_more_the_lines_that_follow_still_even_them_out() -> None:
    assert shares([1, 1, 1, 1], 2) == [1, 1, 0, 0]
    assert shares([1] * 10, 4) == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1]


def test_tax_is_inside_the_price() -> None:
    assert [included(amount, 1900) for amount in (11900, 100, 3, 0)] == [1900, 16, 0, 0]
    assert included(10_000, 0) == 0


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12), st.data())
def test_shares_lose_no_unit_and_none_is_negative_or_over_its_weight(
    weights: list[int], data: Any
) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    found = shares(weights, total)
    assert sum(found) == total
    assert all(0 <= share <= weight for share, weight in zip(found, weights, strict=True))


@st.composite
def orders(draw: Any) -> tuple[PriceList, list[PricedSeat], Discount | None]:
    """An event with types, fees and taxes, seats of it under some of its types, and a code."""
    currency = draw(st.sampled_from(CURRENCIES))
    known = currency_of(currency)
    step = known.step_minor
    amounts = st.one_of(
        st.just(0), st.integers(known.least_minor // step, 10**5).map(lambda n: n * step)
    )
    rates = st.sampled_from((0, 260, 700, 1900, 2550))
    names = ("Adult", "Child", "Carer")
    types = tuple(TicketType(n, name) for n, name in enumerate(names[: draw(st.integers(1, 3))]))
    cells = {
        (category, kind.id): Price(draw(amounts), draw(rates))
        for category in ("Stalls", "Circle")
        for kind in types
    }
    fees = Fees(
        draw(st.integers(0, 30)) * step,
        draw(st.integers(0, 1500)),
        draw(st.integers(0, 30)) * step,
        draw(rates),
    )
    prices = PriceList(3, currency, types, cells, {0: "Stalls", 1: "Circle"}, fees)
    chosen = draw(st.lists(st.sampled_from(list(cells)), min_size=1, max_size=10))
    seats = [seat(prices, number, key) for number, key in enumerate(chosen)]
    return prices, seats, draw(st.none() | codes(names[: len(types)], step))


@st.composite
def codes(draw: Any, names: tuple[str, ...], step: int) -> Discount:
    percent = draw(st.none() | st.integers(1, 100))
    amount = draw(st.integers(1, 10**5)) * step if percent is None else None
    categories = draw(st.lists(st.sampled_from(("Stalls", "Circle")), unique=True))
    types = draw(st.lists(st.sampled_from(names), unique=True))
    return Discount(
        1, "C", None, percent, amount, None, None, None, None, None, 0, 0,
        categories=tuple(categories), ticket_types=tuple(types),
    )  # fmt: skip


def seat(prices: PriceList, number: int, key: tuple[str, int]) -> PricedSeat:
    offer, kind = prices.offers[key], prices.types[key[1]]
    return PricedSeat(
        number, "S", "A", str(number), key[0], offer.price_minor, "row", kind.id, kind.name, "",
        offer.fee_minor, 0, offer.vat_basis_points,
    )  # fmt: skip


def made_of(order: tuple[PriceList, list[PricedSeat], Discount | None]) -> Quote:
    prices, seats, discount = order
    return quote(seats, prices, discount)


@given(orders())
def test_the_lines_of_an_order_are_its_charge_and_all_that_can_be_refunded(
    order: tuple[PriceList, list[PricedSeat], Discount | None],
) -> None:
    prices, shown, discount = order
    made = made_of(order)
    step = currency_of(prices.currency).step_minor
    paid = [line.paid_minor for line in made.seats]
    assert sum(paid) + made.order_fee_minor == made.total_minor
    assert made.total_minor == 0 or fault(made.total_minor, prices.currency) is None
    for line, before in zip(made.seats, shown, strict=True):
        assert line.price_minor == before.price_minor  # the map's price
        assert 0 <= line.fee_minor <= line.price_minor
        assert 0 <= line.paid_minor <= line.price_minor
        assert 0 <= line.tax_minor <= line.paid_minor
        assert line.paid_minor % step == 0  # each line can be given back alone
        if made.total_minor and not (discount and reduces(discount, line)):
            assert line.paid_minor == line.price_minor
    assert made.order_fee_minor % step == 0
    assert 0 <= made.order_fee_tax_minor <= made.order_fee_minor


@given(orders(), st.data())
def test_tickets_given_back_one_after_another_come_to_the_charge(
    order: tuple[PriceList, list[PricedSeat], Discount | None], data: Any
) -> None:
    made = made_of(order)
    lines = data.draw(st.permutations(made.seats))
    left = made.total_minor
    while lines:
        count = data.draw(st.integers(1, len(lines)))
        back, lines = lines[:count], lines[count:]
        left -= sum(line.paid_minor for line in back)
        assert left >= 0
    assert left == made.order_fee_minor
