"""What the server says of seats, in each of its forms: status body, JSON frame, binary frame.

Written from the guide's page on the protocol alone, not from the server's code: what both agree on
is the contract.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from struct import unpack_from
from typing import Any, Final

from houseful.domain.errors import InvalidRequest, told_of
from houseful.hammer.client.live_socket import BINARY, message_of, payload_of
from houseful.wire.codec import decode

STATUSES: Final = ("AVAILABLE", "RESERVED", "BOOKED", "BLOCKED")
"""In the order of the compact status body's bytes."""

AVAILABLE, RESERVED, BOOKED, BLOCKED = range(4)
CODES: Final = {name: code for code, name in enumerate(STATUSES)}

Values = dict[int, int]
"""Seat index → (version − base) × 4 + status; a seat that never changed is absent."""

HAS_DEADLINE: Final = 4

Change = tuple[int, int, int]
"""(seat id, version, status code)"""


@dataclass(frozen=True)
class ChartSeats:
    """What does not change within an epoch. Seat id − `first_seat_id` is a seat's index."""

    epoch: str
    version_base: int
    first_seat_id: int
    count: int

    @cached_property
    def epoch_hash(self) -> int:
        """FNV-1a of 32 bits, which stands for the epoch in binary frames."""
        found = 0x811C9DC5
        for byte in self.epoch.encode():
            found = (found ^ byte) * 0x01000193 & 0xFFFFFFFF
        return found


@dataclass(frozen=True, slots=True)
class SoldUnit:
    """A table or box that is sold whole: the id of its first seat, its seats, and for how many people."""

    id: int
    seats: int
    least: int
    most: int


CHANGED: Final = re.compile(rb"[^\0]")


def read_status(body: bytes) -> tuple[ChartSeats, int, Values]:
    """(house, place in the feed, values) of a compact status body. Raises InvalidRequest."""
    try:
        if body[:4] != b"HFS1":
            raise ValueError(body[:4])
        (length,) = unpack_from("<I", body, 4)
        header = decode(body[8 : 8 + length])
        house = ChartSeats(
            header["epoch"], header["versionBase"], header["firstSeatId"], header["count"]
        )
        begin = 8 + length
        statuses = body[begin : begin + house.count]
        offsets = body[begin + house.count :]
        if len(statuses) != house.count:
            raise ValueError(len(statuses))
        versions = nonzero(offsets, house.count)
        values = {
            at: versions.get(at, 0) << 2 | statuses[at]
            for at in {*versions, *(found.start() for found in CHANGED.finditer(statuses))}
        }
        return house, header["seq"], values
    except (InvalidRequest, KeyError, ValueError, IndexError, TypeError) as error:
        raise InvalidRequest(
            f"expected a status body (HFS1), got something else: {told_of(error)}"
        ) from None


AreaCounts = dict[int, tuple[int, int, int]]
"""Standing area → places (free, held, booked)."""


def read_areas(body: bytes) -> AreaCounts:
    """Of a compact status body that `read_status` took."""
    (length,) = unpack_from("<I", body, 4)
    return areas_of(decode(body[8 : 8 + length]))


def areas_of(message: Mapping[str, Any]) -> AreaCounts:
    """Of an `areas` frame, or a status body's header."""
    listed = message.get("areas", ())
    return {one["areaId"]: (one["free"], one["held"], one["booked"]) for one in listed}


def read_binary_areas(payload: bytes) -> AreaCounts:
    """The frame of `houseful.v1.bin` of type 2; see `read_binary`."""
    if payload[:1] != b"\2" or len(payload) < 5:
        raise ValueError(f"expected a binary areas frame, got {payload[:8].hex()}")
    _, count, *numbers = all_numbers(payload[5:])
    if len(numbers) != 4 * count:
        raise ValueError(f"expected {4 * count} numbers for {count} areas, got {len(numbers)}")
    parts = zip(numbers[1::4], numbers[2::4], numbers[3::4], strict=True)
    return dict(zip(accumulate(numbers[::4]), parts, strict=True))


def nonzero(offsets: bytes, count: int) -> Values:
    """Index → number of the LEB128 numbers that are not 0. Most houses have one byte per seat."""
    if offsets.isascii():
        if len(offsets) != count:
            raise ValueError(f"{len(offsets)} versions for {count} seats")
        return {found.start(): offsets[found.start()] for found in CHANGED.finditer(offsets)}
    numbers = all_numbers(offsets)
    if len(numbers) != count:
        raise ValueError(f"{len(numbers)} versions for {count} seats")
    return {index: number for index, number in enumerate(numbers) if number}


def is_seats(frame: bytes) -> bool:
    """Whether it tells of seats; a binary frame of another type tells of standing areas."""
    if frame[0] == BINARY:
        return payload_of(frame)[:1] == b"\1"
    return bool(message_of(frame)["type"] == "seats")


def read_seats(frame: bytes, house: ChartSeats) -> tuple[int, list[Change]] | None:
    """(place in the feed, changes) of a `seats` frame; None when it is of another epoch.

    Raises KeyError, ValueError, TypeError or InvalidRequest for a frame of another shape.
    """
    if frame[0] == BINARY:
        return read_binary(payload_of(frame), house)
    message = message_of(frame)
    if message["epoch"] != house.epoch:
        return None
    return message["seq"], [change_of(change) for change in message["changes"]]


def change_of(change: Sequence[Any]) -> Change:
    """A JSON frame's `[seat id, status, version, reserved until]` without its last."""
    return change[0], change[2], CODES[change[1]]


def read_binary(payload: bytes, house: ChartSeats) -> tuple[int, list[Change]] | None:
    """The frame of `houseful.v1.bin`: type 1, hash of the epoch, then LEB128 numbers."""
    if payload[:1] != b"\1" or len(payload) < 5:
        raise ValueError(f"expected a binary seats frame, got {payload[:8].hex()}")
    if int.from_bytes(payload[1:5], "little") != house.epoch_hash:
        return None
    seq, count, *numbers = all_numbers(payload[5:])
    changes, place, seat_id = [], 0, house.first_seat_id - 1
    for _ in range(count):
        step, state = numbers[place : place + 2]
        place += 3 if state & HAS_DEADLINE else 2
        seat_id += step + 1
        changes.append((seat_id, house.version_base + (state >> 3), state & 3))
    if place != len(numbers):
        raise ValueError(f"expected {place} numbers for {count} seats, got {len(numbers)}")
    return seq, changes


def all_numbers(payload: bytes) -> list[int]:
    """Unsigned LEB128, one after the other. Raises ValueError where the last is cut off."""
    numbers, number, shift = [], 0, 0
    for byte in payload:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number = shift = 0
    if shift:
        raise ValueError("expected a whole number, got half of one")
    return numbers
