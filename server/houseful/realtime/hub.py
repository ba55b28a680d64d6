"""Who watches an event on this worker, and how a change reaches all of them.

Viewers stand in groups. A round goes from group to group, one per turn of the event loop, so that
neither ten thousand viewers nor one buyer wait for the other; each group gets one prepared frame
with all that changed since its last, as it is at that very moment. The first change begins a round at
once, then at most one begins per interval. A viewer whose buffer is full is skipped, caught up with
one merged frame when it drains, and closed with 4008 when it does not. The kernels hold hundreds of
kilobytes for a peer that reads nothing, so each is asked now and then whether it does.

Owns: the viewers and their rounds. Never: an await in the loop over viewers.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable

from houseful.realtime.area_news import APART_S, AreaNews
from houseful.realtime.change_history import ChangeHistory, SeatsFrame
from houseful.realtime.replica import Replica
from houseful.realtime.viewer_batch import Frame, Viewer, ViewerBatch
from houseful.wire import frames
from houseful.wire.close_codes import TOO_SLOW

GROUP_SIZE = 512
"""Viewers written to in one turn of the loop: 5 to 10 ms of system calls."""

REST = 0.25
"""After a round longer than the interval, so much of its time is left to buyers and to the viewers'
own machines before the next: without, all would fall behind further and further."""

SLOW_SECONDS = 10.0
"""How long a viewer may stay over the limit."""

ASK_AFTER_BYTES = 48 * 1024
"""Frames written to a viewer until it is asked: in a busy sale every few seconds, in a quiet one
never; there the pings of the keepalive are enough."""

LOOK_AFTER_S = 0.25


class Hub:
    """The viewers of one event."""

    def __init__(self, replica: Replica, interval_s: float) -> None:
        self._replica = replica
        self._interval = interval_s
        self._recent = ChangeHistory(replica)
        self._viewers: set[Viewer] = set()
        self._by_user: defaultdict[str, set[Viewer]] = defaultdict(set)
        self._groups: list[ViewerBatch] = []
        self._slow: set[Viewer] = set()
        self._asked: deque[tuple[float, Viewer, object]] = deque()
        self._looked_at = 0.0
        self._todo: deque[ViewerBatch] = deque()
        self._began_at = self._ended_at = 0.0
        self._next: asyncio.Handle | None = None
        self._slow_timer: asyncio.TimerHandle | None = None
        self.areas = AreaNews(replica)
        self._areas_timer: asyncio.TimerHandle | None = None
        self._areas_at = 0.0
        self.frames_sent = 0

    def __len__(self) -> int:
        return len(self._viewers)

    @property
    def seq(self) -> int:
        """The position that a viewer who joins now is brought to."""
        return self._recent.seq

    def restart(self) -> None:
        """Begin anew at the replica's position: frames before it mean nothing any more."""
        self._recent.restart()
        for group in self._groups:
            group.seq = self._recent.seq

    def join(self, viewer: Viewer) -> None:
        """Tell this viewer of everything after `seq`."""
        self._viewers.add(viewer)
        self._by_user[viewer.user].add(viewer)
        self._place(viewer)

    def leave(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)
        self._slow.discard(viewer)
        self._take_out(viewer)
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

    def missed(self, epoch: str, since: int) -> list[SeatsFrame] | None:
        """What changed after `since`, in one frame or none; None when a refetch is due."""
        if epoch != self._replica.epoch or since > self._replica.seq:
            return None
        if since >= self._recent.seq:
            return []
        frame = self._recent.since(since)
        return frame if frame is None else [frame]

    def publish(self, indexes: Iterable[int]) -> None:
        """Tell the viewers of these seats, at once or with the next round; of standing places only how
        many there are."""
        house = self._replica.house
        if house.areas:
            seats = [index for index in indexes if index < house.drawn_count]
            self.publish_areas()
            if not seats:
                return
            indexes = seats
        self._recent.add(indexes)
        self._begin_round()

    def publish_areas(self) -> None:
        """Tell the viewers how full the areas are, at once or with the next step."""
        if self._replica.house.areas and self._areas_timer is None:
            loop = asyncio.get_running_loop()
            at = max(loop.time(), self._areas_at + APART_S)
            self._areas_timer = loop.call_at(at, self._tell_areas)

    def _tell_areas(self) -> None:
        self._areas_timer = None
        self._areas_at = asyncio.get_running_loop().time()
        if self.areas.advance():
            self._begin_round()

    def _begin_round(self) -> None:
        if self._next is None:
            self._go_on()

    def tell(self, user: str, frame: bytes) -> None:
        """Write to one user's sockets only."""
        for viewer in self._by_user.get(user, ()):
            viewer.socket.write(frame)

    def tell_all(self, frame: bytes) -> None:
        for viewer in self._viewers:
            viewer.socket.write(frame)

    def close(self, code: int, reason: str) -> None:
        """Send everyone away, and no more frames."""
        for handle in (self._next, self._slow_timer, self._areas_timer):
            if handle is not None:
                handle.cancel()
        for viewer in list(self._viewers):
            viewer.socket.close(code, reason)

    def _place(self, viewer: Viewer) -> None:
        """Into the smallest group, which may be told once more of what the viewer knows."""
        group = min(self._groups, key=len, default=None)
        if group is None or len(group) >= GROUP_SIZE:
            group = ViewerBatch(self._recent.seq, self.areas.step)
            self._groups.append(group)
        group.add(viewer)

    def _take_out(self, viewer: Viewer) -> None:
        group = viewer.group
        if group is not None:
            group.remove(viewer)
            if not len(group):
                self._groups.remove(group)

    def _go_on(self) -> None:
        """The next group of the round, or the next round, now or when its time has come."""
        loop = asyncio.get_running_loop()
        self._next = None
        if not self._todo:
            if self._wait() > 0:
                self._next = loop.call_later(self._wait(), self._go_on)
                return
            self._began_at = loop.time()
            self._todo.extend(self._groups)
        while self._todo:
            group = self._todo.popleft()
            if len(group) and self._is_behind(group):
                self._write(group)
                break
        self._ended_at = loop.time()
        if self._todo:
            self._next = loop.call_soon(self._go_on)
        elif any(map(self._is_behind, self._groups)):
            self._next = loop.call_later(self._wait(), self._go_on)

    def _wait(self) -> float:
        """Seconds until another round may begin."""
        took = self._ended_at - self._began_at
        is_long = 0 < self._interval < took
        lasts = took * (1 + REST) if is_long else self._interval
        return max(0.0, self._began_at + lasts - asyncio.get_running_loop().time())

    def _is_behind(self, group: ViewerBatch) -> bool:
        return group.seq < self._recent.seq or group.area_step < self.areas.step

    def _write(self, group: ViewerBatch) -> None:
        behind_seq, group.seq = group.seq, self._recent.seq
        if behind_seq < group.seq:
            frame = self._recent.since(behind_seq)
            if frame is None:
                self._resync(group)
            else:
                self._write_frame(group, frame, behind_seq)
        areas = self.areas.since(group.area_step)
        group.area_step = self.areas.step
        if areas is not None:
            self._write_frame(group, areas, group.seq)

    def _write_frame(self, group: ViewerBatch, frame: Frame, behind_seq: int) -> None:
        """`behind_seq`: where a viewer stands that the frame passes by."""
        for viewer in group.write(frame):
            self._take_out(viewer)
            viewer.behind_since = asyncio.get_running_loop().time()
            viewer.behind_seq = behind_seq
            self._slow.add(viewer)
        self.frames_sent += 1
        self._ask_some(group)
        if (self._slow or self._asked) and self._slow_timer is None:
            self._look_after_slow_soon()

    def _resync(self, group: ViewerBatch) -> None:
        """More steps than are remembered came between two turns of a group."""
        frame = frames.resync(self._replica.epoch, self._recent.seq, "behind")
        for viewer in group:
            viewer.socket.write(frame)

    def _look_after_slow_soon(self) -> None:
        loop = asyncio.get_running_loop()
        self._slow_timer = loop.call_later(LOOK_AFTER_S, self._look_after_slow)

    def _look_after_slow(self) -> None:
        now = asyncio.get_running_loop().time()
        self._slow_timer = None
        for viewer in list(self._slow):
            if viewer.has_drained():
                self._catch_up(viewer)
            elif now - (viewer.behind_since or 0) > SLOW_SECONDS:
                self._cut(viewer)
        self._cut_silent(now)
        if self._slow or self._asked:
            self._look_after_slow_soon()

    def _ask_some(self, group: ViewerBatch) -> None:
        """A few with each frame: an answer costs more than a frame, and all at once would be felt."""
        until = asyncio.get_running_loop().time() + SLOW_SECONDS
        for viewer in group.turns(ASK_AFTER_BYTES):
            question = viewer.socket.ask()
            if question is not None:
                self._asked.append((until, viewer, question))

    def _cut_silent(self, now: float) -> None:
        """Who was asked in time and owes the answer still, though this loop was not held up."""
        self._looked_at, before = now, self._looked_at
        if now - before > 4 * LOOK_AFTER_S:
            return  # their answers may lie here unread
        while self._asked and self._asked[0][0] <= now:
            _, viewer, question = self._asked.popleft()
            if viewer.socket.owes() is question and viewer in self._viewers:
                self._cut(viewer)

    def _cut(self, viewer: Viewer) -> None:
        self.leave(viewer)
        viewer.socket.close(TOO_SLOW, "too slow")
        viewer.socket.abort()

    def _catch_up(self, viewer: Viewer) -> None:
        self._slow.discard(viewer)
        viewer.behind_since = None
        frame = self._recent.since(viewer.behind_seq)
        if frame is None:
            resync = frames.resync(self._replica.epoch, self._recent.seq, "behind")
            viewer.socket.write(resync)
        else:
            viewer.tell(frame)
        areas = self.areas.all()
        if areas is not None:
            viewer.tell(areas)
        self._place(viewer)
