"""A call is stamped with the process that executes it, also one that is sent again after a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from redis import Redis

from houseful.redis.command_router import CommandRouter, end
from houseful.redis.connection import connect
from houseful.redis.pipelined_connection import NO_INCARNATION
from houseful.valkey.embedded import find_binary
from tests.support.redis_cluster import Node

TELL = "return ARGV[#ARGV]"


def run_id(node: Node) -> str:
    return str(node.ask("INFO", "server")["run_id"])


async def stamped(router: CommandRouter, *rest: str) -> str:
    reply: str = await router.send("k", "EVAL", TELL, 1, "k", *rest, stamped=True)
    return reply


async def test_a_call_that_a_restart_interrupts_carries_the_new_process(
    tmp_path: Path, redis_binary: Path | None
) -> None:
    node = Node(tmp_path, {}, redis_binary or find_binary())
    node.start()
    client = connect(f"redis://127.0.0.1:{node.port}")
    router = CommandRouter(client)
    try:
        first = run_id(node)
        assert await stamped(router, "x") == first
        assert await stamped(router, NO_INCARNATION) == first
        assert await router.send("k", "EVAL", TELL, 1, "k", NO_INCARNATION) == NO_INCARNATION

        await asyncio.to_thread(node.ask, "CLIENT", "PAUSE", 60_000, "ALL")
        waiting = asyncio.create_task(stamped(router))
        await asyncio.sleep(0.1)
        await asyncio.to_thread(node.kill)
        await asyncio.to_thread(node.start)
        second = run_id(node)
        assert second != first
        assert await waiting == second
    finally:
        await end(client)
        node.kill()


@pytest.mark.parametrize("word", ["info", "@all"])
async def test_a_server_that_keeps_its_run_id_to_itself_is_used_without(
    tmp_path: Path, redis_binary: Path | None, word: str
) -> None:
    node = Node(tmp_path, {}, redis_binary or find_binary())
    node.start()
    client = connect(f"redis://127.0.0.1:{node.port}")
    try:
        with Redis(port=node.port) as asker:
            if word == "info":
                asker.execute_command("ACL", "SETUSER", "default", "-info")
        expected = NO_INCARNATION if word == "info" else run_id(node)
        assert await stamped(CommandRouter(client)) == expected
    finally:
        await end(client)
        node.kill()
