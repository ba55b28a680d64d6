"""A thousand viewers whose connections are cut at random still end with the truth.

pytest -m long -n0 -s tests/chaos/test_cut_viewers.py
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.fault_proxy import FaultProxy
from tests.support.server_process import server_process
from tests.support.serving import Guest, Sale, running_server
from tests.support.watcher import converged, watching

CUT_SHARE = 0.3
"""Of the frames: so many end the connection they travel on."""


async def sell(buyer: Guest, sale: Sale, changes: int) -> None:
    """Seats come and go, a few times a second."""
    dice = random.Random(1)
    for number in range(changes):
        seat = dice.choice(sale.seats)
        answer = await buyer.reserve(sale, seat, session=f"session-{number}")
        if answer.status_code == 201 and dice.random() < 0.7:
            reservation = answer.json()["data"]["id"]
            await buyer.http.delete(f"/events/{sale.id}/reservations/{reservation}")
        await asyncio.sleep(0.1)


@pytest.mark.long
@pytest.mark.parametrize(("viewers", "changes"), [(1000, 60)])
async def test_viewers_whose_connections_are_cut_end_with_the_truth(
    tmp_path: Path, redis_binary: Path | None, viewers: int, changes: int
) -> None:
    given = {"reservations_per_minute": 100_000, "max_seats": 100}
    with (
        running_server(tmp_path, valkey_binary=redis_binary, **given) as beside,
        server_process(beside.settings) as url,
    ):
        server = replace(beside, url=url)
        sale = server.add_event()
        host, port = server.host.split(":")
        async with FaultProxy(host, int(port), seed=1) as proxy, server.user("ann") as ann:
            behind = replace(server, url=f"http://127.0.0.1:{proxy.port}")
            async with watching(behind, sale, viewers) as watchers:
                proxy.cut_share = CUT_SHARE
                await sell(ann, sale, changes)
                proxy.cut_share = 0.0
                seconds = await converged(watchers, server, sale)
                print(
                    f"\n{viewers} viewers, {proxy.cuts} connections cut:"
                    f" equal {seconds:.2f} s after quiet"
                )
                assert proxy.cuts > viewers
                assert all(watcher.went_back == [] for watcher in watchers)
                assert seconds < 2
