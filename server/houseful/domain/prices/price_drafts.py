"""How one price list becomes the next: what staff ask for at any door, checked and applied.

Owns: the rules of types, prices and fees. Never: the amounts' spelling, which is each door's, and
which categories a plan has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from houseful.domain.errors import InvalidRequest
from houseful.domain.prices.currencies import check_price, check_reduction
from houseful.domain.prices.price_lists import Fees, NewPrices, Price, TicketType, offered
from houseful.domain.prices.rounding import BASIS_POINTS
from houseful.domain.wording import shown

MOST_TYPES: Final = 20


@dataclass(frozen=True, slots=True)
class CellChange:
    """A price before fees, None where the ticket is not sold any more; a rate of its own, or None."""

    amount_minor: int | None
    vat_basis_points: int | None = None


@dataclass(frozen=True, slots=True)
class PriceChange:
    """What becomes different; what is None or not named stays.

    `types`: all types in their order, the first is the default; their ids do not count, and
    `requires` names the type that each needs. `cells` by (category, type name); the type None is the
    default. `vat_basis_points` is the rate of every price that names none, and of the order's fee.
    `starts_at_ms`: when the list begins to hold, None for at once.
    """

    types: Sequence[TicketType] | None = None
    requires: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[tuple[str, str | None], CellChange] = field(default_factory=dict)
    fee_per_ticket_minor: int | None = None
    fee_basis_points: int | None = None
    fee_per_order_minor: int | None = None
    vat_basis_points: int | None = None
    starts_at_ms: int | None = None
    per_table: bool | None = None


NOTHING: Final = NewPrices((TicketType(0),), {})
"""Before the first list."""


def applied(before: NewPrices, change: PriceChange, currency: str) -> NewPrices:
    """The next list. Raises InvalidRequest saying what was expected, or what cannot be charged."""
    types, requires = before.types, dict(before.requires)
    cells = dict(before.prices)
    if change.types is not None:
        types, requires = tuple(change.types), dict(change.requires)
        check_types(types, requires)
        cells = _carried(cells, before.types, types)
    rate = change.vat_basis_points
    if rate is not None:
        cells = {key: replace(price, vat_basis_points=rate) for key, price in cells.items()}
    fees = _fees(before.fees, change)
    for (category, name), wanted in change.cells.items():
        _set(cells, _key(cells, types, category, name), wanted, fees.vat_basis_points)
    per_table = before.per_table if change.per_table is None else change.per_table
    made = NewPrices(types, cells, fees, requires, per_table)
    check_prices(made, currency)
    return made


def check_types(types: Sequence[TicketType], requires: Mapping[str, str]) -> None:
    """Raises InvalidRequest."""
    names = [kind.name for kind in types]
    if not 1 <= len(types) <= MOST_TYPES:
        raise _wrong(f"expected 1 to {MOST_TYPES} types, got {len(types)}")
    if len(set(names)) < len(names) or ("" in names and len(names) > 1):
        raise _wrong(f"expected a name of its own for each type, got {shown(names)}")
    for kind in types:
        if kind.most is not None and not 1 <= kind.least <= kind.most:
            raise _wrong(
                f"{shown(kind.name)}: expected least ≤ most, got {kind.least}, {kind.most}"
            )
    for name, needed in requires.items():
        if needed not in names or needed == name:
            raise _wrong(
                f"{shown(name)}: expected another type that it requires, got {shown(needed)}"
            )


def check_prices(new: NewPrices, currency: str) -> None:
    """Raises InvalidRequest for what the gateway cannot charge, with fees and without, and for a type
    that is sold nowhere."""
    for amount in (new.fees.per_ticket_minor, new.fees.per_order_minor):
        check_reduction(amount, currency)
    for price in new.prices.values():
        check_price(price.amount_minor, currency)
        check_price(offered(price, new.fees, currency).price_minor, currency)
    sold = {name for _, name in new.prices}
    unsold = [kind.name for kind in new.types if kind.name not in sold]
    if unsold and new.prices:
        raise _wrong(f"expected a price for each type, got none for {shown(unsold)}")


def _carried(
    cells: Mapping[tuple[str, str], Price], before: Sequence[TicketType], now: Sequence[TicketType]
) -> dict[tuple[str, str], Price]:
    """Prices of types that stay; the nameless type's become those of the first that has a name."""
    names = {kind.name: kind.name for kind in now}
    if [kind.name for kind in before] == [""]:
        names[""] = now[0].name
    return {
        (category, names[name]): price for (category, name), price in cells.items() if name in names
    }


def _key(
    cells: Mapping[tuple[str, str], Price],
    types: Sequence[TicketType],
    category: str,
    name: str | None,
) -> tuple[str, str]:
    names = [kind.name for kind in types]
    if name is None:
        return category, next((one for one in names if (category, one) in cells), names[0])
    if name not in names:
        raise InvalidRequest(
            f"prices: expected one of the ticket types {shown(names)}, got {shown(name)}",
            field="prices",
        )
    return category, name


def _set(
    cells: dict[tuple[str, str], Price], key: tuple[str, str], wanted: CellChange, rate: int
) -> None:
    if wanted.amount_minor is None:
        cells.pop(key, None)
        return
    before = cells.get(key, Price(0, rate))
    own = wanted.vat_basis_points
    cells[key] = Price(wanted.amount_minor, before.vat_basis_points if own is None else own)


def _fees(before: Fees, change: PriceChange) -> Fees:
    def given(value: int | None, otherwise: int) -> int:
        return otherwise if value is None else value

    fees = Fees(
        given(change.fee_per_ticket_minor, before.per_ticket_minor),
        given(change.fee_basis_points, before.basis_points),
        given(change.fee_per_order_minor, before.per_order_minor),
        given(change.vat_basis_points, before.vat_basis_points),
    )
    rates = [cell.vat_basis_points or 0 for cell in change.cells.values()]
    for rate in (fees.basis_points, fees.vat_basis_points, *rates):
        if rate > BASIS_POINTS:
            raise InvalidRequest(f"expected at most 100 percent, got {rate / 100:g}")
    return fees


def _wrong(message: str) -> InvalidRequest:
    return InvalidRequest(f"ticketTypes: {message}", field="ticketTypes")
