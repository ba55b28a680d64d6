"""One buyer: wants seats that look free, races for them, and does with a hold what the mix says."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Final

from houseful.domain.errors import HousefulError
from houseful.hammer.client.http_client import HttpClient
from houseful.hammer.client.transports import Answer, Kind, OverHttp, OverSocket, Transport
from houseful.hammer.people import payment_client
from houseful.hammer.people.identities import Identity
from houseful.hammer.people.viewer import VirtualViewer
from houseful.hammer.plan import PAYING
from houseful.hammer.run_context import RunContext, reason_of
from houseful.hammer.seat_forms import AVAILABLE, RESERVED
from houseful.hammer.verdict.record import RecordedHold
from houseful.hammer.verdict.seat_map import Node
from houseful.wire.codec import parse_iso

LOOKS: Final = 40
"""Seats looked at for a free one before the buyer rests."""

ZIPF: Final = 1.1
"""How much more the first of the hot seats are wanted than the next."""

NO_SUCH_SEATS: Final = {"best_available_not_found", "leaves_single_seat"}
"""Refusals of a choice that is not to be had, or not wanted: as good as a seat that is taken."""

USED_UP: Final = {"rate_limited", "limit_reached", "address_limit"}
"""Refusals that say: this person may not, now; the next one may."""


class Wishes:
    """Which seats are wanted: some by everybody, the others evenly. The same in all processes."""

    def __init__(self, first_seat_id: int, count: int, seed: int) -> None:
        self._seats = list(range(first_seat_id, first_seat_id + count))
        random.Random(seed).shuffle(self._seats)
        self._hot = max(1, min(count, max(10, count // 100)))
        self._weights = list(accumulate(1 / rank**ZIPF for rank in range(1, self._hot + 1)))

    def one(self, dice: random.Random, hot_share: float) -> int:
        if dice.random() < hot_share:
            return self._seats[bisect(self._weights, dice.random() * self._weights[-1])]
        return dice.choice(self._seats)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one attempt asks for. `versions`: of seats that the buyer chose; `is_stale`: one is known to
    be too old, and must be refused."""

    kind: Kind
    body: Mapping[str, Any]
    versions: Mapping[int, int] = field(default_factory=dict)
    is_stale: bool = False


class Buyer:
    """Goes on until the hall says it is over. `kept` are holds it still has then."""

    def __init__(
        self,
        hall: RunContext,
        scout: VirtualViewer,
        wishes: Wishes,
        dice: random.Random,
        *,
        over_socket: bool,
    ) -> None:
        self.kept: list[tuple[Identity, RecordedHold]] = []
        self.left: list[tuple[Identity, RecordedHold]] = []
        """Abandoned holds."""
        self.paid: list[Identity] = []
        self.unsure: list[Identity] = []
        """Who may hold something that we were not told of."""
        self._hall = hall
        self._scout = scout
        self._wishes = wishes
        self._dice = dice
        self._http = HttpClient(hall.plan.address)
        self._way: Transport = OverSocket(hall) if over_socket else OverHttp(hall, self._http)
        self._who: Identity | None = None
        self._tries = 0
        self._session = uuid.uuid4().hex[:12]
        self._units = {
            seat: unit for unit in hall.facts.units for seat in range(unit.id, unit.id + unit.seats)
        }

    async def run(self) -> None:
        try:
            while not self._hall.is_over.is_set():
                await self._hall.pace()
                if self._hall.is_over.is_set():
                    break
                try:
                    await self._shop()
                except (OSError, HousefulError) as error:
                    self._hall.recorder.error(f"buyer.{reason_of(error)}")
                    if self._who is not None:
                        self.unsure.append(self._who)
                        self._who = None
                    await asyncio.sleep(self._dice.uniform(0.1, 0.5))
        finally:
            self._way.close()
            self._http.close()

    async def _shop(self) -> None:
        node = self._scout.node
        if node is None or not self._scout.in_sync.is_set():
            await asyncio.sleep(0.05)
            return
        who = self._who
        if who is None:
            who = await self._hall.identities.next()
            await self._way.open(who)
            self._who = who
        wanted = self._choose(node)
        if wanted is None:
            self._hall.recorder.count("reserve.nothing_free")
            await asyncio.sleep(0.1)
            return
        hold = await self._reserve(who, node, wanted)
        if hold is not None:
            await self._decide(who, hold)

    def _choose(self, node: Node) -> Wanted | None:
        """None: nothing was seen free."""
        dice, plan, facts = self._dice, self._hall.plan, self._hall.facts
        number = dice.randint(1, min(plan.seats_per_hold, facts.max_seats))
        if facts.areas and (not node.house.count or dice.random() < plan.standing_share):
            area = dice.choice(facts.areas)
            return Wanted("reserve", {"areas": [{"areaId": area.id, "quantity": number}]})
        if dice.random() < plan.best_share:
            return Wanted("best_available", {"quantity": number})
        seats, is_stale = self._choose_seats(node, number)
        unit = next((one for seat in seats if (one := self._units.get(seat))), None)
        if unit is not None:
            heads = dice.randint(unit.least, unit.most)
            return Wanted("reserve", {"units": [{"unitId": unit.id, "heads": heads}]})
        chosen = [{"seatId": seat_id, "version": version} for seat_id, version in seats.items()]
        return Wanted("reserve", {"seats": chosen}, seats, is_stale) if seats else None

    def _choose_seats(self, node: Node, number: int) -> tuple[dict[int, int], bool]:
        """Seat → version; whether one is known to be too old."""
        dice, plan = self._dice, self._hall.plan
        if dice.random() < plan.stale_share:
            for _ in range(LOOKS):
                seat_id = self._wishes.one(dice, plan.hot_share)
                version = node.version(seat_id)
                if version > node.house.version_base and node.status(seat_id) in (
                    AVAILABLE,
                    RESERVED,
                ):
                    return {seat_id: version - 1}, True
        found: dict[int, int] = {}
        for _ in range(LOOKS):
            seat_id = self._wishes.one(dice, plan.hot_share)
            if node.status(seat_id) == AVAILABLE:
                found[seat_id] = node.version(seat_id)
                if len(found) == number:
                    break
        return found, False

    async def _reserve(self, who: Identity, node: Node, wanted: Wanted) -> RecordedHold | None:
        recorder = self._hall.recorder
        self._tries += 1
        session = f"{self._session}-{self._tries}"
        begin, sent_s = time.perf_counter(), time.time()
        answer = await self._way.take(wanted.kind, wanted.body, session)
        replied_s = time.time()
        recorder.latency("reserve", time.perf_counter() - begin)
        recorder.count("reserve.attempts")
        self._count_refusals(answer)
        if answer.code in USED_UP:
            await self._next_person(answer)
        if answer.code:
            return None
        if answer.uses_left == 0 and not self._hall.identities.are_fixed:
            self._who = None
        hold = self._hold(who, node, wanted.versions, answer, sent_s, replied_s)
        recorder.count("reserve.granted")
        recorder.count("reserve.seats", len(hold.seats))
        if wanted.kind == "best_available":
            recorder.count("reserve.best")
        elif "areas" in wanted.body:
            recorder.count("reserve.places", len(hold.seats))
        elif "units" in wanted.body:
            recorder.count("reserve.units")
            self._examine_units(hold)
        if wanted.is_stale:
            ((seat_id, sent),) = wanted.versions.items()
            recorder.fault(
                "double_sale",
                f"seat {seat_id} was granted to {who.user} for version {sent},"
                f" though it was known to be at version {sent + 1}",
            )
        return hold

    def _examine_units(self, hold: RecordedHold) -> None:
        seats = {seat for seat, _ in hold.seats}
        for unit in {self._units[seat] for seat in seats & self._units.keys()}:
            if not seats.issuperset(range(unit.id, unit.id + unit.seats)):
                got = ", ".join(map(str, sorted(seats)))
                fault = f"{hold.holder} was granted part of unit {unit.id}: {got}"
                self._hall.recorder.fault("units", fault)

    def _count_refusals(self, answer: Answer) -> None:
        failed = [
            one for name in ("failedSeats", "failedAreas") for one in answer.data.get(name) or ()
        ]
        for one in failed:
            self._hall.recorder.count(f"refused.{one['code']}")
        if answer.code in NO_SUCH_SEATS:
            self._hall.recorder.count(f"refused.{answer.code}")
        if answer.code and not failed and answer.code not in NO_SUCH_SEATS:
            self._hall.recorder.error(f"reserve.{answer.code}")
        elif answer.code:
            self._hall.recorder.count("reserve.refused")

    async def _next_person(self, answer: Answer) -> None:
        self._who = None
        if self._hall.identities.are_fixed:
            await asyncio.sleep(min(answer.wait_s, 5.0))

    def _hold(
        self,
        who: Identity,
        node: Node,
        sent: Mapping[int, int],
        answer: Answer,
        sent_s: float,
        replied_s: float,
    ) -> RecordedHold:
        """The commit is the deadline less the hold's length, unless clocks differ too much."""
        deadline_s = parse_iso(answer.data["expiresAt"]) / 1000 - self._hall.facts.ahead_s
        committed_s = deadline_s - self._hall.facts.hold_s
        if not sent_s - 0.001 <= committed_s <= replied_s:
            committed_s = replied_s
        unknown = -answer.data["id"]
        seats = tuple(
            (seat_id, sent[seat_id] + 1 if sent else unknown)
            for seat_id in answer.data["reservedSeatIds"]
            if seat_id in sent or not sent
        )
        recorder = self._hall.recorder
        recorder.batch.commits.extend(
            (seat, version, committed_s) for seat, version in seats if version >= 0
        )
        fates, weights = zip(*self._hall.plan.mix.items(), strict=True)
        return RecordedHold(
            holder=who.user,
            epoch=node.house.epoch,
            reservation_id=answer.data["id"],
            seats=seats,
            replied_s=replied_s,
            committed_s=committed_s,
            deadline_s=deadline_s,
            fate=self._dice.choices(fates, weights)[0],
        )

    async def _decide(self, who: Identity, hold: RecordedHold) -> None:
        if hold.fate == "abandon":
            self.left.append((who, hold))
            self._hall.recorder.batch.holds.append(hold)
            self._hall.recorder.count("holds.abandoned")
            self._who = None
        elif hold.fate == "reserve":
            self.kept.append((who, hold))
            self._who = None
        else:
            await self._hall.pace()
            if hold.fate in PAYING:
                await self._pay(who, hold)
            else:
                await self._release(who, hold)

    async def _pay(self, who: Identity, hold: RecordedHold) -> None:
        self.paid.append(who)
        begun_s = time.time()
        purchase = await payment_client.buy(self._hall, self._http, who, hold)
        if purchase.outcome == "confirmed" and hold.fate == "cancel":
            hold.ended_s = time.time()
            await payment_client.cancel(self._hall, self._http, who, purchase)
            if purchase.cancelled is False:
                hold.ended_s = None
        self._hall.recorder.batch.purchases.append(purchase)
        if purchase.outcome == "confirmed":
            hold.bought = hold.ended_s is None
            self._hall.recorder.batch.holds.append(hold)
            self._who = None
        elif purchase.outcome == "payment_declined":
            await self._release(who, hold)
        else:
            hold.ended_s = begun_s
            self._hall.recorder.batch.holds.append(hold)
            self.unsure.append(who)

    async def _release(self, who: Identity, hold: RecordedHold) -> None:
        recorder = self._hall.recorder
        hold.ended_s = min(time.time(), hold.deadline_s)
        recorder.batch.holds.append(hold)
        begin = time.perf_counter()
        answer = await self._way.release(hold.reservation_id, [seat for seat, _ in hold.seats])
        recorder.latency("release", time.perf_counter() - begin)
        if answer.code:
            recorder.error(f"release.{answer.code}")
            self.unsure.append(who)
        else:
            recorder.count("holds.released")
