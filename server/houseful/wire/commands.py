"""What a client may say on a live socket: the shape of each command, and how a wrong one is described."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    Field,
    StrictInt,
    StrictStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from houseful.domain.errors import InvalidRequest
from houseful.domain.seats import PlacesWanted, UnitWanted
from houseful.domain.wording import shown
from houseful.wire.free_text import FREE, Word
from houseful.wire.models import BaseModel

EXPECTED = 200

SeatId = Annotated[int, Field(strict=True, ge=1, le=2**53)]
AreaId = Annotated[
    int,
    Field(strict=True, ge=1, le=2**53, description="A standing area: the id of its first place"),
]
UnitId = Annotated[
    int,
    Field(strict=True, ge=1, le=2**53, description="A table or box: the id of its first seat"),
]
Ref = Annotated[StrictStr | StrictInt, Field(description="Echoed in the reply; the client's own.")]
SessionId = Annotated[str, Field(strict=True, min_length=1, max_length=128), FREE]


class Command(BaseModel):
    ref: Ref


class SeatChoice(BaseModel):
    """A seat and the version of it that the buyer saw."""

    seatId: SeatId
    version: Annotated[int, Field(strict=True, ge=0, le=2**53)]


class AreaChoice(BaseModel):
    """Places of a standing area: `quantity` is how many this session wants to hold there in all, so that
    asking again takes no more. With `acceptFewer` as many as there are, if not all can be had."""

    areaId: AreaId
    quantity: Annotated[int, Field(strict=True, ge=1, le=1000)]
    acceptFewer: Annotated[bool, Field(strict=True)] = False


class UnitChoice(BaseModel):
    """A table or box that is sold whole: all its seats, for so many people; as many as may sit there,
    where no number is said. Asked again with another number by who holds it, the number changes."""

    unitId: UnitId
    heads: Annotated[int | None, Field(strict=True, ge=1, le=1000)] = None


class AreaRelease(BaseModel):
    """Places of a standing area to give back: so many, or all where no number is said."""

    areaId: AreaId
    quantity: Annotated[int | None, Field(strict=True, ge=1, le=1000)] = None


class Wanted(BaseModel):
    """Seats, standing places, whole tables and boxes to hold."""

    seats: Annotated[list[SeatChoice], Field(max_length=1000)] = []
    areas: Annotated[list[AreaChoice], Field(max_length=100)] = []
    units: Annotated[list[UnitChoice], Field(max_length=100)] = []
    sessionId: SessionId

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.seats and not self.areas and not self.units:
            raise ValueError("expected seats, areas or units")
        if len({one.unitId for one in self.units}) != len(self.units):
            raise ValueError("expected each unit once")
        return self

    def pairs(self) -> list[tuple[int, int]]:
        return [(seat.seatId, seat.version) for seat in self.seats]

    def places(self) -> list[PlacesWanted]:
        return [PlacesWanted(one.areaId, one.quantity, one.acceptFewer) for one in self.areas]

    def whole_units(self) -> list[UnitWanted]:
        return [UnitWanted(one.unitId, one.heads or 0) for one in self.units]


class GivenBack(BaseModel):
    """Seats and standing places to give back, either or both."""

    seatIds: Annotated[list[SeatId], Field(max_length=1000)] = []
    areas: Annotated[list[AreaRelease], Field(max_length=100)] = []

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.seatIds and not self.areas:
            raise ValueError("expected seatIds or areas")
        if len({one.areaId for one in self.areas}) != len(self.areas):
            raise ValueError("expected each area once")
        return self

    def places(self) -> dict[int, int | None]:
        return {one.areaId: one.quantity for one in self.areas}


class ReserveCommand(Wanted, Command):
    """Hold seats and standing places until a deadline."""

    type: Literal["reserve"]


PlanName = Annotated[str, Field(strict=True, min_length=1, max_length=200), FREE]
"""A category, section or zone as the plan calls it; case and spaces do not count."""


class PartyRequest(BaseModel):
    """A party that wants the best seats there are; a companion seat goes with a wheelchair space."""

    quantity: Annotated[int, Field(strict=True, ge=1, le=200_000, description="How many people.")]
    sessionId: SessionId
    requestId: Annotated[
        Word | None,
        Field(
            min_length=1,
            max_length=128,
            description="Asked again under the same id while its seats are held, the same seats.",
            examples=["party-3f0c2b1e"],
        ),
    ] = None
    categories: Annotated[list[PlanName] | None, Field(min_length=1, max_length=1000)] = None
    sections: Annotated[list[PlanName] | None, Field(min_length=1, max_length=1000)] = None
    zone: PlanName | None = None
    accessible: Annotated[
        int, Field(strict=True, ge=0, le=200_000, description="Of them wheelchair spaces.")
    ] = 0
    together: Annotated[
        Literal["required", "preferred"],
        Field(description="`preferred`: in several places, where no row has room for all."),
    ] = "preferred"
    preventLoneSeats: Annotated[
        bool,
        Field(strict=True, description="false: the nearest, also where a seat is left alone."),
    ] = True
    otherThan: Annotated[
        list[SeatId], Field(max_length=1000, description="Seats not to be proposed.")
    ] = []
    replaces: Annotated[
        SeatId | None,
        Field(description="A hold of this session, given back for the new one if there is one."),
    ] = None


class BestAvailableCommand(Command, PartyRequest):
    """Hold the best seats for a party until a deadline: all or none."""

    type: Literal["best_available"]


class ReleaseCommand(GivenBack, Command):
    """Give seats and standing places back."""

    type: Literal["release"]


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
    ReserveCommand | BestAvailableCommand | ReleaseCommand | ExtendCommand | PositionCommand,
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
