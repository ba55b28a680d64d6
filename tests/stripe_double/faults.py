"""The fault script: which request breaks, and how.

| kind | the work | what the client sees |
| --- | --- | --- |
| rate_limit | not done | 429 with Retry-After, before the idempotency layer |
| unavailable | not done | 503, before the idempotency layer |
| lose_request | not done | the connection closes without an answer |
| reset_before | not done | a TCP reset |
| hang_before | not done | nothing, until the client gives up |
| refuse | not done | 400, as for a parameter that the API does not know |
| error_before | not done | 500, kept under the key |
| error_after | **done** | 500, kept under the key |
| lose_reply | **done** | the connection closes without an answer |
| reset_after | **done** | a TCP reset |
| hang_after | **done** | nothing, until the client gives up |
| latency | done | the answer, `seconds` (+ up to `jitter_s`) late |
"""

from __future__ import annotations

import random
from dataclasses import dataclass

BEFORE = ("rate_limit", "unavailable", "lose_request", "reset_before", "hang_before")
WITHIN = ("refuse", "error_before", "error_after", "latency")
AFTER = ("lose_reply", "reset_after", "hang_after")
KINDS = (*BEFORE, *WITHIN, *AFTER)


@dataclass
class Fault:
    """One rule: breaks `times` requests of `operation` (`*`: any) after `skip` of them passed.

    `times` None goes on for ever; `probability` below 1 breaks only some of those that match.
    """

    kind: str
    operation: str = "*"
    times: int | None = 1
    skip: int = 0
    seconds: float = 0.0
    jitter_s: float = 0.0
    probability: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"expected one of {', '.join(KINDS)}, got {self.kind!r}")


class FaultScript:
    """Rules in their order; the first that matches breaks the request. Seeded."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self.rules: list[Fault] = []
        self.fired: list[tuple[str, str]] = []

    def add(self, kind: str, operation: str = "*", **more: float | None) -> None:
        """Add a rule; see Fault."""
        self.rules.append(Fault(kind, operation, **more))  # type: ignore[arg-type]

    def clear(self) -> None:
        """Break nothing more."""
        self.rules.clear()

    def take(self, operation: str) -> Fault | None:
        """The fault for this request, used up by it."""
        for rule in self.rules:
            if rule.operation not in ("*", operation) or rule.times == 0:
                continue
            if rule.skip > 0:
                rule.skip -= 1
                continue
            if self._random.random() >= rule.probability:
                continue
            if rule.times is not None:
                rule.times -= 1
            self.fired.append((operation, rule.kind))
            return rule
        return None

    def delay_s(self, fault: Fault) -> float:
        """How late an answer with `latency` comes."""
        return fault.seconds + self._random.uniform(0, fault.jitter_s)
