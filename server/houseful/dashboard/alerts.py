"""What staff should look at now: said when it begins, gone when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from houseful.wire.codec import iso
from houseful.wire.staff import AlertBody, AlertLevel, RatesBody

MANY_REFUSALS: Final = 20
"""Attempts a minute that got nothing; below that, some are always just too late."""

MANY_DECLINES: Final = 10
BEHIND_S: Final = 3.0
"""The feed is read twice a second; this long without an answer, the figures are old."""

ALERTS: Final[Mapping[str, tuple[AlertLevel, str]]] = {
    "feed_behind": ("error", "The seat store has not answered for {n} s; the figures are old"),
    "payments_stuck": ("error", "{n} payments are past their deadline without an outcome"),
    "refunds_failed": ("error", "{n} refunds were rejected and need a person"),
    "gateway_refuses": (
        "error",
        "{n} payments of the last hour were refused for a fault of the shop's",
    ),
    "payment_problems": ("error", "{n} payments could not be put right and need a person"),
    "payments_disputed": (
        "warning",
        "{n} payments are disputed at the bank; their tickets open no door",
    ),
    "foreign_payments": ("warning", "{n} payments on this account were made by another house"),
    "refusals_spike": ("warning", "{n} attempts to reserve got no seat in the last minute"),
    "declines_spike": ("warning", "{n} payments were declined in the last minute"),
}
"""Code → (level, message), the gravest first; `n` travels as `count`, and the page has its own words."""


class Alerts:
    """Remembers since when each stands."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}

    def view(
        self,
        rates: RatesBody,
        *,
        stuck: int,
        refunds_failed: int,
        behind_s: float,
        now_ms: int,
        disputed: int = 0,
        shop_faults: int = 0,
        problems: int = 0,
        foreign: int = 0,
    ) -> list[AlertBody]:
        """The alerts that stand, the gravest first."""
        found: dict[str, int] = {}
        if behind_s > BEHIND_S:
            found["feed_behind"] = round(behind_s)
        if stuck:
            found["payments_stuck"] = stuck
        if refunds_failed:
            found["refunds_failed"] = refunds_failed
        counts = {
            "gateway_refuses": shop_faults,
            "payment_problems": problems,
            "payments_disputed": disputed,
            "foreign_payments": foreign,
        }
        found |= {code: count for code, count in counts.items() if count}
        if rates["refused"] >= MANY_REFUSALS and rates["refused"] > rates["reserved"]:
            found["refusals_spike"] = rates["refused"]
        if rates["declined"] >= MANY_DECLINES and rates["declined"] > rates["booked"]:
            found["declines_spike"] = rates["declined"]
        standing = set(found)
        self._since = {code: at_ms for code, at_ms in self._since.items() if code in standing} | {
            code: now_ms for code in standing if code not in self._since
        }
        return [
            {
                "code": code,
                "level": ALERTS[code][0],
                "message": ALERTS[code][1].format(n=count),
                "count": count,
                "since": iso(self._since[code]),
            }
            for code, count in found.items()
        ]
