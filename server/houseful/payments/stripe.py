"""The payment port over Stripe's API, through the official SDK.

Owns: the HTTP client, its time limits, retries and rate limits.
Never: card data (only `pm_…` and `ctoken_…` ids pass), the SDK's own retries and 80 s timeout, a
new idempotency key where doing the work twice could move money twice.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import httpx2
import stripe

from houseful.payments.bucket import TokenBucket
from houseful.payments.gateway import (
    Account,
    Dispute,
    GatewayFailed,
    GatewayNotSetUp,
    GatewayRejected,
    GatewayUnknown,
    Outcome,
    PaymentState,
    RefundState,
    TokenRejected,
)
from houseful.payments.stripe_answers import (
    dispute,
    is_retryable,
    is_stored_failure,
    payment_state,
    refund_state,
    retry_after_s,
    translated,
)
from houseful.payments.stripe_http import PooledClient
from houseful.telemetry import tracing

_T = TypeVar("_T")

API_VERSION: Final = "2026-10-28.endive"
"""The version that every call names (docs.stripe.com/api/versioning, read 2026-11-28). The page
loads the Stripe.js of the same release, `endive`, and the webhook endpoint is to be set to it."""

PAYMENT_METHODS: Final = ("card",)
"""What can pay: cards, and the wallets that hold cards. Sent as `allowed_payment_method_types`, because
`payment_method_types` is refused since 2026-09-30.endive
(docs.stripe.com/changelog/endive/2026-09-30); the page's Payment Element offers the same list."""

TOKEN_PREFIXES: Final = ("pm_", "ctoken_")
PAGE_SIZE: Final = 100
"""The most PaymentIntents that Stripe lists at once."""
_OPERATIONS: Final = ("create", "confirm", "fetch", "cancel", "refund", "list", "account")


Pace = Callable[[str, float, int, float], Awaitable[float]]
"""(operation, rate a second, burst, longest wait) → seconds to wait; counts for all workers."""


@dataclass(frozen=True, slots=True)
class StripeLimits:
    """How long, how often and how fast Stripe is called.

    `rate_per_s` holds for each operation over all workers, as Stripe counts (25/s an endpoint by
    default, docs.stripe.com/rate-limits); while Redis, which counts, is away each of `workers` keeps
    to its share. `create` keeps off the last `reserved_share`, so that payments already begun can
    always be settled.
    """

    connect_s: float = 2.0
    read_s: float = 10.0
    total_s: float = 11.0
    """The whole call with its retries and its wait for the rate limit."""
    attempts: int = 3
    first_pause_s: float = 0.25
    rate_per_s: float = 25.0
    workers: int = 1
    burst: int = 5
    reserved_share: float = 0.2
    max_wait_s: float = 3.0


class StripeGateway:
    """Payments at Stripe. `api_base` points at another server than Stripe's in tests only."""

    name = "stripe"

    def __init__(
        self,
        api_key: str,
        *,
        api_base: str | None = None,
        limits: StripeLimits | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._limits = limits or StripeLimits()
        self._api_key = api_key
        timeout = httpx2.Timeout(self._limits.read_s, connect=self._limits.connect_s)
        self._http = PooledClient(timeout)
        self._client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            http_client=self._http,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=0,
        )
        self._pace = pace
        self._buckets = {name: self._bucket(name) for name in _OPERATIONS}

    async def create(
        self,
        *,
        amount_minor: int,
        currency: str,
        payment_token: str,
        metadata: Mapping[str, str],
        idempotency_key: str,
    ) -> PaymentState:
        """Make an unconfirmed PaymentIntent for cards (wallets included, redirects not).

        A PaymentMethod is attached now, so that a wrong id is refused before anything else; a
        ConfirmationToken can be used once and waits for `confirm`.
        """
        _check_token(payment_token)
        params: Any = {
            "amount": amount_minor,
            "currency": currency.lower(),
            "metadata": dict(metadata),
            **self._method_params(),
        }
        if payment_token.startswith("pm_"):
            params["payment_method"] = payment_token
        intents = self._client.v1.payment_intents
        intent = await self._call(
            "create",
            lambda options: intents.create_async(params, options),
            idempotency_key,
            may_rekey=True,
        )
        return await self._as_of_now(intent)

    async def confirm(
        self, payment_id: str, *, payment_token: str, idempotency_key: str
    ) -> PaymentState:
        """Charge it; 3-D Secure goes on in the page with the client secret.

        A PaymentIntent charges once whatever the keys, so a kept 500 is passed by under another.
        """
        _check_token(payment_token)
        params: Any = self._confirm_params(payment_token)
        intents = self._client.v1.payment_intents
        try:
            intent = await self._call(
                "confirm",
                lambda options: intents.confirm_async(payment_id, params, options),
                idempotency_key,
                may_rekey=True,
            )
        except GatewayRejected as refusal:
            if refusal.code != "payment_intent_unexpected_state":
                raise
            return await self.fetch(payment_id)
        return await self._as_of_now(intent)

    async def fetch(self, payment_id: str) -> PaymentState:
        """Where the PaymentIntent stands now."""
        params: Any = {"expand": ["latest_charge"]}
        intents = self._client.v1.payment_intents
        intent = await self._call(
            "fetch", lambda options: intents.retrieve_async(payment_id, params, options)
        )
        return payment_state(intent.to_dict())

    async def cancel(self, payment_id: str, *, idempotency_key: str) -> PaymentState:
        """Cancel, or return the state that no longer lets itself be cancelled.

        Cancelling twice is harmless, but Stripe repeats a stored refusal or 500 for a day under
        one key; so each call has a key of its own.
        """
        key = f"{idempotency_key}:{secrets.token_hex(4)}"
        intents = self._client.v1.payment_intents
        try:
            intent = await self._call(
                "cancel", lambda options: intents.cancel_async(payment_id, {}, options), key
            )
        except GatewayRejected:
            state = await self.fetch(payment_id)
            if state.outcome.is_final or state.outcome is Outcome.PROCESSING:
                return state
            raise
        return payment_state(intent.to_dict())

    async def refund(
        self,
        payment_id: str,
        *,
        amount_minor: int | None,
        idempotency_key: str,
        metadata: Mapping[str, str],
    ) -> RefundState:
        """Give back part or all of what was charged.

        After a kept 500 "all that is left" may be asked again under another key; a part may not,
        because it could be given back twice: GatewayFailed, and `refunds_of` tells whether it was.
        """
        params: Any = {"payment_intent": payment_id, "metadata": dict(metadata)}
        if amount_minor is not None:
            params["amount"] = amount_minor
        refunds = self._client.v1.refunds
        refund = await self._call(
            "refund",
            lambda options: refunds.create_async(params, options),
            idempotency_key,
            may_rekey=amount_minor is None,
        )
        return refund_state(refund.to_dict())

    async def refunds_of(self, payment_id: str) -> list[RefundState]:
        """At most a page of them, which is more than a booking has tickets."""
        refunds = self._client.v1.refunds
        params: Any = {"payment_intent": payment_id, "limit": PAGE_SIZE}
        page = await self._call("list", lambda options: refunds.list_async(params, options))
        return [refund_state(one.to_dict()) for one in reversed(page.data)]

    async def list_since(self, since_ms: int) -> list[PaymentState]:
        """Every PaymentIntent created since, oldest first; each page counts as a call."""
        newest_first: list[PaymentState] = []
        more = True
        while more:
            after = newest_first[-1].payment_id if newest_first else None
            page, more = await self._page(since_ms // 1000, after)
            newest_first += page
        return newest_first[::-1]

    async def account(self) -> Account:
        """The account of our key; the mode is in the key itself (docs.stripe.com/keys)."""
        is_live = "_live_" in self._api_key[:8]
        accounts = self._client.v1.accounts
        try:
            found = await self._call(
                "account", lambda options: accounts.retrieve_current_async({}, options)
            )
        except GatewayNotSetUp:
            if not self._api_key.startswith("rk_"):
                raise
            return Account("", is_live)  # a restricted key need not have the right to ask
        return Account(found.id, is_live)

    async def dispute_of(self, payment_id: str) -> Dispute | None:
        """The latest dispute of a PaymentIntent's charges."""
        found = await self._disputes({"payment_intent": payment_id, "limit": 1})
        return found[-1] if found else None

    async def disputes_since(self, since_ms: int) -> list[Dispute]:
        """At most a page of them, which is more than a house has in a day."""
        return await self._disputes({"created": {"gte": since_ms // 1000}, "limit": PAGE_SIZE})

    async def _disputes(self, params: Any) -> list[Dispute]:
        disputes = self._client.v1.disputes
        page = await self._call("list", lambda options: disputes.list_async(params, options))
        found = (dispute(one.to_dict()) for one in reversed(page.data))
        return [one for one in found if one is not None]

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()

    async def _page(self, since_s: int, after: str | None) -> tuple[list[PaymentState], bool]:
        """One page of payments, newest first, and whether older ones follow."""
        params: Any = {
            "created": {"gte": since_s},
            "limit": PAGE_SIZE,
            "expand": ["data.latest_charge.balance_transaction"],
        }
        if after is not None:
            params["starting_after"] = after
        intents = self._client.v1.payment_intents
        page = await self._call("list", lambda options: intents.list_async(params, options))
        return [payment_state(intent.to_dict()) for intent in page.data], page.has_more

    async def _as_of_now(self, intent: stripe.PaymentIntent) -> PaymentState:
        """A repeated answer tells how things stood the first time: ask anew."""
        answer = intent.last_response
        if answer is not None and answer.headers.get("idempotent-replayed") == "true":
            return await self.fetch(intent.id)
        return payment_state(intent.to_dict())

    def _method_params(self) -> dict[str, Any]:
        return {"allowed_payment_method_types": list(PAYMENT_METHODS)}

    def _confirm_params(self, payment_token: str) -> dict[str, Any]:
        if payment_token.startswith("ctoken_"):
            return {"confirmation_token": payment_token, "expand": ["latest_charge"]}
        # A ConfirmationToken carries `use_stripe_sdk` itself; with a PaymentMethod it is ours to
        # say that Stripe.js takes the 3-D Secure step, without a redirect.
        return {
            "payment_method": payment_token,
            "use_stripe_sdk": True,
            "expand": ["latest_charge"],
        }

    def _bucket(self, operation: str) -> TokenBucket:
        limits, pace = self._limits, self._pace
        rate_per_s = limits.rate_per_s
        if operation == "create":
            rate_per_s *= 1 - limits.reserved_share
        shared = None
        if pace is not None:
            shared = partial(pace, operation, rate_per_s, limits.burst)
        return TokenBucket(rate_per_s / limits.workers, limits.burst, shared=shared)

    async def _call(
        self,
        operation: str,
        send: Callable[[Any], Awaitable[_T]],
        idempotency_key: str | None = None,
        *,
        may_rekey: bool = False,
    ) -> _T:
        """Send within the limits, again where that is safe."""
        try:
            async with asyncio.timeout(self._limits.total_s):
                with tracing.span(f"stripe {operation}"):
                    return await self._attempt(operation, send, idempotency_key, may_rekey)
        except TimeoutError:
            raise GatewayUnknown(
                f"the payment service gave no answer within {self._limits.total_s:g} s"
            ) from None

    async def _attempt(
        self,
        operation: str,
        send: Callable[[Any], Awaitable[_T]],
        key: str | None,
        may_rekey: bool,
    ) -> _T:
        options: dict[str, Any] = {"max_network_retries": 0}
        for attempt in range(1, self._limits.attempts + 1):
            if key is not None:
                options["idempotency_key"] = key
            await self._buckets[operation].take(self._limits.max_wait_s)
            try:
                return await send(options)
            except stripe.StripeError as error:
                is_kept = may_rekey and is_stored_failure(error)
                if attempt == self._limits.attempts or not (is_kept or is_retryable(error)):
                    if is_stored_failure(error):
                        raise GatewayFailed("the payment service failed in the middle") from error
                    raise translated(error) from error
                # Always the same other key, so that the next call finds what this one does.
                key = f"{key}:again" if is_kept else key
                await asyncio.sleep(self._pause_s(attempt, error))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _pause_s(self, attempt: int, error: stripe.StripeError) -> float:
        """Doubling with jitter (half to full), but never less than Stripe asks for."""
        doubled: float = self._limits.first_pause_s * 2 ** (attempt - 1)
        return max(doubled * random.uniform(0.5, 1), retry_after_s(error) or 0.0)


def _check_token(payment_token: str) -> None:
    if not payment_token.startswith(TOKEN_PREFIXES) or len(payment_token) > 255:
        raise TokenRejected(
            "expected a PaymentMethod id (pm_…) or a ConfirmationToken id (ctoken_…) from Stripe"
        )
