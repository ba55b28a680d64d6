"""The database or Stripe goes away while people pay: all is answered in time, nothing is half done.

Seconds long in the default run; the long run has the full half minute and minute.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from tests.invariants import broken
from tests.payments.tills import API_KEY, StripeTill
from tests.stripe_double.server import StripeDouble
from tests.support.databases import fresh_postgresql
from tests.support.postgres import Postgres
from tests.support.serving import Guest, Sale, Server, eventually, running_server
from tests.support.watcher import world_of

BUYERS = 6
SETTLED_WITHIN_S = 5.0


@contextmanager
def shop_with_stripe(
    directory: Path, double: StripeDouble, **given: object
) -> Iterator[tuple[Server, Sale]]:
    with running_server(
        directory,
        stripe_secret_key=SecretStr(API_KEY),
        stripe_publishable_key="pk_test_12345",
        stripe_webhook_secret=SecretStr("whsec_0123456789abcdef"),
        stripe_api_base=double.url,
        reservations_per_minute=1000,
        **given,
    ) as server:
        yield server, server.add_event()


async def pay(guest: Guest, sale: Sale, seat: int, key: str) -> tuple[httpx2.Response, float]:
    """The answer to a purchase, and after how many seconds it came."""
    begin = time.monotonic()
    answer = await guest.http.post(
        "/bookings",
        json={
            "eventId": sale.id,
            "seatIds": [seat],
            "paymentMethod": "stripe",
            "paymentToken": "pm_card_visa",
        },
        headers={"Idempotency-Key": key},
        timeout=30,
    )
    return answer, time.monotonic() - begin


async def buyers_of(stack: AsyncExitStack, server: Server, sale: Sale) -> list[tuple[Guest, int]]:
    """Guests, each with a seat in hand."""
    guests = []
    for number in range(BUYERS):
        guest = await stack.enter_async_context(server.user(f"buyer-{number}"))
        await guest.held(sale, sale.seats[number])
        guests.append((guest, sale.seats[number]))
    return guests


def new_keys() -> list[str]:
    return [f"booking-{uuid.uuid4()}" for _ in range(BUYERS)]


async def final_answers(
    guests: Sequence[tuple[Guest, int]], sale: Sale, keys: Sequence[str]
) -> list[int]:
    """The final answer's status for each buyer, who repeats the request until there is one."""

    async def one(guest: Guest, seat: int, key: str) -> int:
        async def final() -> int:
            answer, _ = await pay(guest, sale, seat, key)
            if answer.status_code in (200, 201):
                return answer.status_code
            error = answer.json().get("error", {})
            return answer.status_code if error.get("code") == "payment_not_completed" else 0

        return await eventually(final, within_s=30)

    return await asyncio.gather(
        *(one(guest, seat, key) for (guest, seat), key in zip(guests, keys, strict=True))
    )


async def settled(server: Server, double: StripeDouble) -> float:
    """Seconds until every invariant holds."""
    begin = time.monotonic()
    gateway = StripeTill(double.url).gateway

    async def holds() -> bool:
        async with world_of(server, gateway=gateway) as world:
            return await broken(world) == []

    try:
        await eventually(holds, within_s=20)
    finally:
        await gateway.close()
    return time.monotonic() - begin


async def database_down(
    directory: Path, postgres: Postgres, double: StripeDouble, seconds: float
) -> None:
    url = SecretStr(fresh_postgresql(postgres))
    with shop_with_stripe(directory, double, database_url=url) as (server, sale):
        async with AsyncExitStack() as stack:
            guests, keys = await buyers_of(stack, server, sale), new_keys()
            double.faults.add("latency", "confirm", times=2, seconds=0.5)
            in_flight = [
                asyncio.create_task(pay(guest, sale, seat, key))
                for (guest, seat), key in zip(guests[:2], keys, strict=False)
            ]
            await eventually(lambda: confirming(double, 2))
            postgres.stop()
            await asyncio.gather(*in_flight)
            paid = len(double.ledger.charges())
            end = time.monotonic() + seconds
            slowest, asked = 0.0, 0
            while time.monotonic() < end:
                for (guest, seat), key in zip(guests[2:], keys[2:], strict=True):
                    answer, took = await pay(guest, sale, seat, key)
                    assert answer.status_code == 503, answer.text
                    assert int(answer.headers["Retry-After"]) >= 1
                    slowest, asked = max(slowest, took), asked + 1
                await asyncio.sleep(0.2)
            ready = await guests[0][0].http.get("/readyz")
            assert ready.status_code == 503
            parts = ready.json()["data"]["parts"]
            assert {name for name, state in parts.items() if state != "ok"} == {"database"}
            for said in (answer.text, ready.text):  # the part by its name, to strangers no address
                assert "127.0.0.1" not in said
            assert slowest < 1
            assert len(double.ledger.charges()) == paid
            postgres.start()
            backlog = await settled(server, double)
            assert set(await final_answers(guests, sale, keys)) <= {200, 201}
            assert len(double.ledger.charges()) == BUYERS
            await settled(server, double)
            print(
                f"database down {seconds:.0f} s: {asked} purchases refused, slowest answer"
                f" {slowest:.2f} s, no charge begun, backlog settled in {backlog:.2f} s"
            )
            assert backlog < SETTLED_WITHIN_S


async def confirming(double: StripeDouble, count: int) -> bool:
    return len(double.faults.fired) >= count


async def stripe_down(directory: Path, double: StripeDouble, seconds: float) -> None:
    """Some calls hang until given up, some are refused; the first confirmations' fate is unknown."""
    with shop_with_stripe(directory, double) as (server, sale):
        async with AsyncExitStack() as stack:
            guests, keys = await buyers_of(stack, server, sale), new_keys()
            double.faults.add("hang_after", "confirm", times=2)
            double.faults.add("hang_before", "confirm", times=None)
            double.faults.add("hang_before", "create", times=None, skip=BUYERS)
            double.faults.add("unavailable", "*", times=None, skip=BUYERS)
            end, slowest, asked = time.monotonic() + seconds, 0.0, 0
            while time.monotonic() < end:
                answers = await asyncio.gather(
                    *(
                        pay(guest, sale, seat, key)
                        for (guest, seat), key in zip(guests, keys, strict=True)
                    )
                )
                for answer, took in answers:
                    assert answer.status_code in (202, 409, 503), answer.text
                    slowest, asked = max(slowest, took), asked + 1
                seats = await guests[0][0].seats(sale)
                assert {seats[seat]["status"] for _, seat in guests} == {"RESERVED"}
                await asyncio.sleep(0.2)
            assert slowest < 12
            charged = len(double.ledger.charges())
            double.faults.clear()
            ends = await final_answers(guests, sale, keys)
            sold = sum(status in (200, 201) for status in ends)
            assert sold >= charged == 2  # those whose money was taken have their tickets
            await settled(server, double)
            assert len(double.ledger.charges()) == sold
            print(
                f"Stripe down {seconds:.0f} s: {asked} answers, slowest {slowest:.1f} s, no seat freed"
                f" meanwhile; then {sold} sold, {BUYERS - sold} cancelled without a charge"
            )


async def test_no_charge_begins_while_the_database_is_down(
    tmp_path: Path, postgres: Postgres, stripe_double: StripeDouble
) -> None:
    await database_down(tmp_path, postgres, stripe_double, seconds=2)


@pytest.mark.long
async def test_no_charge_begins_while_the_database_is_down_for_half_a_minute(
    tmp_path: Path, postgres: Postgres, stripe_double: StripeDouble
) -> None:
    await database_down(tmp_path, postgres, stripe_double, seconds=30)


@pytest.mark.long
async def test_no_seat_is_freed_while_stripe_is_down_for_a_minute(
    tmp_path: Path, stripe_double: StripeDouble
) -> None:
    await stripe_down(tmp_path, stripe_double, seconds=60)
