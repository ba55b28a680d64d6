"""What the server says on a live socket, as models: documents and schemas are made of these.

The frames themselves are made in `server.realtime.frames`; tests hold the two together. The
client's commands are modelled where they are checked, in `server.realtime.commands`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from server.realtime.commands import Ref
from server.web.bodies import FailedSeatBody, GrantedBody, Instant, WireStatus

Epoch = Annotated[
    str, Field(description="Names one life of the event's live state", examples=["9f2c61d0a7b4"])
]
Seq = Annotated[int, Field(ge=0, description="Position in that life; only rises", examples=[4182])]
Change = Annotated[
    tuple[int, WireStatus, int, Instant | None],
    Field(description="seat id, status, version, reserved until"),
]


class HelloFrame(BaseModel):
    """First on every socket. Not `resumed`: fetch the status, then apply frames past its seq."""

    type: Literal["hello"]
    event: int
    epoch: Epoch
    seq: Seq
    serverTime: Instant
    resumed: bool
    viewers: Annotated[int, Field(ge=1, description="Sockets on this event and worker")]


class SeatsFrame(BaseModel):
    """Seats that changed, each as it is now. Brings a map that stood before `seq` to `seq`."""

    type: Literal["seats"]
    epoch: Epoch
    seq: Seq
    changes: list[Change]


class ReservationFrame(BaseModel):
    """What became of one's own reservation; nobody else gets this frame."""

    type: Literal["reservation"]
    state: Literal["granted", "extended", "expiring", "expired", "released", "paying", "booked"]
    id: int
    seatIds: list[int]
    expiresAt: Annotated[Instant | None, Field(description="null when the hold is over")]
    expiresInSeconds: Annotated[int, Field(ge=0)]
    serverTime: Instant


class ReleasedSeats(BaseModel):
    """The data of a `release` that gave something back."""

    releasedSeatIds: list[int]
    failedSeats: list[FailedSeatBody]


class Position(BaseModel):
    """The data of a `position`: where the server's frames stand."""

    epoch: Epoch
    seq: Seq


class OkFrame(BaseModel):
    """A command was done; `data` is what HTTP would have answered."""

    type: Literal["ok"]
    ref: Ref
    data: GrantedBody | ReleasedSeats | Position


class CommandError(BaseModel):
    code: str
    message: str
    retryable: bool


class RefusedFrame(BaseModel):
    """A command was not done and nothing changed. `ref` is null where the message had none."""

    type: Literal["refused"]
    ref: Ref | None
    error: CommandError
    data: Annotated[
        dict[str, Any] | None,
        Field(description="`failedSeats` where single seats were refused, else details or null"),
    ]


class ResyncFrame(BaseModel):
    """The map cannot be brought up to date by frames: fetch the status again."""

    type: Literal["resync"]
    epoch: Epoch
    seq: Seq
    reason: str


class SaleFrame(BaseModel):
    """The sale opened or closed."""

    type: Literal["sale"]
    state: Literal["upcoming", "open", "closed"]
    onSaleAt: Instant | None


FRAMES: tuple[type[BaseModel], ...] = (
    HelloFrame,
    SeatsFrame,
    ReservationFrame,
    OkFrame,
    RefusedFrame,
    ResyncFrame,
    SaleFrame,
)
"""Every frame the server sends."""


def type_of(model: type[BaseModel]) -> str:
    """The `type` that a frame or command carries."""
    return str(model.model_fields["type"].annotation.__args__[0])  # type: ignore[union-attr]
