"""Which alerts stand, by the figures; each from its bound on and not before."""

from __future__ import annotations

from typing import Any

import pytest

from houseful.dashboard.alerts import BEHIND_S, MANY_DECLINES, MANY_REFUSALS, Alerts
from houseful.wire.codec import iso

CALM = {
    "rates": {"refused": 0, "reserved": 0, "declined": 0, "booked": 0},
    "stuck": 0,
    "refunds_failed": 0,
    "behind_s": 0.0,
}
NOW_MS = 1_767_960_600_000


def view(alerts: Alerts, now_ms: int = NOW_MS, **figures: Any) -> list[dict[str, Any]]:
    rates = CALM["rates"] | figures.pop("rates", {})
    return alerts.view(**{**CALM, **figures, "rates": rates, "now_ms": now_ms})


@pytest.mark.parametrize(
    ("code", "level", "begun", "not_yet"),
    [
        ("feed_behind", "error", {"behind_s": BEHIND_S + 0.1}, {"behind_s": BEHIND_S}),
        ("payments_stuck", "error", {"stuck": 1}, {"stuck": 0}),
        ("refunds_failed", "error", {"refunds_failed": 1}, {"refunds_failed": 0}),
        (
            "refusals_spike",
            "warning",
            {"rates": {"refused": MANY_REFUSALS, "reserved": MANY_REFUSALS - 1}},
            {"rates": {"refused": MANY_REFUSALS, "reserved": MANY_REFUSALS}},
        ),
        (
            "declines_spike",
            "warning",
            {"rates": {"declined": MANY_DECLINES, "booked": MANY_DECLINES - 1}},
            {"rates": {"declined": MANY_DECLINES - 1, "booked": 0}},
        ),
    ],
)
def test_an_alert_begins_at_its_bound_keeps_its_time_and_goes(
    code: str, level: str, begun: dict[str, Any], not_yet: dict[str, Any]
) -> None:
    alerts = Alerts()
    assert view(alerts, **not_yet) == []

    (first,) = view(alerts, **begun)
    assert (first["code"], first["level"], first["since"]) == (code, level, iso(NOW_MS))
    assert first["count"] > 0
    assert str(first["count"]) in first["message"]
    (still,) = view(alerts, NOW_MS + 5_000, **begun)
    assert still["since"] == iso(NOW_MS)

    assert view(alerts, NOW_MS + 6_000) == []
    (again,) = view(alerts, NOW_MS + 7_000, **begun)
    assert again["since"] == iso(NOW_MS + 7_000)


def test_the_gravest_come_first() -> None:
    rates = {"refused": 99, "declined": 99}
    found = view(Alerts(), rates=rates, stuck=1, refunds_failed=1, behind_s=60.0)
    assert [alert["level"] for alert in found] == ["error"] * 3 + ["warning"] * 2


@pytest.mark.parametrize(
    ("what", "code", "level"),
    [
        ("shop_faults", "gateway_refuses", "error"),
        ("problems", "payment_problems", "error"),
        ("disputed", "payments_disputed", "warning"),
        ("foreign", "foreign_payments", "warning"),
    ],
)
def test_money_that_needs_a_person_is_said(what: str, code: str, level: str) -> None:
    rates = {"refused": 0, "reserved": 0, "declined": 0, "booked": 0}
    known: dict[str, int] = {"stuck": 0, "refunds_failed": 0, "now_ms": 0, what: 2}
    (alert,) = Alerts().view(rates, behind_s=0.0, **known)
    assert (alert["code"], alert["level"]) == (code, level)
