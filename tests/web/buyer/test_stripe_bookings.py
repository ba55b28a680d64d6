"""Buying with Stripe over HTTP: the server, the SDK, Stripe's double and its webhooks, all real."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import update
from structlog.testing import capture_logs

from houseful.ledger import payment_problems
from houseful.ledger.models import BOOKING
from houseful.ledger.upkeep import house
from houseful.payments.stripe import StripeGateway
from houseful.sql.database import Database, Session
from tests.payments.tills import API_KEY, StripeTill
from tests.stripe_double.server import StripeDouble
from tests.stripe_double.webhooks import Route, sign
from tests.support.serving import PATIENCE_S, Guest, Sale, Server, eventually, running_server
from tests.web.conftest import Join

SECRET = "whsec_0123456789abcdef"
PAYS, AUTHENTICATES = "pm_card_visa", "pm_card_authenticationRequiredOnSetup"


@pytest.fixture(scope="module")
def double() -> Iterator[StripeDouble]:
    double = StripeDouble().start()
    yield double
    double.close()
    assert double.ledger.violations() == []


@pytest.fixture(scope="module")
def stripe_server(
    tmp_path_factory: pytest.TempPathFactory, double: StripeDouble, redis_binary: Path | None
) -> Iterator[Server]:
    with running_server(
        tmp_path_factory.mktemp("stripe"),
        valkey_binary=redis_binary,
        stripe_secret_key=SecretStr(API_KEY),
        stripe_publishable_key="pk_test_12345",
        stripe_webhook_secret=SecretStr(SECRET),
        stripe_api_base=double.url,
        reservations_per_minute=1000,
    ) as running:
        yield running


@pytest.fixture
def route(stripe_server: Server, double: StripeDouble) -> Iterator[Route]:
    """Where the double sends its webhooks."""
    double.courier.route = Route(f"{stripe_server.url}/webhooks/stripe", SECRET)
    yield double.courier.route
    double.courier.route = None


@pytest.fixture
async def buyer(stripe_server: Server, join: Join) -> tuple[Guest, Sale]:
    return await join(at=stripe_server), stripe_server.add_event()


async def buy(
    guest: Guest, sale: Sale, index: int, token: str = PAYS, key: str = ""
) -> httpx2.Response:
    seats = [sale.seats[index]]
    if (await guest.seats(sale))[seats[0]]["status"] == "AVAILABLE":
        await guest.held(sale, *seats)
    return await guest.http.post(
        "/bookings",
        json={
            "eventId": sale.id,
            "seatIds": seats,
            "paymentMethod": "stripe",
            "paymentToken": token,
        },
        headers={"Idempotency-Key": key or f"booking-{uuid.uuid4()}"},
    )


async def becomes(guest: Guest, reference: str, status: str) -> None:
    """The booking comes to have this status."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = (await guest.http.get(f"/bookings/{reference}")).json()["data"]["status"]
            if found == status:
                return
            await asyncio.sleep(0.02)


async def quiet(double: StripeDouble) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not double.courier.is_idle:
            await asyncio.sleep(0.02)


async def authenticate(double: StripeDouble, data: dict[str, str]) -> None:
    await StripeTill(double.url).authenticate(
        data["paymentTransactionId"], data["clientSecret"], True
    )


async def test_a_card_pays(buyer: tuple[Guest, Sale], double: StripeDouble, route: Route) -> None:
    answer = await buy(*buyer, 0)
    data = answer.json()["data"]
    assert answer.status_code == 201, answer.text
    assert data["paymentTransactionId"].startswith("pi_")
    assert double.ledger.balance(data["bookingId"]) == 7500
    await quiet(double)
    assert {status for *_, status in double.courier.delivered} == {200}


async def test_card_numbers_never_reach_this_server(buyer: tuple[Guest, Sale]) -> None:
    guest, sale = buyer
    answer = await guest.http.post(
        "/bookings",
        json={
            "eventId": sale.id,
            "seatIds": [sale.seats[0]],
            "paymentMethod": "card",
            "card": {"number": "4242424242424242"},
        },
        headers={"Idempotency-Key": f"booking-{uuid.uuid4()}"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "card_not_accepted")


async def test_a_webhook_finishes_3d_secure(
    buyer: tuple[Guest, Sale], double: StripeDouble, route: Route
) -> None:
    answer = await buy(*buyer, 0, AUTHENTICATES)
    data = answer.json()["data"]
    assert (answer.status_code, data["status"]) == (202, "REQUIRES_ACTION")
    await authenticate(double, data)
    await becomes(buyer[0], data["bookingReference"], "CONFIRMED")


async def test_webhooks_in_any_order_and_twice_end_the_same(
    buyer: tuple[Guest, Sale], double: StripeDouble, route: Route
) -> None:
    route.is_holding = True
    guest, sale = buyer
    for turn, order in enumerate(itertools.permutations(range(4))):
        if turn % 3:
            continue
        answer = await buy(guest, sale, turn, AUTHENTICATES)
        data = answer.json()["data"]
        await authenticate(double, data)
        assert len(double.courier.held) >= 4
        double.flush_webhooks([*order, *order])
        await becomes(guest, data["bookingReference"], "CONFIRMED")
        await quiet(double)
        assert double.ledger.balance(next(iter(await booking_ids(guest)))) == 7500


async def booking_ids(guest: Guest) -> list[str]:
    return [item["bookingId"] for item in (await guest.http.get("/bookings")).json()["data"]]


async def test_a_refund_in_stripe_s_dashboard_frees_the_seat(
    buyer: tuple[Guest, Sale], double: StripeDouble, route: Route
) -> None:
    guest, sale = buyer
    data = (await buy(guest, sale, 0)).json()["data"]
    await StripeTill(double.url).post("/v1/refunds", payment_intent=data["paymentTransactionId"])
    await becomes(guest, data["bookingReference"], "REFUNDED")

    async def is_free() -> bool:
        return (await guest.seats(sale))[sale.seats[0]]["status"] == "AVAILABLE"

    await eventually(is_free)


async def test_a_forged_webhook_is_refused(stripe_server: Server, buyer: object) -> None:
    body = (
        b'{"id": "evt_1", "type": "payment_intent.succeeded", "created": 1, "data": {"object": {}}}'
    )
    async with httpx2.AsyncClient(base_url=stripe_server.url) as stranger:
        for signature in (sign(body, "whsec_another"), "", "t=1,v1=00"):
            answer = await stranger.post(
                "/webhooks/stripe", content=body, headers={"Stripe-Signature": signature}
            )
            assert answer.status_code == 400


async def test_a_webhook_that_cannot_be_applied_is_sent_again(
    buyer: tuple[Guest, Sale], double: StripeDouble, route: Route
) -> None:
    answer = await buy(*buyer, 0, AUTHENTICATES)
    data = answer.json()["data"]
    await quiet(double)
    double.courier.delivered.clear()
    # The server cannot ask Stripe what became of the payment, three tries long.
    double.faults.add("unavailable", "fetch", times=3)
    await authenticate(double, data)
    await becomes(buyer[0], data["bookingReference"], "CONFIRMED")
    await quiet(double)
    statuses = [status for *_, status in double.courier.delivered]
    assert statuses[-1] == 200
    double.faults.clear()


async def test_a_decline_keeps_the_key_and_the_seat(
    buyer: tuple[Guest, Sale], route: Route
) -> None:
    key = f"booking-{uuid.uuid4()}"
    declined = await buy(*buyer, 0, "pm_card_chargeDeclinedInsufficientFunds", key)
    assert declined.status_code == 402
    assert declined.json()["error"]["declineCode"] == "insufficient_funds"

    async def settled() -> httpx2.Response | None:
        """Stripe's own word of the decline may be at work on the booking; a client asks again."""
        answer = await buy(*buyer, 0, PAYS, key)
        busy = answer.status_code == 409 and answer.json()["error"]["code"] == "in_progress"
        return None if busy else answer

    again = await eventually(settled)
    assert again is not None
    assert again.status_code == 201, again.text


async def test_a_fault_of_the_shop_is_no_decline_and_keeps_the_seats(
    buyer: tuple[Guest, Sale],
    stripe_server: Server,
    join: Join,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What Stripe answered everybody when it refused the parameter that we sent."""
    guest, sale = buyer
    venue = await join("vera", "venue", at=stripe_server)
    key = f"booking-{uuid.uuid4()}"
    old = {"payment_method_types": ["card"]}
    with monkeypatch.context() as patched, capture_logs() as said:
        patched.setattr(StripeGateway, "_method_params", lambda _: old)
        answer = await buy(guest, sale, 0, PAYS, key)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (502, "shop_cannot_charge")
    assert (error["retryable"], error["sameKey"]) == (False, True)
    assert "not your card" in answer.json()["message"]
    assert "payment_method_types" not in answer.text
    assert error["expiresInSeconds"] > 0
    assert (await guest.seats(sale))[sale.seats[0]]["status"] == "RESERVED"
    (line,) = [entry for entry in said if entry["event"] == "gateway_refuses"]
    assert line["parameter"] == "payment_method_types"
    assert line["code"] == "payment_method_types_no_longer_supported"
    board = (await venue.http.get(f"/events/{sale.id}/occupancy")).json()["data"]
    assert "gateway_refuses" in [alert["code"] for alert in board["alerts"]]
    listed = (await venue.http.get(f"/events/{sale.id}/bookings")).json()["data"]
    assert "payment_method_types" in listed[0]["problem"]
    again = await buy(guest, sale, 0, PAYS, key)
    assert again.status_code == 201, again.text


async def test_a_disputed_ticket_opens_no_door_until_the_bank_has_decided(
    buyer: tuple[Guest, Sale], stripe_server: Server, double: StripeDouble, route: Route, join: Join
) -> None:
    guest, sale = buyer
    venue = await join("vera", "venue", at=stripe_server)
    data = (await buy(guest, sale, 0)).json()["data"]
    payment_id = data["paymentTransactionId"]

    async def states() -> list[str]:
        view = (await guest.http.get(f"/bookings/{data['bookingReference']}")).json()["data"]
        return [ticket["state"] for ticket in view["tickets"]]

    async def enter() -> httpx2.Response:
        view = (await guest.http.get(f"/bookings/{data['bookingReference']}")).json()["data"]
        code = view["tickets"][0]["code"]
        return await venue.http.post(f"/events/{sale.id}/check-ins", json={"code": code})

    async with httpx2.AsyncClient(base_url=double.url, trust_env=False) as bank:
        for status, state, code in (
            ("needs_response", "DISPUTED", "ticket_disputed"),
            ("lost", "VOID", "ticket_void"),
            ("won", "VALID", None),
        ):
            await bank.post(
                f"/_double/payment_intents/{payment_id}/dispute", json={"status": status}
            )

            async def told(state: str = state) -> bool:
                return await states() == [state]

            await eventually(told)
            answer = await enter()
            if code is None:
                assert answer.status_code == 200, answer.text
            else:
                assert (answer.status_code, answer.json()["error"]["code"]) == (409, code)
            (listed,) = (await venue.http.get(f"/events/{sale.id}/bookings")).json()["data"]
            assert listed["dispute"] == {"DISPUTED": "OPEN", "VOID": "LOST", "VALID": "WON"}[state]

            async def said(state: str = state) -> bool:
                board = (await venue.http.get(f"/events/{sale.id}/occupancy")).json()["data"]
                alerts = [alert["code"] for alert in board["alerts"]]
                return ("payments_disputed" in alerts) == (state == "DISPUTED")

            await eventually(said)


async def test_a_ticket_of_the_demo_opens_no_door_of_a_house_that_takes_money(
    stripe_server: Server, buyer: tuple[Guest, Sale], join: Join
) -> None:
    guest, sale = buyer
    venue = await join("vera", "venue", at=stripe_server)
    data = (await buy(guest, sale, 0)).json()["data"]
    database = Database(stripe_server.settings.sql_url())
    try:

        async def pretend(session: Session) -> None:
            await house.bind(session, gateway="stripe", account="acct_double", is_live=False)
            await session.execute(
                update(BOOKING)
                .where(BOOKING.c.reference == data["bookingReference"])
                .values(gateway="demo")
            )

        await database.transact(pretend)
    finally:
        await database.close()
    view = (await guest.http.get(f"/bookings/{data['bookingReference']}")).json()["data"]
    code = view["tickets"][0]["code"]
    answer = await venue.http.post(f"/events/{sale.id}/check-ins", json={"code": code})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "ticket_of_the_demo")


async def test_staff_list_payments_that_need_a_person_and_give_one_back(
    stripe_server: Server, double: StripeDouble, route: Route, join: Join
) -> None:
    boss = await join("boss", "admin", at=stripe_server)
    foreign = double.account.create_intent(
        500, "eur", payment_method=PAYS, metadata={"houseful": "BK-1", "house": "another"}
    )
    double.account.confirm_intent(foreign.id)
    answer = await boss.http.post(f"/payments/{foreign.id}/refund", json={"reason": "mine?"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "foreign_payment")
    assert (
        double.account.charges[
            double.account.intents[foreign.id].latest_charge or ""
        ].amount_refunded
        == 0
    )
    database = Database(stripe_server.settings.sql_url())
    try:
        await database.transact(
            lambda session: payment_problems.keep(
                session,
                foreign.id,
                kind=payment_problems.FOREIGN,
                detail="made by another house: BK-1",
                amount_minor=500,
                currency="EUR",
                now_ms=0,
            )
        )
    finally:
        await database.close()
    (listed,) = [
        one
        for one in (await boss.http.get("/payment-problems")).json()["data"]
        if one["paymentId"] == foreign.id
    ]
    assert (listed["kind"], listed["amount"], listed["currency"]) == ("foreign", "5.00", "EUR")
    assert listed["since"] == "1970-01-01T00:00:00Z"
    customer = await join(at=stripe_server)
    assert (await customer.http.get("/payment-problems")).status_code == 403
