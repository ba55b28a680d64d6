"""Tables and boxes that a seats.io chart sells whole."""

from __future__ import annotations

from typing import Any

import pytest

from houseful.domain.errors import PlanRefused
from houseful.domain.plan import Plan, Row
from houseful.domain.units import TableBooking, Unit, units
from houseful.plans import reader
from tests.plans.test_left_out import chart

SEATS = [{"x": 300 + 10 * n, "y": 330, "label": str(n), "categoryKey": 1} for n in range(4)]
TABLE = {"label": "T1", "center": {"x": 300, "y": 300}, "radius": 30, "seats": SEATS}
BOX = {
    "label": "B1",
    "capacity": 6,
    "categoryKey": 1,
    "center": {"x": 200, "y": 200},
    "width": 60,
    "height": 40,
    "bookAsAWhole": True,
}
WHOLE, VARIABLE = {"bookAsAWhole": True}, {"bookAsAWhole": True, "variableOccupancy": True}


def read(table: dict[str, Any] | None = None, box: dict[str, Any] | None = None) -> Plan:
    return reader.read(
        chart(
            tables=[{**TABLE, **table}] if table is not None else [],
            generalAdmissionAreas=[{**BOX, **box}] if box is not None else [],
        )
    )


def rows(plan: Plan, kind: str) -> list[Row]:
    return [row for section in plan.sections for row in section.rows if row.kind == kind]


@pytest.mark.parametrize(
    ("said", "heads"),
    [
        ({}, (0, 0)),
        ({"variableOccupancy": True}, (0, 0)),
        (WHOLE, (4, 4)),
        (VARIABLE, (1, 4)),
        ({**VARIABLE, "minOccupancy": 2, "maxOccupancy": 3}, (2, 3)),
    ],
)
def test_a_table_is_for_as_many_people_as_its_chart_says(
    said: dict[str, Any], heads: tuple[int, int]
) -> None:
    plan = read(table=said)
    (table,) = rows(plan, "table")
    assert (table.least, table.most, len(table.seats)) == (*heads, 4)
    assert plan.left_out == ()


def test_an_area_that_is_sold_whole_is_a_box_with_a_seat_for_each_place() -> None:
    (box,) = rows(read(box={"variableOccupancy": True, "minOccupancy": 2}), "box")
    assert (box.label, box.least, box.most) == ("B1", 2, 6)
    assert [(seat.x, seat.y) for seat in box.seats] == [
        (180, 190),
        (200, 190),
        (220, 190),
        (180, 210),
        (200, 210),
        (220, 210),
    ]
    assert [seat.label for seat in box.seats] == ["1", "2", "3", "4", "5", "6"]


def test_seats_lie_within_a_box_of_any_shape() -> None:
    round_box = {"width": None, "height": None, "radius1": 50, "radius2": 20, "capacity": 30}
    (box,) = rows(read(box=round_box), "box")
    assert len({(seat.x, seat.y) for seat in box.seats}) == 30
    assert all((s.x - 200) ** 2 / 2500 + (s.y - 200) ** 2 / 400 <= 1 for s in box.seats)


def test_an_area_with_variable_occupancy_alone_is_sold_by_number() -> None:
    plan = read(box={"bookAsAWhole": False, "variableOccupancy": True, "minOccupancy": 1})
    assert [(area.name, area.seat_count) for area in plan.standing] == [("B1", 6)]


@pytest.mark.parametrize("least", [0, 5, 7])
def test_an_occupancy_that_cannot_be_is_refused_by_name(least: int) -> None:
    with pytest.raises(PlanRefused, match="1 to 4 people") as refused:
        read(table={**VARIABLE, "minOccupancy": least, "maxOccupancy": 4})
    assert "T1" in str(refused.value)


def test_an_event_sells_tables_as_it_says_and_boxes_as_the_plan_does() -> None:
    plan = read(table={}, box={})
    table, box = Unit(4, 4, 4, 4, "Main", "T1", "table"), Unit(8, 6, 6, 6, "Main", "B1", "box")
    assert list(units(plan, TableBooking.INHERIT)) == [box]
    assert list(units(plan, TableBooking.BY_TABLE)) == [table, box]
    whole = read(table=WHOLE, box={})
    assert list(units(whole, TableBooking.INHERIT)) == [table, box]
    assert list(units(whole, TableBooking.BY_SEAT)) == [box]
