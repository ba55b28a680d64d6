"""The report as one HTML file that stands by itself: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

from houseful.hammer.chart import Series, draw
from houseful.hammer.report import MEASURED, Report

STYLE: Final = """
:root { color-scheme: light dark; --a: light-dark(#1f5fbf, #7fb2ff); --b: light-dark(#b3261e, #ff9a8f);
  --c: light-dark(#2e7d32, #8fd694); --soft: light-dark(#ddd, #444); }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 82rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.verdict { font-weight: 700; padding: .2rem .6rem; border-radius: .4rem; color: #fff; }
.true { background: #2e7d32; } .false { background: #b3261e; } .none { background: #6b6b6b; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .25rem .9rem .25rem 0;
  border-bottom: 1px solid var(--soft); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figcaption span { margin-left: .8rem; font-weight: 600; }
svg { width: 100%; } svg text { font-size: 11px; fill: currentColor; }
.grid { stroke: var(--soft); } .line { fill: none; stroke-width: 2; stroke-linecap: round; }
.a { stroke: var(--a); color: var(--a); } .b { stroke: var(--b); color: var(--b); }
.c { stroke: var(--c); color: var(--c); } figcaption .a, figcaption .b, figcaption .c { stroke: none; }
.faults { margin: .3rem 0; } .scroll { overflow-x: auto; }
"""
SAID: Final = {True: "passed", False: "failed", None: "no verdict"}
MARK: Final = {True: "ok", False: "NOT", None: "unknown"}


def render(report: Report) -> str:
    view = report.as_json()
    word = {True: "true", False: "false", None: "none"}[report.passed]
    server = view["server"]
    title = f"Houseful hammer: {SAID[report.passed]}"
    stopped = f"<p>Stopped: {escape(report.stopped)}</p>" if report.stopped else ""
    warnings = "".join(f"<p>{escape(warning)}</p>" for warning in report.warnings)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{STYLE}</style></head><body>
<h1>Houseful hammer <span class="verdict {word}">{SAID[report.passed]}</span></h1>
<p>{escape(server["address"])}, event {server["eventId"]} ({escape(server["eventName"])},
{server["seats"]:,} seats), from {escape(view["startedAt"])}, took {report.took_s:.1f} s</p>
{stopped}{warnings}
<h2>Verdict</h2>{verdict_table(report)}
<h2>Latencies</h2>{latency_table(view["latenciesMs"])}
<h2>In time</h2><div class="charts">{charts(view["timeline"])}</div>
<h2>Per second</h2>{pairs(view["perSecond"])}
<h2>Errors</h2>{pairs(view["errors"]) or "<p>None.</p>"}
<h2>Counted</h2>{pairs(view["counts"])}
<h2>Plan</h2>{pairs(view["plan"])}
</body></html>
"""


def verdict_table(report: Report) -> str:
    rows = []
    for check in report.checks:
        faults = "".join(f"<li>{escape(fault)}</li>" for fault in check.faults)
        more = check.count - len(check.faults)
        faults += f"<li>and {more:,} more</li>" if more else ""
        listed = f'<ul class="faults">{faults}</ul>' if faults else ""
        rows.append(
            f"<tr><td>{MARK[check.passed]}</td><td>{escape(check.sentence)}{listed}</td>"
            f"<td>{escape(check.note)}</td></tr>"
        )
    return table("<tr><th></th><th>what must hold</th><th>seen</th></tr>", rows)


def latency_table(latencies: Mapping[str, Mapping[str, Any]]) -> str:
    head = "".join(f'<th class="n">{name}</th>' for name in ("count", "p50", "p90", "p99", "max"))
    rows = []
    for name, found in latencies.items():
        numbers = "".join(
            f'<td class="n">{found[at]:,.1f}</td>' for at in ("p50", "p90", "p99", "max")
        )
        rows.append(
            f'<tr><td>{escape(MEASURED[name])}</td><td class="n">{found["count"]:,}</td>{numbers}</tr>'
        )
    return table(f"<tr><th>milliseconds</th>{head}</tr>", rows)


def charts(timeline: Iterable[Mapping[str, Any]]) -> str:
    points = list(timeline)
    seconds = [point["second"] for point in points]

    def line(name: str, kind: str, key: str) -> Series:
        return Series(name, kind, [point[key] for point in points])

    attempts = [line("attempts", "a", "attempts"), line("granted", "c", "granted")]
    reserve = [line("p50", "a", "reserveP50"), line("p99", "b", "reserveP99")]
    push = [line("p50", "a", "pushP50"), line("p99", "b", "pushP99")]
    viewers = [line("watching", "a", "watching")]
    frames = [line("frames", "a", "frames")]
    errors = [line("errors", "b", "errors")]
    return "".join(
        (
            draw("Attempts to reserve", "per second", seconds, attempts),
            draw("Reserve", "milliseconds", seconds, reserve),
            draw("Push to each viewer", "milliseconds", seconds, push),
            draw("Frames at viewers", "per second", seconds, frames),
            draw("Viewers in sync", "sockets", seconds, viewers),
            draw("Errors", "per second", seconds, errors),
        )
    )


def pairs(values: Mapping[str, Any]) -> str:
    rows = [
        f'<tr><td>{escape(str(name))}</td><td class="n">{escape(shown(value))}</td></tr>'
        for name, value in values.items()
    ]
    return table("", rows) if rows else ""


def shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {weight:g}" for name, weight in value.items())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def table(head: str, rows: Iterable[str]) -> str:
    return f'<div class="scroll"><table>{head}{"".join(rows)}</table></div>'
