"""The demo gateway as Stripe behaves: it remembers what was answered under a key, outlives our
database, serves other houses on the same account, and tells of changes late, twice or never.

Owns: charges, keys. Its rules for keys are those of docs.stripe.com/api/idempotent_requests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from houseful.domain.demo_charge import DemoCharge
from houseful.domain.errors import HousefulError
from houseful.payments.demo import DemoGateway
from houseful.payments.gateway import (
    Account,
    Dispute,
    GatewayRejected,
    GatewayUnknown,
    Outcome,
    PaymentState,
    RefundState,
)
from tests.payments.memory_charges import MemoryDemoCharges
from tests.simulation.faults import Caller, Faults, Service

T = TypeVar("T")


class GatewayAccount:
    """The account. `changed` hears of each payment that became another."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self.charges = MemoryDemoCharges(at_once=True)
        self.gateway = DemoGateway(self.charges, now_ms=now_ms)
        self.changed: Callable[[PaymentState], None] = lambda state: None
        self._answered: dict[str, tuple[str, Any]] = {}

    def keyed(self, key: str, what: str, facts: object, act: Callable[[], T]) -> T:
        """Do it once per key; asked again, the same answer."""
        asked = json.dumps([what, facts], sort_keys=True, default=str)
        known = self._answered.get(key)
        if known is not None:
            if known[0] != asked:
                raise GatewayRejected(
                    f"{key!r} was used with other arguments", code="idempotency_error"
                )
            if isinstance(known[1], HousefulError):
                raise known[1]
            found: T = known[1]
            return found
        try:
            answer: Any = act()
        except HousefulError as error:
            self._answered[key] = (asked, error)
            raise
        self._answered[key] = (asked, answer)
        return answer  # type: ignore[no-any-return]

    def stray(self, house_id: str, number: int, now_ms: int) -> None:
        """Another house's payment on the same account."""
        charge = DemoCharge(
            payment_id=f"foreign_{number}",
            idempotency_key=f"foreign_{number}",
            fingerprint="",
            amount_minor=4_200,
            currency="EUR",
            payment_token="demo_card_4242424242424242",
            client_secret="x",
            created_ms=now_ms,
            metadata={"house": house_id, "houseful": "BK-2027-000001", "booking": "1"},
        )
        self.charges.by_id[charge.payment_id] = replace(charge, outcome=Outcome.SUCCEEDED)


def state_of(account: GatewayAccount, payment_id: str) -> PaymentState:
    return at_once(account.gateway.fetch(payment_id))


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of work that never suspends."""
    try:
        work.send(None)
    except StopIteration as done:
        found: T = done.value
        return found
    raise RuntimeError("expected work that does not wait")


class GatewayClient:
    """One process's way to the account; a `Gateway`."""

    name = "stripe"

    def __init__(self, account: GatewayAccount, faults: Faults, caller: Caller) -> None:
        self._account, self._faults, self._caller = account, faults, caller

    async def _call(self, what: str, act: Callable[[], T]) -> T:
        def broken() -> BaseException:
            return GatewayUnknown(f"no answer to {what}")

        return await self._faults.call(self._caller, Service.GATEWAY, what, act, broken)

    async def create(self, *, idempotency_key: str, **asked: Any) -> PaymentState:
        gateway = self._account.gateway
        return await self._call(
            "create",
            lambda: self._account.keyed(
                idempotency_key,
                "create",
                {**asked, "metadata": dict(asked["metadata"])},
                lambda: at_once(gateway.create(idempotency_key=idempotency_key, **asked)),
            ),
        )

    async def confirm(
        self, payment_id: str, *, payment_token: str, idempotency_key: str
    ) -> PaymentState:
        def act() -> PaymentState:
            return self._changing(
                at_once(
                    self._account.gateway.confirm(
                        payment_id, payment_token=payment_token, idempotency_key=idempotency_key
                    )
                )
            )

        return await self._call(
            "confirm",
            lambda: self._account.keyed(
                idempotency_key, "confirm", [payment_id, payment_token], act
            ),
        )

    async def fetch(self, payment_id: str) -> PaymentState:
        return await self._call("fetch", lambda: state_of(self._account, payment_id))

    async def cancel(self, payment_id: str, *, idempotency_key: str) -> PaymentState:
        return await self._call(
            "cancel",
            lambda: self._changing(
                at_once(self._account.gateway.cancel(payment_id, idempotency_key=idempotency_key))
            ),
        )

    async def refund(
        self,
        payment_id: str,
        *,
        amount_minor: int | None,
        idempotency_key: str,
        metadata: Mapping[str, str],
    ) -> RefundState:
        def act() -> RefundState:
            given = at_once(
                self._account.gateway.refund(
                    payment_id,
                    amount_minor=amount_minor,
                    idempotency_key=idempotency_key,
                    metadata=metadata,
                )
            )
            self._account.changed(state_of(self._account, payment_id))
            return given

        return await self._call(
            "refund",
            lambda: self._account.keyed(idempotency_key, "refund", [payment_id, amount_minor], act),
        )

    async def refunds_of(self, payment_id: str) -> list[RefundState]:
        return await self._call(
            "refunds_of", lambda: at_once(self._account.gateway.refunds_of(payment_id))
        )

    def _changing(self, state: PaymentState) -> PaymentState:
        self._account.changed(state)
        return state

    async def account(self) -> Account:
        return Account("acct_simulated", is_live=False)

    async def dispute_of(self, payment_id: str) -> Dispute | None:
        return None

    async def disputes_since(self, since_ms: int) -> list[Dispute]:
        return []

    async def list_since(self, since_ms: int) -> list[PaymentState]:
        return await self._call("list", lambda: at_once(self._account.gateway.list_since(since_ms)))

    async def close(self) -> None:
        """Nothing to let go of."""
