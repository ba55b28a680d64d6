"""What the checkout stands on, in one value that every module of it is given."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from logging import INFO, WARNING
from typing import TypeVar

import structlog

from houseful.checkout.crash_points import Reached, nowhere
from houseful.checkout.payment_attempts import PaymentAttempts
from houseful.clock import clock_ms as clock_ms
from houseful.domain.errors import Unavailable
from houseful.domain.prices.pricing import PricedSeat
from houseful.ledger.claims import ClaimedEvent
from houseful.ledger.upkeep import house
from houseful.payments.gateway import Gateway
from houseful.sql.database import Database
from houseful.store.seats import SeatStore, Unopened
from houseful.telemetry.log import tell
from houseful.telemetry.metrics import HAPPENINGS

T = TypeVar("T")
log = structlog.get_logger()

Record = Callable[[str, Mapping[str, object]], None]


SoldWith = Callable[[int, Sequence[int]], Awaitable[Mapping[int, int]]]
"""Event and seat ids → of each seat that is sold with a whole table or box, the first seat of that.
Raises Conflict `whole_unit_only` where only part of one is named."""


async def by_seat(event_id: int, seat_ids: Sequence[int]) -> Mapping[int, int]:
    """`SoldWith` of plans without such tables."""
    return {}


def write_log(what: str, facts: Mapping[str, object]) -> None:
    """One structured line per happening, and one more on its counter."""
    HAPPENINGS.labels(what).inc()
    tell(WARNING if what == "payment_failed" else INFO, what, **facts)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long things may take. `pay_ms`: from begin to a payment we know of; `action_ms`: for the
    buyer's 3-D Secure; `cancel_before_ms`: until when before the start owners may cancel."""

    max_seats: int = 10
    pay_ms: int = 60_000
    action_ms: int = 300_000
    lease_ms: int = 3_000
    """Renewed each second while somebody works under it."""
    key_ms: int = 24 * 3600 * 1000
    cancel_before_ms: int = 24 * 3600 * 1000
    answer_within_s: float = 11.0
    refunds_per_hour: int = 20
    """Refunds that nobody ordered; above that staff decide."""
    issues_receipts: bool = False
    """Whether somebody said who sells, so that papers can say so."""


@dataclass(frozen=True, slots=True)
class CheckoutContext:
    """The checkout's surroundings. `open_event` rebuilds an event's seats in Redis from SQL."""

    database: Database
    seats: SeatStore
    gateway: Gateway
    open_event: Callable[[int], Awaitable[object]]
    sold_with: SoldWith = by_seat
    sends_mail: bool = False
    terms: Terms = field(default_factory=Terms)
    attempts: PaymentAttempts = field(default_factory=PaymentAttempts)
    now_ms: Callable[[], int] = clock_ms
    reached: Reached = nowhere
    record: Record = write_log
    worker_id: str = field(default_factory=lambda: secrets.token_hex(8))
    kept: set[int] = field(default_factory=set)
    """Promises kept and not yet marked done; the relay does so many at once."""
    shown: dict[int, tuple[Sequence[PricedSeat], ClaimedEvent | None]] = field(default_factory=dict)
    """What the answers of purchases under way will show, by booking: saves reading it again."""
    answered: dict[int, str] = field(default_factory=dict)
    """The answers that were committed for purchases under way, by booking: as they are stored."""
    working: dict[str, int] = field(default_factory=dict)
    """Leases that are worked under, lease → booking: the next beat renews them."""
    _leases: itertools.count[int] = field(default_factory=itertools.count)
    _house: list[str] = field(default_factory=list)

    async def house_id(self) -> str:
        """Which house this is; read once, because it never changes."""
        if not self._house:
            self._house.append((await self.database.query(house.get)).house_id)
        return self._house[0]

    async def opened(self, event_id: int, move: Callable[[], Awaitable[T]]) -> T:
        """The result of `move`. An event that Redis does not know is opened from SQL before; its
        holds are then gone. Raises Unavailable."""
        for _ in range(2):
            try:
                return await move()
            except Unopened:
                await self.open_event(event_id)
        raise Unavailable("the event's seats are being rebuilt", retry_after_s=1)

    @contextmanager
    def leasing(self, lease: str, booking_id: int) -> Iterator[None]:
        """The lease is renewed for as long as the block lasts; one that is not let go of then runs
        out by itself."""
        is_outer = lease not in self.working
        self.working[lease] = booking_id
        try:
            yield
        finally:
            if is_outer:
                del self.working[lease]

    def new_lease(self) -> str:
        """A name nobody else has: this worker and a number."""
        return f"{self.worker_id}:{next(self._leases)}"
