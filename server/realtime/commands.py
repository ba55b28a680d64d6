"""What a client may say on a live socket, and the answer it gets under its own `ref`.

Owns: the shape of commands and the rate at which one socket may send them. Never: the rules of
reserving; those are `services.reservations`.
"""

from __future__ import annotations

import asyncio
import reprlib
from typing import Annotated, Any, Literal

import structlog
from pydantic import BaseModel, Field, StrictInt, StrictStr, TypeAdapter, ValidationError

from server.codec import decode_foreign, iso
from server.domain.errors import HousefulError, InvalidRequest
from server.domain.seats import Granted
from server.realtime import frames
from server.realtime.group import Viewer
from server.realtime.live_event import LiveEvent
from server.services.reservations import Reservations

log = structlog.get_logger(__name__)

COMMANDS_PER_SECOND = 10.0
COMMAND_BURST = 40.0
"""A page sends a handful a minute; a socket over this is closed with 4029."""

SHOWN = 80
"""Characters of what came, in the sentence about what was expected."""

EXPECTED = 200

_short = reprlib.Repr()  # looks a few levels deep: input nests as deep as `repr` can recurse
_short.maxstring = _short.maxlong = _short.maxother = SHOWN

WENT_WRONG = "Something went wrong here; reload the seats and try again"

SeatId = Annotated[int, Field(strict=True, ge=1, le=2**53)]
Ref = Annotated[StrictStr | StrictInt, Field(description="Echoed in the reply; the client's own.")]
SessionId = Annotated[str, Field(strict=True, min_length=1, max_length=128)]


class Command(BaseModel):
    ref: Ref


class SeatChoice(BaseModel):
    """A seat and the version of it that the buyer saw."""

    seatId: SeatId
    version: Annotated[int, Field(strict=True, ge=0, le=2**53)]


class ReserveCommand(Command):
    """Hold seats until a deadline."""

    type: Literal["reserve"]
    seats: Annotated[list[SeatChoice], Field(min_length=1, max_length=1000)]
    sessionId: SessionId


class ReleaseCommand(Command):
    """Give seats back."""

    type: Literal["release"]
    seatIds: Annotated[list[SeatId], Field(min_length=1, max_length=1000)]


class ExtendCommand(Command):
    """Ask for another hold, at most 2 × the hold after the first."""

    type: Literal["extend"]
    reservationId: SeatId


class PositionCommand(Command):
    """Say where the client's map stands; what it lacks is sent, or a resync."""

    type: Literal["position"]
    epoch: Annotated[str, Field(strict=True, max_length=64)]
    seq: Annotated[int, Field(strict=True, ge=0, le=2**53)]


AnyCommand = Annotated[
    ReserveCommand | ReleaseCommand | ExtendCommand | PositionCommand,
    Field(discriminator="type"),
]
COMMANDS: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)


class Commander:
    """Answers the commands of one socket, in order."""

    __slots__ = ("_counted_at", "_live", "_reservations", "_tokens", "_viewer")

    def __init__(self, live: LiveEvent, viewer: Viewer, reservations: Reservations) -> None:
        self._live = live
        self._viewer = viewer
        self._reservations = reservations
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
                data=error.details or None,
            )
        except Exception:
            log.exception("command_crashed", event_id=self._live.event_id)
            reply = frames.refused(ref, "internal", WENT_WRONG, retryable=True)
        if reply:
            self._viewer.socket.write(reply)

    async def _do(self, command: AnyCommand) -> bytes:
        event_id, user = self._live.event_id, self._viewer.user
        match command:
            case ReserveCommand():
                return await self._reserve(command)
            case ReleaseCommand():
                changed = await self._reservations.release_seats(event_id, user, command.seatIds)
                failed = frames.failed_seats(changed.failed)
                released = list(getattr(changed, "seat_ids", ()))
                data = {"releasedSeatIds": released, "failedSeats": failed}
                if not released:
                    message = "No seats could be released"
                    return frames.refused(
                        command.ref, "not_held", message, retryable=False, data=data
                    )
                return frames.ok(command.ref, data)
            case ExtendCommand():
                granted = await self._reservations.extend(event_id, user, command.reservationId)
                return frames.ok(command.ref, granted_data(granted))
            case PositionCommand():
                return self._position(command)

    async def _reserve(self, command: ReserveCommand) -> bytes:
        wanted = [(seat.seatId, seat.version) for seat in command.seats]
        answer, _ = await self._reservations.reserve(
            self._live.event_id, self._viewer.user, command.sessionId, wanted
        )
        if isinstance(answer, Granted):
            return frames.ok(command.ref, granted_data(answer))
        data = {"failedSeats": frames.failed_seats(answer.failed)}
        message = "No seats could be reserved"
        return frames.refused(command.ref, "conflict", message, retryable=False, data=data)

    def _position(self, command: PositionCommand) -> bytes:
        replica, hub = self._live.replica, self._live.hub
        missed = hub.missed(command.epoch, command.seq)
        if missed is None:
            self._viewer.socket.write(frames.resync(replica.epoch, replica.seq, "too far behind"))
        else:
            for frame in missed:
                self._viewer.tell(frame)
        return frames.ok(command.ref, {"epoch": replica.epoch, "seq": hub.seq})


def ref_of(message: Any) -> str | int | None:
    """What to answer under, if it can be one; True is none, though Python counts it as 1."""
    ref = message.get("ref") if isinstance(message, dict) else None
    return ref if isinstance(ref, str | int) and not isinstance(ref, bool) else None


def parse(message: Any) -> AnyCommand:
    """Raises InvalidRequest naming the field, what was expected and what came."""
    try:
        return COMMANDS.validate_python(message)
    except ValidationError as error:
        raise InvalidRequest(describe(error), code="invalid_command") from None


def describe(error: ValidationError) -> str:
    """Pydantic's first complaint in one line: place, expectation, what came."""
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "body"
    got = _short.repr(first.get("input"))
    expected = first["msg"][:EXPECTED]  # which may show what came as well
    return f"{place}: {expected}, got {got[:SHOWN]}"


def granted_data(granted: Granted) -> dict[str, Any]:
    """The brief's data of a reservation, for HTTP and sockets alike."""
    data: dict[str, Any] = {
        "id": granted.reservation_id,
        "reservedSeatIds": list(granted.seat_ids),
        "expiresAt": iso(granted.deadline_ms),
        "expiresInSeconds": frames.seconds_left(granted.deadline_ms, granted.now_ms),
    }
    if granted.failed:
        data["failedSeats"] = frames.failed_seats(granted.failed)
    return data
