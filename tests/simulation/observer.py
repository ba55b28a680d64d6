"""What must hold at every moment, looked at on raw state, and what people saw on the way."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Final

from houseful.domain.seats import PAYMENT_MS
from houseful.store.seats import event_keys, seat_record
from tests.invariants import World, rows
from tests.simulation.house import HOLD_MS, House, Process

LOOK_S: Final = 0.2
CALM_S: Final = 4.0
"""After a fault the house has so long until the bounds of quiet times hold again."""

HELD_OVER_MS: Final = 1_000


class Observer:
    """Looks at Redis and at every viewer's map."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.problems: list[str] = []
        self._records: dict[str, str] = {}
        self._read_at = (0, 0)
        self.begin_anew()

    def begin_anew(self) -> None:
        """A restore: what was seen before belongs to sales that are gone."""
        self._meaning: dict[tuple[int, int], int] = {}
        self._versions: dict[Process, list[int]] = {}
        self._restores = self._house.restores

    async def run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self._look_at_maps()
            self._look_at_holds()

    def _say(self, problem: str) -> None:
        if problem not in self.problems and len(self.problems) < 5:
            self._house.faults.note("PROBLEM", problem)
            self.problems.append(problem)

    def _look_at_maps(self) -> None:
        """A version means one status, whoever shows it; none falls."""
        for process in self._house.alive:
            live = process.live
            if live is None or not live.replica.epoch:
                continue
            replica = live.replica
            versions = list(replica.version)
            before = self._versions.get(process)
            for index, version in enumerate(versions):
                if before is not None and version < before[index]:
                    self._say(f"seat {index} fell from version {before[index]} to {version}")
                status = replica.status[index]
                known = self._meaning.setdefault((index, version), status)
                if known != status:
                    self._say(f"seat {index} version {version} was {known} and is {status}")
            self._versions[process] = versions

    def _raw(self) -> tuple[dict[str, str], int]:
        """What Redis has, asked again only after something was written."""
        server = self._house.server
        if server.state_mark != self._read_at:
            state = server.now(("HGETALL", event_keys(self._house.event.id)[1]))
            self._records = dict(zip(state[::2], state[1::2], strict=True))
            self._read_at = server.state_mark
        return self._records, self._house.loop.wall_ms()

    def _look_at_holds(self) -> None:
        is_calm = self._house.loop.time() - self._house.faults.last_fault_s > CALM_S
        records, now_ms = self._raw()
        for seat, record in records.items():
            found = seat_record(seat, record)
            over = now_ms - found.deadline_ms
            if found.status == "R" and is_calm and over > HELD_OVER_MS:
                self._say(f"seat {seat} held {over} ms too long")
            if found.status == "R" and found.deadline_ms > now_ms + 2 * HOLD_MS + PAYMENT_MS:
                self._say(f"seat {seat} is held beyond every bound")

    def held(self) -> list[str]:
        """Seats that somebody holds or pays for still, when every bound is over."""
        return [
            f"seat {seat} is {record} long after every bound"
            for seat, record in self._raw()[0].items()
            if record.split(":")[1] in "RP"
        ]

    async def at_rest(self, world: World) -> list[str]:
        """Every viewer's map is the truth."""
        problems = []
        server, event_id = self._house.server, self._house.event.id
        (base,) = server.now(("HMGET", event_keys(event_id)[0], "base"))
        records = self._raw()[0]
        for process in self._house.alive:
            if process.live is None:
                problems.append(f"{process.name} has no map yet")
                continue
            replica = process.live.replica
            for index, version in enumerate(replica.version):
                seat = self._house.event.first_seat_id + index
                record = records.get(str(seat), f"{base}:A:0:0").split(":")
                shown = (str(version), "ARPBX"[replica.status[index]])
                if shown != (record[0], record[1]):
                    problems.append(f"I6 {process.name} shows seat {seat} as {shown}, is {record}")
        return problems

    async def unsent(self, world: World) -> list[str]:
        """Confirmed bookings without their mail; numbers of bookings come again after a restore."""
        if self._house.restores:
            return []
        sent = Counter(self._house.mails)
        found = await rows(world, "SELECT reference FROM booking WHERE state = 'CONFIRMED'")
        missing = [ref for (ref,) in found if not sent[str(ref), "confirmed"]]
        return [f"no mail for {reference}" for reference in missing]
