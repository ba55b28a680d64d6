"""The double as a process of its own, driven over HTTP alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from subprocess import PIPE, Popen

import httpx2
import pytest

from tests.stripe_double.inbox import Inbox
from tests.stripe_double.rules import VERSION

AUTH = {"Authorization": "Bearer sk_test_1", "Stripe-Version": VERSION}
PAID = {
    "amount": "500",
    "currency": "eur",
    "allowed_payment_method_types[0]": "card",
    "payment_method": "pm_card_visa",
    "metadata[booking]": "1",
}


@pytest.fixture
def url() -> Iterator[str]:
    with Popen([sys.executable, "-m", "tests.stripe_double"], stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


async def test_a_process_is_driven_and_judged_by_its_control_paths(url: str, inbox: Inbox) -> None:
    async with httpx2.AsyncClient(base_url=url, headers=AUTH, trust_env=False) as api:
        hook = {"url": inbox.url, "secret": "whsec_1", "is_holding": True}
        assert (await api.post("/_double/webhooks", json=hook)).status_code == 204
        fault = {"kind": "unavailable", "operation": "create"}
        assert (await api.post("/_double/faults", json=fault)).json() == {"rules": 1}

        assert (await api.post("/v1/payment_intents", data=PAID)).status_code == 503
        assert (await api.get("/_double/faults")).json() == [["create", "unavailable"]]
        made = (await api.post("/v1/payment_intents", data=PAID)).json()["id"]
        await api.post(f"/v1/payment_intents/{made}/confirm")

        ledger = (await api.get("/_double/ledger")).json()
        assert (ledger["balances"], ledger["violations"]) == ({"1": 500}, [])
        requests = (await api.get("/_double/requests")).json()
        assert [name for name, _ in requests] == ["create", "create", "confirm"]
        held = (await api.get("/_double/webhooks")).json()["held"]
        assert [kind for _, kind in held][-1] == "payment_intent.succeeded"
        await api.post("/_double/webhooks/flush", json={"order": [2]})
        body, _ = await inbox.next()
        assert b"payment_intent.succeeded" in body


async def test_a_control_request_that_makes_no_sense_is_refused(url: str) -> None:
    async with httpx2.AsyncClient(base_url=url, trust_env=False) as api:
        for fault in ({"kind": "gremlins"}, {"kind": "latency", "often": 1}, {}):
            assert (await api.post("/_double/faults", json=fault)).status_code == 400
