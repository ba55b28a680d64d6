"""What goes wrong, by dice alone: how long a call takes, whether it arrives, whether its answer does.

Owns: the dice, the outages, the trace. Never: what a call means.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from tests.simulation.loop import VirtualLoop

T = TypeVar("T")


class Service(StrEnum):
    """What a process of ours talks to."""

    REDIS = "redis"
    SQL = "sql"
    GATEWAY = "gateway"


TAKES_S: Final = {
    Service.REDIS: (0.0002, 0.003),
    Service.SQL: (0.0005, 0.008),
    Service.GATEWAY: (0.03, 0.4),
}
"""A call's way there, and the same back, in seconds from … to."""

SLOW: Final = 0.01
SLOW_S: Final = 3.0
"""So many calls are slow, and by how much at most."""


class Caller(Protocol):
    """A process that may end while its calls are on their way."""

    name: str
    calls: dict[asyncio.TimerHandle, None]


@dataclass
class Faults:
    """`faulty`: share of calls that do not arrive, and of those whose answer is lost, by service."""

    loop: VirtualLoop
    dice: random.Random
    faulty: dict[Service, float] = field(default_factory=dict)
    away: dict[Service, float] = field(default_factory=dict)
    """Service → until when nobody reaches it."""
    last_fault_s: float = 0.0
    lines: list[str] | None = None
    digest: Any = field(default_factory=hashlib.sha256)

    def note(self, *words: object) -> None:
        """One line of the trace: the same seed writes the same lines."""
        line = f"{self.loop.elapsed_s:.6f} {' '.join(map(str, words))}"
        self.digest.update(line.encode())
        if self.lines is not None:
            self.lines.append(line)

    def clear(self) -> None:
        """No fault from now on."""
        self.faulty.clear()
        self.away.clear()

    def fault(self) -> None:
        """Something was hurt just now."""
        self.last_fault_s = self.loop.elapsed_s

    def _latency_s(self, service: Service) -> float:
        slow = SLOW_S if self.faulty and self.dice.random() < SLOW else 0
        return self.dice.uniform(*TAKES_S[service]) + slow * self.dice.random()

    def is_hit(self, service: Service) -> bool:
        """Whether a fault strikes now."""
        hit = self.dice.random() < self.faulty.get(service, 0.0)
        if hit:
            self.fault()
        return hit

    async def call(
        self,
        caller: Caller,
        service: Service,
        what: str,
        effect: Callable[[], T],
        broken: Callable[[], BaseException],
    ) -> T:
        """What `effect` gives, at the service and in its time; or `broken()` where the call or its
        answer is lost. An effect under way when its caller dies may happen all the same."""
        loop = self.loop
        answer: asyncio.Future[T] = loop.create_future()
        is_lost, is_unheard = self.is_hit(service), self.is_hit(service)

        def settle(value: Any, error: BaseException | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(value)

        def land() -> None:
            caller.calls.pop(there, None)
            value, error = None, None
            if is_lost or self.away.get(service, 0.0) > loop.elapsed_s:
                error = broken()
            else:
                try:
                    value = effect()
                except Exception as raised:  # noqa: BLE001 - handed to the caller
                    error = raised
            said = type(error).__name__ if error is not None else digest_of(value)
            self.note(caller.name, service, what, said)
            if error is None and is_unheard:
                error = broken()
            loop.call_later(self._latency_s(service), settle, value, error)

        there = loop.call_later(self._latency_s(service), land)
        caller.calls[there] = None
        return await answer


def digest_of(value: object) -> str:
    """Short words for any value, the same in each run."""
    return hashlib.md5(repr(value).encode(), usedforsecurity=False).hexdigest()[:8]
