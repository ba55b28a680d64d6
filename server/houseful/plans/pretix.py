"""Reads pretix seating plans (JSON; fields as described for format version 0.0.1).

A zone becomes a section, named by `name` or else `zone_id`. A seat stands at zone + row + seat
position. `areas` are drawn and not sold; a zone without seats gives only its areas. Fields we do
not know are passed over, since vendors add their own; one of them, a seat's `wheelchair: true`, is
understood as accessible.
"""

from __future__ import annotations

from collections.abc import Iterator

from houseful.domain.errors import PlanRefused
from houseful.domain.plan import ACCESSIBLE, Area, Category, Plan, Row, Seat, Section
from houseful.domain.wording import shown
from houseful.plans.census import CategoryCounts, Progress
from houseful.plans.colors import category_color, color
from houseful.plans.document import Node
from houseful.plans.naming import SectionNames
from houseful.plans.neighbours import arrange
from houseful.plans.turning import turned

DEFAULT_TEXT_SIZE = 16.0
"""pretix's own default for `text.size`."""


def is_pretix(root: Node) -> bool:
    """Whether the document looks like a pretix plan: `zones` as a list."""
    return isinstance(root.value, dict) and isinstance(root.value.get("zones"), list)


def read_pretix(root: Node, *, name: str | None, progress: Progress | None) -> Plan:
    """The plan of this document, unchecked by `Plan.check`. Raises PlanRefused."""
    reader = _Reader(root, CategoryCounts(_seat_lists(root), progress))
    sections = tuple(reader.sections())
    size = root.at("size")
    return Plan(
        name=name or root.at("name").text(),
        width=size.at("width").length(0.0) if size.is_given else 0.0,
        height=size.at("height").length(0.0) if size.is_given else 0.0,
        categories=tuple(reader.categories),
        sections=sections,
        areas=tuple(reader.areas),
        source="pretix",
    )


def _seat_lists(root: Node) -> Iterator[Node]:
    for zone in root.at("zones").items():
        for row in zone.at("rows").items():
            yield row.at("seats")


class _Reader:
    """One pass over the document. Owns: what has been read so far."""

    def __init__(self, root: Node, census: CategoryCounts) -> None:
        self._root = root
        self._census = census
        self._names = SectionNames()
        self._guids: dict[str, Node] = {}
        self._category_index: dict[str, int] = {}
        self.categories: list[Category] = []
        self.areas: list[Area] = []
        for node in root.at("categories").items():
            self._add_category(node)

    def sections(self) -> Iterator[Section]:
        for index, zone in enumerate(self._root.at("zones").items()):
            x, y = zone.at("position").point()
            for area in zone.at("areas").optional_items():
                self.areas += self._area(area, x, y)
            rows = [self._row(row, x, y) for row in zone.at("rows").items()]
            seated = arrange(row for row in rows if row.seats)
            if seated:
                named = zone.first_given("name", "zone_id").optional_text()
                yield Section(name=self._names.distinct(named or f"Zone {index + 1}"), rows=seated)

    def _add_category(self, node: Node) -> None:
        name = node.at("name").text()
        if name in self._category_index:
            raise PlanRefused(f"duplicate category {shown(name)}", place=node.place)
        index = self._category_index[name] = len(self.categories)
        self.categories.append(Category(name, category_color(node.at("color"), index)))

    def _row(self, node: Node, zone_x: float, zone_y: float) -> Row:
        x, y = node.at("position").optional_point()
        seats = tuple(self._seat(seat, zone_x + x, zone_y + y) for seat in node.at("seats").items())
        number = node.at("row_number")
        if not number.is_given:
            raise number.refusal("text, which may be empty")
        return Row(label=number.optional_text(), seats=seats)

    def _seat(self, node: Node, row_x: float, row_y: float) -> Seat:
        guid_node = node.at("seat_guid")
        guid = guid_node.text()
        first = self._guids.setdefault(guid, guid_node)
        if first is not guid_node:
            raise PlanRefused(
                f"duplicate seat id {shown(guid)}, first at {first.place}", place=guid_node.place
            )
        category_node = node.at("category")
        category = self._category_index.get(category_node.text())
        if category is None:
            raise category_node.refusal("one of the plan's categories")
        x, y = node.at("position").point()
        self._census.seat()
        return Seat(
            guid=guid,
            label=node.at("seat_number").text(),
            x=row_x + x,
            y=row_y + y,
            category=category,
            flags=ACCESSIBLE if node.value.get("wheelchair") is True else 0,
        )

    def _area(self, node: Node, zone_x: float, zone_y: float) -> Iterator[Area]:
        """The shape and, where it has one, its caption as a text of its own."""
        self._census.area(node)
        x, y = node.at("position").point()
        x, y = zone_x + x, zone_y + y
        turn = node.at("rotation").optional_number()
        if node.at("shape").value != "text":
            yield _shape(node, x, y, turn)
        text = node.at("text")
        caption = text.at("text").optional_text() if text.is_given else ""
        if caption:
            away_x, away_y = turned(*text.at("position").optional_point(), turn)
            yield Area(
                "text",
                x=x + away_x,
                y=y + away_y,
                rotation=turn,
                text=caption,
                size=text.at("size").length(DEFAULT_TEXT_SIZE),
                color=color(text.at("color")),
            )


def _shape(node: Node, x: float, y: float, turn: float) -> Area:
    """Ellipse and circle stand at their centre, a rectangle at its upper left corner; all turn
    clockwise around their position."""
    kind = node.at("shape")
    fill, border = color(node.at("color")), color(node.at("border_color"))
    if kind.value == "polygon":
        inner = [turned(*point.point(), turn) for point in node.at("polygon").at("points").items()]
        points = tuple((x + px, y + py) for px, py in inner)
        return Area("polygon", points=points, color=fill, border_color=border)
    match kind.value:
        case "rectangle":
            size = node.at("rectangle")
            width, height = size.at("width").length(), size.at("height").length()
        case "ellipse":
            radius = node.at("ellipse").at("radius")
            width, height = radius.at("x").length(), radius.at("y").length()
        case "circle":
            width = height = node.at("circle").at("radius").length()
        case _:
            raise kind.refusal("polygon, rectangle, ellipse, circle or text")
    return Area(kind.value, x, y, width, height, rotation=turn, color=fill, border_color=border)
