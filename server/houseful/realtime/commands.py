"""What a client may say on a live socket, and the answer it gets under its own `ref`.

Owns: the shape of commands and the rate at which one socket may send them. Never: the rules of
reserving; those are `sales.reservations`.
"""

from __future__ import annotations

import asyncio

import structlog

from houseful.domain.errors import HousefulError
from houseful.domain.seats import Granted, Refused
from houseful.realtime.live_event import LiveEvent
from houseful.realtime.viewer_batch import Viewer
from houseful.sales.best_available import BestAvailable, best_view
from houseful.sales.party_wish import party_wish
from houseful.sales.reservations import Reservations
from houseful.wire import frames
from houseful.wire.codec import decode_foreign
from houseful.wire.commands import (
    AnyCommand,
    BestAvailableCommand,
    ExtendCommand,
    PositionCommand,
    ReleaseCommand,
    ReserveCommand,
    parse,
    ref_of,
)
from houseful.wire.frame_shapes import ReleasedSeats

log = structlog.get_logger(__name__)

COMMANDS_PER_SECOND = 10.0
COMMAND_BURST = 40.0
"""A page sends a handful a minute; a socket over this is closed with 4029."""

WENT_WRONG = "Something went wrong here; reload the seats and try again"


class Commander:
    """Answers the commands of one socket, in order."""

    __slots__ = (
        "_address",
        "_best",
        "_counted_at",
        "_is_staff",
        "_live",
        "_reservations",
        "_tokens",
        "_viewer",
    )

    def __init__(
        self,
        live: LiveEvent,
        viewer: Viewer,
        reservations: Reservations,
        best: BestAvailable,
        address: str,
        *,
        is_staff: bool = False,
    ) -> None:
        self._live = live
        self._viewer = viewer
        self._reservations = reservations
        self._best = best
        self._address = address
        self._is_staff = is_staff
        self._tokens = COMMAND_BURST
        self._counted_at = asyncio.get_running_loop().time()

    def too_fast(self) -> bool:
        """Count one message; True when the socket sends more than it may."""
        now = asyncio.get_running_loop().time()
        gained = (now - self._counted_at) * COMMANDS_PER_SECOND
        self._tokens = min(COMMAND_BURST, self._tokens + gained) - 1
        self._counted_at = now
        return self._tokens < 0

    async def handle(self, text: str) -> None:
        """Do what one message asks and write the reply. Never raises for a bad message."""
        ref: str | int | None = None
        try:
            message = decode_foreign(text)
            ref = ref_of(message)
            reply = await self._do(parse(message))
        except HousefulError as error:
            reply = frames.refused(
                ref,
                error.code,
                error.message,
                retryable=error.retryable,
                same_key=error.same_key,
                details=error.details,
            )
        except Exception:
            log.exception("command_crashed", event_id=self._live.event_id)
            reply = frames.refused(ref, "internal", WENT_WRONG, retryable=True, same_key=True)
        if reply:
            self._viewer.socket.write(reply)

    async def _do(self, command: AnyCommand) -> bytes:
        event_id, user = self._live.event_id, self._viewer.user
        match command:
            case ReserveCommand():
                return await self._reserve(command)
            case BestAvailableCommand():
                return await self._reserve_best(command)
            case ReleaseCommand():
                places = await self._reservations.held_places(event_id, user, command.places())
                changed = await self._reservations.release_seats(
                    event_id, user, command.seatIds + places
                )
                failed = frames.failed_seats(changed.failed)
                released = list(getattr(changed, "seat_ids", ()))
                data: ReleasedSeats = {"releasedSeatIds": released, "failedSeats": failed}
                if not released:
                    message = "No seats could be released"
                    return frames.refused(
                        command.ref, "not_held", message, retryable=False, data={**data}
                    )
                return frames.ok(command.ref, data)
            case ExtendCommand():
                granted = await self._reservations.extend(event_id, user, command.reservationId)
                return await self._granted(command.ref, granted)
            case PositionCommand():
                return self._position(command)

    async def _reserve(self, command: ReserveCommand) -> bytes:
        answer, _ = await self._reservations.reserve(
            self._live.event_id,
            self._viewer.user,
            command.sessionId,
            command.pairs(),
            self._address,
            command.places(),
            command.whole_units(),
            is_staff=self._is_staff,
        )
        if isinstance(answer, Granted):
            return await self._granted(command.ref, answer)
        return self._conflict(command.ref, answer)

    async def _reserve_best(self, command: BestAvailableCommand) -> bytes:
        event_id = self._live.event_id
        answer, _ = await self._best.reserve(
            event_id,
            self._viewer.user,
            command.sessionId,
            party_wish(command),
            self._address,
            is_staff=self._is_staff,
        )
        if isinstance(answer, Refused):
            return self._conflict(command.ref, answer)
        priced = await self._reservations.prices(event_id, answer.granted)
        places = await self._reservations.places(event_id, answer.granted)
        units = await self._reservations.units(event_id, answer.granted)
        return frames.ok(command.ref, best_view(answer, priced, places, units))

    @staticmethod
    def _conflict(ref: str | int, answer: Refused) -> bytes:
        code, message = frames.refusal(answer)
        data = frames.failed_data(answer)
        return frames.refused(ref, code, message, retryable=False, data={**data})

    async def _granted(self, ref: str | int, granted: Granted) -> bytes:
        priced = await self._reservations.prices(self._live.event_id, granted)
        places = await self._reservations.places(self._live.event_id, granted)
        units = await self._reservations.units(self._live.event_id, granted)
        data = frames.granted_data(granted, priced.price_list, priced.total, places, units)
        return frames.ok(ref, data)

    def _position(self, command: PositionCommand) -> bytes:
        replica, hub = self._live.replica, self._live.hub
        missed = hub.missed(command.epoch, command.seq)
        if missed is None:
            self._viewer.socket.write(frames.resync(replica.epoch, replica.seq, "too far behind"))
        else:
            for frame in missed:
                self._viewer.tell(frame)
        return frames.ok(command.ref, {"epoch": replica.epoch, "seq": hub.seq})
