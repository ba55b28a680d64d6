"""Small seating plans written by hand, as Python values, for tests to bend."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from houseful.domain.plan import Plan, Row, Seat
from houseful.plans.reader import read

Json = dict[str, Any]

PRETIX: Json = {
    "name": "Little hall",
    "size": {"width": 400, "height": 300},
    "categories": [{"name": "Front", "color": "#f00"}, {"name": "Back", "color": "#00FF7f"}],
    "zones": [
        {
            "name": "Floor",
            "zone_id": "floor",
            "position": {"x": 100, "y": 50},
            "rows": [
                {
                    "row_number": "A",
                    "position": {"x": 10, "y": 0},
                    "seats": [
                        {
                            "seat_guid": f"A-{number}",
                            "seat_number": str(number),
                            "position": {"x": 20 * number, "y": 5},
                            "category": "Front",
                        }
                        for number in (1, 2, 3)
                    ],
                },
                {
                    "row_number": "B",
                    "seats": [
                        {
                            "seat_guid": f"B-{number}",
                            "seat_number": str(number),
                            "position": {"x": 20 * number, "y": 40},
                            "category": "Back",
                        }
                        for number in (1, 2)
                    ],
                },
            ],
        }
    ],
}


def seatsio_seat(label: str, x: float, y: float, **more: object) -> Json:
    return {"label": label, "x": x, "y": y, "categoryKey": None, **more}


def seatsio_row(label: str, y: float, count: int = 3, **more: object) -> Json:
    seats = [seatsio_seat(str(n), 10.0 * n, y, categoryKey=1) for n in range(1, count + 1)]
    return {"label": label, "seats": seats, **more}


def chart(**drawing: object) -> Json:
    """A seats.io chart with one drawing and the categories 1 and "two"."""
    return {
        "name": "Little chart",
        "categories": {
            "list": [
                {"key": 1, "label": "One", "color": "#112233", "accessible": False},
                {"key": "two", "label": "Two", "color": "#445566", "accessible": True},
            ]
        },
        "subChart": {"width": 300, "height": 200, "focalPoint": None, **drawing},
    }


def pretix() -> Json:
    return deepcopy(PRETIX)


def read_json(document: object) -> Plan:
    return read(json.dumps(document).encode())


def rows_of(plan: Plan) -> list[Row]:
    return [row for section in plan.sections for row in section.rows]


def seats_of(plan: Plan) -> list[Seat]:
    return [seat for row in rows_of(plan) for seat in row.seats]
