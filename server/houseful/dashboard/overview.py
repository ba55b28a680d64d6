"""The sockets of those who watch all events: the rows that changed, at most once a second."""

from __future__ import annotations

from collections.abc import Sequence

from houseful.realtime.viewer_batch import BUFFER_LIMIT, Viewer
from houseful.wire.codec import encode
from houseful.wire.frames import prepare
from houseful.wire.staff import OverviewRowBody


class OverviewHub:
    """Keeps what was last sent of each event."""

    def __init__(self) -> None:
        self._viewers: set[Viewer] = set()
        self._sent: dict[int, OverviewRowBody] = {}

    def __len__(self) -> int:
        return len(self._viewers)

    def join(self, viewer: Viewer, rows: Sequence[OverviewRowBody]) -> None:
        """Everything to the new one; what changed by that to the others."""
        self.publish(rows)
        viewer.socket.write(frame(rows, full=True))
        self._viewers.add(viewer)

    def leave(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)

    def publish(self, rows: Sequence[OverviewRowBody]) -> None:
        """Send the rows that are not as they were. A socket that is behind gets all of them later."""
        changed = [row for row in rows if row != self._sent.get(row["eventId"])]
        self._sent = {row["eventId"]: row for row in rows}
        news = frame(changed, full=False) if changed else b""
        for viewer in self._viewers:
            if viewer.socket.buffered() > BUFFER_LIMIT:
                viewer.behind_since = viewer.behind_since or 1.0
            elif viewer.behind_since is not None:
                viewer.behind_since = None
                viewer.socket.write(frame(rows, full=True))
            elif news:
                viewer.socket.write(news)

    def close(self, code: int, reason: str) -> None:
        for viewer in list(self._viewers):
            viewer.socket.close(code, reason)


def frame(rows: Sequence[OverviewRowBody], *, full: bool) -> bytes:
    return prepare(encode({"type": "overview", "full": full, "data": rows}))
