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


def gala_chart() -> dict[str, Any]:
    """Two rows of 20 seats, ten tables of 8 (every other one whole), four boxes, two areas of 100: 344."""
    chart = table_chart("Gala")
    drawing = chart["subChart"]
    (box,) = drawing["generalAdmissionAreas"]
    drawing["rows"] = [
        {
            "label": row,
            "seats": [
                {"label": str(n + 1), "categoryKey": 2, "x": 100 + 25 * n, "y": 40 + 30 * line}
                for n in range(20)
            ],
        }
        for line, row in enumerate("AB")
    ]
    drawing["tables"] = [
        _table(f"T{n}", 130 + 120 * n, 8, bookAsAWhole=n % 2 == 0) for n in range(10)
    ]
    drawing["generalAdmissionAreas"] = [
        *({**box, "label": f"B{n}", "center": {"x": 480 + 130 * n, "y": 420}} for n in range(4)),
        *(
            {
                "label": f"GA{n}",
                "capacity": 100,
                "categoryKey": 2,
                "center": {"x": 480 + 130 * n, "y": 620},
                "width": 120,
                "height": 80,
            }
            for n in range(2)
        ),
    ]
    return chart
