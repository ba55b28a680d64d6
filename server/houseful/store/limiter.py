"""How often one user may try, and how often we may call somebody: counted in Redis for all workers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from houseful import paths
from houseful.redis.command_router import Client
from houseful.redis.connection import translated
from houseful.store.scripts import Scripts


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where a user stands in the window: attempts left, and ms until it ends."""

    allowed: bool
    limit: int
    remaining: int
    reset_ms: int


class Limiter:
    """At most `limit` attempts per `window_ms` for each key; a limit of 0 allows everything."""

    def __init__(self, client: Client, *, lua: Path | None = None) -> None:
        self._scripts = Scripts(client, lua or paths.LUA)

    async def attempt(self, name: str, user: str, *, limit: int, window_ms: int) -> Allowance:
        if limit == 0:
            return Allowance(True, 0, 0, 0)
        with translated():
            word, remaining, reset_ms = await self._scripts.run(
                "limit", [f"limit:{name}:{{{user}}}"], [limit, window_ms]
            )
        return Allowance(word == "allowed", limit, remaining, reset_ms)

    async def forgive(self, name: str, user: str, *, limit: int) -> Allowance:
        """Take back one attempt that `attempt` counted."""
        if limit == 0:
            return Allowance(True, 0, 0, 0)
        with translated():
            _, remaining, reset_ms = await self._scripts.run(
                "forgive", [f"limit:{name}:{{{user}}}"], [limit]
            )
        return Allowance(True, limit, remaining, reset_ms)

    async def give_back(self, name: str, user: str) -> None:
        """One attempt of the open window does not count any more."""
        with translated():
            await self._scripts.run("give_back", [f"limit:{name}:{{{user}}}"], [])


class Pace:
    """Gives callers of one foreign service their moments, at most `rate_per_s` over all workers."""

    def __init__(self, client: Client, *, lua: Path | None = None) -> None:
        self._scripts = Scripts(client, lua or paths.LUA)

    async def wait_s(self, name: str, *, rate_per_s: float, burst: int, max_s: float) -> float:
        """Seconds to wait before calling; over `max_s` nothing was taken. Raises Unavailable."""
        with translated():
            _, wait_ms = await self._scripts.run(
                "pace", [f"pace:{name}"], [str(1000 / rate_per_s), burst, int(max_s * 1000)]
            )
        return float(wait_ms) / 1000
