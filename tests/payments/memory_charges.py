"""`DemoCharges` in memory, for tests without SQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from houseful.domain.demo_charge import DemoCharge


class MemoryDemoCharges:
    """Each call yields to the loop once, so that races are as they would be with SQL, unless `at_once`."""

    def __init__(self, *, at_once: bool = False) -> None:
        self._at_once = at_once
        self.by_id: dict[str, DemoCharge] = {}
        self.lost_races = 0

    async def add(self, charge: DemoCharge) -> DemoCharge:
        await self._pause()
        for stored in self.by_id.values():
            if stored.idempotency_key == charge.idempotency_key:
                return stored
        self.by_id[charge.payment_id] = charge
        return charge

    async def get(self, payment_id: str) -> DemoCharge | None:
        await self._pause()
        return self.by_id.get(payment_id)

    async def replace(self, charge: DemoCharge) -> bool:
        await self._pause()
        stored = self.by_id.get(charge.payment_id)
        if stored is None or stored.version != charge.version:
            self.lost_races += 1
            return False
        self.by_id[charge.payment_id] = replace(charge, version=charge.version + 1)
        return True

    async def created_since(self, since_ms: int) -> list[DemoCharge]:
        await self._pause()
        return [charge for charge in self.by_id.values() if charge.created_ms >= since_ms]

    async def _pause(self) -> None:
        if not self._at_once:
            await asyncio.sleep(0)
