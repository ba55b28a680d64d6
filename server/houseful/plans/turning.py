"""Rotation in the plane of a plan, where y grows downwards."""

from __future__ import annotations

from math import cos, radians, sin


def turned(x: float, y: float, degrees: float) -> tuple[float, float]:
    """(x, y) turned clockwise, as seen, around the origin."""
    if not degrees:
        return x, y
    angle = radians(degrees)
    return x * cos(angle) - y * sin(angle), x * sin(angle) + y * cos(angle)
