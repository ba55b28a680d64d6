"""`houseful hammer` before and after a run: what it refuses, and what it prints and writes."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from houseful.cli import commands, hammer
from houseful.hammer import page
from houseful.hammer.aggregator import Aggregator
from houseful.hammer.client import address
from houseful.hammer.plan import RunPlan
from houseful.hammer.report import Report, conclude
from houseful.hammer.run_context import Facts
from houseful.hammer.statistics import Histogram
from houseful.hammer.verdict.record import Batch, RecordedHold
from houseful.hammer.verdict.verdict import CHECKS

FACTS = Facts(7, "Hamlet <script>alert(1)</script>", 80, 600.0, 10, "demo", "0.1.0", 0.0)
PLAN = RunPlan(
    address.parse("http://127.0.0.1:8000"), duration_s=2.0, ramp_s=0.0, jwt_secret="hidden!"
)

PLAN_OF_A_MINUTE = replace(PLAN, duration_s=60.0)


def report(*faults: tuple[str, str], stopped: str = "", **counts: int) -> Report:
    """Of two seconds in which something was reserved."""
    gathering = Aggregator()
    reserve, late = Histogram(), Histogram()
    for number in range(100):
        reserve.add(0.001 * number)
        late.add(0.2)
    named = {name.replace("_", "."): count for name, count in counts.items()}
    batch = Batch(faults=list(faults), watching=5, at_s=time.time())
    batch.latencies.update(reserve=reserve, generator=late)
    batch.counts.update({"reserve.attempts": 100, "frames": 5, **named})
    batch.errors.update({"viewer.timeout": 3})
    gathering.add(0, batch)
    return conclude(PLAN, FACTS, gathering, 2.5, stopped)


def test_without_the_extra_one_sentence_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hammer, "find_spec", lambda _: None)
    done = CliRunner().invoke(commands.app, ["hammer", "http://127.0.0.1:1"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "pip install 'houseful[hammer]'" in done.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["http://192.0.2.1"], "192.0.2.1 is not this machine: expected a loopback address"),
        (["http://127.0.0.1:1"], "cannot reach http://127.0.0.1:1"),
        (["http://127.0.0.1:1", "--viewers", "30000"], "expected at most 20,000 sockets"),
        (["http://127.0.0.1:1", "--mix", "steal=1"], "--mix: expected release, "),
        (["http://127.0.0.1:1", "--duration", "soon"], "--duration: expected a time such as 30s"),
        (
            ["http://127.0.0.1:1", "--token", "x", "--viewers", "1", "--buyers", "1"],
            "--token: expected a JSON Web Token",
        ),
        (
            ["http://127.0.0.1:1", "--token", "x"],
            "expected at most 20 sockets for 1 tokens, 20 each against one server, got 551",
        ),
        (["http://127.0.0.1:1", "--json", "/nowhere/at/all"], "cannot write /nowhere/at/all"),
        (["nonsense"], 'expected an address such as http://127.0.0.1:8000, got "nonsense"'),
    ],
)
def test_what_cannot_be_run_is_one_sentence_and_exit_code_2(
    options: list[str], sentence: str
) -> None:
    done = CliRunner().invoke(commands.app, ["hammer", *options])
    assert done.exit_code == 2
    assert done.stderr.startswith("houseful: ")
    assert sentence in done.stderr
    assert done.stdout == ""


def test_the_summary_names_what_was_measured_and_every_check() -> None:
    text = "\n".join(hammer.summary(report()))
    assert re.search(r"reserve: request to answer +100 +(49|50)\.\d +\d+\.\d", text)
    assert text.count("\nok   ") == len(CHECKS)
    assert "errors: viewer.timeout 3" in text
    assert "note: the hammer itself ran up to 200 ms late (p99)" in text
    assert text.endswith("\npassed")


def test_the_summary_of_a_failure_names_faults_and_counts_the_others() -> None:
    faults = [("maps", f"seat {number} is wrong") for number in range(25)]
    failed = report(*faults)
    text = "\n".join(hammer.summary(failed))
    assert "NOT  every viewer's folded map equals the server's" in text
    assert "       seat 0 is wrong\n" in text
    assert "seat 20 is wrong" not in text
    assert "       and 5 more\n" in text
    assert text.endswith("\nFAILED")
    assert failed.exit_code == 1


def test_a_run_that_was_stopped_has_no_verdict_and_says_why() -> None:
    stopped = report(stopped="the server is gone")
    text = "\n".join(hammer.summary(stopped))
    assert text.count("\n?    ") == len(CHECKS)
    assert text.endswith("stopped after 2 s: the server is gone\nno verdict")
    assert stopped.exit_code == 2


def test_the_page_stands_alone_and_shows_names_as_text() -> None:
    text = page.render(report(("versions", "seat 1 < 2")))
    assert "<script" not in text
    assert "Hamlet &lt;script&gt;" in text
    assert "seat 1 &lt; 2" in text
    assert "hidden!" not in text
    assert not re.search(r"(src|href)=|url\(|@import|https?://(?!127)", text)
    for drawing in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(drawing)


def test_the_json_report_keeps_secrets_to_itself_and_says_when_expiry_could_not_be_seen() -> None:
    found: dict[str, Any] = report(holds_left_too_long_to_wait=4).as_json()
    assert "hidden!" not in str(found)
    assert found["perSecond"]["attempts"] == 50.0


def test_holds_too_long_to_wait_for_are_said_to_be_unmeasured() -> None:
    gathering = Aggregator()
    hold = RecordedHold("ann", "e", 1, ((7, 11),), 1.0, 1.0, 601.0, "abandon", ended_s=5.0)
    gathering.add(0, Batch(holds=[hold]))
    gathering.counts.update({"holds.abandoned": 1, "holds.left_too_long_to_wait": 1})
    (warning,) = conclude(PLAN, FACTS, gathering, 1.0, "").warnings
    assert warning.startswith("holds last 600 s here, longer than the run waits")


def test_progress_is_a_line() -> None:
    gathering = Aggregator()
    assert "– " in hammer.progress_line(PLAN, gathering)
    batch = Batch(watching=5, at_s=gathering.begun_s + 1.2)
    batch.counts.update({"reserve.attempts": 40, "frames": 3_000})
    gathering.add(0, batch)
    gathering.place = "quiet"
    line = hammer.progress_line(PLAN_OF_A_MINUTE, gathering)
    assert line.startswith("      settling  5 watching")
    gathering.reach("ready")
    assert "0 s of 60  " in hammer.progress_line(PLAN_OF_A_MINUTE, gathering)
    assert "5 watching  3,000 frames/s  40 attempts/s" in line


def test_files_are_written_where_asked(tmp_path: Path) -> None:
    hammer._write(report(), tmp_path / "r.json", tmp_path / "r.html")
    assert (tmp_path / "r.json").read_bytes().startswith(b'{"format":1,"passed":true')
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
