"""A viewer's seat map, folded from one status body and every frame after it.

Thousands of viewers get the same frames, so a map is a node of a shared tree: from one node the same
bytes lead to the same next node, folded once for all viewers that reach it. A viewer's map is still exactly
what its own bytes make of it. Nodes that arrive at the same place with equal content become one.

Only the newest node of a line owns the dictionary of values; older ones keep what to change to go back
(Baker's trick for persistent arrays), so that a frame costs its changes, whatever the house's size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from weakref import WeakValueDictionary

from houseful.hammer.seat_forms import (
    STATUSES,
    Change,
    ChartSeats,
    Values,
    is_seats,
    read_seats,
    read_status,
)


class Node:
    """One state of the map at one place of the feed. Never changes once it is there."""

    __slots__ = ("__weakref__", "_changes", "_toward", "_values", "after", "digest", "house", "seq")

    def __init__(self, house: ChartSeats, seq: int, values: Values, digest: int) -> None:
        self.house = house
        self.seq = seq
        self.digest = digest
        self.after: dict[bytes, Node] = {}
        """Frame → where it leads from here."""
        self._values: Values | None = values
        self._toward = self
        self._changes: Sequence[tuple[int, int]] = ()

    def values(self) -> Values:
        """The dictionary itself, for reading only and only until another node is asked."""
        path: list[Node] = []
        node = self
        while (values := node._values) is None:
            path.append(node)
            node = node._toward
        for before in reversed(path):
            node._changes = [(index, values.get(index, 0)) for index, _ in before._changes]
            for index, value in before._changes:
                put(values, index, value)
            node._values, node._toward = None, before
            before._values, before._toward, before._changes = values, before, ()
            node = before
        return values

    def version(self, seat_id: int) -> int:
        return self.house.version_base + (self.values().get(self._index(seat_id), 0) >> 2)

    def status(self, seat_id: int) -> int:
        return self.values().get(self._index(seat_id), 0) & 3

    def versions_of(self, status: int) -> Iterator[tuple[int, int]]:
        """(seat id, version) of each changed seat with this status."""
        first, base = self.house.first_seat_id, self.house.version_base
        return ((first + i, base + (v >> 2)) for i, v in self.values().items() if v & 3 == status)

    def _index(self, seat_id: int) -> int:
        return seat_id - self.house.first_seat_id

    def moved(self, seq: int, changes: Sequence[tuple[int, int]]) -> Node:
        """The node after `changes`, (index, value) pairs; this one keeps the way back."""
        values = self.values()
        back, digest = [], self.digest
        for index, value in changes:
            old = values.get(index, 0)
            back.append((index, old))
            digest ^= mark(index, old) ^ mark(index, value)
            put(values, index, value)
        after = Node(self.house, seq, values, digest)
        self._values, self._toward, self._changes = None, after, back[::-1]
        return after


def put(values: Values, index: int, value: int) -> None:
    if value:
        values[index] = value
    else:
        values.pop(index, None)


def mark(index: int, value: int) -> int:
    """One seat's share of a map's digest; a map's is the exclusive or of all (Zobrist's)."""
    return hash((index, value)) if value else 0


class SeatMaps:
    """The tree of maps of one process. `faults` says what must never happen, once each."""

    def __init__(self) -> None:
        self.faults: dict[str, None] = {}
        self._known: WeakValueDictionary[tuple[str, int, int], Node] = WeakValueDictionary()

    def fold(self, node: Node, frame: bytes) -> Node | None:
        """Where a `seats` frame leads from `node`, remembered for the next viewer.

        A frame from before the map's own place changes nothing; None for one of another epoch.
        Raises KeyError, ValueError, TypeError or InvalidRequest for a frame of another shape.
        """
        told = read_seats(frame, node.house)
        if told is None:
            return None
        seq, changes = told
        if seq <= node.seq:
            return node
        after = self._one(node.moved(seq, self._newer(node, changes)))
        node.after[frame] = after
        return after

    def start(self, body: bytes, before: Node | None = None) -> Node:
        """The map in a status body, for a viewer that had `before`. Raises InvalidRequest."""
        node = self._one(node_of(body))
        if before is not None:
            self.faults.update(dict.fromkeys(went_back(before, node)))
        return node

    def _one(self, node: Node) -> Node:
        return self._known.setdefault((node.house.epoch, node.seq, node.digest), node)

    def _newer(self, node: Node, changes: Sequence[Change]) -> list[tuple[int, int]]:
        values, house = node.values(), node.house
        newer = []
        for seat_id, version, status in changes:
            index, known = seat_id - house.first_seat_id, version - house.version_base
            if not 0 <= index < house.count:
                self.faults[f"seat {seat_id} in a frame is not of this event"] = None
                continue
            old = values.get(index, 0)
            if known > old >> 2:
                newer.append((index, known << 2 | status))
            elif known < old >> 2:
                had = house.version_base + (old >> 2)
                self.faults[f"seat {seat_id} went back from version {had} to {version}"] = None
            elif status != old & 3:
                both = f"{STATUSES[old & 3]} and {STATUSES[status]}"
                self.faults[f"seat {seat_id} is {both} at version {version}"] = None
        return newer


def node_of(body: bytes) -> Node:
    """A status body as a node. Raises InvalidRequest."""
    house, seq, values = read_status(body)
    digest = 0
    for index, value in values.items():
        digest ^= mark(index, value)
    return Node(house, seq, values, digest)


def replay(body: bytes, frames: Iterable[bytes]) -> tuple[Node, list[str]]:
    """What one socket was told, as (its map at the end, what must never happen).

    `body` is the status it began with, `frames` are whole WebSocket frames. Raises InvalidRequest.
    """
    maps = SeatMaps()
    node = maps.start(body)
    for frame in frames:
        if is_seats(frame):
            node = maps.fold(node, frame) or node
    return node, list(maps.faults)


def went_back(before: Node, after: Node) -> Iterator[str]:
    """Seats whose version is lower in the newer map, which may be of another epoch."""
    first, base = before.house.first_seat_id, before.house.version_base
    if after.house.epoch != before.house.epoch and after.house.version_base < base:
        yield f"the version base fell from {base} to {after.house.version_base}"
    known = [(index, base + (value >> 2)) for index, value in before.values().items()]
    for index, version in known:
        now = after.version(first + index)
        if now < version:
            yield f"seat {first + index} went back from version {version} to {now}"
