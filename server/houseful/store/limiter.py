"""How often one user may try: a counted window in Redis, shared by all workers."""

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
