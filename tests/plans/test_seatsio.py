"""seats.io charts: sections, floors, tables, booths, general admission, drawings."""

from __future__ import annotations

import pytest

from houseful.domain.errors import PlanRefused
from houseful.domain.plan import ACCESSIBLE, COMPANION, RESTRICTED_VIEW, SEMI_AMBULATORY
from tests.plans.documents import (
    Json,
    chart,
    read_json,
    rows_of,
    seats_of,
    seatsio_row,
    seatsio_seat,
)

TRIANGLE = [{"x": 100, "y": 50}, {"x": 160, "y": 50}, {"x": 160, "y": 90}]


def section(label: str, **more: object) -> Json:
    return {
        "label": label,
        "points": TRIANGLE,
        "topLeft": {"x": 100, "y": 50},
        "categoryKey": 1,
        "subChart": {"rows": [seatsio_row("A", 5)]},
        **more,
    }


def at(x: float, y: float) -> Json:
    return {"x": x, "y": y}


def test_rows_outside_sections_stand_in_main() -> None:
    plan = read_json(chart(rows=[seatsio_row("A", 5), seatsio_row("B", 15)]))
    assert [(s.name, len(s.rows)) for s in plan.sections] == [("Main", 2)]
    assert plan.floors == ()
    assert [seat.guid for seat in seats_of(plan)][:2] == ["Main-A-1", "Main-A-2"]


def test_a_row_may_name_its_section_and_what_it_shows() -> None:
    plan = read_json(chart(rows=[seatsio_row("A", 5, sectionLabel="Stalls", displayLabel="Row A")]))
    assert (plan.sections[0].name, rows_of(plan)[0].label) == ("Stalls", "Row A")
    assert seats_of(plan)[0].guid == "Stalls-A-1"


def test_a_section_keeps_its_polygon_and_moves_its_rows() -> None:
    plan = read_json(chart(sections=[section("Left", entrance="Gate 1", zone="z")]))
    left = plan.sections[0]
    assert left.outline == ((100.0, 50.0), (160.0, 50.0), (160.0, 90.0))
    assert (left.entrance, left.zone) == ("Gate 1", "z")
    assert [(seat.x, seat.y) for seat in seats_of(plan)] == [
        (110.0, 55.0),
        (120.0, 55.0),
        (130.0, 55.0),
    ]


def test_a_zone_is_shown_by_its_label() -> None:
    document = chart(sections=[section("Left", zone="z")])
    document["zones"] = {"list": [{"key": "z", "label": "Finish line"}]}
    assert read_json(document).sections[0].zone == "Finish line"


def test_a_section_in_a_section_stands_where_both_put_it() -> None:
    inner = section("Box", points=[at(0, 0), at(9, 0), at(9, 9)], topLeft=at(1, 2))
    outer = section("Balcony", subChart={"rows": [seatsio_row("A", 5)], "sections": [inner]})
    plan = read_json(chart(sections=[outer]))
    assert [s.name for s in plan.sections] == ["Balcony", "Balcony / Box"]
    box = plan.sections[1]
    assert box.outline == ((100.0, 50.0), (109.0, 50.0), (109.0, 59.0))
    assert (box.rows[0].seats[0].x, box.rows[0].seats[0].y) == (111.0, 57.0)


def test_a_seat_without_a_category_has_its_section_s() -> None:
    row = {"label": "A", "seats": [seatsio_seat("1", 1, 1), seatsio_seat("2", 9, 1)]}
    row["seats"][1]["categoryKey"] = "two"  # type: ignore[index]
    plan = read_json(chart(sections=[section("Left", subChart={"rows": [row]})]))
    assert [plan.categories[seat.category].name for seat in seats_of(plan)] == ["One", "Two"]
    assert [category.accessible for category in plan.categories] == [False, True]


def test_seat_flags_are_kept() -> None:
    row = seatsio_row("A", 5, count=5)
    names = ("accessible", "companionSeat", "restrictedView", "semiAmbulatorySeat")
    for seat, name in zip(row["seats"], names, strict=False):
        seat[name] = True
    row["seats"][4] |= {"accessible": True, "restrictedView": True}
    assert [seat.flags for seat in seats_of(read_json(chart(rows=[row])))] == [
        ACCESSIBLE,
        COMPANION,
        RESTRICTED_VIEW,
        SEMI_AMBULATORY,
        ACCESSIBLE | RESTRICTED_VIEW,
    ]


def floors(*drawings: Json) -> Json:
    document = chart()
    del document["subChart"]
    titles = ("Ground", "Upper")
    document["subChartFloors"] = [
        {"floorName": str(n), "floorDisplayName": title, "focalPoint": None, **drawing}
        for n, (title, drawing) in enumerate(zip(titles, drawings, strict=False))
    ]
    return document


def test_floors_are_kept_and_sections_of_one_name_told_apart() -> None:
    ga = {"label": "GA", "type": "circle", "center": at(5, 5), "radius1": 3, "radius2": 4}
    plan = read_json(
        floors(
            {"sections": [section("A")], "focalPoint": at(3, 4)},
            {"sections": [section("A")], "generalAdmissionAreas": [ga]},
        )
    )
    assert plan.floors == ("Ground", "Upper")
    assert [(s.name, s.floor) for s in plan.sections] == [("A", 0), ("A (Upper)", 1)]
    assert plan.focal_point == (3.0, 4.0)
    assert {area.floor for area in plan.areas} == {1}


def test_rows_of_a_floor_without_sections_are_called_like_the_floor() -> None:
    plan = read_json(floors({"rows": [seatsio_row("A", 5)]}, {"rows": [seatsio_row("A", 5)]}))
    assert [s.name for s in plan.sections] == ["Ground", "Upper"]


def test_a_table_is_a_row_without_gaps_and_is_drawn() -> None:
    around = [(20, 0), (40, 20), (20, 40), (0, 20), (8, 5)]
    table = {
        "label": "T1",
        "center": at(20, 20),
        "radius": 12,
        "seats": [seatsio_seat(str(n), x, y, categoryKey=1) for n, (x, y) in enumerate(around)],
    }
    plan = read_json(chart(rows=[seatsio_row("A", 90)], tables=[table]))
    row = rows_of(plan)[1]
    assert (row.kind, row.label, len(row.seats)) == ("table", "T1", 5)
    assert [seat.label for seat in row.seats] == ["0", "1", "2", "3", "4"]
    assert not any(seat.gap_after for seat in row.seats)
    assert [(a.shape, a.x, a.y, a.width) for a in plan.areas] == [("ellipse", 20.0, 20.0, 12.0)]


def test_a_booth_is_one_seat() -> None:
    booth = {"label": "K7", "center": at(50, 60), "width": 20, "height": 10, "categoryKey": "two"}
    plan = read_json(chart(booths=[booth]))
    row = rows_of(plan)[0]
    assert (row.kind, row.label) == ("booth", "K7")
    assert [(seat.label, seat.x, seat.y, seat.category) for seat in row.seats] == [
        ("K7", 50.0, 60.0, 1)
    ]
    assert [(a.shape, a.x, a.y) for a in plan.areas] == [("rectangle", 40.0, 55.0)]


def test_general_admission_is_drawn_with_its_name_and_capacity() -> None:
    areas = [
        {"label": "Pit", "capacity": 100, "center": at(5, 6), "radius1": 3, "radius2": 4},
        {"label": "Lawn", "capacity": 50, "points": [at(0, 0), at(6, 0), at(6, 6)]},
    ]
    for area in areas:
        area["categoryKey"] = 1
    plan = read_json(chart(rows=[seatsio_row("A", 90)], generalAdmissionAreas=areas))
    drawn = [(a.shape, a.kind, a.text, a.capacity) for a in plan.areas]
    assert drawn == [
        ("ellipse", "general_admission", "Pit", 100),
        ("text", "drawing", "Pit", 0),
        ("polygon", "general_admission", "Lawn", 50),
        ("text", "drawing", "Lawn", 0),
    ]
    assert (plan.seat_count, len(plan.drawn_seats)) == (153, 3)
    assert [(one.name, one.seat_count) for one in plan.standing] == [("Pit", 100), ("Lawn", 50)]
    assert plan.standing[1].outline == ((0.0, 0.0), (6.0, 0.0), (6.0, 6.0))
    assert plan.standing[0].outline[0] == (8.0, 6.0)


def test_a_standing_area_in_a_section_has_its_name_door_and_category() -> None:
    area = {"label": "Back", "capacity": 20, "center": at(5, 6), "width": 4, "height": 2}
    inner = {"rows": [seatsio_row("A", 90)], "generalAdmissionAreas": [area]}
    block = {
        "label": "Block",
        "categoryKey": 1,
        "entrance": "Gate 3",
        "topLeft": at(100, 200),
        "points": [at(100, 200), at(300, 200), at(300, 400)],
        "subChart": inner,
    }
    (standing,) = read_json(chart(sections=[block])).standing
    assert (standing.name, standing.entrance) == ("Block / Back", "Gate 3")
    assert standing.rows[0].seats[0].category == 0
    assert standing.outline[0] == (103.0, 205.0)


def test_too_many_places_are_refused_before_they_are_built() -> None:
    area = {"label": "Field", "capacity": 5e7, "categoryKey": 1, "center": at(5, 6), "radius1": 3}
    with pytest.raises(PlanRefused, match=r"at most 200,000 seats and places"):
        read_json(chart(rows=[seatsio_row("A", 90)], generalAdmissionAreas=[area]))


def test_shapes_texts_and_icons_are_drawn() -> None:
    stage = {
        "smartType": "stage",
        "label": "Stage",
        "center": at(50, 20),
        "width": 40,
        "height": 20,
        "rotationAngle": 90,
        "fillColor": "#D0D1D2",
    }
    plan = read_json(
        chart(
            rows=[seatsio_row("A", 90)],
            shapes=[stage, {"type": "a kind we do not know"}],
            texts=[{"text": "Bar", "center": at(9, 9), "fontSize": 12, "textColor": "#333"}],
            icons=[{"icon": "toilet", "center": at(1, 1)}],
        )
    )
    rectangle, caption, bar, toilet = plan.areas
    assert (rectangle.kind, rectangle.color, rectangle.rotation) == ("stage", "#d0d1d2", 90.0)
    corner = round(rectangle.x, 6), round(rectangle.y, 6)
    assert corner == (60.0, 0.0), "the upper left corner, turned around the centre with the rest"
    assert (caption.text, caption.x, caption.y) == ("Stage", 50.0, 20.0)
    assert (bar.text, bar.size, bar.color) == ("Bar", 12.0, "#333333")
    assert toilet.text == "toilet"


def test_a_section_without_seats_is_drawn_and_not_sold() -> None:
    ga = {"label": "Pit", "center": at(5, 6), "radius": 3}
    empty = section("Standing", subChart={"generalAdmissionAreas": [ga]})
    plan = read_json(chart(sections=[section("Left"), empty, section("Right", subChart=None)]))
    assert [s.name for s in plan.sections] == ["Left"]
    assert [a.text for a in plan.areas if a.shape == "polygon"] == ["Standing", "Right"]
    assert (plan.areas[0].x, plan.areas[0].y) == (105.0, 56.0)


def nested(depth: int) -> Json:
    drawing: Json = {"rows": [seatsio_row("A", 5)]}
    for level in range(depth):
        drawing = {"sections": [section(f"S{level}", subChart=drawing)]}
    return chart(**drawing)


def test_sections_nest_up_to_a_limit() -> None:
    assert read_json(nested(8)).seat_count == 3
    with pytest.raises(PlanRefused, match="expected at most 8 sections within") as caught:
        read_json(nested(9))
    assert caught.value.place.endswith("sections[0].subChart")


ACCESSIBLE_1 = seatsio_seat("1", 1, 1, categoryKey=1, accessible=1)


def duplicate_key() -> Json:
    document = chart(rows=[seatsio_row("A", 5)])
    document["categories"]["list"][1]["key"] = "1"
    return document


@pytest.mark.parametrize(
    ("document", "refusal"),
    [
        (
            chart(rows=[seatsio_row("A", 5), seatsio_row("A", 15)]),
            'subChart.rows[1].seats[0].label: duplicate seat id "Main-A-1", first at '
            "subChart.rows[0].seats[0].label",
        ),
        (
            chart(
                rows=[
                    {
                        "label": "A",
                        "seats": [
                            seatsio_seat("1", 1, 1, categoryKey=1, uuid="u"),
                            seatsio_seat("2", 2, 1, categoryKey=1, uuid="u"),
                        ],
                    }
                ]
            ),
            'subChart.rows[0].seats[1].uuid: duplicate seat id "uuid u"',
        ),
        (
            chart(rows=[{"label": "A", "seats": [seatsio_seat("1", 1, 1)]}]),
            "subChart.rows[0].seats[0].categoryKey: expected a category here or on the section",
        ),
        (
            chart(rows=[{"label": "A", "seats": [seatsio_seat("1", 1, 1, categoryKey=9)]}]),
            "subChart.rows[0].seats[0].categoryKey: expected the key of one of the chart's",
        ),
        (
            chart(rows=[{"label": "A", "seats": [{"label": "1", "x": None, "y": 1}]}]),
            "subChart.rows[0].seats[0].x: expected a number, got null",
        ),
        (
            chart(rows=[{"label": None, "seats": []}]),
            "subChart.rows[0].label: expected text, got null",
        ),
        (
            chart(sections=[section("Left", topLeft={"x": 1})]),
            "subChart.sections[0].topLeft: expected {x, y}, got an object with x",
        ),
        (
            chart(sections=[section("Left", subChart=[])]),
            "subChart.sections[0].subChart: expected an object, got a list of 0",
        ),
        (
            chart(booths=[{"label": "K", "categoryKey": 1}]),
            "subChart.booths[0].x: expected a number, got nothing",
        ),
        (chart(rows={}), "subChart.rows: expected a list, got an empty object"),
        (duplicate_key(), 'categories.list[1]: duplicate category "Two"'),
        (floors(), "subChartFloors: expected at least one floor, got a list of 0"),
        (
            chart(rows=[{"label": "A", "seats": [ACCESSIBLE_1]}]),
            "subChart.rows[0].seats[0].accessible: expected true or false, got 1",
        ),
    ],
)
def test_a_wrong_chart_is_refused_with_its_place(document: Json, refusal: str) -> None:
    with pytest.raises(PlanRefused) as caught:
        read_json(document)
    assert caught.value.message.startswith(refusal)
