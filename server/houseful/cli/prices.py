"""Prices as the command line has them: `--price CATEGORY[/TYPE]=AMOUNT` and `--ticket-type`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from houseful.domain.errors import InvalidRequest
from houseful.domain.prices.money import to_wire
from houseful.domain.text import visible
from houseful.domain.wording import shown

if TYPE_CHECKING:
    from houseful.domain.prices.price_lists import PriceList
    from houseful.wire.staff import PriceListBody

RULES = ("note", "least", "most", "requires")


def prices_asked(
    prices: Sequence[str], types: Sequence[str], categories: Sequence[str]
) -> dict[str, Any]:
    """The fields of a request that say what tickets cost. `categories` are the plan's, one of which
    may have a slash in its name. Raises InvalidRequest."""
    plain: dict[str, str] = {}
    typed: dict[tuple[str, str], str] = {}
    for pair in prices:
        key, sign, amount = pair.rpartition("=")
        if not sign or not key or not amount:
            raise InvalidRequest(f"--price: expected CATEGORY[/TYPE]=AMOUNT, got {shown(pair)}")
        category, name = _split(key, categories)
        if category in plain if name is None else (category, name) in typed:
            raise InvalidRequest(f"--price: expected one price for {shown(key)}, got two")
        if name is None:
            plain[category] = amount
        else:
            typed[category, name] = amount
    if not typed and not types:
        return {"prices": plain} if plain else {}
    told = [_type(text) for text in types]
    named = {one["name"] for one in told}
    told += [
        {"name": name} for name in dict.fromkeys(name for _, name in typed) if name not in named
    ]
    cells = [
        {"category": category, "ticketType": name, "amount": amount}
        for (category, name), amount in typed.items()
    ]
    said = {"prices": plain, "ticketTypes": told, "ticketPrices": cells}
    return {name: value for name, value in said.items() if value}


def fees_asked(
    per_ticket: str | None, percent: str | None, per_order: str | None, vat: str | None
) -> dict[str, Any]:
    """The fields of a request that say what is added to prices, and the tax inside."""
    fees = {"perTicket": per_ticket, "percent": percent, "perOrder": per_order}
    given = {name: text for name, text in fees.items() if text is not None}
    return ({"fees": given} if given else {}) | ({"vatPercent": vat} if vat is not None else {})


def listed(prices: PriceList) -> Iterator[str]:
    """A price list as options would say it."""
    for kind in prices.types:
        for (category, kind_id), cell in prices.prices.items():
            if kind_id == kind.id:
                name = f"{category}/{kind.name}" if kind.name else category
                yield f"{name}={to_wire(cell.amount_minor, prices.currency)}"


def history_told(lists: Sequence[PriceListBody], *, is_held_known: bool) -> Iterator[str]:
    """Price lists as people read them: when, by whom, what is held and sold, and what changed."""
    for one in lists:
        times = f"{one['state'].replace('_', ' ')} since {one['startsAt'] or 'the start'}"
        if one["state"] == "scheduled":
            times = f"begins {one['startsAt']}"
        elif one["state"] == "withdrawn":
            times = f"withdrawn {one['withdrawnAt']}"
        held = one["heldSeats"] if is_held_known else "?"
        made = f"by {visible(one['createdBy'] or '-')}, {one['createdAt'] or '-'}"
        yield f"list {one['number']}: {times}; {held} held, {one['soldSeats']} sold; {made}"
        for change in one["changes"]:
            what = "/".join(filter(None, (change["category"], change["ticketType"])))
            was, became = (
                "none" if text is None else text for text in (change["before"], change["after"])
            )
            yield f"    {' '.join(filter(None, (change['field'], visible(what))))}: {was} -> {became}"


def _split(key: str, categories: Sequence[str]) -> tuple[str, str | None]:
    """(category, ticket type, or None for the default)."""
    if key in categories:
        return key, None
    for category in sorted(categories, key=len, reverse=True):
        if key.startswith(f"{category}/") and len(key) > len(category) + 1:
            return category, key[len(category) + 1 :]
    return key, None


def _type(text: str) -> dict[str, Any]:
    """`"Child; note=under 14; most=4; requires=Adult"` → the fields of a ticket type."""
    name, *rules = (part.strip() for part in text.split(";"))
    told: dict[str, Any] = {"name": name}
    for rule in rules:
        word, sign, value = (part.strip() for part in rule.partition("="))
        if not sign or word not in RULES:
            raise InvalidRequest(
                f"--ticket-type: expected {', '.join(f'{one}=…' for one in RULES)}, got {shown(rule)}"
            )
        is_number = word in {"least", "most"} and value.isascii() and value.isdigit()
        told[word] = int(value) if is_number else value
    return told
