"""The replica's arrays and bodies."""

from __future__ import annotations

import gzip
import json
import struct

import pytest

from houseful.domain.seats import Change, SeatRecord, Snapshot
from houseful.realtime.replica import Replica, varints
from houseful.wire import frames
from tests.support.houses import FIRST, house

BASE = 1_000_000


def snapshot(*records: SeatRecord, epoch: str = "e1", seq: int = 1) -> Snapshot:
    return Snapshot(epoch, seq, BASE, FIRST, 20, 1_700_000_000_000, records, {})


def change(seq: int, status: str, *seats: tuple[int, int], deadline_ms: int = 0) -> Change:
    return Change(seq, "k", 5, "ann", "s", status, deadline_ms, 1_700_000_000_000 + seq, seats)


@pytest.fixture
def replica() -> Replica:
    replica = Replica(house())
    replica.load(snapshot())
    return replica


def test_a_fresh_event_has_every_seat_available_at_the_base_version(replica: Replica) -> None:
    body = json.loads(replica.seats_body().plain)["data"]
    assert (body["eventId"], body["totalSeats"], body["availableSeats"]) == (7, 20, 20)
    stalls = body["sections"][0]
    assert (stalls["name"], stalls["minPrice"], stalls["maxPrice"]) == ("Stalls", "75.00", "75.00")
    assert stalls["seats"][0] == {
        "id": FIRST,
        "seatNumber": "A1",
        "rowNumber": "A",
        "seatType": "Premium",
        "price": "75.00",
        "status": "AVAILABLE",
        "version": BASE,
        "reservedUntil": None,
    }


def test_a_change_shows_in_its_section_and_in_the_counts(replica: Replica) -> None:
    replica.seats_body()
    replica.apply(change(2, "R", (FIRST, BASE + 1), deadline_ms=1_700_000_600_000))
    body = json.loads(replica.seats_body().plain)["data"]
    seat = body["sections"][0]["seats"][0]
    assert (seat["status"], seat["version"]) == ("RESERVED", BASE + 1)
    assert seat["reservedUntil"] == "2023-11-14T22:23:20Z"
    assert [s["availableSeats"] for s in body["sections"]] == [9, 10]
    assert body["availableSeats"] == 19


@pytest.mark.parametrize(
    ("letter", "shown"), [("P", "RESERVED"), ("B", "BOOKED"), ("X", "BLOCKED"), ("A", "AVAILABLE")]
)
def test_what_clients_see_of_each_state(replica: Replica, letter: str, shown: str) -> None:
    replica.apply(change(2, letter, (FIRST + 19, BASE + 1)))
    assert frames.changes(FIRST, replica.rows([19])) == [(FIRST + 19, shown, BASE + 1, None)]


def test_only_the_section_that_changed_is_encoded_again(replica: Replica) -> None:
    assert replica.seats_body().plain
    replica.apply(change(2, "B", (FIRST, BASE + 1)))
    assert replica.seat_map.stale_sections() == [0]


def test_every_state_has_its_own_etag_and_a_later_time(replica: Replica) -> None:
    first = replica.seats_body()
    assert replica.seats_body() is first
    replica.apply(change(2, "B", (FIRST, BASE + 1)))
    second = replica.seats_body()
    assert first.etag != second.etag
    assert second.modified_ms > first.modified_ms
    assert gzip.decompress(second.zipped) == second.plain


def test_a_snapshot_names_the_seats_that_differ_and_no_others(replica: Replica) -> None:
    held = SeatRecord(FIRST + 3, BASE + 1, "R", 5, 1_700_000_600_000)
    assert replica.load(snapshot(held, seq=4)) == [3]
    assert replica.load(snapshot(held, seq=5)) == []
    assert replica.load(snapshot(seq=9)) == [3]
    assert replica.available == 20


def test_the_compact_status_says_the_same_as_the_seat_map(replica: Replica) -> None:
    replica.apply(change(2, "B", (FIRST + 1, BASE + 200)))
    replica.apply(change(3, "P", (FIRST + 2, BASE + 2)))
    body = replica.status_body().plain
    assert body[:4] == b"HFS1"
    (length,) = struct.unpack("<I", body[4:8])
    head = json.loads(body[8 : 8 + length])
    assert head == {
        "epoch": "e1",
        "seq": 3,
        "versionBase": BASE,
        "firstSeatId": FIRST,
        "count": 20,
    }
    rest = body[8 + length :]
    assert list(rest[:4]) == [0, 2, 1, 0]
    assert rest[20:] == bytes([0, 200 & 0x7F | 0x80, 1, 2] + [0] * 17)


def test_varints_are_seven_bits_a_byte_low_ones_first() -> None:
    assert varints([0, 127, 128, 300]) == bytes([0, 127, 0x80, 1, 0xAC, 2])
