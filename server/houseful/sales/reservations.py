"""Holding seats: the checks that stand before the seat store, and the answers buyers get.

Owns: the sale window, the rate limit, which seats an event has. Never: who won a seat; that is
Lua's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from logging import INFO, WARNING

from houseful.domain.errors import Conflict, InvalidRequest, NotFound, RateLimited
from houseful.domain.reasons import RESERVATION_REASONS
from houseful.domain.seat_choice.lone_seats import LoneSeats
from houseful.domain.seats import (
    Changed,
    Granted,
    Origin,
    PlacesWanted,
    Refused,
    Reservation,
    ReservationStatus,
    UnitWanted,
)
from houseful.domain.units import priced_seats
from houseful.ledger.catalog.events import EventRecord
from houseful.sales.catalog import Catalog
from houseful.sales.seat_choice import SeatChoice
from houseful.sales.seating import EventSeats
from houseful.store.limiter import Allowance, Limiter
from houseful.store.seats import SeatStore, distinct
from houseful.telemetry.log import tell
from houseful.telemetry.metrics import REFUSED_SEATS, happened
from houseful.wire.buyer import HeldUnitBody
from houseful.wire.staff import SaleState

PAST_AFTER_MS = 2 * 3_600_000
"""An event is past so long after its start: until then people look it up at the door."""

WINDOW_MS = 60_000
"""The limit counts attempts per minute."""

LOST_RACES = 12
"""Times the attempts a minute: so many lost races of a user are forgiven, the next ones count. A buyer
at a rush loses one every few seconds; a program that asks for what others took has no more than these."""

GONE = {"unknown_reservation"}
"""Reasons that mean there is no such thing for this user."""

ENDED = {
    ReservationStatus.PAYING: "in_payment",
    ReservationStatus.BOOKED: "already_booked",
    ReservationStatus.EXPIRED: "expired",
    ReservationStatus.RELEASED: "released",
}
"""Why a reservation that is not ACTIVE holds nothing that could be given back."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a buyer may do: ms of a hold, seats at once, attempts a minute; and what may
    be withheld from one address: seats at once, seats × minutes an hour. 0: any number."""

    hold_ms: int
    max_seats: int
    attempts_per_minute: int
    seats_per_address: int = 0
    seat_minutes_per_address: int = 0

    def origin(self, address: str) -> Origin:
        """What may be withheld from one address of an event; empty: it is not counted."""
        return Origin(address, self.seats_per_address, self.seat_minutes_per_address * 60_000)


@dataclass(frozen=True, slots=True)
class HeldPrices:
    """What a hold costs under its own price list; `total` is a decimal string."""

    price_list: int
    total: str


def sale_state(event: EventRecord, now_ms: int) -> SaleState:
    """`upcoming`, `open` or `closed`, as it is for an event that was called off."""
    if event.cancelled_at_ms is not None:
        return "closed"
    if event.on_sale_at_ms is not None and now_ms < event.on_sale_at_ms:
        return "upcoming"
    ends = event.off_sale_at_ms if event.off_sale_at_ms is not None else event.starts_at_ms
    return "open" if now_ms < ends else "closed"


def listed(event: EventRecord, now_ms: int) -> tuple[bool, int]:
    """Sorts events as buyers want them: those to come by start, then past ones, the latest first."""
    is_past = event.starts_at_ms + PAST_AFTER_MS <= now_ms
    return is_past, -event.starts_at_ms if is_past else event.starts_at_ms


class Reservations:
    """What buyers do with seats before they pay."""

    def __init__(
        self,
        seats: SeatStore,
        limiter: Limiter,
        catalog: Catalog,
        rules: Rules,
        clock: Callable[[], int],
        refused: Callable[[int], None] = lambda event_id: None,
        choice: SeatChoice | None = None,
        left_alone: Callable[[int], None] = lambda event_id: None,
    ) -> None:
        """`refused` is told the event of each attempt that got nothing, `left_alone` of each that the
        lone seat rule refused; without `choice` there is no such rule."""
        self._seats = seats
        self._limiter = limiter
        self._catalog = catalog
        self.rules = rules
        self._clock = clock
        self._refused = refused
        self._choice = choice
        self._left_alone = left_alone

    async def on_sale(self, event_id: int, *, is_staff: bool = False) -> EventRecord:
        """The event. Raises NotFound, Conflict (no sale now)."""
        await self._catalog.visible(event_id, is_staff=is_staff)
        event = (await self._catalog.house(event_id)).event
        self._check_sale(event)
        return event

    async def allow(self, user: str) -> Allowance:
        """Count one attempt to reserve. Raises RateLimited with the time until the next."""
        allowance = await self._limiter.attempt(
            "reserve", user, limit=self.rules.attempts_per_minute, window_ms=WINDOW_MS
        )
        if not allowance.allowed:
            seconds = -(-allowance.reset_ms // 1000)
            raise RateLimited(
                f"expected at most {allowance.limit} reservation attempts a minute;"
                f" the next is possible in {seconds} s",
                retry_after_s=seconds,
                details={"limit": allowance.limit, "remaining": 0, "resetSeconds": seconds},
            )
        return allowance

    async def reserve(
        self,
        event_id: int,
        user: str,
        session: str,
        wanted: Sequence[tuple[int, int]],
        address: str = "",
        places: Sequence[PlacesWanted] = (),
        units: Sequence[UnitWanted] = (),
        *,
        is_staff: bool = False,
    ) -> tuple[Granted | Refused, Allowance]:
        """Hold `wanted`, pairs of (seat id, version), `places` of standing areas and whole `units`; also
        says how many attempts are left.

        Raises InvalidRequest, NotFound, Conflict (no sale now; `whole_unit_only`; `leaves_single_seat`,
        for buyers), and RateLimited. An attempt counts when
        it reaches the seats: a request that is wrong in itself costs nobody anything. Nor does one
        that got nothing because others were faster, up to `LOST_RACES`.
        """
        await self._catalog.visible(event_id)
        house = await self._catalog.house(event_id)
        event = house.event
        seat_ids = [seat_id for seat_id, _ in wanted]
        units = [self._unit(house, one) for one in units]
        self._check_wanted(house, seat_ids, places, units)
        self._check_sale(event)
        allowance = await self.allow(user)
        if seat_ids and self._choice is not None and event.lone_seats != LoneSeats.OFF:
            lone = await self._choice.lone_refusal(event_id, seat_ids, is_staff=is_staff)
            if lone is not None:
                self._left_alone(event_id)
                await self._forgiven(user, allowance)
                raise lone
        answer = await self.hold(event, user, session, wanted, address, places, units)
        if isinstance(answer, Refused):
            allowance = await self.lost(event_id, user, allowance, answer)
        return answer, allowance

    async def hold(
        self,
        event: EventRecord,
        user: str,
        session: str,
        wanted: Sequence[tuple[int, int]],
        address: str,
        places: Sequence[PlacesWanted] = (),
        units: Sequence[UnitWanted] = (),
        *,
        request: str = "",
        whole: bool = False,
        replaces: int = 0,
    ) -> Granted | Refused:
        """Ask Redis for seats that were checked; see `SeatStore.reserve`."""
        happened("reservation_started").inc()
        asked = len(wanted) + sum(one.quantity for one in places) + sum(one.heads for one in units)
        tell(INFO, "reservation_started", event_id=event.id, user_id=user, seats=asked)
        answer = await self._catalog.opened(
            event.id,
            lambda: self._seats.reserve(
                event.id,
                user,
                session,
                wanted,
                hold_ms=self.rules.hold_ms,
                max_seats=self.rules.max_seats,
                price_list=event.price_list,
                origin=self.rules.origin(address),
                places=places,
                units=units,
                request=request,
                whole=whole,
                replaces=replaces,
            ),
        )
        self._log_reserve(event.id, user, answer)
        return answer

    async def lost(
        self, event_id: int, user: str, allowance: Allowance, answer: Refused
    ) -> Allowance:
        """Count an attempt that got nothing; what is left of the allowance."""
        self._refused(event_id)
        return await self._forgiven(user, allowance) if answer.outrun else allowance

    async def _forgiven(self, user: str, allowance: Allowance) -> Allowance:
        """Others were faster: the attempt does not count, unless that happens all the time."""
        limit = self.rules.attempts_per_minute
        lost = await self._limiter.attempt(
            "lost-race", user, limit=LOST_RACES * limit, window_ms=WINDOW_MS
        )
        if not lost.allowed:
            return allowance
        return await self._limiter.forgive("reserve", user, limit=limit)

    async def extend(self, event_id: int, user: str, reservation_id: int) -> Granted:
        """Raises NotFound for a reservation that is not this user's, Conflict when it is over."""
        await self._catalog.event(event_id)
        answer = await self._catalog.opened(
            event_id,
            lambda: self._seats.extend(event_id, user, reservation_id, hold_ms=self.rules.hold_ms),
        )
        if isinstance(answer, Refused):
            raise reservation_error(answer.reason)
        return answer

    async def release(self, event_id: int, user: str, reservation_id: int) -> Changed:
        """Give a whole reservation back. Raises NotFound, Conflict."""
        await self._catalog.event(event_id)
        answer = await self._catalog.opened(
            event_id,
            lambda: self._seats.release_reservation(event_id, user, reservation_id),
        )
        if isinstance(answer, Refused):
            raise reservation_error(answer.reason or "expired")
        happened("reservation_released").inc()
        tell(INFO, "reservation_released", event_id=event_id, seats=answer.seat_ids)
        return answer

    async def release_part(
        self, event_id: int, user: str, reservation_id: int, seat_ids: Sequence[int]
    ) -> Changed:
        """Give some seats of a reservation back. Raises NotFound, Conflict (`not_held`: a seat that
        this reservation does not hold; then all stay held), InvalidRequest."""
        distinct(seat_ids)
        (await self._catalog.house(event_id)).require_whole(seat_ids)
        held = await self.get(event_id, user, reservation_id)
        if held.status != ReservationStatus.ACTIVE:
            raise reservation_error(ENDED[held.status])
        foreign = [seat_id for seat_id in seat_ids if seat_id not in held.seat_ids]
        answer = None if foreign else await self.release_seats(event_id, user, seat_ids)
        if not isinstance(answer, Changed):
            raise Conflict(
                f"reservation {reservation_id} does not hold all of these seats",
                code="not_held",
                details={"seatIds": foreign or list(seat_ids)},
            )
        return answer

    async def held_places(
        self, event_id: int, user: str, given: Mapping[int, int | None], reservation_id: int = 0
    ) -> list[int]:
        """The places to give back: area → how many, None for all that the user holds there, or holds in
        the one reservation. Raises InvalidRequest for an area the event does not have, Conflict where
        the user holds fewer."""
        house = await self._catalog.house(event_id)
        self._check_areas(house, given)
        holds = await self.list(event_id, user) if given else []
        seat_ids = [
            seat_id
            for hold in holds
            if hold.status == ReservationStatus.ACTIVE
            and reservation_id in {0, hold.reservation_id}
            for seat_id in hold.seat_ids
        ]
        held, chosen = house.places(seat_ids), []
        for area_id, quantity in given.items():
            mine = held.get(area_id, [])
            if not mine or len(mine) < (quantity or 0):
                raise Conflict(
                    f"expected at most {len(mine)} places of area {area_id}, got {quantity or 'all'}",
                    code="not_held",
                )
            chosen += mine[-quantity:] if quantity else mine
        return chosen

    async def release_seats(
        self, event_id: int, user: str, seat_ids: Sequence[int]
    ) -> Changed | Refused:
        house = await self._catalog.house(event_id)
        self._check_seats(house.event, seat_ids)
        house.require_whole(seat_ids)
        return await self._catalog.opened(
            event_id, lambda: self._seats.release(event_id, user, seat_ids)
        )

    async def list(self, event_id: int, user: str) -> list[Reservation]:
        await self._catalog.event(event_id)
        return await self._catalog.opened(
            event_id, lambda: self._seats.reservations(event_id, user)
        )

    async def get(self, event_id: int, user: str, reservation_id: int) -> Reservation:
        """Raises NotFound."""
        await self._catalog.event(event_id)
        found = await self._catalog.opened(
            event_id, lambda: self._seats.reservation(event_id, user, reservation_id)
        )
        if found is None:
            raise reservation_error("unknown_reservation")
        return found

    async def prices(self, event_id: int, hold: Granted | Reservation) -> HeldPrices:
        """What the hold's seats cost with default tickets and all fees, before any discount."""
        house = await self._catalog.house(event_id)
        prices = await self._catalog.price_list(event_id, hold.price_list)
        people = [seat_id for seat_id in hold.seat_ids if seat_id not in hold.closed]
        units = house.unit_ids(people) if prices.per_table else {}
        seats = (house.seat(seat_id) for seat_id in priced_seats(people, units))
        total = sum(prices.by_category.get(seat.category, 0) for seat in seats)
        if total:
            total += prices.fees.per_order_minor
        return HeldPrices(prices.number, house.price(total))

    async def units(self, event_id: int, hold: Granted | Reservation) -> Sequence[HeldUnitBody]:
        """The tables and boxes that the hold has, with how many people sit there."""
        house = await self._catalog.house(event_id)
        return tuple(
            {"unitId": unit.unit_id, "heads": len(set(some) - hold.closed)}
            for unit, some in house.units_among(hold.seat_ids).items()
        )

    async def places(self, event_id: int, hold: Granted | Reservation) -> dict[int, int]:
        """Area → how many places of it the hold has."""
        house = await self._catalog.house(event_id)
        return {area: len(held) for area, held in house.places(hold.seat_ids).items()}

    def _check_wanted(
        self,
        house: EventSeats,
        seat_ids: Sequence[int],
        places: Sequence[PlacesWanted],
        units: Sequence[UnitWanted],
    ) -> None:
        """Raises InvalidRequest, NotFound, Conflict; standing places are asked for by number alone, and
        a table or box that is larger than the limit alone."""
        self._check_areas(house, [one.area_id for one in places])
        whole = [unit for one in units if (unit := house.unit_of(one.unit_id))]
        among = house.units_among(seat_ids)
        number = sum(one.quantity for one in places) + sum(unit.size for unit in whole)
        is_one_unit = len({*whole, *among}) == 1 and not places
        if seat_ids or not (places or units):
            self._check_seats(house.event, seat_ids, any_number=is_one_unit)
        house.require_whole(
            seat for unit, some in among.items() if unit not in whole for seat in some
        )
        others = len(seat_ids) - sum(map(len, among.values()))
        if not is_one_unit or others:
            self.check_number(number + len(seat_ids))
        standing = list(house.places(seat_ids))
        if standing:
            raise InvalidRequest(
                f"seats: expected places of area {standing[0]} by number, in areas, not by seat",
                code="standing_place",
            )

    @staticmethod
    def _check_areas(house: EventSeats, area_ids: Iterable[int]) -> None:
        known, seen = {area.id for area in house.areas}, set()
        for area_id in area_ids:
            if area_id not in known:
                raise NotFound(
                    f"event {house.event.id} has no standing area {area_id}", code="unknown_area"
                )
            if area_id in seen:
                raise InvalidRequest(
                    f"expected each area once, got area {area_id} twice", code="duplicate_area"
                )
            seen.add(area_id)

    @staticmethod
    def _unit(house: EventSeats, wanted: UnitWanted) -> UnitWanted:
        """With the number of people. Raises NotFound, InvalidRequest."""
        unit = house.unit_of(wanted.unit_id)
        if unit is None or unit.unit_id != wanted.unit_id:
            raise NotFound(
                f"event {house.event.id} sells no table or box {wanted.unit_id} whole",
                code="unknown_unit",
            )
        heads = wanted.heads or unit.most
        if not unit.least <= heads <= unit.most:
            raise InvalidRequest(
                f"heads: expected {unit.least} to {unit.most}, got {heads}",
                code="unit_heads",
                details={"unitId": unit.unit_id, "least": unit.least, "most": unit.most},
            )
        return UnitWanted(unit.unit_id, heads)

    def _check_seats(
        self, event: EventRecord, seat_ids: Sequence[int], *, any_number: bool = False
    ) -> None:
        distinct(seat_ids)
        if not any_number:
            self.check_number(len(seat_ids))
        unknown = [
            seat_id
            for seat_id in seat_ids
            if not 0 <= seat_id - event.first_seat_id < event.seat_count
        ]
        if unknown:
            raise NotFound(
                f"event {event.id} has no seat {unknown[0]}",
                code="unknown_seat",
                details={"seatIds": unknown},
            )

    def check_number(self, seats: int) -> None:
        if seats > self.rules.max_seats:
            raise InvalidRequest(
                f"expected at most {self.rules.max_seats} seats, got {seats}", code="too_many_seats"
            )

    def _check_sale(self, event: EventRecord) -> None:
        state = sale_state(event, self._clock())
        if state == "upcoming":
            raise Conflict("the sale has not begun yet", code="sale_not_open")
        if state == "closed":
            raise Conflict("the sale is over", code="sale_closed")

    @staticmethod
    def _log_reserve(event_id: int, user: str, answer: Granted | Refused) -> None:
        stale = [seat.seat_id for seat in answer.failed if seat.reason == "stale_version"]
        failed = [seat.reason for seat in answer.failed]
        for reason in failed + [area.reason for area in answer.failed_areas]:
            REFUSED_SEATS.labels(reason).inc()
        if stale:
            happened("optimistic_lock_conflict").inc()
            tell(WARNING, "optimistic_lock_conflict", event_id=event_id, seat_ids=stale)
        if isinstance(answer, Granted):
            happened("reservation_success").inc()
            tell(
                INFO,
                "reservation_success",
                event_id=event_id,
                reservation_id=answer.reservation_id,
                user_id=user,
                seat_ids=answer.seat_ids,
                failed=len(answer.failed),
                expires_at_ms=answer.deadline_ms,
            )


def reservation_error(reason: str) -> NotFound | Conflict:
    """The failure that a refused extend, release or look-up is, by its reason code."""
    kind = NotFound if reason in GONE else Conflict
    return kind(RESERVATION_REASONS[reason], code=reason)
