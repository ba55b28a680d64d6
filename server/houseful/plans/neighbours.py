"""Who sits next to whom: the walking order of a row, and where an aisle interrupts it.

No format states adjacency. Two consecutive seats are neighbours unless the step between them is
more than `GAP` times the row's usual step. Steps are distances in the plane, so a curved row is
measured along its curve. Seats at one table or in one box belong together: it has no gaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import atan2, cos, dist, sin
from statistics import median_low

from houseful.domain.plan import Row, Seat

SCATTERED = {"table", "box"}
"""Kinds of rows whose seats do not stand one after another."""

GAP = 1.6
"""Below it, uneven hand-drawn rows fall apart; above it, an aisle one seat wide (2.0) may hide."""

DETOUR = 1.3
"""A listed order this much longer than the order in space is not the way people walk."""

ENOUGH_STEPS = 3
"""A row with fewer steps than this says too little about its own spacing; its section is asked."""


def arrange(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows of one section with seats in walking order and `gap_after` set."""
    ordered = [
        row if row.kind in SCATTERED else replace(row, seats=walking_order(row.seats))
        for row in rows
    ]
    steps = [[] if row.kind in SCATTERED else _steps(row.seats) for row in ordered]
    long_rows = [step for row in steps if len(row) >= ENOUGH_STEPS for step in row if step > 0]
    usual = median_low(long_rows) if long_rows else None
    return tuple(_with_gaps(row, its, usual) for row, its in zip(ordered, steps, strict=True))


def walking_order(seats: Sequence[Seat]) -> tuple[Seat, ...]:
    """The listed order, or, where that jumps to and fro, the order along the row's main axis.

    A horseshoe listed along its bend stays as it is: its listed path is the shorter one.
    """
    listed = tuple(seats)
    if len(listed) < 3:
        return listed
    angle = _main_axis(listed)
    across, down = cos(angle), sin(angle)
    along = sorted(listed, key=lambda seat: seat.x * across + seat.y * down)
    if sum(_steps(listed)) <= DETOUR * sum(_steps(along)):
        return listed
    if along.index(listed[0]) > len(along) // 2:
        along.reverse()
    return tuple(along)


def _steps(seats: Sequence[Seat]) -> list[float]:
    return [dist((a.x, a.y), (b.x, b.y)) for a, b in pairwise(seats)]


def _main_axis(seats: Sequence[Seat]) -> float:
    """Direction of the longest spread: the principal axis of the points' covariance."""
    count = len(seats)
    middle_x = sum(seat.x for seat in seats) / count
    middle_y = sum(seat.y for seat in seats) / count
    xx = sum((seat.x - middle_x) ** 2 for seat in seats)
    yy = sum((seat.y - middle_y) ** 2 for seat in seats)
    xy = sum((seat.x - middle_x) * (seat.y - middle_y) for seat in seats)
    return 0.5 * atan2(2 * xy, xx - yy)


def _with_gaps(row: Row, steps: Sequence[float], usual_in_section: float | None) -> Row:
    positive = [step for step in steps if step > 0]
    if not positive:
        return row
    usual = median_low(positive)
    if len(steps) < ENOUGH_STEPS and usual_in_section is not None:
        usual = usual_in_section
    seats = list(row.seats)
    for index, step in enumerate(steps):
        if step > GAP * usual:
            seats[index] = replace(seats[index], gap_after=True)
    return replace(row, seats=tuple(seats))
