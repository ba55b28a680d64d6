"""Demo venues, drawn by our own arithmetic and the same every time."""

from __future__ import annotations

from houseful.plans.arena import arena
from houseful.plans.stadium import stadium
from houseful.plans.theatre import theatre

__all__ = ["arena", "stadium", "theatre"]
