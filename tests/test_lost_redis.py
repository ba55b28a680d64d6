"""Redis is restarted, empty or with all it had, while people watch and after people bought."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from houseful.domain.errors import Unavailable
from houseful.redis.connection import connect
from houseful.store.seats import SeatStore, Unopened
from houseful.valkey.embedded import find_binary
from tests.invariants import broken
from tests.support.ports import free_port
from tests.support.redis_cluster import Node
from tests.support.serving import Sale, Server, eventually, running_server
from tests.support.watcher import converged, watching, world_of

VIEWERS = 50


class ForgetfulRedis:
    """A real server that keeps nothing, on a port that it comes back to."""

    def __init__(self, binary: Path, directory: Path) -> None:
        self.port = free_port()
        self._command = [
            *(
                str(binary),
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--dir",
                str(directory),
            ),
            *("--save", "", "--appendonly", "no", "--notify-keyspace-events", "Ktx"),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Returns when it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        client = Redis(port=self.port)
        deadline = time.monotonic() + 10
        while True:
            try:
                client.ping()
                break
            except RedisError:
                assert time.monotonic() < deadline
                time.sleep(0.01)
        client.close()

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@pytest.fixture
def redis(tmp_path: Path, redis_binary: Path | None) -> Iterator[ForgetfulRedis]:
    server = ForgetfulRedis(redis_binary or find_binary(), tmp_path)
    server.start()
    yield server
    server.kill()


async def test_sold_seats_stay_sold_and_every_viewer_converges(
    redis: ForgetfulRedis, tmp_path: Path
) -> None:
    with running_server(tmp_path / "data", redis_url=redis.url) as server:
        sale = server.add_event()
        sold, held = list(sale.seats[:3]), sale.seats[5]
        async with server.user("ann") as ann, watching(server, sale, VIEWERS) as watchers:
            await ann.held(sale, *sold)
            answer = await ann.http.post(
                "/bookings",
                json={"eventId": sale.id, "seatIds": sold, "paymentMethod": "stripe"},
                headers={"Idempotency-Key": f"booking-{uuid.uuid4()}"},
            )
            assert answer.status_code == 201, answer.text
            await ann.held(sale, held)
            await converged(watchers, server, sale)
            before = dict(watchers[0].folded)

            redis.kill()
            await asyncio.sleep(0.5)  # long enough for every connection to notice
            redis.start()
            seconds = await converged(watchers, server, sale)
            while watchers[0].folded[held][0] != "AVAILABLE":
                await asyncio.sleep(0.01)
                seconds += 0.01
                assert seconds < 10
            seconds = max(seconds, await converged(watchers, server, sale))

            after = watchers[0].folded
            assert {after[seat][0] for seat in sold} == {"BOOKED"}
            assert min(version for _, version in after.values()) > max(
                version for _, version in before.values()
            )
            assert all(watcher.went_back == [] for watcher in watchers)
            async with world_of(server, [watcher.sight() for watcher in watchers]) as world:
                assert await broken(world) == []
            refused = await ann.reserve(sale, sold[0], session="other")
            assert refused.status_code == 409
            print(f"{VIEWERS} viewers converged {seconds:.2f} s after Redis answered again")
            assert seconds < 2


async def test_a_clean_restart_of_redis_costs_viewers_one_resync_and_nobody_a_seat(
    tmp_path: Path, redis_binary: Path | None
) -> None:
    node = Node(tmp_path / "redis", {}, redis_binary or find_binary())
    node.start()
    try:
        url = f"redis://127.0.0.1:{node.port}"
        with running_server(tmp_path / "data", redis_url=url) as server:
            sale = server.add_event()
            async with server.user("ann") as ann, watching(server, sale, 5) as watchers:
                await ann.bought(sale, sale.seats[0])
                hold = await ann.held(sale, sale.seats[1], sale.seats[2])
                await converged(watchers, server, sale)
                before = [watcher.refetched for watcher in watchers]

                await asyncio.to_thread(stop_cleanly, node)
                await asyncio.to_thread(node.start)

                async def all_know() -> bool:
                    epochs = {watcher.epoch for watcher in watchers}
                    return epochs == {await epoch_of(server, sale)}

                await eventually(all_know)
                await converged(watchers, server, sale)
                assert [watcher.refetched for watcher in watchers] == [n + 1 for n in before]
                mine = (await ann.http.get(f"/events/{sale.id}/reservations")).json()["data"]
                assert [(one["id"], one["seatIds"], one["expiresAt"]) for one in mine] == [
                    (hold["id"], hold["reservedSeatIds"], hold["expiresAt"])
                ]
                async with world_of(server, [watcher.sight() for watcher in watchers]) as world:
                    assert await broken(world) == []
    finally:
        node.kill()


async def test_what_another_process_of_redis_lacks_is_put_right_though_nobody_looks(
    tmp_path: Path, redis_binary: Path | None
) -> None:
    """A worker has every event looked at, and compares with SQL what the other process wrote."""
    node = Node(tmp_path / "redis", {}, redis_binary or find_binary())
    node.start()
    url = f"redis://127.0.0.1:{node.port}"
    client = connect(url)
    seats = SeatStore(client)
    try:
        with running_server(tmp_path / "data", redis_url=url) as server:
            sale = server.add_event()
            seat = sale.seats[0]
            async with server.user("ann") as ann:
                booking = await ann.bought(sale, seat)
        with running_server(tmp_path / "data", redis_url=url):  # one that has no copy of the event
            await seats.unbook_seats(sale.id, int(booking["bookingId"]), "ann", [seat])
            await asyncio.to_thread(stop_cleanly, node)
            await asyncio.to_thread(node.start)

            async def is_booked() -> bool:
                try:
                    records = (await seats.snapshot(sale.id)).records
                except (Unavailable, Unopened):
                    return False
                return any(one.seat_id == seat and one.status == "B" for one in records)

            await eventually(is_booked)
    finally:
        await client.aclose()
        node.kill()


def stop_cleanly(node: Node) -> None:
    assert node.process is not None
    node.tell(signal.SIGTERM)
    node.process.wait(10)


async def epoch_of(server: Server, sale: Sale) -> str:
    async with server.user("auditor") as auditor, auditor.live(sale) as live:
        return str((await live.next("hello"))["epoch"])
