"""How long plans take to read, to generate and to encode, and how large they travel.

`python -m tests.bench.plans [PLAN.json …]`; without files, generated documents alone.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from houseful.domain.plan import Plan
from houseful.plans.generator import arena, stadium, theatre
from houseful.plans.geometry import encode
from houseful.plans.reader import read
from houseful.wire import codec


def pretix_document(zones: int, rows: int, seats: int) -> bytes:
    """A pretix plan of so many seats on a grid."""
    document = {
        "name": "Grid",
        "size": {"width": 1, "height": 1},
        "categories": [{"name": "All", "color": "#0072b2"}],
        "zones": [
            {
                "name": f"Zone {zone}",
                "position": {"x": zone % 20 * seats * 12, "y": zone // 20 * rows * 12},
                "rows": [
                    {
                        "row_number": str(row),
                        "seats": [
                            {
                                "seat_guid": f"{zone}-{row}-{seat}",
                                "seat_number": str(seat),
                                "position": {"x": seat * 10, "y": row * 10},
                                "category": "All",
                            }
                            for seat in range(seats)
                        ],
                    }
                    for row in range(rows)
                ],
            }
            for zone in range(zones)
        ],
    }
    return json.dumps(document).encode()


def timed(make: Callable[[], Plan]) -> tuple[Plan, float]:
    started = time.perf_counter()
    plan = make()
    return plan, time.perf_counter() - started


def report(source: str, make: Callable[[], Plan]) -> None:
    plan, made = timed(make)
    started = time.perf_counter()
    body = codec.encode(encode(plan, 1))
    encoded = time.perf_counter() - started
    packed = len(gzip.compress(body, 6))
    print(
        f"{source:36} {plan.seat_count:8,} seats  made in {made:6.2f} s  "
        f"encoded in {encoded:5.2f} s  {len(body):10,} bytes  {packed:8,} gzipped"
    )


def main(paths: list[str]) -> None:
    for venue in (theatre, arena, stadium):
        report(f"generate {venue.__name__}", venue)
    for zones, rows, seats in ((50, 25, 40), (200, 25, 40)):
        data = pretix_document(zones, rows, seats)
        report(f"read pretix grid, {len(data):,} bytes", lambda data=data: read(data))  # type: ignore[misc]
    for path in map(Path, paths):
        content = path.read_bytes()
        report(f"read {path.name}"[:36], lambda content=content: read(content))  # type: ignore[misc]


if __name__ == "__main__":
    main(sys.argv[1:])
