"""A venue's seating plan: the geometry that events share, whatever format it came in.

Units: coordinates are the plan's own (pixels or centimetres, as drawn), y grows downwards.
A plan is built by an importer or the generator, checked once by `Plan.check`, then never changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from houseful.domain.errors import PlanRefused
from houseful.domain.wording import shown

SEAT_LIMIT = 200_000
"""More seats than any venue has; larger plans are refused."""

UNIT_LIMIT = 1_000
"""People in one table or box that is sold whole."""

ACCESSIBLE, COMPANION, RESTRICTED_VIEW, SEMI_AMBULATORY = 1, 2, 4, 8
"""Bits of `Seat.flags`."""


RowKind = Literal["row", "table", "booth", "box", "standing"]


@dataclass(frozen=True, slots=True)
class Category:
    """What a price attaches to. `name` is unique in the plan; `color` is `#rrggbb`."""

    name: str
    color: str = "#808080"
    accessible: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """One place to sit, at an absolute position.

    `guid` is unique in the plan; `category` indexes `Plan.categories`; `gap_after` says that the
    next seat of the row is not a neighbour (an aisle lies between).
    """

    guid: str
    label: str
    x: float
    y: float
    category: int
    flags: int = 0
    gap_after: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Seats in walking order. A table is a row of kind `table`, a box one of kind `box`, a booth one
    of kind `booth`; the places of a standing area are the one row of its section, of kind `standing`.

    `entrance` is its own door, where it differs from its section's. `least` and `most` people sit in
    one that is sold whole; 0: it is sold by seat.
    """

    label: str
    seats: tuple[Seat, ...]
    kind: RowKind = "row"
    entrance: str = ""
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A named part of the house. `outline` is a polygon in plan coordinates, perhaps empty.

    A standing area is a section too: a place in it is a seat without a face, which is sold by
    number and drawn nowhere. Standing areas come after all sections with seats.
    """

    name: str
    rows: tuple[Row, ...]
    floor: int = 0
    outline: tuple[tuple[float, float], ...] = ()
    zone: str = ""
    entrance: str = ""

    @property
    def is_standing(self) -> bool:
        return bool(self.rows) and self.rows[0].kind == "standing"

    @property
    def seat_count(self) -> int:
        return sum(len(row.seats) for row in self.rows)


def standing_area(
    name: str,
    capacity: int,
    category: int,
    outline: tuple[tuple[float, float], ...],
    *,
    floor: int = 0,
    zone: str = "",
    entrance: str = "",
) -> Section:
    """A section of `capacity` places, all in the middle of its outline."""
    x = sum(x for x, _ in outline) / len(outline)
    y = sum(y for _, y in outline) / len(outline)
    places = tuple(Seat(f"{name}#{n}", name, x, y, category) for n in range(1, capacity + 1))
    return Section(name, (Row("", places, "standing"),), floor, outline, zone, entrance)


@dataclass(frozen=True, slots=True)
class Area:
    """Something drawn and not sold by seat: stage, bar, text, the shape of a standing area.

    `shape` decides which fields matter: polygon → points; rectangle → upper left corner x, y and
    width, height; ellipse and circle → centre x, y and radii width, height; text → centre x, y,
    text, size. `rotation` is in degrees, clockwise around x, y. `text` of another shape is its
    name, for lists and screen readers; what is to be seen of it is a text area of its own.
    """

    shape: Literal["polygon", "rectangle", "ellipse", "circle", "text"]
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    rotation: float = 0.0
    points: tuple[tuple[float, float], ...] = ()
    text: str = ""
    size: float = 16.0
    color: str = ""
    border_color: str = ""
    floor: int = 0
    kind: Literal["drawing", "stage", "general_admission"] = "drawing"
    capacity: int = 0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a file sells and we do not: a standing area that does not say how many may stand there
    or in which category."""

    kind: Literal["standing_area"]
    name: str
    places: int
    section: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole venue. Seats are ordered by section, row, seat; that order numbers them 0…n-1, the
    places of standing areas last.

    Best seats are those nearest to the focal point: their zone's (name, x, y), if it has its own.
    """

    name: str
    width: float
    height: float
    categories: tuple[Category, ...]
    sections: tuple[Section, ...]
    areas: tuple[Area, ...] = ()
    floors: tuple[str, ...] = ()
    focal_point: tuple[float, float] | None = None
    zone_focal_points: tuple[tuple[str, float, float], ...] = ()
    source: str = field(default="", compare=False)
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False)

    @property
    def seat_count(self) -> int:
        """Seats and standing places."""
        return sum(section.seat_count for section in self.sections)

    @property
    def seated(self) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if not section.is_standing)

    @property
    def standing(self) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if section.is_standing)

    @property
    def drawn_seats(self) -> list[Seat]:
        """The seats that have a face, in plan order."""
        return [seat for section in self.seated for row in section.rows for seat in row.seats]

    @property
    def seats_by_category(self) -> list[tuple[str, int]]:
        """Each category with how many seats it has, in plan order."""
        counts = [0] * len(self.categories)
        for section in self.sections:
            for row in section.rows:
                for seat in row.seats:
                    counts[seat.category] += 1
        return [(one.name, count) for one, count in zip(self.categories, counts, strict=True)]

    def check(self) -> Plan:
        """Refuse a plan that cannot be sold from; returns itself, so that importers can chain.

        Raises PlanRefused naming the place: no seats, too many, a duplicate guid or section name,
        a category index out of range, seats after a standing area.
        """
        count = self.seat_count
        if count == 0:
            standing = ", ".join(one.name for one in self.left_out if one.kind == "standing_area")
            only = (
                f" but standing areas without capacity or category: {standing}" if standing else ""
            )
            raise PlanRefused(f"expected at least one seat, got none{only}", place=self.name)
        if count > SEAT_LIMIT:
            raise PlanRefused(
                f"expected at most {SEAT_LIMIT:,} seats, got {count:,}", place=self.name
            )
        if self.sections != self.seated + self.standing:
            raise PlanRefused("expected standing areas after all seats", place=self.name)
        seen: dict[str, tuple[Section, Row, Seat]] = {}  # said only of a seat that is refused
        names: set[str] = set()
        for section in self.sections:
            if section.name in names:
                raise PlanRefused("duplicate section name", place=f"section {shown(section.name)}")
            names.add(section.name)
            for row in section.rows:
                room = min(len(row.seats), UNIT_LIMIT)
                if row.most and not 1 <= row.least <= row.most <= room:
                    raise PlanRefused(
                        f"expected 1 to {room} people, got {row.least} to {row.most}",
                        place=f"section {shown(section.name)}, {row.kind} {shown(row.label)}",
                    )
                for seat in row.seats:
                    if seat.guid in seen:
                        raise PlanRefused(
                            f"duplicate seat id {shown(seat.guid)}, first at"
                            f" {_place(*seen[seat.guid])}",
                            place=_place(section, row, seat),
                        )
                    if not 0 <= seat.category < len(self.categories):
                        raise PlanRefused(
                            f"unknown category {seat.category}", place=_place(section, row, seat)
                        )
                    seen[seat.guid] = section, row, seat
        return self


def _place(section: Section, row: Row, seat: Seat) -> str:
    return f"section {shown(section.name)}, row {shown(row.label)}, seat {shown(seat.label)}"
