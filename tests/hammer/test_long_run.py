"""A minute of everything against `houseful serve` with two workers, as people run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from houseful.hammer.client import address
from houseful.hammer.plan import RunPlan
from houseful.hammer.run import run

CHECKOUT = Path(__file__).resolve().parents[2]
START_WITHIN_S = 60
EVERYTHING = {"release": 50, "abandon": 15, "pay": 20, "decline": 5, "cancel": 5, "reserve": 5}


@contextmanager
def serving(directory: Path) -> Iterator[str]:
    """The address of a server with two workers and short holds, and the limits of a real one."""
    process = subprocess.Popen(
        [sys.executable, "-m", "houseful", "serve", "--port", "0", "--workers", "2"],
        env={
            **os.environ,
            "HOUSEFUL_DATA_DIR": str(directory),
            "HOUSEFUL_HOLD_SECONDS": "5",
            "HOUSEFUL_LOG_LEVEL": "error",
        },
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        assert " is at http" in said, said
        yield said.rsplit(" ", 1)[1].strip()
    finally:
        process.terminate()
        process.wait(START_WITHIN_S)
        process.stdout.close()


@pytest.mark.long
async def test_a_minute_of_storms_and_slow_readers_on_two_workers_leaves_everything_right(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as url:
        plan = RunPlan(
            address.parse(url),
            viewers=300,
            buyers=40,
            duration_s=60,
            ramp_s=10,
            processes=2,
            mix=EVERYTHING,
            changes_per_second=80,
            slow_readers=10,
            storm_every_s=15,
            storm_share=0.7,
            late_s=5.0,
        )
        report = await run(plan)
    print(f"{dict(report.counts)} {dict(report.errors)}")
    assert report.passed, (report.stopped, [check for check in report.checks if not check.passed])
    assert report.counts["verdict.maps"] == 300 + 2
    assert report.counts["storms"] >= 6
    assert report.counts["viewers.resumed"] > 200
    assert report.counts["holds.abandoned"] > 20
    assert report.counts["payments.cancelled"] > 5
