"""Real clusters and Sentinel trios for tests, from the Valkey that comes with Houseful.

    with running_cluster(tmp_path, primaries=3, replicas=1) as cluster:   # cluster.url
    with running_sentinels(tmp_path) as trio:                             # trio.url

Everything listens on 127.0.0.1. Nodes are direct children, so that one may be killed and waited for.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from houseful.valkey.embedded import arguments, find_binary
from tests.support.ports import free_port

SLOTS = 16384
PATIENCE_S = 20.0
NODE_TIMEOUT_MS = 1000
"""A silent primary is replaced after about twice this."""


def until(check: Callable[[], Any], what: str, within_s: float = PATIENCE_S) -> Any:
    """The first true result of `check`; what Redis refuses meanwhile is asked again."""
    deadline = time.monotonic() + within_s
    while True:
        with suppress(redis.RedisError):
            if result := check():
                return result
        assert time.monotonic() < deadline, f"{what} within {within_s} s"
        time.sleep(0.02)


@dataclass
class Node:
    """One server process with its own directory and port."""

    directory: Path
    options: Mapping[str, str]
    binary: Path
    is_sentinel: bool = False
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def client(self) -> redis.Redis:
        return redis.Redis(
            port=self.port, decode_responses=True, socket_timeout=3, retry=Retry(NoBackoff(), 0)
        )

    def ask(self, *command: str | int) -> Any:
        with self.client as client:
            return client.execute_command(*command)

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        place = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.directory)}
        if self.is_sentinel:
            configuration = self.directory / "sentinel.conf"
            if not configuration.exists():
                lines = [f"{name} {value}" for name, value in {**place, **self.options}.items()]
                configuration.write_text("\n".join(lines) + "\n")
            command = [str(self.binary), str(configuration), "--sentinel"]
        else:
            command = [str(self.binary), *arguments({**place, **self.options})]
        log = (self.directory / "log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        log.close()
        until(self._answers, f"node {self.port} answers")

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"it ended: {(self.directory / 'log').read_text()}"
        return bool(self.ask("PING"))

    def tell(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop_replicating(self) -> None:
        """From now on what is written here reaches no replica: an acknowledged write can be lost."""
        self.ask("ACL", "SETUSER", "default", "-psync", "-sync")
        with suppress(redis.ResponseError):
            self.ask("CLIENT", "KILL", "TYPE", "replica")


class RedisCluster:
    """Nodes of one cluster; the first `primaries` of them begin as primaries."""

    def __init__(
        self, directory: Path, primaries: int, replicas: int, binary: Path | None, **options: str
    ) -> None:
        given = {
            "cluster-enabled": "yes",
            "cluster-node-timeout": str(NODE_TIMEOUT_MS),
            "cluster-require-full-coverage": "no",
            "appendonly": "no",
            "repl-diskless-sync-delay": "0",
            **{name.replace("_", "-"): value for name, value in options.items()},
        }
        count = primaries * (1 + replicas)
        found = binary or find_binary()
        self.nodes = [Node(directory / f"node-{n}", given, found) for n in range(count)]
        self._primaries = primaries

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        first, *others = self.nodes
        for number, node in enumerate(self.nodes):
            node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for node in others:
            node.ask("CLUSTER", "MEET", "127.0.0.1", first.port)
        for number, node in enumerate(self.nodes[: self._primaries]):
            begin = SLOTS * number // self._primaries
            end = SLOTS * (number + 1) // self._primaries - 1
            node.ask("CLUSTER", "ADDSLOTSRANGE", begin, end)
        for number, node in enumerate(self.nodes[self._primaries :]):
            leader = self.id_of(self.nodes[number % self._primaries])
            until(lambda n=node, of=leader: n.ask("CLUSTER", "REPLICATE", of), "they have met")
        until(self.is_whole, "the cluster is whole")

    def is_whole(self) -> bool:
        """Every node that runs sees all slots served, and every replica follows."""
        for node in self.nodes:
            if node.process is None:
                continue
            with node.client as client:
                facts = client.cluster("INFO")
                replication = client.info("replication")
            if facts["cluster_state"] != "ok" or facts["cluster_slots_ok"] != str(SLOTS):
                return False
            if replication["role"] == "slave" and replication["master_link_status"] != "up":
                return False
        return True

    def id_of(self, node: Node) -> str:
        return str(node.ask("CLUSTER", "MYID"))

    def owner_of(self, key: str) -> Node:
        """The primary that serves `key`, by the word of any node that runs."""
        witness = next(node for node in self.nodes if node.process is not None)
        slot = int(witness.ask("CLUSTER", "KEYSLOT", key))
        for first, last, leader, *_ in witness.ask("CLUSTER", "SLOTS"):
            if first <= slot <= last:
                return next(node for node in self.nodes if node.port == int(leader[1]))
        raise AssertionError(f"nobody serves slot {slot}")

    def replica_of(self, node: Node) -> Node:
        """A running replica of this primary."""
        for other in self.nodes:
            if other.process is None or other is node:
                continue
            with other.client as client:
                facts = client.info("replication")
            if facts["role"] == "slave" and int(facts["master_port"]) == node.port:
                return other
        raise AssertionError(f"node {node.port} has no replica")

    def events_on_each(self, count: int = 1) -> list[int]:
        """Event ids, `count` for each of the beginning primaries in turn."""
        found: dict[int, list[int]] = {}
        for event in range(1, 500):
            mine = found.setdefault(self.owner_of(f"seat:{{{event}}}:meta").port, [])
            if len(mine) < count:
                mine.append(event)
            if sum(map(len, found.values())) == count * self._primaries:
                break
        return [event for events in found.values() for event in events]

    def begin_moving(self, key: str, target: Node) -> tuple[Node, int]:
        """Mark the slot of `key` as on its way to `target`; (the source, the slot)."""
        source = self.owner_of(key)
        slot = int(source.ask("CLUSTER", "KEYSLOT", key))
        target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", self.id_of(source))
        source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", self.id_of(target))
        return source, slot

    def finish_moving(self, source: Node, slot: int, target: Node) -> None:
        """Carry the slot's keys over, one at a time, and tell every node whose it is now."""
        while keys := source.ask("CLUSTER", "GETKEYSINSLOT", slot, 100):
            for key in keys:
                source.ask("MIGRATE", "127.0.0.1", target.port, key, 0, 5000)
        owner = self.id_of(target)
        for node in (target, source, *self.nodes):
            if node.process is not None:
                with suppress(redis.ResponseError):  # replicas are not asked
                    node.ask("CLUSTER", "SETSLOT", slot, "NODE", owner)

    def stop(self) -> None:
        for node in self.nodes:
            node.tell(signal.SIGCONT)
            node.kill()


@contextmanager
def running_cluster(
    directory: Path,
    *,
    primaries: int = 3,
    replicas: int = 0,
    binary: Path | None = None,
    **options: str,
) -> Iterator[RedisCluster]:
    cluster = RedisCluster(directory, primaries, replicas, binary, **options)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


class Sentinels:
    """A primary, a replica of it, and three Sentinels that watch them."""

    def __init__(self, directory: Path, binary: Path | None = None) -> None:
        found = binary or find_binary()
        options = {"appendonly": "no", "repl-diskless-sync-delay": "0"}
        self.primary = Node(directory / "primary", options, found)
        following = {**options, "replicaof": f"127.0.0.1 {self.primary.port}"}
        self.replica = Node(directory / "replica", following, found)
        watch = {
            "sentinel monitor": f"house 127.0.0.1 {self.primary.port} 2",
            "sentinel down-after-milliseconds": "house 500",
            "sentinel failover-timeout": "house 4000",
        }
        self.sentinels = [
            Node(directory / f"sentinel-{n}", watch, found, is_sentinel=True) for n in range(3)
        ]

    @property
    def url(self) -> str:
        nodes = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{nodes}/house"

    def start(self) -> None:
        self.primary.start()
        self.replica.start()
        until(lambda: self._link() == "up", "the replica follows")
        for sentinel in self.sentinels:
            sentinel.start()
        for sentinel in self.sentinels:
            until(lambda s=sentinel: self._sees_all(s), "the Sentinels know each other")

    def _link(self) -> str:
        with self.replica.client as client:
            return str(client.info("replication").get("master_link_status"))

    def _sees_all(self, sentinel: Node) -> bool:
        with sentinel.client as client:
            seen = client.sentinel_master("house")
        return bool(seen["num-other-sentinels"] == 2 and seen["num-slaves"] == 1)

    def leader(self) -> Node:
        """The primary by the Sentinels' word."""
        with self.sentinels[0].client as client:
            port = int(client.sentinel_get_master_addr_by_name("house")[1])
        return self.primary if self.primary.port == port else self.replica

    def is_whole(self) -> bool:
        """Both nodes run, and the one that is no primary follows the one that is."""
        leader = self.leader()
        follower = self.replica if leader is self.primary else self.primary
        with leader.client as first, follower.client as second:
            roles = (first.info("replication")["role"], second.info("replication")["role"])
            return roles == ("master", "slave") and (
                second.info("replication")["master_link_status"] == "up"
            )

    def stop(self) -> None:
        for node in (*self.sentinels, self.replica, self.primary):
            node.tell(signal.SIGCONT)
            node.kill()


@contextmanager
def running_sentinels(directory: Path, binary: Path | None = None) -> Iterator[Sentinels]:
    trio = Sentinels(directory, binary)
    try:
        trio.start()
        yield trio
    finally:
        trio.stop()
