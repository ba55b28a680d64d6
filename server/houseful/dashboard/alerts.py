"""What staff should look at now: said when it begins, gone when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from houseful.wire.codec import iso

MANY_REFUSALS: Final = 20
"""Attempts a minute that got nothing; below that, some are always just too late."""

MANY_DECLINES: Final = 10
BEHIND_S: Final = 3.0
"""The feed is read twice a second; this long without an answer, the figures are old."""


class Alerts:
    """Remembers since when each stands."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}

    def view(
        self,
        rates: Mapping[str, int],
        *,
        stuck: int,
        refunds_failed: int,
        behind_s: float,
        now_ms: int,
    ) -> list[dict[str, object]]:
        """The alerts that stand, the gravest first."""
        found: list[tuple[str, str, str]] = []
        if behind_s > BEHIND_S:
            text = f"The seat store has not answered for {behind_s:.0f} s; the figures are old"
            found.append(("feed_behind", "error", text))
        if stuck:
            text = f"{stuck} payments are past their deadline without an outcome"
            found.append(("payments_stuck", "error", text))
        if refunds_failed:
            text = f"{refunds_failed} refunds were rejected and need a person"
            found.append(("refunds_failed", "error", text))
        if rates["refused"] >= MANY_REFUSALS and rates["refused"] > rates["reserved"]:
            text = f"{rates['refused']} attempts to reserve got no seat in the last minute"
            found.append(("refusals_spike", "warning", text))
        if rates["declined"] >= MANY_DECLINES and rates["declined"] > rates["booked"]:
            text = f"{rates['declined']} payments were declined in the last minute"
            found.append(("declines_spike", "warning", text))
        standing = {code for code, _, _ in found}
        self._since = {code: at_ms for code, at_ms in self._since.items() if code in standing} | {
            code: now_ms for code in standing if code not in self._since
        }
        return [
            {"code": code, "level": level, "message": text, "since": iso(self._since[code])}
            for code, level, text in found
        ]
