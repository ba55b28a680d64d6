"""A plan's scale follows the pitch of its seats, whatever unit it was drawn in."""

from __future__ import annotations

import json
from itertools import pairwise
from math import dist
from typing import Any

import pytest

from houseful.plans import geometry, reader
from houseful.plans.scale import PITCH


def pretix(pitch: float, *, row_number: str = "A") -> dict[str, Any]:
    def row(name: str, y: float) -> dict[str, Any]:
        seats = [
            {"seat_guid": f"{name}-{n}", "seat_number": str(n + 1), "category": "A",
             "position": {"x": n * pitch, "y": 0}}
            for n in range(4)
        ]  # fmt: skip
        return {"row_number": name, "position": {"x": 0, "y": y}, "seats": seats}

    zone = {"name": "Z", "zone_id": "z", "position": {"x": 0, "y": 0}}
    rows = [row(row_number, 0), row("B", pitch)]
    return {
        "name": "P",
        "size": {"width": 400, "height": 300},
        "categories": [{"name": "A", "color": "#336699"}],
        "zones": [{**zone, "rows": rows}],
    }


@pytest.mark.parametrize("pitch", [0.015, 0.5, 1.0, 5000.0])
def test_seats_of_any_unit_stand_apart_on_the_map(pitch: float) -> None:
    plan = reader.read(json.dumps(pretix(pitch)).encode())
    for row in plan.sections[0].rows:
        for one, other in pairwise(row.seats):
            assert dist((one.x, one.y), (other.x, other.y)) == pytest.approx(PITCH)
    drawn = geometry.encode(plan, 1)
    assert drawn["x"][1:4] == [250, 250, 250]  # type: ignore[index]


@pytest.mark.parametrize("pitch", [10.0, 30.0, 200.0])
def test_a_plan_in_pixels_or_centimetres_stays_as_it_was_drawn(pitch: float) -> None:
    plan = reader.read(json.dumps(pretix(pitch)).encode())
    assert [seat.x for seat in plan.sections[0].rows[0].seats] == [n * pitch for n in range(4)]
    assert (plan.width, plan.height) == (400, 300)


def test_a_row_without_a_number_is_read() -> None:
    plan = reader.read(json.dumps(pretix(30, row_number="")).encode())
    assert [row.label for row in plan.sections[0].rows] == ["", "B"]
