"""What a run found: what a program reads as JSON and a person as a page or as lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from houseful.hammer.aggregator import Aggregator
from houseful.hammer.plan import RunPlan
from houseful.hammer.run_context import Facts
from houseful.hammer.statistics import Histogram
from houseful.hammer.verdict.verdict import Check
from houseful.wire.codec import iso

FORMAT: Final = 1
MEASURED: Final = {
    "reserve": "reserve: request to answer",
    "release": "release: request to answer",
    "payment": "payment: request to final answer",
    "push": "push: grant in the server to frame at each viewer",
    "expiry": "expiry: deadline to AVAILABLE frame at each viewer",
    "connect": "connect: to an open socket",
    "resync": "resync: connection lost to map current again",
    "generator": "generator: how late the hammer itself ran",
}
"""Name → what it is, in the order of the report."""

SLOW_GENERATOR_S: Final = 0.05


@dataclass(frozen=True)
class Report:
    """`stopped` says why the run could not be finished; empty when it was."""

    plan: RunPlan
    facts: Facts
    started_s: float
    took_s: float
    stopped: str
    checks: list[Check]
    latencies: Mapping[str, Histogram]
    counts: Mapping[str, int]
    errors: Mapping[str, int]
    timeline: list[dict[str, Any]]

    @property
    def passed(self) -> bool | None:
        """None when the run could not tell."""
        if any(check.passed is False for check in self.checks):
            return False
        return None if self.stopped else True

    @property
    def exit_code(self) -> int:
        return {True: 0, False: 1, None: 2}[self.passed]

    @property
    def rates(self) -> dict[str, float]:
        """Per second of the run's duration."""
        names = {
            "attempts": "reserve.attempts",
            "granted": "reserve.granted",
            "bookings": "payments.confirmed",
            "frames": "frames",
        }
        return {
            name: round(self.counts.get(count, 0) / self.plan.duration_s, 1)
            for name, count in names.items()
        }

    @property
    def warnings(self) -> list[str]:
        """What a reader should know before believing the numbers."""
        found = []
        late_s = self.latencies.get("generator", Histogram()).percentile(0.99) or 0.0
        if late_s > SLOW_GENERATOR_S:
            found.append(
                f"the hammer itself ran up to {late_s * 1000:.0f} ms late (p99): latencies include"
                " that; use fewer viewers, more --processes or another machine"
            )
        if self.counts.get("holds.left_too_long_to_wait") and "expiry" not in self.latencies:
            found.append(
                f"holds last {self.facts.hold_s:g} s here, longer than the run waits: expiry was not"
                " measured; serve with a shorter HOUSEFUL_HOLD_SECONDS"
            )
        return found

    def as_json(self) -> dict[str, Any]:
        """The JSON report, `schemas/hammer-report.json`."""
        return {
            "format": FORMAT,
            "passed": self.passed,
            "stopped": self.stopped or None,
            "startedAt": iso(round(self.started_s * 1000)),
            "tookSeconds": round(self.took_s, 3),
            "server": {"address": str(self.plan.address), **camel(asdict(self.facts))},
            "plan": plan_view(self.plan),
            "verdict": [
                {
                    "check": check.name,
                    "sentence": check.sentence,
                    "passed": check.passed,
                    "faults": check.faults,
                    "faultCount": check.count,
                    "note": check.note,
                }
                for check in self.checks
            ],
            "latenciesMs": {
                name: self.latencies[name].summary() for name in MEASURED if name in self.latencies
            },
            "perSecond": self.rates,
            "counts": dict(sorted(self.counts.items())),
            "errors": dict(sorted(self.errors.items(), key=lambda item: -item[1])),
            "warnings": self.warnings,
            "timeline": self.timeline,
        }


def plan_view(plan: RunPlan) -> dict[str, Any]:
    """The plan without its secrets."""
    secret = ("address", "tokens", "jwt_secret", "jwt_claims")
    return camel({name: value for name, value in asdict(plan).items() if name not in secret})


def camel(values: Mapping[str, Any]) -> dict[str, Any]:
    """`duration_s` → `durationS`, as names are on the wire."""
    return {re.sub(r"_(.)", lambda found: found[1].upper(), key): values[key] for key in values}


def conclude(
    plan: RunPlan, facts: Facts, gathering: Aggregator, took_s: float, stopped: str
) -> Report:
    gathering.finish()
    return Report(
        plan=plan,
        facts=facts,
        started_s=gathering.begun_s,
        took_s=took_s,
        stopped=stopped,
        checks=gathering.judge(stopped),
        latencies=gathering.latencies,
        counts=gathering.counts,
        errors=gathering.errors,
        timeline=timeline(gathering),
    )


def timeline(gathering: Aggregator) -> list[dict[str, Any]]:
    """One point a second; the last ones are of settling."""
    counts = ("attempts", "granted", "frames", "errors", "watching")
    return [
        {
            "second": at,
            **{name: getattr(second, name) if second.is_reported else None for name in counts},
            "reserveP50": milliseconds(second.reserve, 0.5),
            "reserveP99": milliseconds(second.reserve, 0.99),
            "pushP50": milliseconds(second.push, 0.5),
            "pushP99": milliseconds(second.push, 0.99),
        }
        for at, second in sorted(gathering.seconds.items())
    ]


def milliseconds(histogram: Histogram, share: float) -> float | None:
    seconds = histogram.percentile(share)
    return None if seconds is None else round(seconds * 1000, 3)
