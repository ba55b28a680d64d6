"""A real server for tests: uvicorn on a free port, Valkey and SQLite of its own, events to sell.

    with running_server(tmp_path) as server:                    # the defaults of a real one
    with running_server(tmp_path, hold_seconds=2) as server:    # settings by name

`running_server` serves from a thread of the test process, which starts within a second. What it
wrote is left in the directory. Events are added while it runs (`add_event`), so that each test can
have its own. `Guest` is a signed-in client over HTTP and WebSocket.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import uvicorn
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from houseful.app import create_app
from houseful.domain.plan import Category, Plan, Row, Seat, Section
from houseful.process.worker import configuration
from houseful.redis import connection
from houseful.sales.catalog import Catalog, NewEvent
from houseful.settings import Settings
from houseful.sql.database import Database
from houseful.store.seats import SeatStore
from houseful.valkey.embedded import EmbeddedValkey
from houseful.web.auth import Tokens
from tests.support.databases import fresh_database

T = TypeVar("T")
DAY_MS = 86_400_000
START_WITHIN_S = 20.0
PATIENCE_S = 10.0
"""How long a test waits for what must happen before it fails."""

PRICES = {"PREMIUM": 7500, "STANDARD": 3000}


def small_plan(rows: int = 4, seats: int = 10, name: str = "Town hall") -> Plan:
    """Orchestra (PREMIUM) and Balcony (STANDARD), `rows` rows of `seats` seats each."""

    def section(title: str, category: int, top: float) -> Section:
        return Section(
            title,
            tuple(
                Row(
                    chr(65 + row),
                    tuple(
                        Seat(
                            f"{title}-{row}-{seat}",
                            str(seat + 1),
                            20.0 * seat,
                            top + 20.0 * row,
                            category,
                        )
                        for seat in range(seats)
                    ),
                )
                for row in range(rows)
            ),
        )

    categories = (Category("PREMIUM", "#b3261e"), Category("STANDARD", "#3d5afe"))
    sections = (section("Orchestra", 0, 0.0), section("Balcony", 1, 20.0 * rows + 60.0))
    return Plan(name, 20.0 * seats, 40.0 * rows + 60.0, categories, sections).check()


@dataclass(frozen=True)
class Sale:
    """An event on the server under test; `seats` are its seat ids in plan order."""

    id: int
    seats: range


@dataclass
class Server:
    """A running server and the ways into it."""

    url: str
    settings: Settings
    redis_url: str
    valkey: EmbeddedValkey | None
    stop: Callable[[], None] = field(repr=False)

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def add_event(
        self,
        plan: Plan | None = None,
        *,
        name: str = "A concert",
        prices: Mapping[str, int] = PRICES,
        starts_in_ms: int = 30 * DAY_MS,
        on_sale_in_ms: int | None = None,
        off_sale_in_ms: int | None = None,
        currency: str = "EUR",
    ) -> Sale:
        """Put an event on sale; times count from now. Works inside and outside of event loops."""
        now_ms = time.time_ns() // 1_000_000
        event = NewEvent(
            name=name,
            venue="Town hall",
            starts_at_ms=now_ms + starts_in_ms,
            currency=currency,
            prices=prices,
            on_sale_at_ms=None if on_sale_in_ms is None else now_ms + on_sale_in_ms,
            off_sale_at_ms=None if off_sale_in_ms is None else now_ms + off_sale_in_ms,
        )

        async def add() -> Sale:
            async with self.catalog() as catalog:
                event_id = await catalog.add_event(plan or small_plan(), event)
                record = await catalog.event(event_id)
            return Sale(
                event_id, range(record.first_seat_id, record.first_seat_id + record.seat_count)
            )

        return in_thread(add())

    @asynccontextmanager
    async def catalog(self) -> AsyncIterator[Catalog]:
        """Our own way to the server's SQL and seats, past HTTP."""
        database = Database(self.settings.sql_url())
        client = connection.connect(self.redis_url)
        try:
            yield Catalog(database, SeatStore(client))
        finally:
            await client.aclose()
            await database.close()

    def token(self, user: str, role: str = "customer", ttl_s: int = 3600) -> str:
        """A token signed with the server's own secret."""
        return Tokens(self.settings).issue(user, role, ttl_s)[0]

    @asynccontextmanager
    async def user(
        self,
        name: str | None = None,
        role: str = "customer",
        *,
        check_answer: Callable[[httpx2.Response], Awaitable[None]] | None = None,
        check_frame: Callable[[dict[str, Any]], None] | None = None,
    ) -> AsyncIterator[Guest]:
        """A client for `name`, or for a new guest. The checks see all that the server says."""
        hooks = {"response": [check_answer] if check_answer else []}
        async with httpx2.AsyncClient(
            base_url=self.url,
            timeout=PATIENCE_S,
            event_hooks=hooks,
            verify=False,  # plain http: loading the certificates of the world takes 0.1 s
        ) as client:
            if name is None:
                data = (await client.post("/auth/guest")).json()["data"]
                name, token = data["userId"], data["token"]
            else:
                token = self.token(name, role)
            client.headers["Authorization"] = f"Bearer {token}"
            yield Guest(self, name, token, client, check_frame)


@dataclass
class Guest:
    """One signed-in person; `http` sends the token."""

    server: Server
    name: str
    token: str
    http: httpx2.AsyncClient
    check_frame: Callable[[dict[str, Any]], None] | None = None

    async def seats(self, sale: Sale) -> dict[int, dict[str, Any]]:
        """The seat map by seat id. "Not now" is asked again, as a client does."""

        async def served() -> httpx2.Response | None:
            found = await self.http.get(f"/events/{sale.id}/seats")
            return None if found.status_code == 503 else found

        answer = await eventually(served)
        assert answer is not None
        assert answer.status_code == 200, answer.text
        sections = answer.json()["data"]["sections"]
        return {seat["id"]: seat for section in sections for seat in section["seats"]}

    async def reserve(
        self,
        sale: Sale,
        *seat_ids: int,
        session: str = "session-1",
        versions: Mapping[int, int] | None = None,
    ) -> httpx2.Response:
        """POST a reservation with the versions of now, or those given."""
        known = versions or {
            seat_id: seat["version"] for seat_id, seat in (await self.seats(sale)).items()
        }
        wanted = [{"seatId": seat_id, "version": known.get(seat_id, 0)} for seat_id in seat_ids]
        return await self.http.post(
            f"/events/{sale.id}/reservations", json={"seats": wanted, "sessionId": session}
        )

    async def held(self, sale: Sale, *seat_ids: int) -> dict[str, Any]:
        """Reserve, expect all of it, and return the data."""
        answer = await self.reserve(sale, *seat_ids)
        assert answer.status_code == 201, answer.text
        data: dict[str, Any] = answer.json()["data"]
        assert data["reservedSeatIds"] == list(seat_ids)
        return data

    async def pay(
        self, sale: Sale, *seat_ids: int, key: str | None = None, **body: Any
    ) -> httpx2.Response:
        """POST a booking of seats that are held, with a card that pays unless told otherwise."""
        card = {"card": {"number": body.pop("card", "4242424242424242")}}
        return await self.http.post(
            "/bookings",
            json={"eventId": sale.id, "seatIds": seat_ids, "paymentMethod": "demo", **card, **body},
            headers={"Idempotency-Key": key or f"booking-{uuid.uuid4()}"},
        )

    async def bought(self, sale: Sale, *seat_ids: int, **body: Any) -> dict[str, Any]:
        """Reserve and pay, expect both, and return the booking."""
        await self.held(sale, *seat_ids)
        answer = await self.pay(sale, *seat_ids, **body)
        assert answer.status_code == 201, answer.text
        booking: dict[str, Any] = answer.json()["data"]
        return booking

    async def ticket(self) -> str:
        """A one-time ticket for a socket."""
        answer = await self.http.post("/ws-tickets")
        return str(answer.json()["data"]["ticket"])

    @asynccontextmanager
    async def live(
        self, sale: Sale, query: str = "", *, header: bool = True, **options: Any
    ) -> AsyncIterator[Live]:
        """The live socket, by `Authorization` or, with `header=False`, by a ticket."""
        subprotocols = ["houseful.v1"]
        headers = {"Authorization": f"Bearer {self.token}"} if header else {}
        if not header:
            subprotocols.append(f"ticket.{await self.ticket()}")
        url = f"ws://{self.server.host}/events/{sale.id}/live{query}"
        given = {"subprotocols": subprotocols, "additional_headers": headers, **options}
        async with connect(url, proxy=None, **given) as socket:
            yield Live(socket, self.check_frame)


class Live:
    """A live socket whose frames are read one by one; `seen` keeps them all."""

    def __init__(
        self, socket: ClientConnection, check: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        self.socket = socket
        self._check = check
        self.seen: list[dict[str, Any]] = []

    async def say(self, **command: Any) -> None:
        await self.socket.send(json.dumps(command))

    async def next(self, kind: str | None = None, **wanted: Any) -> dict[str, Any]:
        """The next frame of this type and with these fields; others are passed over."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                if self._check is not None:
                    self._check(frame)
                self.seen.append(frame)
                fits = all(frame.get(name) == value for name, value in wanted.items())
                if fits and kind in (None, frame["type"]):
                    return frame

    async def ask(self, **command: Any) -> dict[str, Any]:
        """Send a command and wait for the answer under its `ref`."""
        await self.say(**command)
        return await self.next(ref=command["ref"])

    async def close_code(self, within_s: float | None = PATIENCE_S) -> int:
        """Read until the server closes; with which code it does."""
        async with asyncio.timeout(within_s):
            # An unread queue would keep the close frame from being seen.
            while True:
                try:
                    await self.socket.recv()
                except ConnectionClosed:
                    break
        assert self.socket.close_code is not None
        return self.socket.close_code


@contextmanager
def running_server(
    directory: Path,
    *,
    redis_url: str | None = None,
    valkey_binary: Path | None = None,
    **given: Any,
) -> Iterator[Server]:
    """A server with its data in `directory`; `given` are fields of Settings.

    Without `redis_url` it has a Valkey of its own, `server.valkey`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    valkey = None if redis_url else EmbeddedValkey(directory, binary=valkey_binary)
    try:
        if valkey is not None:
            valkey.start()
            redis_url = valkey.url
        assert redis_url is not None
        given.setdefault("database_url", SecretStr(fresh_database(directory)))
        settings = Settings(data_dir=directory, redis_url=SecretStr(redis_url), **given)
        with serving(settings) as (url, stop):
            yield Server(url, settings, redis_url, valkey, stop)
    finally:
        if valkey is not None:
            valkey.stop()


@contextmanager
def serving(settings: Settings, **replaced: Any) -> Iterator[tuple[str, Callable[[], None]]]:
    """(address, stop) of the application on a free port, in a thread; `replaced` is uvicorn's."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = configuration(create_app(settings), settings, timeout_graceful_shutdown=2, **replaced)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)

    def stop() -> None:
        server.should_exit = True
        thread.join(START_WITHIN_S)

    thread.start()
    try:
        deadline = time.monotonic() + START_WITHIN_S
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server did not start in time"
            time.sleep(0.005)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", stop
    finally:
        stop()
        listening.close()


def in_thread(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, run in a loop of its own: for fixtures and for inside other loops."""
    found: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return found[0]


async def eventually(check: Callable[[], Awaitable[T]], within_s: float = PATIENCE_S) -> T:
    """The first true result of `check`, asked again and again; fails when time is up."""
    deadline = time.monotonic() + within_s
    while True:
        result = await check()
        if result:
            return result
        assert time.monotonic() < deadline, f"still {result!r} after {within_s} s"
        await asyncio.sleep(0.02)
