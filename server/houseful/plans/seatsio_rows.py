"""What is sold by seat in a seats.io chart: rows, tables and booths."""

from __future__ import annotations

from houseful.domain.errors import PlanRefused
from houseful.domain.plan import ACCESSIBLE, COMPANION, RESTRICTED_VIEW, SEMI_AMBULATORY, Row, Seat
from houseful.domain.wording import shown
from houseful.plans.census import CategoryCounts
from houseful.plans.document import Node
from houseful.plans.seatsio_categories import Categories
from houseful.plans.seatsio_drawings import middle

FLAGS = {
    "accessible": ACCESSIBLE,
    "companionSeat": COMPANION,
    "restrictedView": RESTRICTED_VIEW,
    "semiAmbulatorySeat": SEMI_AMBULATORY,
}


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
        seats = (self._seat(seat, parent, own, x, y) for seat in node.at("seats").optional_items())
        is_table = node.at("center").is_given
        return Row(
            label=node.at("displayLabel").optional_text() or label,
            seats=tuple(seats),
            kind="table" if is_table else "row",
            entrance=node.at("entrance").optional_text(),
        )

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
