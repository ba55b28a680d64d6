"""The gateways under test, each with what a page and a bank would do at its side."""

from __future__ import annotations

from typing import Any, Protocol

import httpx2

from houseful.payments.demo import DemoGateway
from houseful.payments.demo_charges import DemoCharges
from houseful.payments.gateway import Gateway
from houseful.payments.stripe import API_VERSION, StripeGateway, StripeLimits
from tests.payments.memory_charges import MemoryDemoCharges

API_KEY = "sk_test_12345"

QUICK = StripeLimits(first_pause_s=0.001, rate_per_s=10_000, burst=1_000)
"""Real time limits, no waiting between tries."""

PAYMENT_METHODS = {
    "4242424242424242": "pm_card_visa",
    "4000000000000002": "pm_card_chargeDeclined",
    "4000000000009995": "pm_card_chargeDeclinedInsufficientFunds",
    "4000000000000069": "pm_card_chargeDeclinedExpiredCard",
    "4000000000000127": "pm_card_chargeDeclinedIncorrectCvc",
    "4000002500003155": "pm_card_authenticationRequiredOnSetup",
}


class Till(Protocol):
    """A gateway, the tokens of test cards there, and the buyer's 3-D Secure step."""

    @property
    def gateway(self) -> Gateway: ...

    def token(self, number: str) -> str: ...

    async def authenticate(self, payment_id: str, client_secret: str, success: bool) -> None: ...


class DemoTill:
    """The demo gateway, over memory unless given a store."""

    def __init__(self, charges: DemoCharges | None = None) -> None:
        self.gateway = DemoGateway(charges or MemoryDemoCharges())

    def token(self, number: str) -> str:
        return f"demo_card_{number}"

    async def authenticate(self, payment_id: str, client_secret: str, success: bool) -> None:
        await self.gateway.authenticate(client_secret, success)


class StripeTill:
    """The Stripe gateway over a server that stands for Stripe."""

    def __init__(self, url: str, gateway: StripeGateway | None = None) -> None:
        self.url = url
        self.gateway = gateway or StripeGateway(API_KEY, api_base=url, limits=QUICK)

    def token(self, number: str) -> str:
        return PAYMENT_METHODS[number]

    async def authenticate(self, payment_id: str, client_secret: str, success: bool) -> None:
        await self.post(
            f"/v1/payment_intents/{payment_id}/_authenticate",
            client_secret=client_secret,
            success="true" if success else "false",
        )

    async def post(self, path: str, **form: str) -> dict[str, Any]:
        """What the page does with the publishable key, or the dashboard."""
        async with httpx2.AsyncClient(base_url=self.url, trust_env=False) as client:
            headers = {"Authorization": f"Bearer {API_KEY}", "Stripe-Version": API_VERSION}
            answer = await client.post(path, data=form, headers=headers)
            answer.raise_for_status()
            is_json = answer.headers.get("content-type", "").startswith("application/json")
            body: dict[str, Any] = answer.json() if is_json else {}
            return body
