"""What a party asks for: in the plan's words, as requests and commands carry it, and in its numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from houseful.domain.errors import InvalidRequest
from houseful.domain.folding import folded
from houseful.domain.plan import Plan
from houseful.domain.seat_choice.seat_windows import Wish
from houseful.domain.wording import shown
from houseful.wire.commands import PartyRequest


@dataclass(frozen=True, slots=True)
class PartyWish:
    """What a buyer asks for, in the plan's words. `other_than`: seat ids not to be proposed; `replaces`:
    a hold that is given back for the new one; `accessible`: how many wheelchair spaces."""

    quantity: int
    categories: tuple[str, ...] | None = None
    sections: tuple[str, ...] | None = None
    zone: str | None = None
    accessible: int = 0
    must_be_together: bool = False
    prevents_lone_seats: bool = True
    request_id: str = ""
    other_than: tuple[int, ...] = ()
    replaces: int = 0


def some(names: Collection[str] | None) -> tuple[str, ...] | None:
    """None: any."""
    return None if names is None else tuple(names)


def party_wish(asked: PartyRequest) -> PartyWish:
    """What a request or a command asks for."""
    return PartyWish(
        asked.quantity,
        some(asked.categories),
        some(asked.sections),
        asked.zone,
        asked.accessible,
        asked.together == "required",
        asked.preventLoneSeats,
        asked.requestId or "",
        tuple(asked.otherThan),
        asked.replaces or 0,
    )


def wish_in(plan: Plan, party: PartyWish) -> Wish:
    """The wish in the plan's numbers. Raises InvalidRequest for a name that the plan does not have."""
    names = [section.name for section in plan.sections]
    sections = _numbers("sections", party.sections, names)
    if party.zone is not None:
        zones = [section.zone for section in plan.sections]
        in_zone = _numbers("zone", (party.zone,), zones) or frozenset()
        sections = in_zone if sections is None else sections & in_zone
    categories = [category.name for category in plan.categories]
    if party.accessible > party.quantity:
        raise InvalidRequest(
            f"accessible: expected at most {party.quantity}, got {party.accessible}",
            field="accessible",
        )
    return Wish(
        party.quantity,
        _numbers("categories", party.categories, categories),
        sections,
        party.accessible,
        party.prevents_lone_seats,
    )


def _numbers(
    field: str, wanted: Collection[str] | None, names: Sequence[str]
) -> frozenset[int] | None:
    """Which of `names` are meant; case, accents and spaces do not count. Raises InvalidRequest."""
    if wanted is None:
        return None
    known: dict[str, set[int]] = {}
    for number, name in enumerate(names):
        if name:
            known.setdefault(_folded(name), set()).add(number)
    found: set[int] = set()
    for name in wanted:
        numbers = known.get(_folded(name))
        if numbers is None:
            some = ", ".join(shown(one) for one in sorted({*filter(None, names)})[:8]) or "none"
            raise InvalidRequest(f"{field}: expected of {some}, got {shown(name)}", field=field)
        found |= numbers
    return frozenset(found)


def _folded(name: str) -> str:
    return folded(name).replace(" ", "")
