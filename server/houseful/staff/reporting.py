"""The figures of an event that staff watch, from where each is true: money and tickets from SQL,
minutes and viewers from Redis.

Minutes are counted in Redis as changes happen and written to SQL a few seconds later, so that they
survive both a restart and a Redis that lost its data.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from houseful.checkout.checkout_context import clock_ms
from houseful.ledger import check_ins, counters, minutes, revenue
from houseful.ledger.minutes import COUNTED, MINUTE_MS, Minute
from houseful.ledger.revenue import Revenue, SeatTotals, Sums
from houseful.sql.database import Database, Session
from houseful.staff.event_stream import LEFT_ALONE
from houseful.store.staff_events import StaffEventStore

WRITE_EVERY_MS: Final = 5_000
LOOK_BACK: Final = 3
"""Minutes that are looked at again each time: one that has just ended still gets its last counts."""

KINDS: Final = {"cancelled": "unbooked"}
"""Counter in SQL → the seats' kind in Redis, where the names differ."""

RISING: Final = {"granted": "#reserved", "checkouts": "#paying", "leftAlone": LEFT_ALONE}
"""Name in a minute's record → Redis's counter."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """What was read again of some bookings and seats."""

    takings: list[Revenue]
    used_seats: list[int]
    sums: Sums


class Reporting:
    """Reads and writes them; no event's state is kept here."""

    def __init__(self, database: Database, staff_events: StaffEventStore) -> None:
        self._database = database
        self._staff_events = staff_events

    async def everything(self, event_id: int) -> Fresh:
        """All bookings and used tickets of an event."""

        async def work(session: Session) -> Fresh:
            return Fresh(
                await revenue.of_event(session, event_id),
                await check_ins.used_seats(session, event_id),
                await revenue.sums(session, event_id, clock_ms()),
            )

        return await self._database.query(work)

    async def some(
        self, event_id: int, booking_ids: Sequence[int], seat_ids: Sequence[int]
    ) -> Fresh:
        """Some bookings, which of some seats' tickets were used, and the sums."""

        async def work(session: Session) -> Fresh:
            return Fresh(
                await revenue.of_bookings(session, booking_ids),
                await check_ins.used_seats(session, event_id, list(seat_ids)) if seat_ids else [],
                await revenue.sums(session, event_id, clock_ms()),
            )

        return await self._database.query(work)

    async def risen(
        self, event_id: int, since_ms: int, now_ms: int
    ) -> tuple[Counter[str], Counter[str], int]:
        """Counts of `RISING`: (in minutes of SQL from `since_ms` on that are over for certain, in the
        minutes since, the minute those begin with)."""
        edge = now_ms - now_ms % MINUTE_MS - LOOK_BACK * MINUTE_MS
        wanted = [(event_id, edge + step * MINUTE_MS) for step in range(LOOK_BACK + 1)]
        stored, counted = await asyncio.gather(
            self._database.query(lambda s: minutes.of_event(s, event_id, since_ms)),
            self._staff_events.minutes(wanted),
        )
        known = {one.minute_ms: one.record for one in stored}
        over: Counter[str] = Counter()
        recent: Counter[str] = Counter()
        for one in stored:
            if one.minute_ms < edge:
                over.update({name: one.record.get(name, 0) for name in RISING})
        for (_, minute_ms), fields in zip(wanted, counted, strict=True):
            recent.update(rising(fields, known.get(minute_ms, {})))
        return over, recent, edge

    async def is_my_turn(self, now_ms: int) -> bool:
        """Whether this process is to write the minutes now; one of all does, every few seconds."""
        turn = await counters.turn(self._database, "turn minutes", now_ms, WRITE_EVERY_MS)
        return turn is not None

    async def counted(
        self, event_ids: Sequence[int], now_ms: int
    ) -> dict[int, dict[int, dict[str, int]]]:
        """Event → minute → counters, of the last minutes in which something was counted."""
        last = now_ms - now_ms % MINUTE_MS
        wanted = [
            (event_id, last - back * MINUTE_MS)
            for event_id in event_ids
            for back in range(LOOK_BACK)
        ]
        found: dict[int, dict[int, dict[str, int]]] = {}
        for (event_id, minute_ms), fields in zip(
            wanted, await self._staff_events.minutes(wanted), strict=True
        ):
            if fields:
                found.setdefault(event_id, {})[minute_ms] = fields
        return found

    async def write(
        self, event_id: int, counted: Mapping[int, Mapping[str, int]], gauges: Mapping[str, int]
    ) -> None:
        """Write an event's minutes; `gauges` is how the house stands now, for the latest of them."""
        first, latest = min(counted), max(counted)

        async def work(session: Session) -> None:
            money = await minutes.revenue(session, event_id, first)
            known = {one.minute_ms: one for one in await minutes.of_event(session, event_id, first)}
            await minutes.write(
                session,
                [
                    minute_of(
                        event_id,
                        at_ms,
                        fields,
                        money.get(at_ms, 0),
                        known[at_ms].record if at_ms in known else {},
                        gauges if at_ms == latest or at_ms not in known else {},
                    )
                    for at_ms, fields in counted.items()
                ],
            )

        await self._database.transact(work)

    async def history(self, event_id: int, since_ms: int) -> list[Minute]:
        return await self._database.query(lambda s: minutes.of_event(s, event_id, since_ms))

    async def houses(self, event_ids: Sequence[int]) -> dict[int, SeatTotals]:
        """What SQL knows of some events' seats."""
        return await self._database.query(lambda s: revenue.of_events(s, event_ids))


def minute_of(
    event_id: int,
    minute_ms: int,
    fields: Mapping[str, int],
    revenue_minor: int,
    before: Mapping[str, int],
    gauges: Mapping[str, int],
) -> Minute:
    """A minute from Redis's counters; `#kind` counts entries, `kind` seats. `before` is its record
    as it was last written."""
    return Minute(
        event_id,
        minute_ms,
        {name: fields.get(KINDS.get(name, name), 0) for name in COUNTED},
        revenue_minor,
        {**before, **gauges, **rising(fields, before)},
    )


def rising(fields: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    """What a minute's record has beside its counters, which only rises."""
    return {
        name: max(fields.get(counter, 0), before.get(name, 0)) for name, counter in RISING.items()
    }
