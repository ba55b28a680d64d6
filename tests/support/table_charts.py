"""A seats.io chart with tables and boxes: T1 sold by seat, T2 whole, B1 for two to six people."""

from __future__ import annotations

from math import cos, pi, sin
from typing import Any


def _table(label: str, x: int, seats: int, **said: Any) -> dict[str, Any]:
    around = [
        {
            "label": str(n + 1),
            "categoryKey": 1,
            "x": x + 45 * cos(2 * pi * n / seats),
            "y": 220 + 45 * sin(2 * pi * n / seats),
        }
        for n in range(seats)
    ]
    return {
        "label": label,
        "center": {"x": x, "y": 220},
        "radius": 30,
        "seats": around,
        "categoryKey": 1,
        **said,
    }


def table_chart(name: str = "Ballroom") -> dict[str, Any]:
    """Row A of 8 seats, T1 and T2 of 6, B1 of 6: 26 places."""
    row = [{"label": str(n + 1), "categoryKey": 2, "x": 100 + 30 * n, "y": 100} for n in range(8)]
    box = {
        "label": "B1",
        "capacity": 6,
        "categoryKey": 3,
        "center": {"x": 480, "y": 220},
        "width": 120,
        "height": 80,
        "bookAsAWhole": True,
        "variableOccupancy": True,
        "minOccupancy": 2,
        "maxOccupancy": 6,
    }
    return {
        "name": name,
        "categories": {
            "list": [
                {"key": 1, "label": "Table", "color": "#7C4DFF"},
                {"key": 2, "label": "Row", "color": "#00897B"},
                {"key": 3, "label": "Box", "color": "#C2185B"},
            ]
        },
        "subChart": {
            "width": 640,
            "height": 360,
            "focalPoint": {"x": 300, "y": 0},
            "rows": [{"label": "A", "seats": row}],
            "tables": [_table("T1", 130, 6), _table("T2", 300, 6, bookAsAWhole=True)],
            "generalAdmissionAreas": [box],
        },
    }


PRICES = {"Table": "60.00", "Row": "30.00", "Box": "80.00"}
