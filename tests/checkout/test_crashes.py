"""kill -9 at every boundary between two steps: after a restart the books agree within seconds."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from dataclasses import replace

import pytest

from houseful.checkout.crash_points import CRASH_POINTS
from houseful.domain.errors import HousefulError
from houseful.redis.connection import connect
from tests.checkout import crash_runner
from tests.checkout.crash_runner import Plan, open_existing
from tests.checkout.shop import PAYS, Shop, new_key
from tests.invariants import broken

SETTLED_WITHIN_S = 5.0 if "PYTEST_XDIST_WORKER" not in os.environ else 10.0
"""The bar is for a machine with nothing else to do; beside other tests the steps are what counts."""

DIES_WITHIN_S = 20.0

SCENARIOS = {
    "after_declined": "declines",
    "after_kept": "declines",
    "after_action": "authenticates",
    "after_cancelling": "authenticates",
    "after_cancel_call": "authenticates",
    "after_cancelled": "authenticates",
    "after_freed": "authenticates",
    "after_refund_due": "cancels",
    "after_unbooked": "cancels",
    "after_refund_call": "cancels",
    "after_refunded": "cancels",
    "after_webhook": "hears",
    "after_tickets_returned": "returns",
    "after_called_off": "called off",
}
"""Crash point → what the dying process does; the others are reached by paying."""

TELLING = ("after_T1", "after_S2", "after_T3", "after_refund_call", "after_webhook")
PART_REFUND = (
    "after_tickets_returned",
    "after_unbooked",
    "after_refund_call",
    "after_refunded",
    "after_outbox:2",
)
"""The steps of giving one ticket of two back."""
"""Those at which most is at stake: money asked for, money taken, money on its way back."""

CREDIT_NOTE = ("after_receipt_number:2", "after_receipt:2")
"""The steps of numbering its credit note, behind those of the receipt."""

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(["tests.checkout.crash_runner"])


async def die(plan: Plan) -> None:
    """Run the plan in a process of its own until it has killed itself."""
    process = forks.Process(target=crash_runner.run, args=(plan,))
    process.start()
    await asyncio.to_thread(process.join, DIES_WITHIN_S)
    if process.is_alive():
        process.kill()
    await asyncio.to_thread(process.join)
    assert process.exitcode == -9, f"{plan.crash_at}: ended with {process.exitcode}"


async def come_back(shop: Shop, plan: Plan) -> None:
    """The buyer's page repeats its request until it is answered."""
    token = crash_runner.TOKENS.get(plan.scenario, PAYS)
    deadline = time.monotonic() + SETTLED_WITHIN_S
    while time.monotonic() < deadline:
        try:
            answer = await shop.buy(plan.user, list(plan.seat_ids), plan.key, payment_token=token)
        except HousefulError as error:
            if not (error.retryable and error.code == "in_progress"):
                return
        else:
            if answer.status != 202:
                return
        await asyncio.sleep(0.1)
    raise AssertionError("the repeated request was not answered")


async def settled_after_restart(plan: Plan, *, buyer_returns: bool) -> float:
    """Start again; seconds until every invariant holds."""
    client = connect(plan.redis_url)
    shop = await open_existing(plan, client, crashing=False)
    started = time.monotonic()
    background = [
        asyncio.create_task(work)
        for work in (
            shop.checkout.run_completer(),
            shop.checkout.run_outbox(),
            shop.checkout.run_reconciler(),
        )
    ]
    try:
        if buyer_returns:
            await come_back(shop, plan)
        while problems := await broken(await shop.world()):
            assert time.monotonic() - started < SETTLED_WITHIN_S, problems
            await asyncio.sleep(0.05)
        return time.monotonic() - started
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        await shop.database.close()
        await client.aclose()


async def crash_and_recover(
    town: tuple[Shop, Plan],
    point: str,
    seats: tuple[int, ...],
    *,
    buyer_returns: bool,
    scenario: str = "",
) -> float:
    shop, plan = town
    held = await shop.hold("ada", *seats)
    plan = replace(
        plan,
        crash_at=point,
        scenario=scenario or SCENARIOS.get(point, "pays"),
        seat_ids=tuple(held),
        key=new_key(),
    )
    await die(plan)
    return await settled_after_restart(plan, buyer_returns=buyer_returns)


@pytest.mark.parametrize(
    ("town", "point"),
    [
        *(("sqlite", point) for point in CRASH_POINTS),
        *(("postgresql", point) for point in TELLING),  # the others in the long run
    ],
    indirect=["town"],
)
async def test_a_killed_server_leaves_nothing_half_done(
    town: tuple[Shop, Plan], point: str, request: pytest.FixtureRequest
) -> None:
    # Once with the buyer's page repeating its request, once with nobody coming back.
    returns = (CRASH_POINTS.index(point) + ("sqlite" in request.node.name)) % 2 == 0
    seconds = await crash_and_recover(town, point, (0, 1), buyer_returns=returns)
    print(f"{point}: settled {seconds:.2f} s after the restart")


@pytest.mark.parametrize(
    ("town", "point"),
    [
        ("sqlite", "after_unbooked"),
        ("sqlite", "after_refund_call"),
        ("sqlite", "after_refunded"),
        ("postgresql", "after_refund_call"),
        *((database, point) for database in ("sqlite", "postgresql") for point in CREDIT_NOTE),
    ],
    indirect=["town"],
)
async def test_a_server_killed_while_a_ticket_goes_back_gives_it_back_once(
    town: tuple[Shop, Plan], point: str
) -> None:
    await crash_and_recover(town, point, (0, 1), buyer_returns=False, scenario="returns")
    assert await given_back(town[0]) == [7_500]


async def given_back(shop: Shop) -> list[int]:
    """What the gateway gave back of each payment."""
    return [payment.refunded_minor for payment in await shop.gateway.list_since(0)]


@pytest.mark.long
@pytest.mark.parametrize("point", [*PART_REFUND, *CREDIT_NOTE])
async def test_a_server_killed_twenty_times_gives_each_ticket_back_once(
    town: tuple[Shop, Plan], point: str
) -> None:
    for turn in range(20):
        seats = (turn * 2, turn * 2 + 1)
        await crash_and_recover(town, point, seats, buyer_returns=turn % 2 == 0, scenario="returns")
    given = await given_back(town[0])
    due = [7_500] * 10 + [3_000] * 10  # stalls, then balcony
    if point.startswith("after_outbox"):  # of the sale or of the return, whichever is told first
        due = [min(one, price) for one, price in zip(given, due, strict=True)]
        assert set(due) <= {0, 3_000, 7_500}
    assert given == due


@pytest.mark.long
@pytest.mark.parametrize("point", [p for p in CRASH_POINTS if p != "after_called_off"])
async def test_a_server_killed_twenty_times_leaves_nothing_half_done(
    town: tuple[Shop, Plan], point: str
) -> None:
    times = []
    for turn in range(20):
        seats = (turn * 2, turn * 2 + 1)
        times.append(await crash_and_recover(town, point, seats, buyer_returns=turn % 2 == 0))
    times.sort()
    print(f"{point}: 20 kills, settled p50 {times[10]:.2f} s, max {times[-1]:.2f} s")
