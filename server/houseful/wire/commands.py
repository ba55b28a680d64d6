"""What a client may say on a live socket: the shape of each command, and how a wrong one is described."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, StrictInt, StrictStr, TypeAdapter, ValidationError

from houseful.domain.errors import InvalidRequest
from houseful.domain.wording import shown
from houseful.wire.free_text import FREE

EXPECTED = 200

SeatId = Annotated[int, Field(strict=True, ge=1, le=2**53)]
Ref = Annotated[StrictStr | StrictInt, Field(description="Echoed in the reply; the client's own.")]
SessionId = Annotated[str, Field(strict=True, min_length=1, max_length=128), FREE]


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
    epoch: Annotated[str, Field(strict=True, max_length=64), FREE]
    seq: Annotated[int, Field(strict=True, ge=0, le=2**53)]


AnyCommand = Annotated[
    ReserveCommand | ReleaseCommand | ExtendCommand | PositionCommand,
    Field(discriminator="type"),
]
COMMANDS: TypeAdapter[AnyCommand] = TypeAdapter(AnyCommand)


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


def place_of(error: ValidationError) -> str:
    """Where Pydantic's first complaint is: `contact.email`, "" for the whole."""
    return ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])


Model = TypeVar("Model", bound=BaseModel)


def checked(model: type[Model], given: object) -> Model:
    """`given` as `model`. Raises InvalidRequest naming the field, what was expected and what came."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise InvalidRequest(describe(error)) from None


def describe(error: ValidationError) -> str:
    """Pydantic's first complaint in one line: place, expectation, what came."""
    first = error.errors(include_url=False)[0]
    place = place_of(error) or "body"
    expected = first["msg"][:EXPECTED].replace("Input should be", "expected", 1)
    return f"{place}: {expected}, got {shown(first.get('input'))}"
