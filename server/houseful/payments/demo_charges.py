"""The store that the demo gateway asks for.

It is injected (SQL in the server, memory in tests), so that a demo charge survives a killed
server exactly as a charge at Stripe would.
"""

from __future__ import annotations

from typing import Protocol

from houseful.domain.demo_charge import DemoCharge


class DemoCharges(Protocol):
    """A durable store of demo charges. One transaction a call; any may raise `Unavailable`."""

    async def add(self, charge: DemoCharge) -> DemoCharge:
        """Insert unless a charge with this `idempotency_key` exists; return the stored one.

        Two racing calls with one key must return the same row.
        """

    async def get(self, payment_id: str) -> DemoCharge | None:
        """The charge, or None."""

    async def replace(self, charge: DemoCharge) -> bool:
        """Store the changeable parts: `payment_token, outcome, decline_code, refunds`.

        Only where the stored `version` still equals `charge.version`, which then rises by one.
        False when it does not (someone was faster) or there is no such charge; nothing changed.
        """

    async def created_since(self, since_ms: int) -> list[DemoCharge]:
        """Charges with `created_ms >= since_ms`, oldest first."""
