"""Who may connect to this worker, and with what its protocols refuse.

Owns: this worker's counts of connections. Never: knows users; behind a proxy a peer is the proxy, and
clients are counted in `web`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from houseful.domain.addresses import Networks, Places, group_of
from houseful.transport.admission_queue import AdmissionQueue

Answer = Callable[[int, str, str], bytes]
"""(status, code, message) → a whole answer for a request that never reached the application."""


@dataclass
class ConnectionLimiter:
    """What the connections of one worker are counted against. A count of 0 means any number."""

    answer: Answer
    headers: Sequence[tuple[str, str]] = ()
    most: int = 0
    per_address: int = 0
    uncounted: Networks = field(default_factory=lambda: Networks(()))
    header_bytes: int = 32 * 1024
    header_seconds: float = 10.0
    body_seconds: float = 20.0

    def __post_init__(self) -> None:
        self.admissions = AdmissionQueue()
        self._everyone = Places(self.most)
        self._by_address = Places(self.per_address)

    def enter(self, host: str | None) -> bool:
        if not self._everyone.take(""):
            return False
        if host not in self.uncounted and not self._by_address.take(group_of(host)):
            self._everyone.give_back("")
            return False
        return True

    def leave(self, host: str | None) -> None:
        self._everyone.give_back("")
        if host not in self.uncounted:
            self._by_address.give_back(group_of(host))
