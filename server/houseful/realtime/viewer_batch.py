"""Viewers that are written to together, each by the shortest way its socket has.

A socket with an empty buffer takes a frame by one system call on its descriptor. Where bytes wait
already, or the socket has no descriptor of its own (TLS, another server), its own `write` is used.

Owns: which way a viewer is written to. Never: what, or when.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

BUFFER_LIMIT = 64 * 1024
"""Bytes a viewer may owe before frames pass it by; the socket holds as much again."""


class Frame(Protocol):
    """The same news in both forms; made when the first viewer needs it."""

    @property
    def text(self) -> bytes: ...
    @property
    def binary(self) -> bytes: ...
    def in_form(self, *, is_binary: bool) -> bytes: ...


class Socket(Protocol):
    """The way to one viewer; written to without waiting."""

    def write(self, frame: bytes) -> None: ...
    def write_together(self, several: Sequence[bytes]) -> None: ...
    def buffered(self) -> int: ...
    def close(self, code: int, reason: str) -> None: ...
    def abort(self) -> None: ...

    def descriptor(self) -> int | None:
        """What `os.write` may be called on while no byte waits; None when there is no such thing."""

    def ask(self) -> object:
        """Ask the peer whether it reads. What it owes an answer to; None where we cannot ask."""

    def owes(self) -> object:
        """What of that is unanswered."""

    def attend(self, viewer: Viewer | None) -> None:
        """Call `viewer.descriptor_lost` in the very step that makes the descriptor unfit."""


@dataclass(eq=False, slots=True)
class Viewer:
    """One socket that watches. `behind_since` is a loop time while frames pass it by."""

    socket: Socket
    user: str
    is_binary: bool = False
    behind_since: float | None = None
    behind_seq: int = 0
    group: ViewerBatch | None = None
    fd: int | None = None

    def tell(self, frame: Frame) -> None:
        self.socket.write(frame.in_form(is_binary=self.is_binary))

    def has_drained(self) -> bool:
        return self.socket.buffered() <= BUFFER_LIMIT // 4

    def descriptor_lost(self) -> None:
        """Bytes wait, or the connection ends: no direct write from now on."""
        if self.group is not None:
            self.group.use_its_own_way(self)


@dataclass(eq=False, slots=True)
class ViewerBatch:
    """Viewers that stand at one position, `seq`, and were told of one `area_step`. Each is in one of
    three dictionaries."""

    seq: int
    area_step: int = 0
    _texts: dict[int, Viewer] = field(default_factory=dict)
    _binaries: dict[int, Viewer] = field(default_factory=dict)
    _others: dict[Viewer, None] = field(default_factory=dict)
    _told: int = 0
    """Bytes written to all of them since one had its turn."""
    _turns: deque[Viewer] = field(default_factory=deque)

    def __len__(self) -> int:
        return len(self._texts) + len(self._binaries) + len(self._others)

    def __iter__(self) -> Iterator[Viewer]:
        return chain(self._texts.values(), self._binaries.values(), self._others)

    def add(self, viewer: Viewer) -> None:
        viewer.group = self
        viewer.socket.attend(viewer)
        self._use_best_way(viewer)

    def remove(self, viewer: Viewer) -> None:
        viewer.socket.attend(None)
        self.use_its_own_way(viewer)
        del self._others[viewer]
        viewer.group = None

    def use_its_own_way(self, viewer: Viewer) -> None:
        if viewer.fd is not None:
            del self._direct(viewer)[viewer.fd]
            viewer.fd = None
        self._others[viewer] = None

    def _use_best_way(self, viewer: Viewer) -> None:
        fd = viewer.socket.descriptor()
        if fd is None:
            self._others[viewer] = None
        else:
            self._others.pop(viewer, None)
            viewer.fd = fd
            self._direct(viewer)[fd] = viewer

    def _direct(self, viewer: Viewer) -> dict[int, Viewer]:
        return self._binaries if viewer.is_binary else self._texts

    def turns(self, every: int) -> Iterator[Viewer]:
        """Whose turn it is, so that each has one per `every` bytes it was told, and not all at once."""
        count, self._told = divmod(self._told, every)
        for _ in range(min(count, len(self))):
            self._turns = self._turns or deque(self)
            viewer = self._turns.popleft()
            if viewer.group is self:
                yield viewer

    def write(self, frame: Frame) -> list[Viewer]:
        """Write to everyone who keeps up; returns those who do not, unwritten."""
        self._told += len(frame.text) * len(self)
        others = list(self._others)  # before it takes in those whose buffers fill up now
        if self._texts:
            write_to_all(self._texts, frame.text)
        if self._binaries:
            write_to_all(self._binaries, frame.binary)
        slow = []
        for viewer in others:
            if viewer.socket.buffered() > BUFFER_LIMIT:
                slow.append(viewer)
            else:
                viewer.tell(frame)
                self._use_best_way(viewer)
        return slow


def write_to_all(direct: dict[int, Viewer], frame: bytes) -> None:
    """One system call per descriptor. What does not fit goes to the socket's own buffer.

    Nothing is awaited, and no descriptor is closed meanwhile or still here when it is: sockets say
    so before (`attend`).
    """
    write, size = os.write, len(frame)
    unfinished: list[tuple[Viewer, int]] = []
    for fd in direct:
        try:
            written = write(fd, frame)
        except BlockingIOError:
            written = 0
        except OSError:
            continue  # the peer is gone: its transport will hear of it
        if written != size:
            unfinished.append((direct[fd], written))
    for viewer, written in unfinished:
        viewer.socket.write(frame[written:])
