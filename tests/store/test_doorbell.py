"""The doorbell finds its way back to a server that was restarted, and says that it is another one."""

from __future__ import annotations

import asyncio
from pathlib import Path

from server.store.connection import connect
from server.store.doorbell import Doorbell
from server.store.embedded import find_binary
from server.store.seats import event_keys
from tests.redis_cluster import Node
from tests.serving import eventually

EVENT = 7


async def test_a_server_that_comes_back_without_its_settings_is_heard_again_and_doubted(
    tmp_path: Path, redis_binary: Path | None
) -> None:
    """CONFIG SET does not outlive a restart, so the flags must be set anew."""
    node = Node(tmp_path, {"notify-keyspace-events": ""}, redis_binary or find_binary())
    node.start()
    client = connect(f"redis://127.0.0.1:{node.port}")
    rings: list[int] = []
    others: list[bool] = []
    doorbell = Doorbell(client, lambda event, *_: rings.append(event), lambda: others.append(True))
    listening = asyncio.create_task(doorbell.run())

    async def is_heard() -> bool:
        before = doorbell.heard
        await asyncio.to_thread(node.ask, "XADD", event_keys(EVENT)[2], "*", "k", "v")
        await asyncio.sleep(0)
        return doorbell.heard > before

    doorbell.watch(EVENT)
    await eventually(is_heard)
    assert others == []

    await asyncio.to_thread(node.kill)
    await asyncio.to_thread(node.start)
    await eventually(is_heard)
    assert others == [True]
    assert set(rings) == {EVENT}

    listening.cancel()
    await client.aclose()
    node.kill()
