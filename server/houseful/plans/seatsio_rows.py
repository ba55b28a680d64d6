"""What has seats in a seats.io chart: rows, tables, booths and boxes."""

from __future__ import annotations

from houseful.domain.errors import PlanRefused
from houseful.domain.plan import ACCESSIBLE, COMPANION, RESTRICTED_VIEW, SEMI_AMBULATORY, Row, Seat
from houseful.domain.wording import shown
from houseful.plans.census import CategoryCounts
from houseful.plans.document import Node
from houseful.plans.outlines import outline, spread
from houseful.plans.seatsio_categories import Categories
from houseful.plans.seatsio_drawings import capacity, middle, shape

FLAGS = {
    "accessible": ACCESSIBLE,
    "companionSeat": COMPANION,
    "restrictedView": RESTRICTED_VIEW,
    "semiAmbulatorySeat": SEMI_AMBULATORY,
}

BOX = "Box"
"""A box that has no label."""


def is_whole(node: Node) -> bool:
    """Whether a table or area is sold whole. `variableOccupancy` alone says nothing: seats.io writes it
    on areas that are sold by number (its sample chart, read 2026-11)."""
    return node.at("bookAsAWhole").flag()


def heads(node: Node, places: int) -> tuple[int, int]:
    """(least, most) people in what is sold whole: all its places, or as its occupancy says."""
    if not node.at("variableOccupancy").flag():
        return places, places
    least, most = node.at("minOccupancy"), node.at("maxOccupancy")
    return (
        int(least.number()) if least.is_given else 1,
        int(most.number()) if most.is_given else places,
    )


class RowReader:
    """Builds rows. Owns: the seat ids given so far, which must differ in the whole chart."""

    def __init__(self, categories: Categories, census: CategoryCounts) -> None:
        self._categories = categories
        self._census = census
        self._seen: dict[str, Node] = {}

    def row(self, node: Node, section: str, inherited: int | None, x: float, y: float) -> Row:
        """A row, or a table, which has a centre; (x, y) is where the drawing around it starts."""
        own = self._categories.find(node.at("categoryKey"), inherited)
        label = node.at("label").text()
        parent = f"{section}-{label}"
        seats = tuple(
            self._seat(seat, parent, own, x, y) for seat in node.at("seats").optional_items()
        )
        is_table = node.at("center").is_given
        least, most = heads(node, len(seats)) if is_table and seats and is_whole(node) else (0, 0)
        return Row(
            label=node.at("displayLabel").optional_text() or label,
            seats=seats,
            kind="table" if is_table else "row",
            entrance=node.at("entrance").optional_text(),
            least=least,
            most=most,
        )

    def box(self, node: Node, section: str, inherited: int | None, x: float, y: float) -> Row:
        """An area that is sold whole: its places have seats within its outline."""
        places = capacity(node)
        self._census.places(node, places)
        label = node.first_given("displayLabel", "label").optional_text() or BOX
        category = self._categories.find(node.at("categoryKey"), inherited)
        if category is None:
            raise node.at("categoryKey").refusal("a category here or on the section around")
        parent = f"{section}-{node.at('label').optional_text() or BOX}"
        corners = next(outline(area) for area in shape(node))
        seats = []
        for number, (seat_x, seat_y) in enumerate(spread(corners, places), 1):
            self._must_be_new(f"{parent}-{number}", node.at("label"))
            place = (f"{parent}-{number}", str(number), x + seat_x, y + seat_y)
            seats.append(Seat(*place, category))
        least, most = heads(node, places)
        entrance = node.at("entrance").optional_text()
        return Row(label, tuple(seats), "box", entrance, least, most)

    def booth(self, node: Node, section: str, inherited: int | None, x: float, y: float) -> Row:
        """A booth is sold as the one seat of a row of its own."""
        middle_x, middle_y = middle(node)
        label = node.at("label").text()
        seat = self._build(node, f"{section}-{label}", inherited, x + middle_x, y + middle_y)
        entrance = node.at("entrance").optional_text()
        return Row(label=label, seats=(seat,), kind="booth", entrance=entrance)

    def _seat(self, node: Node, parent: str, inherited: int | None, x: float, y: float) -> Seat:
        guid = f"{parent}-{node.at('label').text()}"
        seat_x, seat_y = node.at("x").number(), node.at("y").number()
        return self._build(node, guid, inherited, x + seat_x, y + seat_y)

    def _build(self, node: Node, guid: str, inherited: int | None, x: float, y: float) -> Seat:
        category = self._categories.find(node.at("categoryKey"), inherited)
        if category is None:
            raise node.at("categoryKey").refusal("a category here or on the section around")
        self._must_be_new(guid, node.at("label"))
        if (uuid := node.at("uuid")).is_given:
            self._must_be_new(f"uuid {uuid.text()}", uuid)
        flags = sum(bit for name, bit in FLAGS.items() if node.at(name).flag())
        self._census.seat()
        return Seat(guid, node.at("label").text(), x, y, category, flags)

    def _must_be_new(self, identity: str, node: Node) -> None:
        first = self._seen.setdefault(identity, node)
        if first is not node:
            raise PlanRefused(
                f"duplicate seat id {shown(identity)}, first at {first.place}", place=node.place
            )
