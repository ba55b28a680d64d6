"""The index of all events' next deadlines in Redis: which event must be looked at, and when.

`houseful:{deadlines}:next`, a zset event → ms of its next deadline, and `houseful:{deadlines}:claims`,
a hash event → the claim of the worker that looks at it. In a cluster it lies in another slot than the
events: what is true stands in each event's own `deadlines` and `checkouts`; the index may be early,
and is made again from the events by `sales.deadlines`.

Owns: these two keys. Never: whose hold it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from houseful import paths
from houseful.redis.command_router import Client
from houseful.redis.connection import translated
from houseful.store.scripts import Scripts

KEYS = ("houseful:{deadlines}:next", "houseful:{deadlines}:claims")


@dataclass(frozen=True, slots=True)
class Due:
    """Events whose deadline has come, each with the claim that settles it.

    `next_ms`: the earliest deadline in the index, those that were claimed by the end of their lease;
    None when it is empty.
    """

    now_ms: int
    next_ms: int | None
    claims: Mapping[int, int]


class DeadlineIndex:
    """Every method may raise Unavailable, and may be repeated."""

    def __init__(
        self, client: Client, *, lua: Path | None = None, scripts: Scripts | None = None
    ) -> None:
        self._scripts = scripts or Scripts(client, lua or paths.LUA)

    async def note(self, deadlines: Mapping[int, int]) -> None:
        """These events have these deadlines (ms); an earlier one that is known stays."""
        await self._run("note_deadlines", list(chain.from_iterable(deadlines.items())))

    async def claim_due(self, limit: int, lease_ms: int) -> Due:
        """At most `limit` events that are due; nobody else gets them for `lease_ms`."""
        _, now_ms, next_ms, flat = await self._run("claim_due", (limit, lease_ms))
        claims = dict(zip(map(int, flat[::2]), flat[1::2], strict=True))
        return Due(now_ms, None if next_ms < 0 else next_ms, claims)

    async def settle(self, event_id: int, claim: int, next_ms: int | None) -> None:
        """The event was looked at: it is due again at `next_ms`, None for not at all."""
        await self._run("settle_due", (event_id, claim, -1 if next_ms is None else next_ms))

    async def _run(self, name: str, arguments: Sequence[int]) -> Any:
        with translated():
            return await self._scripts.run(name, KEYS, arguments)
