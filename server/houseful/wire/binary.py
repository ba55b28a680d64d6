"""The compact `seats` and `areas` frames of the subprotocol `houseful.v1.bin`, a tenth of the JSON one.

All numbers are unsigned LEB128 but the two fixed ones at the start:

    1 byte      1, the type
    4 bytes     FNV-1a (32 bits, little-endian) of the epoch's text
    seq         the position the frame brings its reader to
    count       seats that follow, by rising index (seat id − firstSeatId of the status body)
      index     less the index before, less 1; the first as it is
      state     (version − versionBase of the status body) × 8 + 4 if a deadline follows + status code
      deadline  ms since 1970: the first as it is, the others zigzag-coded less the one before

The `areas` frame: 1 byte 2, the type; epoch and seq as above; count, then by rising id for each standing
area its id less the one before, the first as it is, and how many of its places are free, held, booked.

Owns: these bytes. Never: which seats are told; that is the hub's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SEATS, AREAS = 1, 2
HAS_DEADLINE = 4
LARGEST_SHIFT = 63

Row = tuple[int, int, int, int]
"""(seat index, wire status code, version, deadline in ms or 0)."""


AreaCount = tuple[int, int, int, int]
"""(area id, places free, held, booked)."""


def epoch_hash(epoch: str) -> int:
    """FNV-1a, 32 bits: short enough for every frame, simple enough for every language."""
    found = 0x811C9DC5
    for byte in epoch.encode():
        found = (found ^ byte) * 0x01000193 & 0xFFFFFFFF
    return found


def encode_seats(epoch: str, seq: int, version_base: int, rows: Iterable[Row]) -> bytes:
    """The frame's payload; rows in any order, each index once, no version below the base."""
    ordered = sorted(rows)
    out = bytearray((SEATS,)) + epoch_hash(epoch).to_bytes(4, "little")
    put_varint(out, seq)
    put_varint(out, len(ordered))
    before, last_deadline = -1, 0
    for index, status, version, deadline in ordered:
        put_varint(out, index - before - 1)
        before = index
        state = (version - version_base) << 3 | status
        put_varint(out, state | HAS_DEADLINE if deadline else state)
        if deadline:
            moved = deadline - last_deadline
            put_varint(
                out, (moved << 1 if moved >= 0 else ~(moved << 1)) if last_deadline else deadline
            )
            last_deadline = deadline
    return bytes(out)


def encode_areas(epoch: str, seq: int, counts: Iterable[AreaCount]) -> bytes:
    """The payload of an `areas` frame; areas in any order, each once."""
    ordered = sorted(counts)
    out = bytearray((AREAS,)) + epoch_hash(epoch).to_bytes(4, "little")
    put_varint(out, seq)
    put_varint(out, len(ordered))
    before = 0
    for area_id, *numbers in ordered:
        for number in (area_id - before, *numbers):
            put_varint(out, number)
        before = area_id
    return bytes(out)


def decode_areas(payload: bytes) -> tuple[int, int, list[AreaCount]]:
    """(epoch hash, seq, counts) of `encode_areas`. Raises ValueError for anything else."""
    if len(payload) < 7 or payload[0] != AREAS:
        raise ValueError(f"expected an areas frame, got {payload[:8].hex()}")
    seq, place = take_varint(payload, 5)
    count, place = take_varint(payload, place)
    counts: list[AreaCount] = []
    area_id = 0
    for _ in range(count):
        step, place = take_varint(payload, place)
        free, place = take_varint(payload, place)
        held, place = take_varint(payload, place)
        booked, place = take_varint(payload, place)
        area_id += step
        counts.append((area_id, free, held, booked))
    if place != len(payload):
        raise ValueError(f"expected a frame of {place} bytes, got {len(payload)}")
    return int.from_bytes(payload[1:5], "little"), seq, counts


def decode_seats(payload: bytes, version_base: int) -> tuple[int, int, list[Row]]:
    """(epoch hash, seq, rows) of `encode_seats`. Raises ValueError for anything else."""
    if len(payload) < 7 or payload[0] != SEATS:
        raise ValueError(f"expected a seats frame, got {payload[:8].hex()}")
    seq, place = take_varint(payload, 5)
    count, place = take_varint(payload, place)
    rows: list[Row] = []
    index, deadline = -1, 0
    for _ in range(count):
        step, place = take_varint(payload, place)
        state, place = take_varint(payload, place)
        index += step + 1
        until = 0
        if state & HAS_DEADLINE:
            moved, place = take_varint(payload, place)
            deadline = deadline + (moved >> 1 ^ -(moved & 1)) if deadline else moved
            until = deadline
        rows.append((index, state & 3, version_base + (state >> 3), until))
    if place != len(payload):
        raise ValueError(f"expected a frame of {place} bytes, got {len(payload)}")
    return int.from_bytes(payload[1:5], "little"), seq, rows


def put_varint(out: bytearray, number: int) -> None:
    """Unsigned LEB128: seven bits a byte, low ones first. Raises ValueError below 0."""
    if number < 0:
        raise ValueError(f"expected a number from 0, got {number}")
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def take_varint(payload: Sequence[int], place: int) -> tuple[int, int]:
    """(number, place behind it). Raises ValueError when it does not end."""
    number = shift = 0
    while place < len(payload) and shift <= LARGEST_SHIFT:
        byte = payload[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, place
        shift += 7
    raise ValueError("expected a whole number, got half of one")
