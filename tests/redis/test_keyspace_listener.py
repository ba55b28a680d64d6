"""The doorbell finds its way back to a server that was restarted, and says that it is another one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from houseful.redis import keyspace_listener as doorbell_module
from houseful.redis.connection import connect
from houseful.redis.keyspace_listener import KeyspaceListener
from houseful.store.seats import event_keys
from houseful.valkey.embedded import find_binary
from tests.support.fault_proxy import FaultProxy
from tests.support.redis_cluster import Node
from tests.support.serving import eventually

EVENT = 7


@pytest.fixture
def node(tmp_path: Path, redis_binary: Path | None) -> Iterator[Node]:
    """A server that notifies of nothing by itself."""
    started = Node(tmp_path, {"notify-keyspace-events": ""}, redis_binary or find_binary())
    started.start()
    yield started
    started.kill()


async def test_a_server_that_comes_back_without_its_settings_is_heard_again_and_doubted(
    node: Node,
) -> None:
    """CONFIG SET does not outlive a restart, so the flags must be set anew."""
    client = connect(f"redis://127.0.0.1:{node.port}")
    rings: list[int] = []
    others: list[bool] = []
    doorbell = KeyspaceListener(
        client, lambda event, *_: rings.append(event), lambda: others.append(True)
    )
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
    await asyncio.gather(listening, return_exceptions=True)
    await client.aclose()


async def test_a_connection_that_stands_and_brings_nothing_is_given_up_and_a_quiet_one_is_not(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall that forgot a connection, or a machine that froze, says nothing to anybody."""
    quiet_s, patience_s = 0.3, 0.5
    monkeypatch.setattr(doorbell_module, "QUIET_S", quiet_s)
    monkeypatch.setattr(doorbell_module, "REPLY_TIMEOUT_S", patience_s)
    async with FaultProxy("127.0.0.1", node.port) as proxy:
        client = connect(f"redis://127.0.0.1:{proxy.port}")
        rings: list[int] = []
        doorbell = KeyspaceListener(client, lambda event, *_: rings.append(event))
        listening = asyncio.create_task(doorbell.run())

        async def is_heard() -> bool:
            return doorbell.is_heard()

        async def is_given_up() -> bool:
            return not doorbell.is_heard()

        doorbell.watch(EVENT)
        await eventually(is_heard)
        rung = len(rings)
        for _ in range(10):
            await asyncio.sleep(quiet_s / 2)
            assert doorbell.is_heard()
        assert len(rings) == rung, "rung anew: the connection was another"

        proxy.stall()
        await eventually(is_given_up, 2 * (quiet_s + patience_s) + 1)
        proxy.flow()
        await eventually(is_heard)
        before = doorbell.heard
        await asyncio.to_thread(node.ask, "XADD", event_keys(EVENT)[2], "*", "k", "v")

        async def heard_more() -> bool:
            return doorbell.heard > before

        await eventually(heard_more)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await client.aclose()
