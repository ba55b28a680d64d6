"""A real cluster of three primaries: every call goes to the node of its event, also as that moves."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from redis.exceptions import ResponseError

from houseful import paths
from houseful.domain.errors import Unavailable
from houseful.domain.seats import Granted
from houseful.redis.capability import require_capable
from houseful.redis.cluster import Cluster
from houseful.redis.connection import connect, settled
from houseful.redis.keyspace_listener import KeyspaceListener
from houseful.store import scripts
from houseful.store.limiter import Limiter
from houseful.store.scripts import Scripts
from houseful.store.seats import SeatStore, Unopened, event_keys
from houseful.store.ws_tickets import WsTickets
from tests.store.life import live_through
from tests.support.redis_cluster import RedisCluster, running_cluster
from tests.support.serving import eventually

BASE, HOLD = 1_000_000, 60_000
RENEWED = 2_000_000


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, redis_binary: Path | None
) -> Iterator[RedisCluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster"), binary=redis_binary) as running:
        yield running


@pytest_asyncio.fixture
async def client(cluster: RedisCluster) -> AsyncIterator[Cluster]:
    for node in cluster.nodes:
        node.ask("FLUSHALL")
    found = connect(cluster.url)
    assert isinstance(found, Cluster)
    yield found
    await found.aclose()


async def open_event(store: SeatStore, event: int) -> None:
    await store.open(
        event,
        expected_epoch="",
        epoch="e1",
        version_base=BASE,
        first_seat_id=1,
        seat_count=20,
        claims=[],
        blocked=[],
    )


async def renew(store: SeatStore, event: int) -> None:
    assert await store.renew(
        event, expected_epoch="e1", epoch="e2", version_base=RENEWED, is_certain=False
    )


async def reserve(
    store: SeatStore, event: int, *seats: int, hold_ms: int = HOLD, version: int = BASE
) -> Granted:
    wanted = [(seat, version) for seat in seats]
    answer = await store.reserve(event, "ann", "s", wanted, hold_ms=hold_ms, max_seats=10)
    assert isinstance(answer, Granted), answer
    return answer


async def test_events_lie_on_different_nodes_and_are_sold_alike(
    cluster: RedisCluster, client: Cluster
) -> None:
    store = SeatStore(client)
    events = cluster.events_on_each(2)
    assert len({cluster.owner_of(event_keys(event)[0]).port for event in events}) == 3
    await asyncio.gather(*(open_event(store, event) for event in events))
    await asyncio.gather(*(reserve(store, event, 1, 2) for event in events))
    assert await store.taken([*events, 499]) == [2] * len(events) + [0]


async def test_every_script_of_an_event_touches_keys_of_its_event_alone(
    cluster: RedisCluster, client: Cluster
) -> None:
    """Scripts declare five keys and make the others of them, all under the event's hash tag."""
    ran: set[str] = set()

    class Noted(Scripts):
        async def run(self, name: str, *rest: Any, **more: Any) -> Any:
            ran.add(name)
            return await super().run(name, *rest, **more)

    store = SeatStore(client, scripts=Noted(client, paths.LUA))
    events = cluster.events_on_each(2)
    await asyncio.gather(*(live_through(store, event) for event in events))
    headers = {path.stem: path.read_text() for path in paths.LUA.glob("*.lua")}
    assert ran == {name for name, text in headers.items() if "KEYS: meta state" in text}
    left = {key for node in cluster.nodes for key in node.ask("KEYS", "*")}
    assert {key.split("}")[0] + "}" for key in left} == {f"seat:{{{event}}}" for event in events}


async def test_limits_and_tickets_hold_in_a_cluster(client: Cluster) -> None:
    limiter, tickets = Limiter(client), WsTickets(client)
    for user in ("ann", "bob", "{odd}", "eve"):
        tries = [await limiter.attempt("x", user, limit=2, window_ms=60_000) for _ in range(3)]
        assert [found.allowed for found in tries] == [True, True, False]
        ticket = await tickets.issue(user.encode())
        assert await tickets.redeem(ticket) == user
        assert await tickets.redeem(ticket) is None


async def test_the_cluster_is_capable_on_every_primary(
    cluster: RedisCluster, client: Cluster
) -> None:
    cluster.nodes[1].ask("CONFIG", "SET", "notify-keyspace-events", "")
    found = await require_capable(client)
    assert found.layout == "cluster of 3 primaries"
    assert set("Ktx") <= set(
        cluster.nodes[1].ask("CONFIG", "GET", "notify-keyspace-events")["notify-keyspace-events"]
    )


async def test_the_plain_address_of_a_node_is_settled_as_the_clusters(
    cluster: RedisCluster,
) -> None:
    port = cluster.nodes[0].port
    assert await settled(f"redis://127.0.0.1:{port}") == f"redis+cluster://127.0.0.1:{port}"


async def test_a_node_taken_for_a_lone_server_is_named_as_what_it_is(cluster: RedisCluster) -> None:
    alone = connect(f"redis://127.0.0.1:{cluster.nodes[0].port}")
    other = next(
        event
        for event in cluster.events_on_each()
        if cluster.owner_of(event_keys(event)[0]) is not cluster.nodes[0]
    )
    with pytest.raises(Unavailable) as caught:
        await SeatStore(alone).sweep(other)
    assert "expected redis+cluster://" in caught.value.told
    await alone.aclose()


@asynccontextmanager
async def listening(doorbell: KeyspaceListener) -> AsyncIterator[None]:
    task = asyncio.create_task(doorbell.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_every_primary_is_heard(cluster: RedisCluster, client: Cluster) -> None:
    rings: set[tuple[int, bool]] = set()
    doorbell = KeyspaceListener(client, lambda event, expired, _: rings.add((event, expired)))
    async with listening(doorbell):
        store, events = SeatStore(client), cluster.events_on_each()
        for event in events:
            await open_event(store, event)
            doorbell.watch(event)
        await eventually(lambda: heard(rings, {(event, False) for event in events}))
        rings.clear()
        for event in events:
            await reserve(store, event, 1, hold_ms=1_000)
        await eventually(lambda: heard(rings, {(event, True) for event in events}))
        assert doorbell.heard >= len(events)


async def heard(rings: set[tuple[int, bool]], wanted: set[tuple[int, bool]]) -> bool:
    return wanted <= rings


async def test_a_call_follows_a_slot_to_another_node_and_is_heard_there(
    cluster: RedisCluster, client: Cluster
) -> None:
    rings: set[tuple[int, bool]] = set()
    doorbell = KeyspaceListener(client, lambda event, expired, _: rings.add((event, expired)))
    async with listening(doorbell):
        store, event = SeatStore(client), cluster.events_on_each()[0]
        await open_event(store, event)
        doorbell.watch(event)
        await eventually(lambda: heard(rings, {(event, False)}))
        key = event_keys(event)[0]
        target = next(node for node in cluster.nodes if node is not cluster.owner_of(key))
        source, slot = cluster.begin_moving(key, target)

        asked = asyncio.create_task(reserve(store, event, 1, 2))
        await asyncio.sleep(0.1)
        assert not asked.done()  # neither done by halves nor refused
        await asyncio.to_thread(cluster.finish_moving, source, slot, target)
        with pytest.raises(Unopened):
            await asked  # another process has it now: the server renews it and asks once more
        await renew(store, event)
        assert (await reserve(store, event, 1, 2, version=RENEWED)).seat_ids == (1, 2)
        assert cluster.owner_of(key) is target
        rings.clear()
        await reserve(store, event, 3, version=RENEWED)
        await eventually(lambda: heard(rings, {(event, False)}))
        assert sorted(seat.seat_id for seat in (await store.snapshot(event)).records) == [1, 2, 3]


async def test_a_slot_that_takes_too_long_to_move_is_a_503_and_nothing_is_written(
    cluster: RedisCluster, client: Cluster
) -> None:
    store, event = SeatStore(client), cluster.events_on_each()[0]
    await open_event(store, event)
    await reserve(store, event, 9)
    key = event_keys(event)[0]
    target = next(node for node in cluster.nodes if node is not cluster.owner_of(key))
    source, slot = cluster.begin_moving(key, target)
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        await reserve(store, event, 1, 2)
    assert time.monotonic() - begun < 4
    await asyncio.to_thread(cluster.finish_moving, source, slot, target)
    await renew(store, event)
    assert [seat.seat_id for seat in (await store.snapshot(event)).records] == [9]


async def test_without_the_absent_key_a_moving_slot_leaves_a_move_half_made(
    cluster: RedisCluster, client: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control of the two tests above: the lease of a lapsed hold is missing."""
    monkeypatch.setattr(scripts, "absent", lambda key: key)
    store, event = SeatStore(client), cluster.events_on_each()[1]
    await open_event(store, event)
    await reserve(store, event, 9, 10, hold_ms=30)
    meta, state, _, deadlines, checkouts = event_keys(event)
    # Every declared key exists now, so that the node lets the script in.
    source = cluster.owner_of(meta)
    source.ask("ZADD", checkouts, "9e15", "1")
    await asyncio.sleep(0.05)
    target = next(node for node in cluster.nodes if node is not source)
    held = source.ask("HGETALL", state)
    source, slot = cluster.begin_moving(meta, target)
    with pytest.raises(ResponseError, match="non local key"):
        await store.sweep(event)
    await asyncio.to_thread(cluster.finish_moving, source, slot, target)
    # The seats are held still, and no deadline will ever free them.
    assert (target.ask("HGETALL", state), target.ask("ZCARD", deadlines)) == (held, 0)


async def test_a_primary_that_hangs_holds_up_no_event_of_another(
    cluster: RedisCluster, client: Cluster
) -> None:
    store, (first, second, *_) = SeatStore(client), cluster.events_on_each()
    await asyncio.gather(open_event(store, first), open_event(store, second))
    hung = cluster.owner_of(event_keys(first)[0])
    hung.tell(signal.SIGSTOP)
    try:
        stuck = [asyncio.create_task(store.sweep(first)) for _ in range(600)]
        for _ in range(20):
            begun = time.monotonic()
            await store.sweep(second)
            assert time.monotonic() - begun < 2.0  # the hung one is waited for five seconds
    finally:
        hung.tell(signal.SIGCONT)
    await asyncio.gather(*stuck, return_exceptions=True)
