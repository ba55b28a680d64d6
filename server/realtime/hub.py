"""Who watches an event on this worker, and how a change reaches all of them.

A change is encoded once into a prepared frame and written to every viewer's transport; nothing
waits for a slow one. The first change goes out at once, then at most one frame per interval with
the newest state per seat. A viewer whose buffer is full is skipped, caught up with one merged frame
when it drains, and closed with 4008 when it does not.

Owns: the viewers, the ring of recent frames. Never: an await in the loop over viewers.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from server.realtime import frames
from server.realtime.replica import Replica

BUFFER_LIMIT = 64 * 1024
"""Bytes a viewer may owe before frames pass it by; the socket holds as much again."""

SLOW_SECONDS = 10.0
"""How long a viewer may stay over the limit."""

RING_FRAMES = 512
"""Frames kept for viewers who come back; at 40 frames a second, 13 s of the busiest sale."""

TOO_SLOW = 4008


class Socket(Protocol):
    """The way to one viewer; written to without waiting."""

    def write(self, frame: bytes) -> None: ...
    def buffered(self) -> int: ...
    def close(self, code: int, reason: str) -> None: ...
    def abort(self) -> None: ...


@dataclass(eq=False, slots=True)
class Viewer:
    """One socket that watches. `behind_since` is a loop time while frames pass it by."""

    socket: Socket
    user: str
    behind_since: float | None = None
    behind_seq: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame of the ring: it brings a viewer from `since` to `seq`."""

    since: int
    seq: int
    indexes: tuple[int, ...]
    frame: bytes


class Hub:
    """The viewers of one event."""

    def __init__(self, replica: Replica, interval_s: float) -> None:
        self._replica = replica
        self._interval = interval_s
        self._viewers: set[Viewer] = set()
        self._by_user: defaultdict[str, set[Viewer]] = defaultdict(set)
        self._slow: set[Viewer] = set()
        self._pending: dict[int, None] = {}
        self._ring: deque[Sent] = deque(maxlen=RING_FRAMES)
        self._sent_seq = replica.seq
        self._sent_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._slow_timer: asyncio.TimerHandle | None = None
        self.frames_sent = 0

    def __len__(self) -> int:
        return len(self._viewers)

    @property
    def seq(self) -> int:
        """The position viewers have been brought to; what came since waits for the interval."""
        return self._sent_seq

    def restart(self) -> None:
        """Begin anew at the replica's position: frames before it mean nothing any more."""
        self._ring.clear()
        self._pending.clear()
        self._sent_seq = self._replica.seq

    def join(self, viewer: Viewer) -> None:
        self._viewers.add(viewer)
        self._by_user[viewer.user].add(viewer)

    def leave(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)
        self._slow.discard(viewer)
        mine = self._by_user.get(viewer.user)
        if mine is not None:
            mine.discard(viewer)
            if not mine:
                del self._by_user[viewer.user]

    def sockets_of(self, user: str) -> int:
        return len(self._by_user.get(user, ()))

    @property
    def slow(self) -> int:
        """How many viewers frames pass by at the moment."""
        return len(self._slow)

    def buffered(self) -> int:
        """Bytes that the kernel has not taken yet, of all viewers."""
        return sum(viewer.socket.buffered() for viewer in self._viewers)

    def missed(self, epoch: str, since: int) -> list[bytes] | None:
        """The frames after `since`, or None when they are not to be had and a refetch is due."""
        if epoch != self._replica.epoch or since > self._replica.seq:
            return None
        if since >= self._sent_seq:
            return []
        if not self._ring or self._ring[0].since > since:
            return None
        return [sent.frame for sent in self._ring if sent.seq > since]

    def publish(self, indexes: Iterable[int]) -> None:
        """Tell the viewers of these seats, at once or with the next frame of the interval."""
        self._pending.update(dict.fromkeys(indexes))
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._sent_at + self._interval - loop.time()
        if wait <= 0:
            self._flush()
        else:
            self._timer = loop.call_later(wait, self._flush)

    def tell(self, user: str, frame: bytes) -> None:
        """Write to one user's sockets only."""
        for viewer in self._by_user.get(user, ()):
            viewer.socket.write(frame)

    def tell_all(self, frame: bytes) -> None:
        for viewer in self._viewers:
            viewer.socket.write(frame)

    def close(self, code: int, reason: str) -> None:
        """Send everyone away, and no more frames."""
        for timer in (self._timer, self._slow_timer):
            if timer is not None:
                timer.cancel()
        for viewer in list(self._viewers):
            viewer.socket.close(code, reason)

    def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        self._sent_at = loop.time()
        indexes = tuple(self._pending)
        self._pending.clear()
        since, self._sent_seq = self._sent_seq, self._replica.seq
        frame = frames.seats(self._replica.epoch, self._sent_seq, self._replica.changes(indexes))
        self._ring.append(Sent(since, self._sent_seq, indexes, frame))
        slow = self._slow
        for viewer in self._viewers:
            socket = viewer.socket
            if viewer in slow:
                continue
            if socket.buffered() > BUFFER_LIMIT:
                viewer.behind_since, viewer.behind_seq = self._sent_at, since
                slow.add(viewer)
            else:
                socket.write(frame)
        self.frames_sent += 1
        if slow and self._slow_timer is None:
            self._slow_timer = loop.call_later(0.25, self._look_after_slow)

    def _look_after_slow(self) -> None:
        loop = asyncio.get_running_loop()
        self._slow_timer = None
        for viewer in list(self._slow):
            if viewer.socket.buffered() <= BUFFER_LIMIT // 4:
                self._catch_up(viewer)
            elif loop.time() - (viewer.behind_since or 0) > SLOW_SECONDS:
                self.leave(viewer)
                viewer.socket.close(TOO_SLOW, "too slow")
                viewer.socket.abort()
        if self._slow:
            self._slow_timer = loop.call_later(0.25, self._look_after_slow)

    def _catch_up(self, viewer: Viewer) -> None:
        self._slow.discard(viewer)
        viewer.behind_since = None
        missed = [sent for sent in self._ring if sent.seq > viewer.behind_seq]
        if not missed or missed[0].since > viewer.behind_seq:
            viewer.socket.write(frames.resync(self._replica.epoch, self._sent_seq, "behind"))
            return
        indexes = dict.fromkeys(index for sent in missed for index in sent.indexes)
        merged = self._replica.changes(indexes)
        viewer.socket.write(frames.seats(self._replica.epoch, self._sent_seq, merged))
