"""Seats and holds in the staff's hands: off sale, on sale again, given back."""

from __future__ import annotations

from collections import Counter

from starlette.responses import Response

from houseful.domain.seats import PlacesWanted
from houseful.sales.party_wish import PartyWish, some
from houseful.staff.blocking import Choice
from houseful.web.buyer.reservations import seats_word
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.buyer import ReleasedBody
from houseful.wire.codec import iso
from houseful.wire.frames import failed_seats, seconds_left
from houseful.wire.staff import (
    AddressReleaseRequest,
    BlockBody,
    BlockRequest,
    ChangedSeatsBody,
    HoldBody,
    ReasonRequest,
    ReleasedAddressBody,
    UnblockRequest,
)

BLOCK_BODY_LIMIT = 256 * 1024
"""5,000 seat ids of up to 16 digits."""


async def block_seats(call: Call) -> Response:
    """Take free seats off sale. Seats that somebody holds or has bought are named in `failedSeats`."""
    body = await call.body(BlockRequest, limit=BLOCK_BODY_LIMIT)
    event_id, wanted = call.id("event_id"), choice(body)
    if body.best is not None:
        best = body.best
        party = PartyWish(best.quantity, some(best.categories), some(best.sections))
        wanted = Choice(await call.context.best_available.proposed(event_id, party))
    changed, failed = await call.context.staff.blocking.block(
        event_id, wanted, who=call.user.id, reason=body.reason
    )
    data = {"seatIds": changed, "failedSeats": failed_seats(failed)}
    return ok(data, f"Blocked {seats_word(len(changed))}")


async def unblock_seats(call: Call) -> Response:
    """Put blocked seats on sale again."""
    body = await call.body(UnblockRequest, limit=BLOCK_BODY_LIMIT)
    changed, failed = await call.context.staff.blocking.unblock(
        call.id("event_id"), choice(body), who=call.user.id, reason=body.reason
    )
    data = {"seatIds": changed, "failedSeats": failed_seats(failed)}
    return ok(data, f"Unblocked {seats_word(len(changed))}")


def choice(body: UnblockRequest) -> Choice:
    area = body.area
    places = PlacesWanted(area.areaId, area.quantity) if area else None
    return Choice(body.seatIds or (), body.section, places)


async def list_blocks(call: Call) -> Response:
    house, blocks = await call.context.staff.blocking.listed(call.id("event_id"))
    views = [
        house.seat(block.seat_id).view
        | {"reason": block.reason, "who": block.who, "at": iso(block.at_ms)}
        for block in blocks
    ]
    return ok(views, "Blocked seats retrieved successfully")


async def list_holds(call: Call) -> Response:
    """Everybody's holds, those that are being paid for among them."""
    house, holds = await call.context.staff.holds.listed(call.id("event_id"))
    from_address = Counter[str]()
    for hold in holds:
        from_address[hold.address] += len(hold.reservation.seat_ids)
    views = [
        {
            "id": hold.reservation.reservation_id,
            "status": hold.reservation.status,
            "seatIds": list(hold.reservation.seat_ids),
            "seatNumbers": [house.seat(seat).number for seat in hold.reservation.seat_ids],
            "seats": [house.seat(seat).view for seat in hold.reservation.seat_ids],
            "userId": hold.user,
            "address": hold.address or None,
            "addressSeats": from_address[hold.address] if hold.address else None,
            "createdAt": iso(hold.reservation.created_ms),
            "expiresAt": iso(hold.reservation.deadline_ms),
            "expiresInSeconds": seconds_left(hold.reservation.deadline_ms, hold.reservation.now_ms),
        }
        for hold in holds
    ]
    return ok(views, "Holds retrieved successfully")


async def release_address(call: Call) -> Response:
    """Give back all that is held from one address; what is being paid for stays."""
    body = await call.body(AddressReleaseRequest)
    released = await call.context.staff.holds.release_address(
        call.id("event_id"), body.address, who=call.user.id, reason=body.reason
    )
    data = {"address": body.address, "releasedSeatIds": released}
    return ok(data, f"Released {seats_word(len(released))}")


async def release_hold(call: Call) -> Response:
    """Give somebody's seats back; not while they are being paid for."""
    body = await call.body(ReasonRequest)
    reservation_id = call.id("reservation_id")
    done = await call.context.staff.holds.release(
        call.id("event_id"), reservation_id, who=call.user.id, reason=body.reason
    )
    data = {"id": reservation_id, "releasedSeatIds": list(done.seat_ids)}
    return ok(data, f"Released {seats_word(len(done.seat_ids))}")


PATH = "/events/{event_id:int}"
OPERATIONS = (
    Operation(
        "POST",
        PATH + "/block",
        block_seats,
        "Take seats off sale",
        role="venue",
        request=BlockRequest,
        answers={200: ChangedSeatsBody},
        parameters=("Request-Key",),
    ),
    Operation(
        "POST",
        PATH + "/unblock",
        unblock_seats,
        "Put seats on sale again",
        role="venue",
        request=UnblockRequest,
        answers={200: ChangedSeatsBody},
        parameters=("Request-Key",),
    ),
    Operation(
        "GET",
        PATH + "/blocks",
        list_blocks,
        "Seats off sale, with who and why",
        role="venue",
        answers={200: list[BlockBody]},
    ),
    Operation(
        "GET",
        PATH + "/holds",
        list_holds,
        "What everybody holds",
        role="venue",
        answers={200: list[HoldBody]},
    ),
    Operation(
        "POST",
        PATH + "/holds/release",
        release_address,
        "Give back all that is held from one address",
        role="venue",
        request=AddressReleaseRequest,
        answers={200: ReleasedAddressBody},
    ),
    Operation(
        "POST",
        PATH + "/holds/{reservation_id:int}/release",
        release_hold,
        "Give somebody's hold back",
        role="venue",
        request=ReasonRequest,
        answers={200: ReleasedBody},
        errors=(409,),
    ),
)
