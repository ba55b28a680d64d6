"""People who buy, change their minds, pay again with the same key, and never give up unheard."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.plain_http import PlainClient
from tests.support.serving import Sale, Server

ANSWER_WITHIN_S = 20.0
SETTLE_WITHIN_S = 90.0
"""A purchase that has no end after so long is a failure of the server."""

POOL = 24
"""So many free seats of an event, the first ones, are what everybody wants."""

CHANGE_OF_MIND = 0.9
"""So many give back what they bought, so that there is always something for sale."""


@dataclass
class Tally:
    """What buyers saw. `wrong` must stay empty."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    attempts: int = 0
    sold: int = 0
    cancelled: int = 0


class Board:
    """The seat map as everybody last saw it: a little old, as in life."""

    def __init__(self, clients: Sequence[PlainClient], sales: Sequence[Sale]) -> None:
        self._clients = clients
        self._sales = sales
        self.seats: dict[int, dict[int, tuple[str, int]]] = {sale.id: {} for sale in sales}

    async def run(self) -> None:
        while True:
            for sale in self._sales:
                client = random.choice(self._clients)
                found = await ask(client, "GET", f"/events/{sale.id}/seats")
                if found is not None and found[0] == 200:
                    self.seats[sale.id] = {
                        seat["id"]: (seat["status"], seat["version"])
                        for section in found[1]["data"]["sections"]
                        for seat in section["seats"]
                    }
            await asyncio.sleep(0.1)


async def ask(
    client: PlainClient, method: str, path: str, body: object = None, headers: str = ""
) -> tuple[int, Any] | None:
    """(status, body), or None when the connection was lost or nobody answered in time."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return await client.ask(method, path, body, headers)
    except (OSError, TimeoutError, ValueError):
        await client.close()
        return None


class Buyer:
    """One person with a connection to each worker."""

    def __init__(
        self, name: str, server: Server, urls: Sequence[str], board: Board, tally: Tally, seed: int
    ) -> None:
        self._name = name
        self._clients = [PlainClient(url, server.token(name)) for url in urls]
        self._board = board
        self._tally = tally
        self._dice = random.Random(f"{seed}-{name}")

    async def run(self, sales: Sequence[Sale], stop: asyncio.Event) -> None:
        """Buy until told to stop; what is begun then is brought to its end."""
        try:
            while not stop.is_set():
                await self._once(self._dice.choice(sales))
                await asyncio.sleep(self._dice.random() * 0.05)
        finally:
            for client in self._clients:
                await client.close()

    async def _ask(self, method: str, path: str, body: object = None, headers: str = "") -> Any:
        found = await ask(self._dice.choice(self._clients), method, path, body, headers)
        self._tally.answers[str(found[0]) if found else "cut"] += 1
        if found is not None and found[0] >= 500 and found[0] != 503:
            self._tally.wrong.append(f"{method} {path}: {found}")
        return found

    async def _once(self, sale: Sale) -> None:
        known = self._board.seats[sale.id]
        free = [seat for seat, (status, _) in known.items() if status == "AVAILABLE"][:POOL]
        if not free:
            await asyncio.sleep(0.1)
            return
        seats = self._dice.sample(free, min(len(free), self._dice.randint(1, 3)))
        body = {
            "seats": [{"seatId": seat, "version": known[seat][1]} for seat in seats],
            "sessionId": uuid.uuid4().hex,
        }
        path = f"/events/{sale.id}/reservations"
        self._tally.attempts += 1
        found = await self._ask("POST", path, body)
        if found is None or found[0] != 201:
            return
        data = found[1]["data"]
        mood = self._dice.random()
        if mood < 0.75:
            await self._pay(sale, data["reservedSeatIds"])
        elif mood < 0.9:
            await self._ask("DELETE", f"{path}/{data['id']}")

    async def _pay(self, sale: Sale, seats: Sequence[int]) -> None:
        """To the end: the same key until the server says yes or no."""
        key = f"booking-{uuid.uuid4()}"
        body = {
            "eventId": sale.id,
            "seatIds": seats,
            "paymentMethod": "demo",
            "card": {"number": "4242424242424242"},
        }
        booking = await self._settled(key, body)
        if booking is None:
            return
        if sorted(booking["seatIds"]) != sorted(seats):
            self._tally.wrong.append(f"paid for {seats}, got {booking['seatIds']}")
        self._tally.sold += len(seats)
        if self._dice.random() < 0.1:
            again = await self._settled(key, body)
            if again != booking:
                self._tally.wrong.append(f"key {key} replayed {again}, was {booking}")
        if self._dice.random() < CHANGE_OF_MIND:
            await self._cancel(booking["bookingReference"])

    async def _settled(self, key: str, body: object) -> dict[str, Any] | None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + SETTLE_WITHIN_S
        while True:
            found = await self._ask("POST", "/bookings", body, f"Idempotency-Key: {key}\r\n")
            if found is not None:
                status, answer = found
                if status in (200, 201):
                    booking: dict[str, Any] = answer["data"]
                    return booking
                if status not in (202, 503) and not answer["error"]["sameKey"]:
                    self._tally.answers[f"lost: {answer['error']['code']}"] += 1
                    return None
            if loop.time() > deadline:
                self._tally.wrong.append(f"{key} has no end: {found}")
                return None
            await asyncio.sleep(0.2)

    async def _cancel(self, reference: str) -> None:
        for _ in range(200):
            found = await self._ask("POST", f"/bookings/{reference}/cancel", {})
            if found is not None and found[0] == 200:
                self._tally.cancelled += 1
                return
            if found is not None and found[0] not in (409, 503):
                self._tally.wrong.append(f"cancelling {reference}: {found}")
                return
            await asyncio.sleep(0.2)
