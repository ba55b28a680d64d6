"""Price lists as buyers see them."""

from __future__ import annotations

from houseful.domain.prices.price_lists import Price, PriceList, TicketType


def test_prices_shown_begin_at_a_ticket_that_needs_no_other() -> None:
    types = (TicketType(1, "Adult"), TicketType(2, "Child"), TicketType(3, "Carer", requires_id=1))
    cells = {("Stalls", 1): 8300, ("Stalls", 2): 900, ("Stalls", 3): 0}
    prices = {key: Price(amount, 0) for key, amount in cells.items()}
    assert sorted(PriceList(1, "EUR", types, prices).shown()) == [900, 8300]
