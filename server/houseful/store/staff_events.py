"""What the venue's staff see beside the seats themselves: notes, viewers, and each minute's counts.

Per event, under its hash tag: `seat:{7}:desk`, a stream of notes on what the seats' feed does not
carry (attempts refused, cards declined, tickets at the door, an event that was changed);
`seat:{7}:viewers` and one key with a TTL per worker with its number of sockets; and
`seat:{7}:minute:<ms>`, counters that the seats' scripts and `count` raise.

Owns: these keys. Never: the truth about a ticket or an amount; a note only says where to look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from houseful.redis.command_router import Client, CommandRouter
from houseful.redis.connection import translated

NOTES: Final = 4096
KEEP_NOTES_S: Final = 7 * 86_400
READ_LIMIT: Final = 1000
KEEP_MINUTE_S: Final = 7200
"""As in lua/lib/feed.lua: how long a minute waits to be written to SQL."""

VIEWERS_TTL_S: Final = 6
"""A worker that died is forgotten after so long."""

MINUTE_MS: Final = 60_000
ACTIVE_KEY: Final = "houseful:{minutes}:active"
"""A zset event → when something was last counted of it, in ms."""


Command = tuple[str, *tuple[str | int, ...]]
"""The key that says which node, then the command."""


@dataclass(frozen=True, slots=True)
class StaffEvent:
    """One entry of the staff stream. `number` counts attempts; `seat_ids` are seats concerned."""

    position: str
    kind: str
    at_ms: int
    number: int
    seat_ids: tuple[int, ...]


def desk_key(event_id: int) -> str:
    return f"seat:{{{event_id}}}:desk"


def viewers_key(event_id: int) -> str:
    return f"seat:{{{event_id}}}:viewers"


def minute_key(event_id: int, minute_ms: int) -> str:
    return f"seat:{{{event_id}}}:minute:{minute_ms}"


class StaffEventStore:
    """Notes, viewers and minutes of all events. Every method may raise Unavailable.

    A reply that was lost may have a count raised twice; no seat and no amount hangs on it.
    """

    def __init__(self, client: Client) -> None:
        self._lanes = CommandRouter(client)
        self.counted: set[int] = set()
        """Events of which something was counted here since somebody emptied this."""

    async def tell(
        self, event_id: int, kind: str, *, number: int = 0, seat_ids: Iterable[int] = ()
    ) -> None:
        """Write a note; workers that show the event are rung."""
        key, seats = desk_key(event_id), " ".join(map(str, seat_ids))
        note = ("k", kind, "n", number, "s", seats)
        await self._all(
            (key, "XADD", key, "MAXLEN", "~", NOTES, "*", *note),
            (key, "EXPIRE", key, KEEP_NOTES_S),
        )

    async def notes(self, event_id: int, since: str) -> list[StaffEvent]:
        """The notes after a position (`ms-n`, or `(ms-n` to leave that one out), oldest first."""
        key = desk_key(event_id)
        (found,) = await self._all((key, "XRANGE", key, since, "+", "COUNT", READ_LIMIT))
        return [
            StaffEvent(
                position,
                fields["k"],
                int(position.partition("-")[0]),
                int(fields["n"]),
                tuple(map(int, fields["s"].split())),
            )
            for position, fields in found
        ]

    async def last_notes(self, event_ids: Sequence[int]) -> list[str]:
        """The position of each event's last note, empty without any."""
        return await asyncio.gather(*map(self.last_note, event_ids))

    async def last_note(self, event_id: int) -> str:
        """The position of an event's last note, empty without any."""
        key = desk_key(event_id)
        with translated():
            found = await self._lanes.send(key, "XREVRANGE", key, "+", "-", "COUNT", 1)
        return str(found[0][0]) if found else ""

    async def say_viewers(self, worker: str, viewers: Mapping[int, int]) -> None:
        """How many sockets this worker has, by event; to be repeated before the TTL ends."""
        commands: list[Command] = []
        for event_id, number in viewers.items():
            key = viewers_key(event_id)
            own = f"{key}:{worker}"
            commands += [
                (key, "SADD", key, worker),
                (key, "EXPIRE", key, VIEWERS_TTL_S),
                (own, "SET", own, number, "EX", VIEWERS_TTL_S),
            ]
        await self._all(*commands)

    async def viewers(self, event_ids: Sequence[int]) -> list[int]:
        """Sockets over all workers, by event."""
        keys = [viewers_key(event_id) for event_id in event_ids]
        workers = await self._all(*((key, "SMEMBERS", key) for key in keys))
        names = [
            [f"{key}:{worker}" for worker in members]
            for key, members in zip(keys, workers, strict=True)
        ]
        numbers = iter(await self._all(*((name, "GET", name) for group in names for name in group)))
        return [sum(int(next(numbers) or 0) for _ in group) for group in names]

    async def count(self, event_id: int, at_ms: int, field: str, number: int) -> None:
        """Raise a counter of the minute."""
        self.counted.add(event_id)
        key = minute_key(event_id, at_ms - at_ms % MINUTE_MS)
        await self._all((key, "HINCRBY", key, field, number), (key, "EXPIRE", key, KEEP_MINUTE_S))

    async def say_active(self, event_ids: Iterable[int], now_ms: int) -> None:
        """Something was counted of these events: their minutes are to be written."""
        marks: dict[str | int, int] = {str(event_id): now_ms for event_id in event_ids}
        rest: tuple[str | int, ...] = (
            *("ZADD", ACTIVE_KEY, "GT"),
            *(part for event_id, at_ms in marks.items() for part in (at_ms, event_id)),
        )
        if marks:
            await self._all((ACTIVE_KEY, *rest))

    async def active(self, since_ms: int) -> list[int]:
        """Events of which something was counted since then; older ones are forgotten."""
        _, found = await self._all(
            (ACTIVE_KEY, "ZREMRANGEBYSCORE", ACTIVE_KEY, "-inf", f"({since_ms}"),
            (ACTIVE_KEY, "ZRANGE", ACTIVE_KEY, 0, -1),
        )
        return [int(event_id) for event_id in found]

    async def minutes(self, wanted: Sequence[tuple[int, int]]) -> list[dict[str, int]]:
        """The counters of (event, minute) pairs; empty where nothing was counted."""
        keys = [minute_key(event_id, minute_ms) for event_id, minute_ms in wanted]
        found = await self._all(*((key, "HGETALL", key) for key in keys))
        return [{name: int(number) for name, number in fields.items()} for fields in found]

    async def _all(self, *commands: Command) -> list[Any]:
        """The replies to (key, command…), which travel together."""
        with translated():
            return await asyncio.gather(*(self._lanes.send(*command) for command in commands))
