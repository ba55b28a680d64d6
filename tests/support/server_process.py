"""A worker as a process of its own, optionally with a guard taken out of its Lua or its store.

    with server_process(settings) as url: …
    with server_process(settings, guard="version") as url: …

Run as a module it is that process: it prints its address and serves until its input closes.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from houseful import paths
from houseful.domain.seats import FailedSeat, Granted, Origin, PlacesWanted, Refused, UnitWanted
from houseful.settings import Settings
from houseful.store import seats
from houseful.store.scripts import Scripts
from houseful.telemetry import log

CHANGES: Final[dict[str, tuple[str, str]]] = {
    "version": ("if version and seat.version ~= version then return 'stale_version' end", ""),
    "status": (
        "  if seat.status == 'B' then return 'booked' end",
        "  do return seat.version >= version and 'free' or 'stale_version' end",
    ),
}
"""Guard → (a piece of reserve.lua, what stands there without the guard)."""

IN_PIECES: Final = asyncio.Semaphore(12)
"""As many at once as the pool has connections to spare."""

GUARDS: Final = (*CHANGES, "atomic")


@contextmanager
def server_process(settings: Settings, guard: str = "") -> Iterator[str]:
    """The address of a worker on the same Redis and SQL as `settings` names."""
    assert settings.redis_url is not None
    environment = {
        **os.environ,
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "DATABASE_URL": settings.sql_url(),
        "HOUSEFUL_DATA_DIR": str(settings.data_dir),
        "HOUSEFUL_RESERVATIONS_PER_MINUTE": str(settings.reservations_per_minute),
        "HOUSEFUL_HOLD_SECONDS": str(settings.hold_seconds),
        "HOUSEFUL_MAX_SEATS": str(settings.max_seats),
        "HOUSEFUL_LOG_LEVEL": "error",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.server_process", guard],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url.startswith("http"), "the worker did not start"
        yield url
    finally:
        process.stdin.close()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def without(guard: str) -> None:
    """Take one guard out of this process's seat store."""
    if guard == "atomic":
        seats.SeatStore.reserve = reserve_in_pieces  # type: ignore[method-assign]
        return
    whole, change = (paths.LUA / "reserve.lua").read_text(encoding="utf-8"), CHANGES[guard]
    assert change[0] in whole
    replaced = {"reserve.lua": whole.replace(*change)}
    made = Scripts.__init__

    def unguarded(self: Scripts, client: Any, root: Path, other: Any = None) -> None:
        made(self, client, root, {**(other or {}), **replaced})

    Scripts.__init__ = unguarded  # type: ignore[method-assign]


async def reserve_in_pieces(
    self: seats.SeatStore,
    event_id: int,
    user: str,
    session: str,
    wanted: Sequence[tuple[int, int]],
    *,
    hold_ms: int,
    max_seats: int,
    price_list: int = 0,
    origin: Origin = seats.NOT_COUNTED,
    places: Sequence[PlacesWanted] = (),
    units: Sequence[UnitWanted] = (),
    request: str = "",
    whole: bool = False,
    replaces: int = 0,
) -> Granted | Refused:
    """The same checks and writes as reserve.lua, but in two steps, as one would without a script.

    Neither the price list nor the address counts here; places, tables and parties are not sold.
    """
    keys = seats.event_keys(event_id)
    async with IN_PIECES:
        return await _in_pieces(self, event_id, user, session, wanted, hold_ms, keys)


async def _in_pieces(
    self: seats.SeatStore,
    event_id: int,
    user: str,
    session: str,
    wanted: Sequence[tuple[int, int]],
    hold_ms: int,
    keys: Sequence[str],
) -> Granted | Refused:
    snapshot = await self.snapshot(event_id)
    known = {record.seat_id: record for record in snapshot.records}
    free, failed = [], []
    for seat_id, version in wanted:
        record = known.get(seat_id)
        if record is not None and record.status != "A":
            failed.append(FailedSeat(seat_id, "reserved"))
        elif version != (record.version if record else snapshot.version_base):
            failed.append(FailedSeat(seat_id, "stale_version"))
        else:
            free.append((seat_id, version))
    if not free:
        return Refused(tuple(failed))
    client: Any = self._scripts.router._client
    ref = await client.hincrby(keys[0], "next", 1)
    deadline = snapshot.now_ms + hold_ms
    for seat_id, version in free:
        await client.hset(keys[1], str(seat_id), f"{version + 1}:R:{ref}:{deadline}")
    taken = " ".join(str(seat_id) for seat_id, _ in free)
    fields = {"user": user, "session": session, "status": "ACTIVE", "created": snapshot.now_ms}
    await client.hset(
        f"seat:{{{event_id}}}:reservation:{ref}",
        mapping={**fields, "deadline": deadline, "seats": taken},
    )
    await client.zadd(keys[3], {str(ref): deadline})
    return Granted(
        ref, tuple(seat for seat, _ in free), deadline, snapshot.now_ms, 0, tuple(failed)
    )


def main() -> None:
    from houseful.settings import load
    from tests.support.serving import serving

    if sys.argv[1]:
        without(sys.argv[1])
    settings = load()
    # To standard error: nobody reads standard output after the address, and a full pipe blocks.
    log.configure(settings.log_format, settings.log_level)
    with serving(settings) as (url, _):
        print(url, flush=True)
        done = threading.Thread(target=sys.stdin.read)
        done.start()
        done.join()


if __name__ == "__main__":
    main()
