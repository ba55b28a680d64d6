"""The geometry documents of plans as they go over the wire: made once each, in a thread."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from typing import Final

from houseful.ledger.catalog.plans import StoredPlan
from houseful.plans import geometry
from houseful.sales.single_flight import SingleFlight
from houseful.wire.codec import encode

PLANS: Final = 32
"""Encoded geometries kept; a stadium's is about 700 KB plain and 200 KB zipped."""

Encoded = tuple[str, bytes, bytes]
"""(tag, plain, zipped)"""


class Geometries:
    """What plans look like, by plan id; a plan never changes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Encoded] = OrderedDict()
        self._flights: SingleFlight[int, Encoded] = SingleFlight()

    async def of(self, stored: StoredPlan) -> Encoded:
        found = self._kept.get(stored.plan_id)
        return found or await self._flights.run(stored.plan_id, lambda: self._make(stored))

    async def _make(self, stored: StoredPlan) -> Encoded:
        made = await asyncio.to_thread(_encode, stored)
        self._kept[stored.plan_id] = made
        while len(self._kept) > PLANS:
            self._kept.popitem(last=False)
        return made


def _encode(stored: StoredPlan) -> Encoded:
    plain = encode(geometry.encode(stored.plan, stored.first_seat_id))
    tag = hashlib.sha256(plain).hexdigest()[:16]
    return tag, plain, gzip.compress(plain, 9, mtime=0)
