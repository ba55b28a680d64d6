"""The geometry document gives back the plan it was made from."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from houseful.domain.plan import Plan
from houseful.plans.generator import arena, stadium, theatre
from houseful.plans.geometry import SCALE, encode
from houseful.plans.reader import read
from houseful.wire import codec
from tests.plans.documents import chart, pretix, read_json, rows_of, seats_of, seatsio_row

GZIP_LIMIT = 250 * 1024

TOLERANCE = 1 / SCALE + 1e-6
"""Half a step of rounding for the seat and half for the offset, which the first seat tells."""


def decoded(plan: Plan, first_seat_id: int = 1) -> Any:
    return codec.decode(codec.encode(encode(plan, first_seat_id)))


def unrolled(runs: list[int]) -> list[int]:
    pairs = zip(runs[::2], runs[1::2], strict=True)
    return [value for value, count in pairs for _ in range(count)]


def positions(document: Any) -> list[tuple[float, float]]:
    """Absolute coordinates in plan units, still without the offset."""
    found = []
    for row in document["rows"]:
        x = y = 0
        for index in range(row["first"], row["first"] + row["count"]):
            x += document["x"][index]
            y += document["y"][index]
            found.append((x / SCALE, y / SCALE))
    return found


def labels(document: Any) -> list[list[str]]:
    found = []
    for entry in document["labels"]:
        if len(entry) > 1 and isinstance(entry[1], int):
            start, step, count = entry
            entry = [str(int(start) + step * index) for index in range(count)]
        found.append(entry)
    return found


def must_give_back(plan: Plan) -> None:
    document = decoded(plan)
    drawn = replace(plan, sections=tuple(one for one in plan.sections if not one.is_standing))
    seats = seats_of(drawn)
    found = positions(document)
    offset_x, offset_y = seats[0].x - found[0][0], seats[0].y - found[0][1]
    for seat, (x, y) in zip(seats, found, strict=True):
        assert abs(x + offset_x - seat.x) < TOLERANCE
        assert abs(y + offset_y - seat.y) < TOLERANCE
    assert labels(document) == [[seat.label for seat in row.seats] for row in rows_of(drawn)]
    assert unrolled(document["category"]) == [seat.category for seat in seats]
    assert unrolled(document["flags"]) == [seat.flags for seat in seats]
    gaps = set(document["gaps"])
    assert [index in gaps for index in range(len(seats))] == [seat.gap_after for seat in seats]
    assert document["count"] == len(document["x"]) == len(document["y"]) == len(seats)
    must_fill_its_frame(document)


def must_fill_its_frame(document: Any) -> None:
    """Everything lies within 0…width, 0…height, and every section has a polygon."""
    for x, y in positions(document):
        assert 0 <= x * SCALE <= document["width"]
        assert 0 <= y * SCALE <= document["height"]
    for section in document["sections"]:
        outline = section["outline"]
        assert len(outline) >= 6
        assert min(outline) >= 0
        assert max(outline[::2]) <= document["width"]
        assert max(outline[1::2]) <= document["height"]
    ends = [section["first"] + section["count"] for section in document["sections"]]
    assert [section["first"] for section in document["sections"]] == [0, *ends[:-1]]
    assert ends[-1] == document["count"]


@pytest.mark.parametrize("venue", [theatre, arena, stadium])
def test_a_generated_venue_comes_back_whole(venue: Callable[[], Plan]) -> None:
    must_give_back(venue())


@pytest.mark.parametrize(
    "name", ["riethsporthalle-erfurt", "seatsio-racetrack-8897", "seatsio-racetrack-original"]
)
def test_a_real_plan_comes_back_whole(real_plan: Callable[[str], bytes], name: str) -> None:
    must_give_back(read(real_plan(name)))


def test_coordinates_below_zero_are_moved() -> None:
    document = pretix()
    document["zones"][0]["position"] = {"x": -1000, "y": -77.77}
    must_give_back(read_json(document))


def test_the_document_says_what_the_contract_says() -> None:
    document = decoded(
        read_json(chart(rows=[seatsio_row("A", 5)], focalPoint={"x": 20, "y": 0})), 7
    )
    assert list(document) == [
        "format", "name", "width", "height", "scale", "firstSeatId", "count", "floors",
        "focalPoint", "categories", "sections", "rows", "x", "y", "category", "flags", "gaps",
        "labels", "areas",
    ]  # fmt: skip
    assert (document["format"], document["scale"]) == (1, 10)
    assert (document["firstSeatId"], document["count"]) == (7, 3)
    assert document["rows"] == [{"label": "A", "kind": "row", "section": 0, "first": 0, "count": 3}]
    assert document["labels"] == [["1", 1, 3]]
    assert document["x"][1:] == [100, 100]
    assert document["category"] == [0, 3]
    assert document["categories"][0] == {"name": "One", "color": "#112233", "accessible": False}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["1", "2", "3"], ["1", 1, 3]),
        (["20", "19"], ["20", -1, 2]),
        (["5"], ["5", 1, 1]),
        (["1", "3", "5"], ["1", "3", "5"]),
        (["01", "02"], ["01", "02"]),
        (["A1", "A2"], ["A1", "A2"]),
        (["²", "³"], ["²", "³"]),
        (["A"], ["A"]),
    ],
)
def test_labels_that_count_are_said_as_a_range(given: list[str], expected: list[object]) -> None:
    seats = [
        {"label": label, "x": 10 * n, "y": 0, "categoryKey": 1} for n, label in enumerate(given)
    ]
    document = decoded(read_json(chart(rows=[{"label": "A", "seats": seats}])))
    assert document["labels"] == [expected]


def test_areas_are_moved_and_scaled_like_seats() -> None:
    shape = {"center": {"x": -30, "y": 5}, "radius1": 10, "radius2": 5, "rotationAngle": 30}
    document = decoded(read_json(chart(rows=[seatsio_row("A", 5)], shapes=[shape])))
    ellipse = document["areas"][0]
    reach = 10 * (10**2 + 5**2) ** 0.5
    assert abs(ellipse["x"] - reach) <= 1, "it touches the left edge however it is turned"
    assert (ellipse["width"], ellipse["height"], ellipse["rotation"]) == (100, 50, 30)
    assert document["x"][0] - ellipse["x"] == 400


def test_a_stadium_reaches_a_phone_small_and_soon() -> None:
    plan = stadium()
    started = time.perf_counter()
    document = encode(plan, 1)
    took = time.perf_counter() - started
    size = len(gzip.compress(codec.encode(document), 6))
    print(f"stadium geometry: {size:,} bytes gzipped, encoded in {took:.2f} s")
    assert size <= GZIP_LIMIT
    assert took <= 1.0
