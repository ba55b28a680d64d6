"""Price lists and lines of orders as the wire has them."""

from __future__ import annotations

from collections.abc import Iterable

from houseful.domain.numbers import percent
from houseful.domain.prices.money import to_wire
from houseful.domain.prices.price_lists import PriceList
from houseful.domain.prices.pricing import PricedSeat, Quote, occupied
from houseful.sales.seating import seat_view
from houseful.wire.buyer import (
    CategoryOffersBody,
    OfferBody,
    OrderLineBody,
    QuoteBody,
    TablePricesWord,
    TicketTypeBody,
    VatBody,
)


def types_view(prices: PriceList) -> list[TicketTypeBody]:
    """The ticket types of a list, the default first."""
    return [
        {
            "id": kind.id,
            "name": kind.name,
            "note": kind.note,
            "least": kind.least,
            "most": kind.most,
            "requires": kind.requires_id,
        }
        for kind in prices.types
    ]


def table_prices(prices: PriceList) -> TablePricesWord:
    """What a price of the list means at a table or box that is sold whole."""
    return "per_table" if prices.per_table else "per_head"


def offers_view(prices: PriceList, category: str) -> list[OfferBody]:
    """The tickets sold in a category."""
    found = ((kind.id, prices.offers[category, kind.id]) for kind in prices.sold_in(category))
    return [
        {
            "ticketTypeId": type_id,
            "price": to_wire(offer.price_minor, prices.currency),
            "fee": to_wire(offer.fee_minor, prices.currency),
            "vatPercent": percent(offer.vat_basis_points),
        }
        for type_id, offer in found
    ]


def line_view(seat: PricedSeat, currency: str) -> OrderLineBody:
    """One line of an order."""
    return {
        **seat_view(seat.seat_id, seat.section, seat.row, seat.label, seat.row_kind),
        "category": seat.category,
        "ticketTypeId": seat.ticket_type_id or 0,
        "ticketType": seat.ticket_type,
        "note": seat.note,
        "price": to_wire(seat.price_minor, currency),
        "fee": to_wire(seat.fee_minor, currency),
        "discount": to_wire(seat.discount_minor, currency),
        "vatPercent": percent(seat.vat_basis_points),
        "vat": to_wire(seat.tax_minor, currency),
        "unitId": seat.unit_id,
    }


def quote_view(quote: Quote) -> QuoteBody:
    """A price before buying; amounts are decimal strings."""
    prices, currency = quote.prices, quote.currency
    categories = dict.fromkeys(seat.category for seat in quote.seats)
    offers: list[CategoryOffersBody] = [
        {"category": name, "tickets": offers_view(prices, name)} for name in categories
    ]
    taxes = [(seat.vat_basis_points, seat.tax_minor) for seat in quote.seats]
    taxes.append((prices.fees.vat_basis_points, quote.order_fee_tax_minor))
    return {
        "currency": currency,
        "items": [line_view(seat, currency) for seat in occupied(quote.seats)],
        "subtotal": to_wire(quote.subtotal_minor, currency),
        "discount": to_wire(quote.discount_minor, currency),
        "ticketFees": to_wire(sum(seat.fee_minor for seat in quote.seats), currency),
        "orderFee": to_wire(quote.order_fee_minor, currency),
        "vat": vat_view(taxes, currency),
        "total": to_wire(quote.total_minor, currency),
        "priceList": prices.number,
        "tablePrices": table_prices(prices),
        "discountCode": quote.discount.code if quote.discount else None,
        "ticketTypes": types_view(prices),
        "offers": offers,
    }


def vat_view(found: Iterable[tuple[int, int]], currency: str) -> list[VatBody]:
    """The tax by rate, the highest first, of (rate, minor units); none at a rate of 0."""
    sums: dict[int, int] = {}
    for rate, tax in found:
        sums[rate] = sums.get(rate, 0) + tax
    return [
        {"vatPercent": percent(rate), "amount": to_wire(tax, currency)}
        for rate, tax in sorted(sums.items(), reverse=True)
        if rate and tax
    ]
