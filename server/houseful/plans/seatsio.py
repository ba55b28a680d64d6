"""Reads seats.io chart drawings (JSON; undocumented, described from charts of versions 17 to 22).

- A chart has one drawing (`subChart`) or one per floor (`subChartFloors`), each in coordinates of
  its own. A section's `points` are in the coordinates of the drawing it stands in; its `subChart`
  starts at its `topLeft`. Sections may stand within sections: `Outer / Inner`.
- What stands outside every section goes to the section its row names (`sectionLabel`), or else to
  one called `Main`, or as the floor is called.
- A seat is known by section, row and label (`Balcony-A-12`), as seats.io itself does; the editor's
  `uuid`s must differ too. A seat without a category has its row's, table's or section's.
- A table is a row of kind table; a booth is sold as one seat. A table that is `bookAsAWhole` is sold
  whole: for all its seats, or (`variableOccupancy`) for `minOccupancy` to `maxOccupancy` people.
- A general-admission area with a capacity and a category is a standing area, sold by number; without
  them it is drawn only, which `Plan.left_out` says. One that is `bookAsAWhole` is a box, sold as such
  a table is. Shapes, texts and icons are drawn; images are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from houseful.domain.errors import PlanRefused
from houseful.domain.plan import Area, LeftOut, Plan, Section, standing_area
from houseful.plans.census import CategoryCounts, Progress
from houseful.plans.document import Node
from houseful.plans.naming import SectionNames
from houseful.plans.neighbours import arrange
from houseful.plans.outlines import outline
from houseful.plans.seatsio_categories import Categories
from houseful.plans.seatsio_drawings import capacity, drawings, furniture, section_drawing, shape
from houseful.plans.seatsio_rows import RowReader, is_whole

MAIN_SECTION = "Main"
STANDING_AREA = "Standing area"
"""A standing area that has no label."""

NESTING_LIMIT = 8


def is_seatsio(root: Node) -> bool:
    """Whether the document looks like a seats.io chart: `subChart` or `subChartFloors`."""
    return isinstance(root.value, dict) and not root.value.keys().isdisjoint(
        ("subChart", "subChartFloors")
    )


def read_seatsio(root: Node, *, name: str | None, progress: Progress | None) -> Plan:
    """The plan of this chart, unchecked by `Plan.check`. Raises PlanRefused."""
    floors = _floors(root)
    seat_lists = (seats for floor in floors for seats in _seat_lists(floor, 0))
    reader = _Reader(root, CategoryCounts(seat_lists, progress))
    titles = [_floor_title(floor, index) for index, floor in enumerate(floors)]
    several = len(floors) > 1
    for index, floor in enumerate(floors):
        reader.read_floor(floor, index, titles[index] if several else "")
    focal = [floor.at("focalPoint") for floor in floors]
    return Plan(
        name=name or root.at("name").text(),
        width=max(floor.at("width").length(0.0) for floor in floors),
        height=max(floor.at("height").length(0.0) for floor in floors),
        categories=reader.categories.all(),
        sections=(*reader.sections, *reader.standing),
        areas=tuple(reader.areas),
        left_out=tuple(reader.left_out),
        floors=tuple(titles) if several else (),
        focal_point=next((node.point() for node in focal if node.is_given), None),
        zone_focal_points=tuple(_zone_focal_points(root.at("zones"))),
        source="seats.io",
    )


def _floors(root: Node) -> list[Node]:
    several = root.at("subChartFloors")
    if not several.is_given:
        return [root.at("subChart")]
    floors = list(several.items())
    if not floors:
        raise several.refusal("at least one floor")
    return floors


def _floor_title(floor: Node, index: int) -> str:
    return (
        floor.first_given("floorDisplayName", "floorName").optional_text() or f"Floor {index + 1}"
    )


def _seat_lists(drawing: Node, depth: int) -> Iterator[Node]:
    """Every list of seats in a drawing; booths count as one of their own. Checks the nesting."""
    if depth > NESTING_LIMIT:
        raise PlanRefused(
            f"expected at most {NESTING_LIMIT} sections within each other", place=drawing.place
        )
    for kind in ("rows", "tables"):
        for row in drawing.at(kind).optional_items():
            if (seats := row.at("seats")).is_given:
                yield seats
    if (booths := drawing.at("booths")).is_given:
        yield booths
    for section in drawing.at("sections").optional_items():
        if (inner := section.at("subChart")).is_given:
            yield from _seat_lists(inner, depth + 1)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where the reader is: what the things of a drawing inherit from the section around it."""

    floor: int
    floor_title: str
    x: float = 0.0
    y: float = 0.0
    name: str = ""
    category: int | None = None
    zone: str = ""
    entrance: str = ""
    outline: tuple[tuple[float, float], ...] = ()

    def place(self, area: Area) -> Area:
        """A thing of this drawing, in the coordinates of the floor."""
        points = tuple((self.x + x, self.y + y) for x, y in area.points)
        return replace(area, x=self.x + area.x, y=self.y + area.y, points=points, floor=self.floor)


class _Reader:
    """One pass over the chart. Owns: what has been read so far."""

    def __init__(self, root: Node, census: CategoryCounts) -> None:
        self._census = census
        self._names = SectionNames()
        self._zones = _zone_labels(root.at("zones"))
        self.categories = Categories(root.at("categories"))
        self._rows = RowReader(self.categories, census)
        self.sections: list[Section] = []
        self.standing: list[Section] = []
        self.areas: list[Area] = []
        self.left_out: list[LeftOut] = []

    def read_floor(self, drawing: Node, floor: int, title: str) -> None:
        self._read(drawing, _Scope(floor, title))

    def _read(self, drawing: Node, scope: _Scope) -> None:
        """One drawing: what is only drawn, what is sold in it, and the sections within."""
        drawn = [scope.place(area) for area in drawings(drawing, self._census)]
        self.areas += drawn
        by_section: dict[str, list[tuple[str, Node]]] = {scope.name: []} if scope.name else {}
        for kind in ("rows", "tables", "booths"):
            for node in drawing.at(kind).optional_items():
                by_section.setdefault(_section_of(node, scope), []).append((kind, node))
        for node in drawing.at("generalAdmissionAreas").optional_items():
            if is_whole(node) and self._is_sold(node, scope):
                by_section.setdefault(_section_of(node, scope), []).append(("boxes", node))
            else:
                self._add_standing(node, scope)
        for name, sold in by_section.items():
            self._add_section(name, sold, scope)
        for node in drawing.at("sections").optional_items():
            self._read_section(node, scope)

    def _read_section(self, node: Node, outer: _Scope) -> None:
        label = node.at("label").text()
        points = (point.point() for point in node.at("points").optional_items())
        outline = tuple((outer.x + px, outer.y + py) for px, py in points)
        x, y = node.at("topLeft").optional_point()
        zone = node.at("zone").optional_text()
        scope = _Scope(
            floor=outer.floor,
            floor_title=outer.floor_title,
            x=outer.x + x,
            y=outer.y + y,
            name=f"{outer.name} / {label}" if outer.name else label,
            category=self.categories.find(node.at("categoryKey"), outer.category),
            zone=self._zones.get(zone, zone) or outer.zone,
            entrance=node.at("entrance").optional_text() or outer.entrance,
            outline=outline if len(outline) >= 3 else (),
        )
        inner = node.at("subChart")
        self._read(inner if inner.is_given else Node({}), scope)

    def _add_section(self, name: str, sold: list[tuple[str, Node]], scope: _Scope) -> None:
        """A section with seats is sold; one without is drawn."""
        distinct = self._names.distinct(name, scope.zone or scope.floor_title)
        rows = []
        for kind, node in sold:
            read = {"booths": self._rows.booth, "boxes": self._rows.box}.get(kind, self._rows.row)
            rows.append(read(node, distinct, scope.category, scope.x, scope.y))
            if kind in {"tables", "booths"}:
                self.areas += (scope.place(area) for area in furniture(node))
        seated = arrange(row for row in rows if row.seats)
        if seated:
            self.sections.append(
                Section(distinct, seated, scope.floor, scope.outline, scope.zone, scope.entrance)
            )
        elif scope.outline:
            self.areas += section_drawing(scope.outline, distinct, scope.floor)

    def _is_sold(self, node: Node, scope: _Scope) -> bool:
        """Whether an area says how many it holds, in which category, and where it is."""
        category = self.categories.find(node.at("categoryKey"), scope.category)
        return capacity(node) > 0 and category is not None and any(True for _ in shape(node))

    def _add_standing(self, node: Node, scope: _Scope) -> None:
        """A standing area is a section of its own, which stands in the one it is drawn in by name."""
        label = node.first_given("displayLabel", "label").optional_text() or STANDING_AREA
        places, category = (
            capacity(node),
            self.categories.find(node.at("categoryKey"), scope.category),
        )
        if category is None or not self._is_sold(node, scope):
            self.left_out.append(LeftOut("standing_area", label, places, scope.name))
            return
        shapes = [outline(scope.place(area)) for area in shape(node)]
        self._census.places(node, places)
        name = f"{scope.name} / {label}" if scope.name else label
        self.standing.append(
            standing_area(
                self._names.distinct(name, scope.zone or scope.floor_title),
                places,
                category,
                shapes[0],
                floor=scope.floor,
                zone=scope.zone,
                entrance=node.at("entrance").optional_text() or scope.entrance,
            )
        )


def _section_of(node: Node, scope: _Scope) -> str:
    if scope.name:
        return scope.name
    return node.at("sectionLabel").optional_text() or scope.floor_title or MAIN_SECTION


def _zone_focal_points(node: Node) -> Iterator[tuple[str, float, float]]:
    """(label, x, y) of the zones that have a point of their own."""
    for zone in node.at("list").optional_items() if node.is_given else ():
        point = zone.at("focalPoint")
        if point.is_given:
            yield (zone.at("label").text(), *point.point())


def _zone_labels(node: Node) -> dict[str, str]:
    if not node.is_given:
        return {}
    zones = node.at("list").optional_items()
    return {zone.at("key").text(): zone.at("label").text() for zone in zones}
