"""pretix plans: what is kept, and every way to be refused with its place."""

from __future__ import annotations

from typing import Any

import pytest

from houseful.domain.errors import PlanRefused
from houseful.domain.plan import ACCESSIBLE
from tests.plans.documents import Json, pretix, read_json, rows_of, seats_of

MISSING = object()


def with_value(way: list[str | int], value: object) -> Json:
    document: Any = pretix()
    target = document
    for key in way[:-1]:
        target = target[key]
    if value is MISSING:
        del target[way[-1]]
    else:
        target[way[-1]] = value
    return document  # type: ignore[no-any-return]


def test_a_seat_stands_at_zone_plus_row_plus_seat_position() -> None:
    plan = read_json(pretix())
    assert [(seat.guid, seat.x, seat.y) for seat in seats_of(plan)] == [
        ("A-1", 130.0, 55.0),
        ("A-2", 150.0, 55.0),
        ("A-3", 170.0, 55.0),
        ("B-1", 120.0, 90.0),
        ("B-2", 140.0, 90.0),
    ]


def test_names_labels_and_categories_are_kept() -> None:
    plan = read_json(pretix())
    assert (plan.name, plan.width, plan.height) == ("Little hall", 400.0, 300.0)
    assert [(c.name, c.color) for c in plan.categories] == [
        ("Front", "#ff0000"),
        ("Back", "#00ff7f"),
    ]
    assert [section.name for section in plan.sections] == ["Floor"]
    assert [row.label for row in rows_of(plan)] == ["A", "B"]
    assert [seat.category for seat in seats_of(plan)] == [0, 0, 0, 1, 1]


def test_vendors_fields_are_passed_over_and_wheelchair_is_understood() -> None:
    document = pretix()
    document["zones"][0]["rows"][0]["segment_breaks"] = ["3"]
    document["zones"][0]["rows"][0]["seats"][1]["wheelchair"] = True
    assert [seat.flags for seat in seats_of(read_json(document))] == [0, ACCESSIBLE, 0, 0, 0]


def test_a_zone_without_a_name_is_called_by_its_id() -> None:
    plan = read_json(with_value(["zones", 0, "name"], MISSING))
    assert plan.sections[0].name == "floor"


def test_zones_of_one_name_are_numbered() -> None:
    document = pretix()
    twin = pretix()["zones"][0]
    for row in twin["rows"]:
        for seat in row["seats"]:
            seat["seat_guid"] += "-twin"
    document["zones"].append(twin)
    assert [section.name for section in read_json(document).sections] == ["Floor", "Floor (2)"]


def test_a_zone_without_seats_gives_only_its_areas() -> None:
    document = pretix()
    area = {"shape": "circle", "position": {"x": 1, "y": 2}, "circle": {"radius": 5}}
    document["zones"].append({"position": {"x": 7, "y": 7}, "rows": [], "areas": [area]})
    plan = read_json(document)
    assert len(plan.sections) == 1
    assert [(a.shape, a.x, a.y, a.width, a.height) for a in plan.areas] == [
        ("circle", 8.0, 9.0, 5.0, 5.0)
    ]


@pytest.mark.parametrize(
    ("shape", "details", "expected"),
    [
        ("rectangle", {"rectangle": {"width": 30, "height": 20}}, (110.0, 60.0, 30.0, 20.0)),
        ("ellipse", {"ellipse": {"radius": {"x": 3, "y": 4}}}, (110.0, 60.0, 3.0, 4.0)),
        ("circle", {"circle": {"radius": 5}}, (110.0, 60.0, 5.0, 5.0)),
    ],
)
def test_drawn_areas_are_kept(
    shape: str, details: Json, expected: tuple[float, float, float, float]
) -> None:
    document = pretix()
    area = {"shape": shape, "position": {"x": 10, "y": 10}, "color": "#abc", "rotation": 30}
    document["zones"][0]["areas"] = [area | details]
    drawn = read_json(document).areas[0]
    assert (drawn.shape, drawn.x, drawn.y, drawn.width, drawn.height) == (shape, *expected)
    assert (drawn.color, drawn.rotation) == ("#aabbcc", 30.0)


def test_a_turned_polygon_and_its_caption_are_turned_around_their_position() -> None:
    document = pretix()
    document["zones"][0]["areas"] = [
        {
            "shape": "polygon",
            "position": {"x": 0, "y": 0},
            "rotation": 90,
            "polygon": {"points": [{"x": 0, "y": 0}, {"x": 10, "y": 0}, {"x": 10, "y": 10}]},
            "text": {"text": "Stage", "position": {"x": 5, "y": 0}, "size": 20, "color": "#000"},
        }
    ]
    polygon, caption = read_json(document).areas
    rounded = [(round(x, 6), round(y, 6)) for x, y in polygon.points]
    assert rounded == [(100.0, 50.0), (100.0, 60.0), (90.0, 60.0)]
    assert (caption.shape, caption.text, caption.size) == ("text", "Stage", 20.0)
    assert (round(caption.x, 6), round(caption.y, 6)) == (100.0, 55.0)


SEAT = ["zones", 0, "rows", 0, "seats", 1]
SEAT_PLACE = "zones[0].rows[0].seats[1]"


@pytest.mark.parametrize(
    ("way", "value", "refusal"),
    [
        ([*SEAT, "position"], None, f"{SEAT_PLACE}.position: expected {{x, y}}, got null"),
        ([*SEAT, "position"], MISSING, f"{SEAT_PLACE}.position: expected {{x, y}}, got nothing"),
        ([*SEAT, "position"], {"x": 1}, f"{SEAT_PLACE}.position: expected {{x, y}}, got an object"),
        ([*SEAT, "position", "x"], "1", f'{SEAT_PLACE}.position.x: expected a number, got "1"'),
        ([*SEAT, "position", "x"], True, f"{SEAT_PLACE}.position.x: expected a number, got true"),
        ([*SEAT, "position", "y"], 1e300, f"{SEAT_PLACE}.position.y: expected a number between"),
        ([*SEAT, "category"], "Side", f"{SEAT_PLACE}.category: expected one of the plan's"),
        ([*SEAT, "seat_number"], 7, f"{SEAT_PLACE}.seat_number: expected text, got 7"),
        ([*SEAT, "seat_number"], " ", f'{SEAT_PLACE}.seat_number: expected text, got " "'),
        ([*SEAT, "seat_guid"], "A-1", f'{SEAT_PLACE}.seat_guid: duplicate seat id "A-1", first at'),
        ([*SEAT, "seat_guid"], MISSING, f"{SEAT_PLACE}.seat_guid: expected text, got nothing"),
        (SEAT, [], f"{SEAT_PLACE}: expected an object, got a list of 0"),
        (["zones", 0, "rows", 1, "seats"], {}, "zones[0].rows[1].seats: expected a list, got an"),
        (["zones", 0, "rows", 1, "row_number"], None, "zones[0].rows[1].row_number: expected text"),
        (["zones", 0, "rows"], MISSING, "zones[0].rows: expected a list, got nothing"),
        (["zones", 0, "position"], MISSING, "zones[0].position: expected {x, y}, got nothing"),
        (["zones", 0, "areas"], [{}], "zones[0].areas[0].position: expected {x, y}, got nothing"),
        (
            ["zones", 0, "areas"],
            [{"position": {"x": 0, "y": 0}, "shape": "star"}],
            "zones[0].areas[0].shape: expected polygon, rectangle, ellipse, circle or text",
        ),
        (
            ["zones", 0, "areas"],
            [{"position": {"x": 0, "y": 0}, "shape": "circle", "circle": {"radius": -1}}],
            "zones[0].areas[0].circle.radius: expected a number from 0 up, got -1",
        ),
        (["zones", 0], None, "zones[0]: expected an object, got null"),
        (["categories"], None, "categories: expected a list, got null"),
        (["categories", 1, "name"], "Front", 'categories[1]: duplicate category "Front"'),
        (["categories", 1, "color"], 7, "categories[1].color: expected text, got 7"),
        (["name"], MISSING, "name: expected text, got nothing"),
        (["name"], "x" * 251, "name: expected at most 250 characters"),
        (["size", "width"], -4, "size.width: expected a number from 0 up, got -4"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(
    way: list[str | int], value: object, refusal: str
) -> None:
    with pytest.raises(PlanRefused) as caught:
        read_json(with_value(way, value))
    assert caught.value.message.startswith(refusal)
