"""Folding frames into maps that thousands of viewers share."""

from __future__ import annotations

import gc
import random
import struct
import weakref
from collections.abc import Mapping, Sequence

import pytest

from houseful.domain.errors import InvalidRequest
from houseful.hammer.seat_forms import STATUSES, read_seats, read_status
from houseful.hammer.verdict.seat_map import Node, SeatMaps, node_of, replay
from houseful.realtime.replica import varints
from houseful.wire import binary, frames
from houseful.wire.codec import encode

FIRST, COUNT, BASE = 100, 50, 1_000_000
Told = tuple[int, str, int]


def body(seq: int, seats: Mapping[int, tuple[int, int]] = {}, epoch: str = "e") -> bytes:
    """A status body; `seats`: index → (status code, version above the base)."""
    header = encode(
        {"epoch": epoch, "seq": seq, "versionBase": BASE, "firstSeatId": FIRST, "count": COUNT}
    )
    statuses = bytes(seats.get(index, (0, 0))[0] for index in range(COUNT))
    offsets = varints(seats.get(index, (0, 0))[1] for index in range(COUNT))
    return b"HFS1" + struct.pack("<I", len(header)) + header + statuses + offsets


def frame(seq: int, *changes: Told, epoch: str = "e") -> bytes:
    return frames.seats(epoch, seq, [[*change, None] for change in changes])


def fold(maps: SeatMaps, node: Node, *told: bytes) -> Node:
    for one in told:
        node = node.after.get(one) or maps.fold(node, one) or node
    return node


def test_a_map_is_the_status_and_the_frames_after_it() -> None:
    maps = SeatMaps()
    node = maps.start(body(5, {0: (1, 1), 7: (2, 300)}))
    node = fold(maps, node, frame(6, (FIRST, "AVAILABLE", BASE + 2)), frame(5, (101, "BOOKED", 9)))
    assert (node.seq, node.status(FIRST), node.version(FIRST)) == (6, 0, BASE + 2)
    assert (node.status(FIRST + 7), node.version(FIRST + 7)) == (2, BASE + 300)
    assert (node.status(101), node.version(101)) == (0, BASE), "old news changed something"
    assert not maps.faults


def test_viewers_that_hear_the_same_share_one_map_and_others_have_their_own() -> None:
    maps = SeatMaps()
    start = maps.start(body(1))
    one, two = frame(2, (FIRST, "RESERVED", BASE + 1)), frame(2, (FIRST + 1, "BOOKED", BASE + 1))
    left, right = fold(maps, start, one), fold(maps, start, two)
    assert fold(maps, start, one) is left
    assert left.values() == {0: 1 << 2 | 1}
    assert right.values() == {1: 1 << 2 | 2}
    assert start.values() == {}
    assert left.values() == {0: 1 << 2 | 1}


def test_a_viewer_that_came_later_joins_the_map_of_the_others() -> None:
    maps = SeatMaps()
    early = fold(maps, maps.start(body(1)), frame(2, (FIRST, "RESERVED", BASE + 1)))
    late = maps.start(body(2, {0: (1, 1)}))
    assert late is early


def test_random_walks_over_the_tree_agree_with_plain_dictionaries() -> None:
    dice, maps = random.Random(3), SeatMaps()
    known: list[tuple[Node, dict[int, int]]] = [(maps.start(body(0)), {})]
    for seq in range(1, 400):
        node, plain = dice.choice(known[-20:])
        changes: list[Told] = []
        after = dict(plain)
        for index in dice.sample(range(COUNT), 3):
            version, status = (after.get(index, 0) >> 2) + 1, dice.randrange(4)
            after[index] = version << 2 | status
            changes.append((FIRST + index, STATUSES[status], BASE + version))
        known.append((fold(maps, node, frame(seq, *changes)), after))
        looked_at, expected = dice.choice(known)
        assert looked_at.values() == expected
    assert not maps.faults


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ((FIRST, "AVAILABLE", BASE + 2), "seat 100 went back from version 1000003 to 1000002"),
        ((FIRST, "BOOKED", BASE + 3), "seat 100 is RESERVED and BOOKED at version 1000003"),
        ((FIRST + COUNT, "BOOKED", BASE + 3), "seat 150 in a frame is not of this event"),
    ],
)
def test_versions_that_do_not_rise_are_faults(told: Told, fault: str) -> None:
    maps = SeatMaps()
    fold(maps, maps.start(body(1, {0: (1, 3)})), frame(2, told))
    assert list(maps.faults) == [fault]


def test_a_map_that_is_fetched_again_must_not_know_less() -> None:
    maps = SeatMaps()
    before = maps.start(body(5, {0: (1, 3)}))
    maps.start(body(6, {0: (0, 2)}), before)
    assert list(maps.faults) == ["seat 100 went back from version 1000003 to 1000002"]


def test_a_binary_frame_says_what_the_json_one_says() -> None:
    rows = [(7, 2, BASE + 300, 0), (0, 1, BASE + 1, 1_700_000_000_000), (3, 1, BASE + 2, 5_000)]
    compact = frames.prepare(binary.encode_seats("e", 6, BASE, rows), frames.BINARY)
    plain = frames.seats("e", 6, frames.changes(FIRST, rows))
    house = node_of(body(5)).house
    told, expected = read_seats(compact, house), read_seats(plain, house)
    assert told is not None
    assert expected is not None
    assert (told[0], sorted(told[1])) == (6, sorted(expected[1]))
    assert read_seats(compact, node_of(body(5, epoch="f")).house) is None
    maps = SeatMaps()
    start = maps.start(body(5))
    assert fold(maps, start, compact) is fold(maps, start, plain)
    for end in range(5, len(compact) - 2):
        cut = frames.prepare(compact[2:][:end], frames.BINARY)
        with pytest.raises(ValueError):
            read_seats(cut, house)


def test_a_recorded_socket_can_be_folded_again() -> None:
    told = [
        frames.hello(1, "e", 5, 0, resumed=False, viewers=1),
        frame(6, (FIRST, "BOOKED", BASE + 4)),
        frame(7, (FIRST, "AVAILABLE", BASE + 3)),
    ]
    node, faults = replay(body(5), told)
    assert (node.seq, node.status(FIRST), node.version(FIRST)) == (7, 2, BASE + 4)
    assert faults == ["seat 100 went back from version 1000004 to 1000003"]


def test_maps_that_nobody_looks_at_are_forgotten() -> None:
    maps = SeatMaps()
    start = node = maps.start(body(0))
    for seq in range(1, 50):
        node = fold(maps, node, frame(seq, (FIRST, "RESERVED", BASE + seq)))
    old = weakref.ref(start.after[frame(1, (FIRST, "RESERVED", BASE + 1))])
    assert old() is not None
    del start
    gc.collect()
    assert old() is None
    assert node.version(FIRST) == BASE + 49


@pytest.mark.parametrize("broken", [b"", b"HFS2", body(1)[:-1], body(1) + b"\0", b"HFS1\1\0\0\0{"])
def test_what_is_no_status_body_is_refused(broken: bytes) -> None:
    with pytest.raises(InvalidRequest, match="expected a status body"):
        read_status(broken)


def test_large_version_numbers_are_read_like_small_ones() -> None:
    seats: dict[int, tuple[int, int]] = {3: (1, 127), 4: (2, 128), 5: (0, 70_000)}
    values = node_of(body(1, seats)).values()
    expected: Sequence[tuple[int, int]] = [(i, v << 2 | s) for i, (s, v) in seats.items()]
    assert sorted(values.items()) == list(expected)
