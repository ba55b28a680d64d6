"""Reservations over HTTP: reserve, look, extend, give back."""

from __future__ import annotations

from starlette.responses import Response

from houseful.domain.seats import Granted, Refused, Reservation
from houseful.sales.best_available import best_view
from houseful.sales.party_wish import party_wish
from houseful.store.limiter import Allowance
from houseful.web.clients import counted_address
from houseful.web.envelope import ok, rate_limit_headers, refused
from houseful.web.operations import Call, Operation
from houseful.wire.buyer import (
    BestGrantedBody,
    BestRefusedBody,
    ExtendRequest,
    GrantedBody,
    ReleasedBody,
    ReleaseRequest,
    ReservationBody,
    ReserveRefusedBody,
    ReserveRequest,
)
from houseful.wire.codec import iso
from houseful.wire.commands import PartyRequest
from houseful.wire.frames import failed_data, granted_data, places_data, refusal, seconds_left


async def create_reservation(call: Call) -> Response:
    """Hold what can be held: 201 with all or some of the seats, 409 with none."""
    body = await call.body(ReserveRequest)
    answer, allowance = await call.context.reservations.reserve(
        call.id("event_id"),
        call.user.id,
        body.sessionId,
        body.pairs(),
        counted_address(call.request, call.context) or "",
        body.places(),
        body.whole_units(),
        is_staff=call.user.is_staff,
    )
    if isinstance(answer, Granted):
        view = await granted_view(call, answer)
        return ok(view, granted_message(answer), 201, allowance_headers(allowance))
    return conflict(answer, allowance)


async def create_best_available(call: Call) -> Response:
    """Hold the best seats for a party: 201 with all of them, 409 with none."""
    body = await call.body(PartyRequest)
    event_id = call.id("event_id")
    answer, allowance = await call.context.best_available.reserve(
        event_id,
        call.user.id,
        body.sessionId,
        party_wish(body),
        counted_address(call.request, call.context) or "",
        is_staff=call.user.is_staff,
    )
    if isinstance(answer, Refused):
        return conflict(answer, allowance)
    reservations = call.context.reservations
    priced = await reservations.prices(event_id, answer.granted)
    places = await reservations.places(event_id, answer.granted)
    units = await reservations.units(event_id, answer.granted)
    view = best_view(answer, priced, places, units)
    return ok(view, granted_message(answer.granted), 201, allowance_headers(allowance))


def allowance_headers(allowance: Allowance) -> dict[str, str]:
    return rate_limit_headers(allowance.limit, allowance.remaining, -(-allowance.reset_ms // 1000))


def conflict(answer: Refused, allowance: Allowance) -> Response:
    """409 with each seat's reason."""
    code, message = refusal(answer)
    headers = allowance_headers(allowance)
    return refused(409, code, message, data=failed_data(answer), headers=headers)


async def list_reservations(call: Call) -> Response:
    event_id = call.id("event_id")
    found = await call.context.reservations.list(event_id, call.user.id)
    views = [await reservation_view(call, event_id, reservation) for reservation in found]
    return ok(views, "Reservations retrieved successfully")


async def get_reservation(call: Call) -> Response:
    event_id = call.id("event_id")
    found = await call.context.reservations.get(event_id, call.user.id, call.id("reservation_id"))
    view = await reservation_view(call, event_id, found)
    return ok(view, "Reservation retrieved successfully")


async def extend_reservation(call: Call) -> Response:
    await call.body(ExtendRequest, optional=True)
    granted = await call.context.reservations.extend(
        call.id("event_id"), call.user.id, call.id("reservation_id")
    )
    return ok(await granted_view(call, granted), "Reservation extended")


async def delete_reservation(call: Call) -> Response:
    reservation_id = call.id("reservation_id")
    changed = await call.context.reservations.release(
        call.id("event_id"), call.user.id, reservation_id
    )
    data = {"id": reservation_id, "releasedSeatIds": list(changed.seat_ids)}
    return ok(data, f"Released {seats_word(len(changed.seat_ids))}")


async def release_seats(call: Call) -> Response:
    """Some seats of one reservation go, the rest stays; the last seat ends it."""
    body = await call.body(ReleaseRequest)
    reservation_id = call.id("reservation_id")
    event_id, user = call.id("event_id"), call.user.id
    places = await call.context.reservations.held_places(
        event_id, user, body.places(), reservation_id
    )
    changed = await call.context.reservations.release_part(
        event_id, user, reservation_id, body.seatIds + places
    )
    data = {"id": reservation_id, "releasedSeatIds": list(changed.seat_ids)}
    return ok(data, f"Released {seats_word(len(changed.seat_ids))}")


def granted_message(granted: Granted) -> str:
    """The sentences that the contract fixes."""
    taken = len(granted.seat_ids)
    if granted.failed or granted.failed_areas:
        failed = len(granted.failed) + len(granted.failed_areas)
        return f"Reserved {seats_word(taken)}, {failed} failed"
    return f"Successfully reserved {seats_word(taken)}"


def seats_word(count: int) -> str:
    return f"{count} seat" if count == 1 else f"{count} seats"


async def granted_view(call: Call, granted: Granted) -> GrantedBody:
    priced = await call.context.reservations.prices(call.id("event_id"), granted)
    places = await call.context.reservations.places(call.id("event_id"), granted)
    units = await call.context.reservations.units(call.id("event_id"), granted)
    return granted_data(granted, priced.price_list, priced.total, places, units)


async def reservation_view(call: Call, event_id: int, reservation: Reservation) -> ReservationBody:
    priced = await call.context.reservations.prices(event_id, reservation)
    view: ReservationBody = {
        "id": reservation.reservation_id,
        "eventId": event_id,
        "status": reservation.status.value,
        "seatIds": list(reservation.seat_ids),
        "createdAt": iso(reservation.created_ms),
        "expiresAt": iso(reservation.deadline_ms),
        "expiresInSeconds": seconds_left(reservation.deadline_ms, reservation.now_ms),
        "priceList": priced.price_list,
        "total": priced.total,
        "reason": "staff" if reservation.is_withdrawn else None,
    }
    if places := await call.context.reservations.places(event_id, reservation):
        view["places"] = places_data(places)
    if units := await call.context.reservations.units(event_id, reservation):
        view["units"] = list(units)
    return view


PATH = "/events/{event_id:int}/reservations"
ONE = PATH + "/{reservation_id:int}"
OPERATIONS = (
    Operation(
        "POST",
        PATH,
        create_reservation,
        "Hold seats until a deadline; what cannot be had is named",
        request=ReserveRequest,
        answers={201: GrantedBody, 409: ReserveRefusedBody},
        errors=(429,),
        parameters=("Request-Key",),
    ),
    Operation(
        "POST",
        PATH + "/best-available",
        create_best_available,
        "Hold the best seats for a party",
        request=PartyRequest,
        answers={201: BestGrantedBody, 409: BestRefusedBody},
        errors=(429,),
        parameters=("Request-Key",),
    ),
    Operation(
        "GET",
        PATH,
        list_reservations,
        "What I hold or am paying for",
        answers={200: list[ReservationBody]},
    ),
    Operation(
        "GET",
        ONE,
        get_reservation,
        "One of my reservations, for an hour after it ended",
        answers={200: ReservationBody},
    ),
    Operation(
        "PATCH",
        ONE,
        extend_reservation,
        "Ask for another hold, at most twice the hold after the first",
        request=ExtendRequest,
        answers={200: GrantedBody},
        errors=(409,),
    ),
    Operation(
        "DELETE",
        ONE,
        delete_reservation,
        "Give the seats back",
        answers={200: ReleasedBody},
        errors=(409,),
    ),
    Operation(
        "POST",
        ONE + "/release",
        release_seats,
        "Give some of the seats back and keep the others",
        request=ReleaseRequest,
        answers={200: ReleasedBody},
        errors=(409,),
    ),
)
