"""Reads a seating plan file, whatever its format, or refuses it whole, naming the place."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from houseful.domain.errors import InvalidRequest, PlanRefused
from houseful.domain.plan import Plan
from houseful.domain.wording import shown
from houseful.plans.census import Progress
from houseful.plans.document import Node
from houseful.wire import codec

BYTE_LIMIT = 128 * 1024 * 1024
"""200,000 seats as seats.io writes them are 60 MB."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(data: bytes, *, name: str | None = None, progress: Progress | None = None) -> Plan:
    """A checked plan from the bytes of a pretix seating plan or a seats.io chart.

    `name` replaces the file's own. `progress` is called with (seats read, seats in all). Raises
    PlanRefused for anything that cannot be sold from.
    """
    # At the first plan: a server that only sells needs none of it.
    from houseful.plans.pretix import is_pretix, read_pretix
    from houseful.plans.scale import scaled
    from houseful.plans.seatsio import is_seatsio, read_seatsio

    if len(data) > BYTE_LIMIT:
        raise PlanRefused(
            f"expected at most {BYTE_LIMIT:,} bytes, got {len(data):,}", place="document"
        )
    try:
        root = Node(codec.decode_foreign(data.removeprefix(BYTE_ORDER_MARK)))
    except InvalidRequest as error:
        raise PlanRefused(error.message, place="document") from None
    own_name = None if name is None else Node({"name": name}).at("name").text()
    if is_seatsio(root):
        plan = read_seatsio(root, name=own_name, progress=progress)
    elif is_pretix(root):
        plan = read_pretix(root, name=own_name, progress=progress)
    else:
        raise root.refusal("a pretix plan (zones) or a seats.io chart (subChart, subChartFloors)")
    return _sized(scaled(plan)).check()


def require_prices(plan: Plan, prices: Collection[str]) -> None:
    """Every category that has seats needs a price, and every price a category of the plan.

    Raises PlanRefused naming all that are missing or unknown. The amounts are not looked at.
    """
    known = {category.name for category in plan.categories}
    unknown = sorted(set(prices) - known)
    if unknown:
        raise PlanRefused(
            f"expected prices for {_listed(sorted(known))}, got one for {_listed(unknown)}",
            place="prices",
        )
    used = {name for name, seats in plan.seats_by_category if seats}
    missing = sorted(used - set(prices))
    if missing:
        raise PlanRefused(f"expected a price for {_listed(missing)}, got none", place="prices")


def _listed(names: list[str]) -> str:
    return ", ".join(shown(name) for name in names)


def _sized(plan: Plan) -> Plan:
    """A plan that says no size is as large as its seats and standing areas reach."""
    if plan.width > 0 and plan.height > 0:
        return plan
    points = [(seat.x, seat.y) for seat in plan.drawn_seats]
    points += [point for area in plan.standing for point in area.outline]
    return replace(
        plan,
        width=plan.width or max((x for x, _ in points), default=0.0),
        height=plan.height or max((y for _, y in points), default=0.0),
    )
