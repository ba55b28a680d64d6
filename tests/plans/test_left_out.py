"""An import says what of the file is not sold, or not as the file has it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from houseful.domain.errors import PlanRefused
from houseful.domain.plan import LeftOut
from houseful.plans import reader


def chart(**drawn: Any) -> bytes:
    seats = [{"x": 100 + 25 * n, "y": 50, "label": str(n), "categoryKey": 1} for n in range(4)]
    standing = {
        "label": "Standing",
        "capacity": 500,
        "categoryKey": 1,
        "center": {"x": 200, "y": 200},
    }
    drawing = {
        "height": 500,
        "width": 800,
        "rows": [{"label": "A", "seats": seats}],
        "generalAdmissionAreas": [{**standing, "width": 200, "height": 100}],
        **drawn,
    }
    categories = {"list": [{"label": "Stalls", "color": "#87A9D6", "key": 1}]}
    return json.dumps({"name": "Hall", "categories": categories, "subChart": drawing}).encode()


def test_a_standing_area_without_a_number_of_places_is_named() -> None:
    area = {"label": "Standing", "categoryKey": 1, "center": {"x": 200, "y": 200}, "radius1": 9}
    plan = reader.read(chart(generalAdmissionAreas=[area]))
    assert plan.left_out == (LeftOut("standing_area", "Standing", 0),)
    assert reader.read(chart()).left_out == ()


def test_a_plan_of_nothing_but_standing_areas_is_sold() -> None:
    plan = reader.read(chart(rows=[]))
    assert (plan.seat_count, plan.seated) == (500, ())


def test_a_plan_that_has_nothing_to_sell_says_so() -> None:
    area = {"label": "Standing", "categoryKey": 1, "center": {"x": 200, "y": 200}, "radius1": 9}
    with pytest.raises(PlanRefused, match="without capacity or category: Standing"):
        reader.read(chart(rows=[], generalAdmissionAreas=[area]))
