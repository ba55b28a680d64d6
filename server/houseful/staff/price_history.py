"""An event's price lists as staff see them: what changed when, by whom, and what is held under which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from houseful.domain.numbers import percent
from houseful.domain.prices.money import to_wire
from houseful.domain.prices.price_lists import PriceList
from houseful.ledger import claims
from houseful.ledger.catalog import price_changes, price_lists
from houseful.ledger.catalog.price_changes import Written
from houseful.sales.price_views import table_prices
from houseful.sql.database import Session
from houseful.wire.codec import iso
from houseful.wire.staff import PriceDifferenceBody, PriceField, PriceListBody, PriceTermsBody

Facts = dict[tuple[PriceField, str, str], str]
"""(field, category, ticket type) → what it is; the last two empty where they say nothing."""


async def history(
    session: Session, event_id: int, on_sale: int, now_ms: int, held: Mapping[int, int]
) -> list[PriceListBody]:
    """Every list of an event, the newest first. `on_sale`: the number of the one it sells at;
    `held`: number of a list → seats held under it."""
    lists = await price_lists.of_event(session, event_id)
    sold = await claims.sold_by_list(session, event_id)
    made = await price_changes.written(session, event_id)
    found: list[PriceListBody] = []
    for one in made:
        prices, before = lists[event_id, one.number], _before(one, made)
        changes = differences(lists[event_id, before], prices) if before else []
        found.append(
            {
                "number": one.number,
                "state": _state(one, on_sale, now_ms),
                "createdAt": _instant(one.created_at_ms),
                "createdBy": one.created_by,
                "startsAt": _instant(one.starts_at_ms),
                "withdrawnAt": _instant(one.withdrawn_at_ms),
                "heldSeats": held.get(one.number, 0),
                "soldSeats": sold.get(one.number, 0),
                **terms_view(prices),
                "changes": changes,
            }
        )
    return found


def terms_view(prices: PriceList) -> PriceTermsBody:
    """A price list as staff set it, with what is shown of it."""
    names = {kind.id: kind.name for kind in prices.types}
    fees, currency = prices.fees, prices.currency
    return {
        "currency": currency,
        "ticketTypes": [
            {
                "name": kind.name,
                "note": kind.note,
                "least": kind.least,
                "most": kind.most,
                "requires": names.get(kind.requires_id or 0, ""),
            }
            for kind in prices.types
        ],
        "ticketPrices": [
            {
                "category": category,
                "ticketType": names[type_id],
                "amount": to_wire(price.amount_minor, currency),
                "vatPercent": percent(price.vat_basis_points),
                "price": to_wire(prices.offers[category, type_id].price_minor, currency),
            }
            for (category, type_id), price in prices.prices.items()
        ],
        "fees": {
            "perTicket": to_wire(fees.per_ticket_minor, currency),
            "percent": percent(fees.basis_points),
            "perOrder": to_wire(fees.per_order_minor, currency),
            "vatPercent": percent(fees.vat_basis_points),
        },
        "tablePrices": table_prices(prices),
    }


def differences(before: PriceList, after: PriceList) -> list[PriceDifferenceBody]:
    """What the second list changes of the first."""
    was, became = _facts(before), _facts(after)
    return [
        {
            "field": field,
            "category": category,
            "ticketType": name,
            "before": was.get((field, category, name)),
            "after": became.get((field, category, name)),
        }
        for field, category, name in dict.fromkeys([*became, *was])
        if was.get((field, category, name)) != became.get((field, category, name))
    ]


def _facts(prices: PriceList) -> Facts:
    """What was set: a rule that says nothing, or a tax that is the event's own, is no fact."""
    terms = terms_view(prices)
    fees = terms["fees"]
    found: Facts = {}
    for price in terms["ticketPrices"]:
        category, name = price["category"], price["ticketType"]
        found["price", category, name] = price["amount"]
        if price["vatPercent"] != fees["vatPercent"]:
            found["vatPercent", category, name] = price["vatPercent"]
    for kind in terms["ticketTypes"]:
        rules: dict[PriceField, str] = {
            "note": kind["note"],
            "least": str(kind["least"]) if kind["least"] > 1 else "",
            "most": "" if kind["most"] is None else str(kind["most"]),
            "requires": kind["requires"],
        }
        found |= {(rule, "", kind["name"]): said for rule, said in rules.items() if said}
    found["perTicket", "", ""] = fees["perTicket"]
    found["percent", "", ""] = fees["percent"]
    found["perOrder", "", ""] = fees["perOrder"]
    found["vatPercent", "", ""] = fees["vatPercent"]
    found["tablePrices", "", ""] = terms["tablePrices"]
    return found


def _before(one: Written, made: Sequence[Written]) -> int | None:
    """The number of the list that holds until this one begins."""
    mine = (one.starts_at_ms, one.number)
    earlier = [
        (other.starts_at_ms, other.number)
        for other in made
        if other.withdrawn_at_ms is None and (other.starts_at_ms, other.number) < mine
    ]
    return max(earlier)[1] if earlier else None


def _state(
    one: Written, on_sale: int, now_ms: int
) -> Literal["on_sale", "scheduled", "past", "withdrawn"]:
    if one.withdrawn_at_ms is not None:
        return "withdrawn"
    if one.number == on_sale:
        return "on_sale"
    return "scheduled" if one.starts_at_ms > now_ms else "past"


def _instant(at_ms: int | None) -> str | None:
    """None also for 0: lists from before this was kept."""
    return iso(at_ms) if at_ms else None
