"""What Prometheus gets: names with units and help, the dashboard's queries, all workers' figures."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from houseful import __version__
from houseful.telemetry import metrics, shared_metrics
from tests.support.serving import Guest, Server, eventually
from tests.web.conftest import Join

NAME = re.compile(r"houseful_[a-z_]+")
UNITS = (
    "_seconds",
    "_bytes",
    "_total",
    "_viewers",
    "_events",
    "_entries",
    "_checkouts",
    "_promises",
    "_payments",
    "_info",
    "_up",
)


async def families(guest: Guest) -> dict[str, str]:
    """Family → help text of what /metrics says."""
    text = (await guest.http.get("/metrics")).text
    found = re.findall(r"^# HELP (houseful_\w+) (.+)$", text, re.MULTILINE)
    return {name: says for name, says in found if not name.endswith("_created")}


async def test_every_metric_has_a_unit_and_says_what_it_is(join: Join) -> None:
    found = await families(await join())
    assert len(found) >= 14
    for name, help_text in found.items():
        assert name.endswith(UNITS), name
        assert len(help_text) > 10, name


async def test_the_dashboard_asks_only_for_what_there_is(join: Join) -> None:
    guest = await join()
    answer = await guest.http.get("/metrics/dashboard.json")
    assert answer.headers["content-type"] == "application/json"
    panels = answer.json()["panels"]
    known = await families(guest)
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in NAME.findall(target["expr"])
    }
    stems = {re.sub(r"_(bucket|count|sum)$", "", name) for name in asked}
    assert stems <= known.keys()
    assert known.keys() - stems == {
        "houseful_live_events",
        "houseful_build_info",
        "houseful_part_up",
        "houseful_foreign_payments",
    }
    assert len({panel["id"] for panel in panels}) == len(panels)


async def test_a_hold_that_ran_out_is_measured(brief_holds: Server, join: Join) -> None:
    sale = brief_holds.add_event()
    ann = await join(at=brief_holds)

    async def count() -> float:
        text = (await ann.http.get("/metrics")).text
        found = re.search(r"^houseful_expiry_lag_seconds_count (\S+)$", text, re.MULTILINE)
        assert found is not None
        return float(found[1])

    before = await count()
    await ann.held(sale, sale.seats[0])

    async def has_risen() -> bool:
        return await count() > before

    await eventually(has_risen)


async def test_the_build_the_parts_and_the_process_are_told(join: Join) -> None:
    text = (await (await join()).http.get("/metrics")).text
    assert 'houseful_build_info{python="' in text
    assert f'version="{__version__}"' in text
    assert 'houseful_part_up{part="redis"} 1.0' in text
    assert 'houseful_part_up{part="database"} 1.0' in text
    assert re.search(r"^process_resident_memory_bytes [0-9.e+]+$", text, re.MULTILINE)


async def test_scripts_are_measured_by_name(server: Server, join: Join) -> None:
    sale, ann = server.add_event(), await join()
    before = await families(ann)
    await ann.held(sale, sale.seats[0])
    text = (await ann.http.get("/metrics")).text
    counted = dict(re.findall(r'^houseful_script_seconds_count{script="(\w+)"} (\S+)$', text, re.M))
    assert "houseful_script_seconds" in before
    assert float(counted["reserve"]) >= 1
    assert float(counted["snapshot"]) >= 1


WORKER = """
import sys
from houseful.telemetry import metrics
metrics.HAPPENINGS.labels("reservation_success").inc(int(sys.argv[1]))
metrics.VIEWERS.set(int(sys.argv[2]))
metrics.OPEN_PROMISES.set(7)
print(__import__("os").getpid(), flush=True)
sys.stdin.read()
print(metrics.exposition("1", {"redis": True}).decode())
"""


def test_one_worker_answers_for_all_and_the_dead_watch_nothing(tmp_path: Path) -> None:
    environment = shared_metrics.share(tmp_path / "metrics")
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(sold), str(viewers)],
            env=environment | {"PYTHONPATH": str(Path(metrics.__file__).parents[2])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for sold, viewers in ((2, 10), (3, 5))
    ]
    first, second = workers
    pids = [int(worker.stdout.readline()) for worker in workers if worker.stdout]
    first.kill()
    first.communicate()
    shared_metrics.forget(tmp_path / "metrics", pids[0])
    said, _ = second.communicate("", timeout=20)
    lines = dict(
        line.rsplit(" ", 1) for line in said.splitlines() if not line.startswith("#") and line
    )
    assert lines['houseful_happenings_total{name="reservation_success"}'] == "5.0"
    assert lines["houseful_viewers"] == "5.0"
    assert float(lines["process_resident_memory_bytes"]) > 1e6
    assert lines['houseful_part_up{part="redis"}'] == "1.0"
    assert lines["houseful_open_promises"] == "7.0"
    assert shared_metrics.share(tmp_path / "metrics")
    assert list((tmp_path / "metrics").glob("*.db")) == []
