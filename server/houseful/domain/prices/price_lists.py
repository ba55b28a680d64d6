"""Price lists: what a ticket of each type costs in each category, with the fees inside.

A list never changes and has a number; other prices are another list. A cell that is missing means
that this ticket type is not sold in that category. Rates are hundredths of a percent (`basis points`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from houseful.domain.prices.currencies import currency_of
from houseful.domain.prices.rounding import part, shares


@dataclass(frozen=True, slots=True)
class TicketType:
    """Who a ticket is for. `note` is shown to the buyer and at the door ("show your card").

    An order that has any of this type has at least `least` and at most `most` (None: any number), and
    no more of it than of the type `requires_id`. The name is empty where an event has one type only
    and gives it no name.
    """

    id: int
    name: str = ""
    note: str = ""
    least: int = 1
    most: int | None = None
    requires_id: int | None = None


@dataclass(frozen=True, slots=True)
class Fees:
    """What is added to prices: to each ticket an amount and a share of its price, to each order an
    amount. A ticket that costs nothing carries no fee, and neither does an order that does.

    `vat_basis_points` is the rate inside the order's fee; a ticket's fee has its ticket's rate.
    """

    per_ticket_minor: int = 0
    basis_points: int = 0
    per_order_minor: int = 0
    vat_basis_points: int = 0

    def of_ticket(self, amount_minor: int, currency: str) -> int:
        """The fee of a ticket whose price without it is `amount_minor`."""
        if amount_minor == 0:
            return 0
        step = currency_of(currency).step_minor
        return self.per_ticket_minor + part(amount_minor, self.basis_points, step)


@dataclass(frozen=True, slots=True)
class Price:
    """One cell: the amount before fees, and the rate of the tax inside it."""

    amount_minor: int
    vat_basis_points: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """What a buyer is shown and pays: `price_minor` with `fee_minor` inside."""

    price_minor: int
    fee_minor: int
    vat_basis_points: int


@dataclass(frozen=True)
class PriceList:
    """`types` in the event's order, the first is the default; `prices` by (category, type id);
    `ordinals`: the category's index in the plan → its name. It holds from `starts_at_ms` on. `per_table`:
    the price of a table or box that is sold whole is for all its people, not for each."""

    number: int
    currency: str
    types: tuple[TicketType, ...] = ()
    prices: Mapping[tuple[str, int], Price] = field(default_factory=dict)
    ordinals: Mapping[int, str] = field(default_factory=dict)
    fees: Fees = Fees()
    starts_at_ms: int = 0
    per_table: bool = False

    @cached_property
    def offers(self) -> dict[tuple[str, int], Offer]:
        """Every ticket that is sold, by (category, type id)."""
        return {key: offered(price, self.fees, self.currency) for key, price in self.prices.items()}

    def sold_in(self, category: str) -> list[TicketType]:
        """The types sold in a category; the first of them is what a click takes."""
        return [kind for kind in self.types if (category, kind.id) in self.prices]

    @cached_property
    def by_category(self) -> dict[str, int]:
        """Category → what its default ticket costs, fees inside."""
        found: dict[str, int] = {}
        for kind in self.types:
            for category in self.ordinals.values():
                offer = self.offers.get((category, kind.id))
                if offer is not None:
                    found.setdefault(category, offer.price_minor)
        return found

    def type_of(self, type_id: int) -> TicketType | None:
        return next((kind for kind in self.types if kind.id == type_id), None)

    def as_new(self) -> NewPrices:
        """This list as the draft of another."""
        names = {kind.id: kind.name for kind in self.types}
        cells = {(category, names[kind]): price for (category, kind), price in self.prices.items()}
        needs = {
            kind.name: names[kind.requires_id] for kind in self.types if kind.requires_id in names
        }
        return NewPrices(self.types, cells, self.fees, needs, self.per_table)

    def shown(self) -> list[int]:
        """What tickets cost that need no other beside them, fees inside."""
        alone = {kind.id for kind in self.types if kind.requires_id is None}
        return [offer.price_minor for (_, kind), offer in self.offers.items() if kind in alone]


def offered(price: Price, fees: Fees, currency: str) -> Offer:
    """The price that is shown for a cell."""
    fee = fees.of_ticket(price.amount_minor, currency)
    return Offer(price.amount_minor + fee, fee, price.vat_basis_points)


@dataclass(frozen=True, slots=True)
class NewPrices:
    """A list that is still to be written: its types by name in their order (ids do not count, and
    `requires` says the name of the type that each needs), its cells by (category, type name)."""

    types: tuple[TicketType, ...]
    prices: Mapping[tuple[str, str], Price]
    fees: Fees = Fees()
    requires: Mapping[str, str] = field(default_factory=dict)
    per_table: bool = False

    @property
    def categories(self) -> Sequence[str]:
        return list(dict.fromkeys(category for category, _ in self.prices))


def plain(prices: Mapping[str, int], vat_basis_points: int = 0) -> NewPrices:
    """One nameless type at one price a category."""
    cells = {(name, ""): Price(amount, vat_basis_points) for name, amount in prices.items()}
    return NewPrices((TicketType(0),), cells)


def even_shares(offer: Offer, people: int, currency: str) -> list[tuple[int, int]]:
    """What each of so many people has of one price: (price, fee inside it) in minor units, in steps that
    can be charged, the remainder on the last."""
    step = currency_of(currency).step_minor
    prices = shares([offer.price_minor] * people, offer.price_minor, step)
    return list(zip(prices, shares(prices, offer.fee_minor, step), strict=True))
