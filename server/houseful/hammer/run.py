"""A whole run, from Python:

report = await run(RunPlan(address.parse("http://127.0.0.1:8000"), viewers=50, duration_s=10))
assert report.passed, [fault for check in report.checks for fault in check.faults]
"""

from __future__ import annotations

import time
from collections.abc import Callable

from houseful.domain.errors import HousefulError
from houseful.hammer import processes
from houseful.hammer.aggregator import Aggregator
from houseful.hammer.open_files import make_room
from houseful.hammer.plan import RunPlan
from houseful.hammer.report import Report, conclude
from houseful.hammer.run_context import examine, reason_of
from houseful.hammer.verdict.record import Batch
from houseful.hammer.worker import work

Progress = Callable[[Aggregator], None]
"""Called about once a second for each process."""


class HereLink:
    """Of a run in the caller's own loop: there is nobody to wait for."""

    def __init__(self, gathering: Aggregator, on_progress: Progress) -> None:
        self._gathering = gathering
        self._on_progress = on_progress

    def send(self, batch: Batch) -> None:
        self._gathering.add(0, batch)
        self._on_progress(self._gathering)

    async def meet(self, place: str) -> None:
        self._gathering.reach(place)
        self._on_progress(self._gathering)


async def run(plan: RunPlan, on_progress: Progress = lambda gathering: None) -> Report:
    """Hammer a server as planned. Raises HousefulError when it cannot even begin.

    With one process everybody lives in the caller's loop, else in processes of their own, which
    import the caller's main module anew: that must not start a run when imported.
    """
    plan.check()
    make_room(-(-plan.sockets // plan.processes))
    facts = await examine(plan)
    gathering, stopped = Aggregator(), ""
    try:
        if plan.processes == 1:
            await work(plan.share(0), facts, HereLink(gathering, on_progress))
        else:
            await processes.run(plan, facts, gathering, on_progress)
    except HousefulError as error:
        stopped = error.message
    except OSError as error:
        stopped = f"a connection to {plan.address} failed: {reason_of(error)}"
    return conclude(plan, facts, gathering, time.time() - gathering.begun_s, stopped)
