"""The gateway that moves no money: Stripe's behaviour and test cards over a store of our own.

Owns: the demo card table and the state machine of a demo charge.
Never: a network call. Each change is one conditional write, repeated when another was faster, so
that two callers at once end in one charge.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from houseful.domain.demo_charge import DemoCharge, DemoRefund
from houseful.domain.prices import currencies
from houseful.domain.wording import shown
from houseful.payments import declines
from houseful.payments.demo_charges import DemoCharges
from houseful.payments.gateway import (
    Account,
    AlreadyRefunded,
    Dispute,
    GatewayRejected,
    GatewayUnknown,
    Outcome,
    PaymentState,
    RefundOutcome,
    RefundState,
    TokenRejected,
)

REMEMBERED: Final = 1000
"""Charges that were made here and not confirmed yet, kept for their next step."""

TOKEN_PREFIX: Final = "demo_card_"  # noqa: S105 - a prefix, no secret
MAX_RACES: Final = 20
"""Lost conditional writes in a row before giving up: each means that someone else got on."""

PAYS: Final = "pays"
AUTHENTICATES: Final = "authenticates"
CARDS: Final[dict[str, str]] = {
    "4242424242424242": PAYS,
    "5555555555554444": PAYS,
    "378282246310005": PAYS,
    "4000000000000002": "card_declined",
    "4000000000009995": "insufficient_funds",
    "4000000000000069": "expired_card",
    "4000000000000127": "incorrect_cvc",
    "4000000000000119": "processing_error",
    "4000002500003155": AUTHENTICATES,
}
"""Card number → what it does: pays, asks for 3-D Secure, or declines with that code.

The numbers are Stripe's public test cards (docs.stripe.com/testing)."""

_CONFIRMABLE: Final = (
    Outcome.REQUIRES_CONFIRMATION,
    Outcome.REQUIRES_ACTION,
    Outcome.REQUIRES_PAYMENT_METHOD,
)


class DemoGateway:
    """The payment port over `DemoCharges`. `delay_ms` is how long a confirmation takes."""

    name = "demo"

    def __init__(
        self,
        charges: DemoCharges,
        *,
        delay_ms: int = 0,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._charges = charges
        self._delay_s = delay_ms / 1000
        self._now_ms = now_ms
        self._fresh: dict[str, DemoCharge] = {}

    async def create(
        self,
        *,
        amount_minor: int,
        currency: str,
        payment_token: str,
        metadata: Mapping[str, str],
        idempotency_key: str,
    ) -> PaymentState:
        """Make an unconfirmed payment; the same key again returns the first one."""
        _behaviour(payment_token)
        fault = currencies.fault(amount_minor, currency)
        if fault is not None:
            raise GatewayRejected(f"cannot charge {amount_minor} {currency}", code=fault)
        payment_id = f"demo_{secrets.token_hex(12)}"
        fresh = DemoCharge(
            payment_id=payment_id,
            idempotency_key=idempotency_key,
            fingerprint=_fingerprint(amount_minor, currency, payment_token, metadata),
            amount_minor=amount_minor,
            currency=currency,
            payment_token=payment_token,
            client_secret=f"{payment_id}_secret_{secrets.token_hex(12)}",
            created_ms=self._now_ms(),
            metadata=dict(metadata),
        )
        stored = await self._charges.add(fresh)
        if stored.fingerprint != fresh.fingerprint:
            raise _key_reused(idempotency_key)
        if stored is fresh:
            self._remember(fresh)
        return _state(stored)

    async def confirm(
        self, payment_id: str, *, payment_token: str, idempotency_key: str
    ) -> PaymentState:
        """Charge the card after the configured delay, or raise `PaymentDeclined`.

        A charge confirms at most once whatever the key, so the key is not stored.
        """
        behaviour = _behaviour(payment_token)
        if self._delay_s:
            await asyncio.sleep(self._delay_s)

        def confirmed(charge: DemoCharge) -> DemoCharge:
            if charge.outcome not in _CONFIRMABLE:
                return charge
            tried = replace(charge, payment_token=payment_token, decline_code=None)
            if behaviour == PAYS:
                return replace(tried, outcome=Outcome.SUCCEEDED)
            if behaviour == AUTHENTICATES:
                return replace(tried, outcome=Outcome.REQUIRES_ACTION)
            return replace(tried, outcome=Outcome.REQUIRES_PAYMENT_METHOD, decline_code=behaviour)

        fresh = self._fresh.pop(payment_id, None)
        return _paid_or_raise(await self._change(payment_id, confirmed, fresh))

    async def authenticate(self, client_secret: str, success: bool) -> PaymentState:
        """The buyer's 3-D Secure step. Failing is a decline; the payment can be confirmed anew.

        Raises GatewayRejected for a secret that is wrong or a payment that waits for no such step.
        """
        payment_id = client_secret.partition("_secret_")[0]

        def authenticated(charge: DemoCharge) -> DemoCharge:
            if not secrets.compare_digest(charge.client_secret.encode(), client_secret.encode()):
                raise _no_such_payment()
            if charge.outcome is Outcome.SUCCEEDED and success:
                return charge
            if charge.outcome is not Outcome.REQUIRES_ACTION:
                raise GatewayRejected(
                    f"expected a payment that waits for 3-D Secure, this one is {charge.outcome}",
                    code="payment_intent_unexpected_state",
                )
            if success:
                return replace(charge, outcome=Outcome.SUCCEEDED)
            return replace(
                charge,
                outcome=Outcome.REQUIRES_PAYMENT_METHOD,
                decline_code="payment_intent_authentication_failure",
            )

        return _state(await self._change(payment_id, authenticated))

    async def fetch(self, payment_id: str) -> PaymentState:
        """Where the payment stands now."""
        return _state(await self._get(payment_id))

    async def cancel(self, payment_id: str, *, idempotency_key: str) -> PaymentState:
        """Cancel unless it succeeded; either way the state it is in now."""

        def canceled(charge: DemoCharge) -> DemoCharge:
            return charge if charge.outcome.is_final else replace(charge, outcome=Outcome.CANCELED)

        return _state(await self._change(payment_id, canceled))

    async def refund(
        self,
        payment_id: str,
        *,
        amount_minor: int | None,
        idempotency_key: str,
        metadata: Mapping[str, str],
    ) -> RefundState:
        """Give back part or all; the same key again returns the first refund."""
        refund_id = f"demo_re_{secrets.token_hex(12)}"

        def refunded(charge: DemoCharge) -> DemoCharge:
            if _refund_by_key(charge, idempotency_key) is not None:
                return charge
            amount = _refundable(charge, amount_minor)
            given = DemoRefund(refund_id, idempotency_key, amount, dict(metadata))
            return replace(charge, refunds=(*charge.refunds, given))

        charge = await self._change(payment_id, refunded)
        refund = _refund_by_key(charge, idempotency_key)
        assert refund is not None  # noqa: S101 - `refunded` leaves one behind
        if amount_minor is not None and amount_minor != refund.amount_minor:
            raise _key_reused(idempotency_key)
        return _refund_state(charge, refund)

    async def refunds_of(self, payment_id: str) -> list[RefundState]:
        """Every refund of a payment, oldest first."""
        charge = await self._get(payment_id)
        return [_refund_state(charge, refund) for refund in charge.refunds]

    async def account(self) -> Account:
        """No money, no account."""
        return Account("", is_live=False)

    async def dispute_of(self, payment_id: str) -> Dispute | None:
        """Nobody disputes a payment that moved no money."""
        return None

    async def disputes_since(self, since_ms: int) -> list[Dispute]:
        """None; see `dispute_of`."""
        return []

    async def list_since(self, since_ms: int) -> list[PaymentState]:
        """Every payment created since, oldest first."""
        return [_state(charge) for charge in await self._charges.created_since(since_ms)]

    async def close(self) -> None:
        """Nothing to close: the store belongs to its creator."""

    def _remember(self, charge: DemoCharge) -> None:
        """Most are confirmed next, and by this process: one that others changed meanwhile is read
        again, since it is written under its version."""
        while len(self._fresh) >= REMEMBERED:
            del self._fresh[next(iter(self._fresh))]
        self._fresh[charge.payment_id] = charge

    async def _get(self, payment_id: str) -> DemoCharge:
        charge = await self._charges.get(payment_id)
        if charge is None:
            raise _no_such_payment()
        return charge

    async def _change(
        self,
        payment_id: str,
        changed: Callable[[DemoCharge], DemoCharge],
        known: DemoCharge | None = None,
    ) -> DemoCharge:
        """Read, decide, write if nobody wrote between; an unchanged charge is not written. `known`:
        what was read of it before."""
        for _ in range(MAX_RACES):
            before, known = known or await self._get(payment_id), None
            after = changed(before)
            if after is before:
                return before
            if await self._charges.replace(after):
                return after
        raise GatewayUnknown(f"the demo payment was changed by others {MAX_RACES} times in a row")


def _behaviour(payment_token: str) -> str:
    number = payment_token.removeprefix(TOKEN_PREFIX)
    if not payment_token.startswith(TOKEN_PREFIX) or number not in CARDS:
        raise TokenRejected(
            f"expected a demo token such as {TOKEN_PREFIX}4242424242424242 with one of the test "
            "cards; no other card pays here"
        )
    return CARDS[number]


def _fingerprint(
    amount_minor: int, currency: str, payment_token: str, metadata: Mapping[str, str]
) -> str:
    arguments = [amount_minor, currency, payment_token, sorted(metadata.items())]
    return hashlib.sha256(json.dumps(arguments).encode()).hexdigest()


def _refund_state(charge: DemoCharge, refund: DemoRefund) -> RefundState:
    return RefundState(
        refund.refund_id,
        charge.payment_id,
        RefundOutcome.SUCCEEDED,
        refund.amount_minor,
        charge.currency,
        refund.metadata,
    )


def _refund_by_key(charge: DemoCharge, key: str) -> DemoRefund | None:
    return next((refund for refund in charge.refunds if refund.idempotency_key == key), None)


def _refundable(charge: DemoCharge, amount_minor: int | None) -> int:
    """The amount to give back, checked against what is left."""
    if charge.outcome is not Outcome.SUCCEEDED:
        raise GatewayRejected(
            f"expected a payment that succeeded, this one is {charge.outcome}",
            code="payment_intent_unexpected_state",
        )
    left = charge.amount_minor - charge.refunded_minor
    if left == 0:
        raise AlreadyRefunded("the payment has already been refunded")
    amount = left if amount_minor is None else amount_minor
    if not 0 < amount <= left:
        raise GatewayRejected(
            f"expected a refund between 1 and {left}, got {amount}", code="amount_too_large"
        )
    return amount


def _key_reused(key: str) -> GatewayRejected:
    return GatewayRejected(
        f"idempotency key {shown(key)} was used before with other arguments",
        code="idempotency_error",
    )


def _no_such_payment() -> GatewayRejected:
    return GatewayRejected("no such payment", code="resource_missing")


def _paid_or_raise(charge: DemoCharge) -> PaymentState:
    if charge.outcome is Outcome.REQUIRES_PAYMENT_METHOD:
        raise declines.declined(charge.decline_code)
    return _state(charge)


def _state(charge: DemoCharge) -> PaymentState:
    declined = charge.outcome is Outcome.REQUIRES_PAYMENT_METHOD
    return PaymentState(
        payment_id=charge.payment_id,
        outcome=charge.outcome,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        client_secret=charge.client_secret,
        decline_code=charge.decline_code,
        message=declines.sentence(charge.decline_code) if declined else None,
        refunded_minor=charge.refunded_minor,
        metadata=charge.metadata,
        created_ms=charge.created_ms,
    )
