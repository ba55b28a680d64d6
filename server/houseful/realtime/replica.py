"""One worker's copy of an event's seats, and the bodies that HTTP clients get of it.

Flat arrays by seat index; the bodies are encoded when they are first asked for after a change.
Owns: the arrays, and which body is still good. Never: I/O; it is loaded and fed by `live_event`.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from houseful.domain.seats import WIRE_STATUS, WIRE_STATUS_CODE, Change, SeatRecord, Snapshot
from houseful.realtime.seat_counts import AVAILABLE, BOOKED, PAYING, RESERVED, SeatCounts
from houseful.realtime.seat_map import SeatMap
from houseful.sales.seating import EventSeats
from houseful.wire.codec import encode
from houseful.wire.frames import areas_listed

STATUS_LETTERS = "ARPBX"
CODE_OF = {letter: code for code, letter in enumerate(STATUS_LETTERS)}
WIRE_BYTES = [b'"%s"' % WIRE_STATUS[letter].encode() for letter in STATUS_LETTERS]
TO_WIRE_CODE = bytes(WIRE_STATUS_CODE[letter] for letter in STATUS_LETTERS).ljust(256, b"\0")

AreaCount = tuple[int, int, int, int]
"""(area id, places free, held, booked)."""

HELD = (RESERVED, PAYING)

STATUS_GZIP_LEVEL = 4
"""The status is mostly runs: 1 makes it 4 times as long."""


@dataclass(frozen=True)
class Body:
    """An encoded answer with what conditional requests need; encoded when it is first sent.

    Never kept over an `await`: what it is made of moves on.
    """

    etag: str
    modified_ms: int
    make: Callable[[], bytes]
    pack: Callable[[], bytes]

    @cached_property
    def plain(self) -> bytes:
        return self.make()

    @cached_property
    def zipped(self) -> bytes:
        return self.pack()


class Replica:
    """Status, version and deadline of every seat at one position (`epoch`, `seq`) of the feed.

    `at_ms` is when the entry at `seq` was written, 0 for not known.
    """

    def __init__(self, house: EventSeats) -> None:
        self.house = house
        self.epoch = ""
        self.seq = 0
        self.at_ms = 0
        self.version_base = 0
        self.modified_ms = 0
        count = house.seat_count
        self.status = bytearray(count)
        self.version = array("q", bytes(8 * count))
        self.deadline = array("q", bytes(8 * count))
        self.ref = array("q", bytes(8 * count))
        self.owners: dict[int, tuple[str, str]] = {}
        self._seats_of: dict[int, set[int]] = {}
        """Reservation → indexes of the seats it holds or pays for; the last to leave ends it."""
        self.census = SeatCounts(house)
        self.available = count
        self.seat_map = SeatMap(house, self, WIRE_BYTES)
        self._price_tag = _price_tag(house)
        self._seats_body: Body | None = None
        self._status_body: Body | None = None

    def load(self, snapshot: Snapshot) -> list[int]:
        """Take over a whole state; returns the indexes of the seats that differ from before."""
        first = self.house.first_seat_id
        records = {record.seat_id - first: record for record in snapshot.records}
        base = SeatRecord(0, snapshot.version_base, "A", 0, 0)
        changed = []
        for index in range(self.house.seat_count):
            record = records.get(index, base)
            if (
                record.version != self.version[index]
                or CODE_OF[record.status] != self.status[index]
            ):
                self._set(index, record.status, record.version, record.ref, record.deadline_ms)
                changed.append(index)
        self.epoch, self.seq = snapshot.epoch, snapshot.seq
        self.at_ms = snapshot.at_ms
        self.version_base = snapshot.version_base
        self.modified_ms = snapshot.now_ms
        self.owners = dict(snapshot.owners)
        self.seat_map.restart()
        self._seats_body = self._status_body = None
        return changed

    def apply(self, change: Change) -> list[int]:
        """Take one feed entry; returns the indexes of its seats."""
        first = self.house.first_seat_id
        indexes = []
        for seat_id, version in change.seats:
            index = seat_id - first
            self._set(index, change.status, version, change.ref, change.deadline_ms)
            indexes.append(index)
        self.seq, self.at_ms = change.seq, change.at_ms
        self.modified_ms = max(change.at_ms, self.modified_ms + 1)
        if change.status in "RP":
            self.owners[change.ref] = (change.user, change.session)
        self._seats_body = self._status_body = None
        return indexes

    def _set(self, index: int, status: str, version: int, ref: int, deadline_ms: int) -> None:
        code = CODE_OF[status]
        if self.status[index] in HELD:
            self._leave(self.ref[index], index)
        if code in HELD:
            self._seats_of.setdefault(ref, set()).add(index)
        self.census.move(index, self.status[index], self.ref[index], code, ref, deadline_ms)
        freed = (code == AVAILABLE) - (self.status[index] == AVAILABLE)
        self.available += freed
        self.seat_map.touch(index, freed)
        self.status[index] = code
        self.version[index] = version
        self.deadline[index] = deadline_ms if status == "R" else 0
        self.ref[index] = ref

    def _leave(self, ref: int, index: int) -> None:
        seats = self._seats_of.get(ref, set())
        seats.discard(index)
        if not seats:
            self._seats_of.pop(ref, None)
            self.owners.pop(ref, None)

    def holds(self) -> Iterator[int]:
        """Every reservation that has seats."""
        return iter(self._seats_of)

    def hold(self, ref: int) -> tuple[int, list[int]] | None:
        """(deadline_ms, seat ids) of a reservation; None when it ended or is being paid for."""
        indexes = sorted(self._seats_of.get(ref, ()))
        if not indexes or not self.deadline[indexes[0]]:
            return None
        first = self.house.first_seat_id
        return self.deadline[indexes[0]], [first + index for index in indexes]

    def rehouse(self, house: EventSeats) -> None:
        """The event was changed: the same seats under new names of it, perhaps at new prices."""
        if _price_tag(house) != self._price_tag:
            self.seat_map.rehouse(house)
            self.modified_ms += 1
        self.house = house
        self._price_tag = _price_tag(house)
        self._seats_body = None

    def rows(self, indexes: Iterable[int]) -> Iterator[tuple[int, int, int, int]]:
        """(index, wire status code, version, deadline in ms or 0) of seats as they are now."""
        for index in indexes:
            yield (
                index,
                TO_WIRE_CODE[self.status[index]],
                self.version[index],
                self.deadline[index],
            )

    def seats_body(self) -> Body:
        """The seat map of `schemas/http/getSeats.200.json`."""
        if self._seats_body is None:
            seat_map, available, areas = self.seat_map, self.available, self.area_counts()
            self._seats_body = self._body(
                "s",
                lambda: seat_map.plain(available, areas),
                lambda: seat_map.zipped(available, areas),
            )
        return self._seats_body

    def status_body(self) -> Body:
        """The compact status: `HFS1`, header length, header JSON, status bytes, version deltas."""
        if self._status_body is None:
            self._status_body = self._body(
                "c",
                self._encode_status,
                lambda: gzip.compress(self.status_body().plain, STATUS_GZIP_LEVEL, mtime=0),
            )
        return self._status_body

    def area_counts(self) -> list[AreaCount]:
        """Of each standing area the places that are free, held and booked, in plan order."""
        groups = self.census.sections[len(self.census.sections) - len(self.house.areas) :]
        return [
            (area.id, states[AVAILABLE], states[RESERVED] + states[PAYING], states[BOOKED])
            for area, group in zip(self.house.areas, groups, strict=True)
            for states in (group.states,)
        ]

    def _encode_status(self) -> bytes:
        drawn = self.house.drawn_count
        header = encode(
            {
                "epoch": self.epoch,
                "seq": self.seq,
                "versionBase": self.version_base,
                "firstSeatId": self.house.first_seat_id,
                "count": self.house.drawn_count,
                **({"areas": areas_listed(self.area_counts())} if self.house.areas else {}),
            }
        )
        return b"".join(
            (
                b"HFS1",
                struct.pack("<I", len(header)),
                header,
                self.status[:drawn].translate(TO_WIRE_CODE),
                varints(version - self.version_base for version in self.version[:drawn]),
            )
        )

    def _body(self, kind: str, make: Callable[[], bytes], pack: Callable[[], bytes]) -> Body:
        return Body(
            etag=f'W/"{kind}{self.epoch}-{self.seq}-{self._price_tag}"',
            modified_ms=self.modified_ms,
            make=make,
            pack=pack,
        )


def _price_tag(house: EventSeats) -> str:
    """Tells bodies apart that differ in their prices or units alone; the same on every worker."""
    event, prices = house.event, house.event.prices
    told = [sorted(prices.by_category.items()), event.table_booking]
    return f"{prices.number:x}.{zlib.crc32(encode(told)):x}"


def varints(numbers: Iterable[int]) -> bytes:
    """Unsigned LEB128, seven bits a byte, low ones first."""
    out = bytearray()
    for number in numbers:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out)
