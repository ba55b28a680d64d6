"""Demo venues, drawn by our own arithmetic and the same every time."""

from __future__ import annotations

from server.plans.arena import arena
from server.plans.stadium import stadium
from server.plans.theatre import theatre

__all__ = ["arena", "stadium", "theatre"]
