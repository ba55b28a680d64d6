"""Who comes to the house: buyers who hold, pay, try again, authenticate and cancel; staff who block.

Every one keeps to the protocol of a page: the same key until it was answered, seats asked for at the
version that was seen. Owns: what people were told.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from houseful.checkout.answers import Answer
from houseful.checkout.booking_request import BookingRequest, Contact
from houseful.domain.errors import (
    Conflict,
    HousefulError,
    InProgress,
    NotFound,
    PaymentDeclined,
    Unavailable,
)
from houseful.domain.seats import Granted
from houseful.ledger import bookings, claims
from houseful.payments.gateway import Outcome, PaymentState
from houseful.payments.webhooks import WebhookEvent
from houseful.sql.database import Session
from houseful.staff.blocking import Choice
from houseful.wire.codec import decode
from tests.simulation.gateway import at_once
from tests.simulation.house import HOLD_MS, House, Process

PAYS, DECLINES, AUTHENTICATES = (
    f"demo_card_{number}" for number in ("4242424242424242", "4000000000000002", "4000002500003155")
)
SEATS: Final = 6
"""Seats that everybody wants."""

PATIENCE_S: Final = 9.0


class ConnectionLost(Exception):
    """The process that should have answered died, or took too long."""


def heard(task: asyncio.Task[Any]) -> None:
    """An answer that nobody waits for any more is none that was lost."""
    if not task.cancelled():
        task.exception()


@dataclass
class Crowd:
    """All people, and what they were told. `answers`: (user, key) → `data` of a finished key."""

    house: House
    dice: random.Random

    def __post_init__(self) -> None:
        self.answers: dict[tuple[str, str], bytes] = {}
        self.problems: list[str] = []
        self._events = 0
        self._webhooks: set[asyncio.Task[None]] = set()
        self.house.account.changed = self._tell

    async def ask(self, what: Callable[[Process], Coroutine[Any, Any, Any]]) -> Any:
        """One request to any process that lives. Raises ConnectionLost, HousefulError."""
        while not self.house.alive:
            await asyncio.sleep(0.3)
        process = self.dice.choice(self.house.alive)
        task = process.spawn(what(process))
        task.add_done_callback(heard)
        await asyncio.wait({task}, timeout=PATIENCE_S)
        if not task.done() or task.cancelled():
            raise ConnectionLost
        try:
            return task.result()
        except HousefulError:
            raise
        except Exception as error:
            self.problems.append(f"500: {error!r}")
            raise ConnectionLost from error

    async def buyer(self, user: str) -> None:
        """A few visits of one person."""
        for _ in range(self.dice.randrange(1, 4)):
            await asyncio.sleep(self.dice.uniform(0, 2.5))
            try:
                await self._visit(user)
            except (HousefulError, ConnectionLost):
                continue

    async def _visit(self, user: str) -> None:
        dice, event_id = self.dice, self.house.event.id
        held = await self._hold(user)
        if held is None:
            return
        await asyncio.sleep(dice.uniform(0, 1.5))
        turn = dice.random()
        if turn < 0.1:
            return
        if turn < 0.2:
            ref = held.reservation_id
            await self.ask(lambda p: p.seats.extend(event_id, user, ref, hold_ms=HOLD_MS))
        if turn > 0.93:
            await self.ask(lambda p: p.seats.release(event_id, user, held.seat_ids))
            return
        reference = await self._buy(user, held.seat_ids)
        if reference is not None and dice.random() < 0.35:
            await asyncio.sleep(dice.uniform(0, 3))
            role = dice.choice(["customer", "admin"])
            await self._persist(lambda p: p.checkout.cancel(user, role, reference, "changed plans"))
        elif reference is not None and dice.random() < 0.4:
            await self._give_back(reference)

    async def _give_back(self, reference: str) -> None:
        """Staff give single tickets back, one after the other, some of them twice."""
        dice = self.dice

        async def tickets(process: Process) -> list[int]:
            async def read(session: Session) -> list[int]:
                booking = await bookings.by_reference(session, reference)
                found = await claims.tickets(session, booking.id) if booking else []
                return [ticket.id for ticket in found]

            return await process.database.query(read)

        for ticket in dice.choices(await self.ask(tickets) or [0], k=dice.randrange(1, 4)):
            await asyncio.sleep(dice.uniform(0, 2))
            with suppress(Conflict, NotFound):
                await self._persist(
                    lambda p, one=ticket: p.checkout.refund("boss", reference, "ill", [one])  # type: ignore[misc]
                )

    async def _hold(self, user: str) -> Granted | None:
        event_id, first = self.house.event.id, self.house.event.first_seat_id
        count = self.dice.choice([1, 1, 2, 3])
        seats = self.dice.sample(range(first, first + SEATS), count)

        async def hold(process: Process) -> Any:
            async def move() -> Any:
                snapshot = await process.seats.snapshot(event_id)
                versions = {record.seat_id: record.version for record in snapshot.records}
                wanted = [(seat, versions.get(seat, snapshot.version_base)) for seat in seats]
                return await process.seats.reserve(
                    event_id, user, "s", wanted, hold_ms=HOLD_MS, max_seats=4, price_list=1
                )

            return await process.catalog.opened(event_id, move)

        answer = await self.ask(hold)
        return answer if isinstance(answer, Granted) else None

    async def _buy(self, user: str, seat_ids: tuple[int, ...]) -> str | None:
        """The reference of what was bought, after as many tries as a page makes."""
        dice, house = self.dice, self.house
        key = f"booking-{dice.randbytes(4).hex()}-0000-4000-8000-{dice.randbytes(6).hex()}"
        token = dice.choices([PAYS, DECLINES, AUTHENTICATES], [6, 2, 2])[0]
        code = "SAVE" if dice.random() < 0.3 else None
        for _ in range(6):
            body = BookingRequest(
                house.event.id, seat_ids, "card", token, code, Contact("Ada", "ada@example.org")
            )
            restores = house.restores
            try:
                answer: Answer = await self.ask(
                    lambda p, body=body: p.checkout.book(user, key, body)
                )  # type: ignore[misc]
            except (Unavailable, InProgress, ConnectionLost):
                await asyncio.sleep(dice.uniform(0.2, 1.5))
                continue
            except PaymentDeclined:
                token = PAYS
                await asyncio.sleep(dice.uniform(0.1, 1))
                continue
            if answer.status in {200, 201}:
                return self._told(user, key, answer, restores)
            secret = decode(answer.body)["data"].get("clientSecret")
            if secret is not None:
                await self._authenticate(secret)
            await asyncio.sleep(dice.uniform(0.1, 2))
        return None

    def _told(self, user: str, key: str, answer: Answer, restores: int) -> str:
        data = answer.body.partition(b'"data":')[2][:-1]
        if restores == self.house.restores:
            before = self.answers.setdefault((user, key), data)
            if before != data:
                self.problems.append(f"key {key} was answered with two bodies")
        reference: str = decode(answer.body)["data"]["bookingReference"]
        return reference

    async def _persist(self, what: Callable[[Process], Coroutine[Any, Any, Any]]) -> None:
        for _ in range(4):
            try:
                await self.ask(what)
            except (Unavailable, InProgress, ConnectionLost):
                await asyncio.sleep(self.dice.uniform(0.3, 1.5))
            else:
                return

    async def _authenticate(self, secret: str) -> None:
        turn = self.dice.random()
        if turn < 0.2:
            return  # leaves the bank's page open
        await asyncio.sleep(self.dice.uniform(0.1, 6 if turn < 0.4 else 2))
        try:
            self._tell(at_once(self.house.account.gateway.authenticate(secret, turn < 0.85)))
        except HousefulError:
            return

    async def staff(self) -> None:
        """Takes a seat off sale and puts it back."""
        first = self.house.event.first_seat_id
        choice = Choice([first + self.dice.randrange(SEATS)])
        event_id = self.house.event.id
        await asyncio.sleep(self.dice.uniform(0, 5))
        for act in ("block", "unblock"):
            with suppress(HousefulError, ConnectionLost):
                await self.ask(
                    lambda p, act=act: getattr(p.blocking, act)(  # type: ignore[misc]
                        event_id, choice, who="staff", reason="a camera"
                    )
                )
            await asyncio.sleep(self.dice.uniform(0.5, 3))

    def _tell(self, state: PaymentState) -> None:
        """The gateway's webhook: not at all, once or twice, late."""
        if state.outcome not in {Outcome.SUCCEEDED, Outcome.CANCELED}:
            return
        self._events += 1
        event = WebhookEvent(
            f"evt_{self._events}",
            f"payment_intent.{state.outcome}",
            state.payment_id,
            state.payment_id,
            0,
            False,
        )
        for _ in range(self.dice.choices([0, 1, 2], [1, 4, 1])[0]):
            task = asyncio.get_running_loop().create_task(self._deliver(event))
            self._webhooks.add(task)
            task.add_done_callback(self._webhooks.discard)

    async def _deliver(self, event: WebhookEvent) -> None:
        await asyncio.sleep(self.dice.uniform(0.01, 3))
        for _ in range(3):
            try:
                await self.ask(lambda p: p.checkout.apply_webhook(event))
            except (HousefulError, ConnectionLost):
                await asyncio.sleep(self.dice.uniform(1, 2))
            else:
                return

    async def leave(self) -> None:
        """Webhooks that are still under way are dropped."""
        for task in list(self._webhooks):
            task.cancel()
