"""What travels on a live socket, and the bytes a prepared frame consists of.

Frames are plain dictionaries made here and only here; their models are
`houseful.wire.frame_shapes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast

from houseful.domain.reasons import AREA_REASONS, SEAT_REASONS
from houseful.domain.seats import (
    WIRE_STATUS,
    WIRE_STATUS_CODE,
    FailedArea,
    FailedSeat,
    Granted,
    Refused,
)
from houseful.wire.buyer import (
    BestGrantedBody,
    FailedAreaBody,
    FailedSeatBody,
    FailedSeatsBody,
    GrantedBody,
    HeldUnitBody,
    PlacesBody,
    WireStatus,
)
from houseful.wire.codec import encode, iso
from houseful.wire.commands import Ref
from houseful.wire.error_codes import in_data
from houseful.wire.frame_shapes import (
    AreaCount,
    AreasFrame,
    Change,
    CommandError,
    HelloFrame,
    HoldWord,
    OkFrame,
    Position,
    RefusedFrame,
    ReleasedSeats,
    ReservationFrame,
    ResyncFrame,
    SaleFrame,
    SeatsFrame,
)
from houseful.wire.staff import SaleState

TEXT, BINARY, CLOSE = 0x81, 0x82, 0x88
"""First byte of an unfragmented WebSocket frame, RFC 6455 section 5.2."""

STATUS_NAMES: dict[int, WireStatus] = {
    code: cast(WireStatus, WIRE_STATUS[letter]) for letter, code in WIRE_STATUS_CODE.items()
}
"""What a status is called in JSON, by its code in the compact forms."""


def prepare(payload: bytes, first_byte: int = TEXT) -> bytes:
    """A whole server-to-client frame, header and all: the same bytes for every viewer."""
    length = len(payload)
    if length < 126:
        header = bytes((first_byte, length))
    elif length < 65536:
        header = bytes((first_byte, 126)) + length.to_bytes(2, "big")
    else:
        header = bytes((first_byte, 127)) + length.to_bytes(8, "big")
    return header + payload


def payload_of(frame: bytes) -> bytes:
    """What `prepare` was given."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]


def hello(
    event_id: int, epoch: str, seq: int, now_ms: int, *, resumed: bool, viewers: int
) -> bytes:
    frame: HelloFrame = {
        "type": "hello",
        "event": event_id,
        "epoch": epoch,
        "seq": seq,
        "serverTime": iso(now_ms),
        "resumed": resumed,
        "viewers": viewers,
    }
    return prepare(encode(frame))


def changes(first_seat_id: int, rows: Iterable[tuple[int, int, int, int]]) -> list[Change]:
    """The wire's `[seatId, status, version, reservedUntil or null]` of `Replica.rows`."""
    return [
        (first_seat_id + index, STATUS_NAMES[code], version, iso(until) if until else None)
        for index, code, version, until in rows
    ]


def seats(epoch: str, seq: int, changes: list[Change]) -> bytes:
    frame: SeatsFrame = {"type": "seats", "epoch": epoch, "seq": seq, "changes": changes}
    return prepare(encode(frame))


def areas_listed(counts: Iterable[tuple[int, int, int, int]]) -> list[AreaCount]:
    """`counts`: (area id, places free, held, booked)."""
    return [
        {"areaId": area, "free": free, "held": held, "booked": booked}
        for area, free, held, booked in counts
    ]


def areas(epoch: str, seq: int, counts: Iterable[tuple[int, int, int, int]]) -> bytes:
    frame: AreasFrame = {"type": "areas", "epoch": epoch, "seq": seq, "areas": areas_listed(counts)}
    return prepare(encode(frame))


def resync(epoch: str, seq: int, reason: str) -> bytes:
    frame: ResyncFrame = {"type": "resync", "epoch": epoch, "seq": seq, "reason": reason}
    return prepare(encode(frame))


def reservation(
    state: HoldWord,
    reservation_id: int,
    seat_ids: Sequence[int],
    deadline_ms: int,
    now_ms: int,
    *,
    reason: Literal["staff"] | None = None,
) -> bytes:
    """To the owner's sockets only; `deadline_ms` 0 for a reservation that is over."""
    frame: ReservationFrame = {
        "type": "reservation",
        "state": state,
        "reason": reason,
        "id": reservation_id,
        "seatIds": list(seat_ids),
        "expiresAt": iso(deadline_ms) if deadline_ms else None,
        "expiresInSeconds": seconds_left(deadline_ms, now_ms),
        "serverTime": iso(now_ms),
    }
    return prepare(encode(frame))


def sale(state: SaleState, on_sale_at_ms: int | None) -> bytes:
    on_sale_at = iso(on_sale_at_ms) if on_sale_at_ms is not None else None
    frame: SaleFrame = {"type": "sale", "state": state, "onSaleAt": on_sale_at}
    return prepare(encode(frame))


def ok(ref: Ref, data: GrantedBody | ReleasedSeats | Position) -> bytes:
    frame: OkFrame = {"type": "ok", "ref": ref, "data": data}
    return prepare(encode(frame))


def refused(
    ref: Ref | None,
    code: str,
    message: str,
    *,
    retryable: bool,
    same_key: bool = False,
    data: dict[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
) -> bytes:
    """As an HTTP answer says it: `details` stand in the error beside its code, or in `data`."""
    told, rest = in_data(details or {})
    error: CommandError = {
        "code": code,
        "message": message,
        "retryable": retryable,
        "sameKey": same_key,
    }
    frame: RefusedFrame = {
        "type": "refused",
        "ref": ref,
        "error": {**rest, **error},  # type: ignore[typeddict-item]
        "data": data or told or None,
    }
    return prepare(encode(frame))


def seconds_left(deadline_ms: int, now_ms: int) -> int:
    """Whole seconds until the deadline, rounded to the nearest; never below 0."""
    return max(0, round((deadline_ms - now_ms) / 1000)) if deadline_ms else 0


def failed_seats(failed: Sequence[FailedSeat]) -> list[FailedSeatBody]:
    """`failedSeats`, with the code beside the sentence."""
    return [
        {"seatId": seat.seat_id, "reason": SEAT_REASONS[seat.reason], "code": seat.reason}
        for seat in failed
    ]


def failed_areas(failed: Sequence[FailedArea]) -> list[FailedAreaBody]:
    """`failedAreas`, with the code beside the sentence."""
    return [
        {
            "areaId": area.area_id,
            "reason": AREA_REASONS[area.reason],
            "code": area.reason,
            "available": area.available,
        }
        for area in failed
    ]


def failed_data(answer: Refused) -> FailedSeatsBody:
    """What could not be had. `failedAreas` stands only where standing places were asked for."""
    data: FailedSeatsBody = {"failedSeats": failed_seats(answer.failed)}
    if answer.failed_areas:
        data["failedAreas"] = failed_areas(answer.failed_areas)
    return data


def refusal(answer: Refused) -> tuple[str, str]:
    """(code, message) of a reservation that got nothing."""
    if not answer.failed and {one.reason for one in answer.failed_areas} == {"area_full"}:
        return "area_full", AREA_REASONS["area_full"]
    return "conflict", "No seats could be reserved"


def places_data(places: Mapping[int, int]) -> list[PlacesBody]:
    """`places`: area → number, as it stands on the wire."""
    return [{"areaId": area, "quantity": number} for area, number in places.items()]


def granted_data(
    granted: Granted,
    price_list: int,
    total: str,
    places: Mapping[int, int],
    units: Sequence[HeldUnitBody] = (),
) -> GrantedBody:
    """The data of a reservation, for HTTP and sockets alike; `total` is a decimal string, `places` are
    area → number."""
    data: GrantedBody = {
        "id": granted.reservation_id,
        "reservedSeatIds": list(granted.seat_ids),
        "expiresAt": iso(granted.deadline_ms),
        "expiresInSeconds": seconds_left(granted.deadline_ms, granted.now_ms),
        "priceList": price_list,
        "total": total,
    }
    if places:
        data["places"] = places_data(places)
    if units:
        data["units"] = list(units)
    if granted.failed:
        data["failedSeats"] = failed_seats(granted.failed)
    if granted.failed_areas:
        data["failedAreas"] = failed_areas(granted.failed_areas)
    return data


def best_data(
    granted: Granted,
    price_list: int,
    total: str,
    places: Mapping[int, int],
    units: Sequence[HeldUnitBody] = (),
    *,
    is_split: bool,
    leaves_single: bool,
) -> BestGrantedBody:
    """The data of the best seats, held."""
    held = granted_data(granted, price_list, total, places, units)
    return {**held, "split": is_split, "leavesSingle": leaves_single}
