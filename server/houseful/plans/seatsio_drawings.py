"""What is drawn in a seats.io chart and not sold by seat.

Shapes there stand at their centre; a plan's rectangles stand at their upper left corner and turn
around it, so the corner is where turning the rectangle around its centre takes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from houseful.domain.plan import Area
from houseful.plans.census import CategoryCounts
from houseful.plans.colors import color
from houseful.plans.document import Node
from houseful.plans.turning import turned

TEXT_SIZE = 16.0
TABLE_COLOR, BOOTH_COLOR = "#d0d1d2", "#e8e8e9"

Point = tuple[float, float]


def drawings(drawing: Node, census: CategoryCounts) -> Iterator[Area]:
    """General-admission areas, shapes, texts and icons of one drawing, in its own coordinates."""
    for kind in ("shapes", "generalAdmissionAreas"):
        for node in drawing.at(kind).optional_items():
            census.area(node)
            yield from _shape_and_caption(node, kind)
    for node in drawing.at("texts").optional_items():
        census.area(node)
        yield from _text(node, node.first_given("text", "label").optional_text())
    for node in drawing.at("icons").optional_items():
        census.area(node)
        yield from _text(node, node.first_given("label", "icon", "type").optional_text())


def furniture(node: Node) -> Iterator[Area]:
    """The table or booth itself, without its seats; nothing for a row."""
    if node.at("center").is_given or node.at("width").is_given:
        fill = TABLE_COLOR if node.at("seats").is_given else BOOTH_COLOR
        for area in shape(node):
            yield replace(area, color=fill)


def section_drawing(outline: tuple[Point, ...], name: str, floor: int) -> Iterator[Area]:
    """A section with no seats of its own: its outline and its name."""
    yield Area("polygon", points=outline, text=name, floor=floor)
    x, y = _mean(outline)
    yield Area("text", x, y, text=name, floor=floor)


def middle(node: Node) -> Point:
    """`center`, or the mean of `points`, or x and y."""
    if node.at("center").is_given:
        return node.at("center").point()
    if node.at("points").is_given:
        points = [point.point() for point in node.at("points").items()]
        if points:
            return _mean(points)
    return node.at("x").number(), node.at("y").number()


def _mean(points: tuple[Point, ...] | list[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _shape_and_caption(node: Node, kind: str) -> Iterator[Area]:
    name = node.at("label").optional_text()
    for area in shape(node):
        if kind == "generalAdmissionAreas":
            area = replace(area, kind="general_admission", capacity=capacity(node))
        elif node.at("smartType").value == "stage":
            area = replace(area, kind="stage")
        yield replace(area, text=name)
    yield from _text(node, name)


def capacity(node: Node) -> int:
    """0 where a general-admission area does not say how many it holds."""
    return int(node.at("capacity").length(0.0))


def shape(node: Node) -> Iterator[Area]:
    """The outline as one area; a kind of shape we do not know gives none."""
    fill, border = color(node.at("fillColor")), color(node.at("strokeColor"))
    points = [point.point() for point in node.at("points").optional_items()]
    if points:
        yield Area("polygon", points=tuple(points), color=fill, border_color=border)
        return
    if not node.at("center").is_given:
        return
    x, y = node.at("center").point()
    turn = node.at("rotationAngle").optional_number()
    if node.at("width").is_given:
        width, height = node.at("width").length(), node.at("height").length()
        to_corner = turned(-width / 2, -height / 2, turn)
        area = Area("rectangle", x + to_corner[0], y + to_corner[1], width, height)
    elif node.at("radius1").is_given or node.at("radius").is_given:
        width = node.first_given("radius1", "radius").length()
        height = node.at("radius2").length(width)
        area = Area("ellipse", x, y, width, height)
    else:
        return
    yield replace(area, rotation=turn, color=fill, border_color=border)


def _text(node: Node, caption: str) -> Iterator[Area]:
    if not caption:
        return
    x, y = middle(node)
    size = node.first_given("fontSize", "labelSize", "size").length(TEXT_SIZE)
    yield Area(
        "text",
        x,
        y,
        rotation=node.at("rotationAngle").optional_number(),
        text=caption,
        size=size,
        color=color(node.first_given("textColor", "color")),
    )
