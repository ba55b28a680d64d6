"""What travels on a live socket, and the bytes a prepared frame consists of.

Frames are plain dictionaries made here and only here; their models are
`houseful.wire.frame_shapes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from houseful.domain.reasons import SEAT_REASONS
from houseful.domain.seats import WIRE_STATUS, WIRE_STATUS_CODE, FailedSeat, Granted
from houseful.wire.buyer import FailedSeatBody, GrantedBody
from houseful.wire.codec import encode, iso

TEXT, BINARY, CLOSE = 0x81, 0x82, 0x88
"""First byte of an unfragmented WebSocket frame, RFC 6455 section 5.2."""

STATUS_NAMES = {code: WIRE_STATUS[letter] for letter, code in WIRE_STATUS_CODE.items()}
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
    return prepare(
        encode(
            {
                "type": "hello",
                "event": event_id,
                "epoch": epoch,
                "seq": seq,
                "serverTime": iso(now_ms),
                "resumed": resumed,
                "viewers": viewers,
            }
        )
    )


def changes(first_seat_id: int, rows: Iterable[tuple[int, int, int, int]]) -> list[list[object]]:
    """The wire's `[seatId, status, version, reservedUntil or null]` of `Replica.rows`."""
    return [
        [first_seat_id + index, STATUS_NAMES[code], version, iso(until) if until else None]
        for index, code, version, until in rows
    ]


def seats(epoch: str, seq: int, changes: Sequence[Sequence[object]]) -> bytes:
    return prepare(encode({"type": "seats", "epoch": epoch, "seq": seq, "changes": changes}))


def resync(epoch: str, seq: int, reason: str) -> bytes:
    return prepare(encode({"type": "resync", "epoch": epoch, "seq": seq, "reason": reason}))


def reservation(
    state: str,
    reservation_id: int,
    seat_ids: Sequence[int],
    deadline_ms: int,
    now_ms: int,
    *,
    reason: str | None = None,
) -> bytes:
    """To the owner's sockets only; `deadline_ms` 0 for a reservation that is over."""
    return prepare(
        encode(
            {
                "type": "reservation",
                "state": state,
                "reason": reason,
                "id": reservation_id,
                "seatIds": list(seat_ids),
                "expiresAt": iso(deadline_ms) if deadline_ms else None,
                "expiresInSeconds": seconds_left(deadline_ms, now_ms),
                "serverTime": iso(now_ms),
            }
        )
    )


def sale(state: str, on_sale_at_ms: int | None) -> bytes:
    on_sale_at = iso(on_sale_at_ms) if on_sale_at_ms is not None else None
    return prepare(encode({"type": "sale", "state": state, "onSaleAt": on_sale_at}))


def ok(ref: object, data: object) -> bytes:
    return prepare(encode({"type": "ok", "ref": ref, "data": data}))


def refused(ref: object, code: str, message: str, *, retryable: bool, data: object = None) -> bytes:
    return prepare(
        encode(
            {
                "type": "refused",
                "ref": ref,
                "error": {"code": code, "message": message, "retryable": retryable},
                "data": data,
            }
        )
    )


def seconds_left(deadline_ms: int, now_ms: int) -> int:
    """Whole seconds until the deadline, rounded to the nearest; never below 0."""
    return max(0, round((deadline_ms - now_ms) / 1000)) if deadline_ms else 0


def failed_seats(failed: Sequence[FailedSeat]) -> list[FailedSeatBody]:
    """`failedSeats`, with the code beside the sentence."""
    return [
        {"seatId": seat.seat_id, "reason": SEAT_REASONS[seat.reason], "code": seat.reason}
        for seat in failed
    ]


def granted_data(granted: Granted, price_list: int, total: str) -> GrantedBody:
    """The data of a reservation, for HTTP and sockets alike; `total` is a decimal string."""
    data: GrantedBody = {
        "id": granted.reservation_id,
        "reservedSeatIds": list(granted.seat_ids),
        "expiresAt": iso(granted.deadline_ms),
        "expiresInSeconds": seconds_left(granted.deadline_ms, granted.now_ms),
        "priceList": price_list,
        "total": total,
    }
    if granted.failed:
        data["failedSeats"] = failed_seats(granted.failed)
    return data
