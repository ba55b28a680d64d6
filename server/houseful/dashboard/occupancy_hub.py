"""The staff's sockets on one event: at most four frames a second, each with only what changed.

Owns: the sockets, the last state sent, the ring of frames for those who come back. Never: how a
figure is made; that is `dashboard`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from houseful.realtime.hub import SLOW_SECONDS
from houseful.realtime.viewer_batch import BUFFER_LIMIT, Viewer
from houseful.wire.close_codes import TOO_SLOW
from houseful.wire.codec import encode
from houseful.wire.frames import prepare

INTERVAL_S: Final = 0.25
RING_FRAMES: Final = 240
"""A minute of the busiest sale."""

State = dict[str, Any]


class OccupancyHub:
    """`read()` gives (the whole state, the number of its newest activity), `news(number)` the
    activities after one."""

    def __init__(
        self, read: Callable[[], tuple[State, int]], news: Callable[[int], list[Any]]
    ) -> None:
        self._read = read
        self._news = news
        self._viewers: set[Viewer] = set()
        self._ring: deque[tuple[int, bytes]] = deque(maxlen=RING_FRAMES)
        self._sent: State = {}
        self._number = 0
        self._sent_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.epoch = secrets.token_hex(6)
        self.seq = 0

    def __len__(self) -> int:
        return len(self._viewers)

    def join(self, viewer: Viewer, hello: Callable[[bool], bytes], epoch: str, since: int) -> None:
        """Hello, then what was missed or everything: without an await, so that nothing is lost."""
        state = self.flush()
        missed = self._missed(epoch, since)
        viewer.socket.write(hello(missed is not None))
        for frame in [self._whole(state)] if missed is None else missed:
            viewer.socket.write(frame)
        self._viewers.add(viewer)

    def leave(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)

    def touch(self) -> None:
        """Something changed: tell it at once, or with the next frame."""
        if not self._viewers or self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._sent_at + INTERVAL_S - loop.time()
        if wait <= 0:
            self.flush()
        else:
            self._timer = loop.call_later(wait, self.flush)

    def close(self, code: int, reason: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for viewer in list(self._viewers):
            viewer.socket.close(code, reason)

    def flush(self) -> State:
        """Bring every socket, and the position, to the state of now, which is returned."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        state, number = self._read()
        data = difference(self._sent, state)
        news = self._news(self._number)
        if news:
            data["activity"] = news
        if not data:
            return state
        self._sent, self._number = state, number
        self._sent_at = asyncio.get_running_loop().time()
        self.seq += 1
        frame = self._frame({"serverTime": state["serverTime"], **data}, full=False)
        self._ring.append((self.seq, frame))
        for viewer in list(self._viewers):
            self._send(viewer, frame)
        return state

    def _send(self, viewer: Viewer, frame: bytes) -> None:
        """A socket that is behind gets nothing until it has drained, then everything at once."""
        now = asyncio.get_running_loop().time()
        if viewer.socket.buffered() > BUFFER_LIMIT:
            viewer.behind_since = viewer.behind_since or now
            if now - viewer.behind_since > SLOW_SECONDS:
                self.leave(viewer)
                viewer.socket.close(TOO_SLOW, "too slow")
                viewer.socket.abort()
        elif viewer.behind_since is not None:
            viewer.behind_since = None
            viewer.socket.write(self._whole(self._sent))
        else:
            viewer.socket.write(frame)

    def _missed(self, epoch: str, since: int) -> list[bytes] | None:
        if epoch != self.epoch or not 0 <= since <= self.seq:
            return None
        if since < self.seq and (not self._ring or self._ring[0][0] > since + 1):
            return None
        return [frame for seq, frame in self._ring if seq > since]

    def _whole(self, state: State) -> bytes:
        return self._frame({**state, "epoch": self.epoch, "seq": self.seq}, full=True)

    def _frame(self, data: State, *, full: bool) -> bytes:
        body = {"type": "occupancy", "epoch": self.epoch, "seq": self.seq, "full": full}
        return prepare(encode({**body, "data": data}))


ROWS: Final = ("sections", "categories")
ALWAYS_NEW: Final = ("serverTime", "activity")


def difference(before: State, after: State) -> State:
    """What of `after` is not as before; of rows, only those that changed."""
    changed: State = {}
    for name, value in after.items():
        if name in ALWAYS_NEW or value == before.get(name):
            continue
        if name in ROWS and name in before:
            known = {row["name"]: row for row in before[name]}
            value = [row for row in value if row != known.get(row["name"])]
        changed[name] = value
    return changed
