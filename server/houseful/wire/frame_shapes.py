"""What the server says on a live socket, as models: documents and schemas are made of these.

The frames themselves are made in `houseful.wire.frames`; tests hold the two together. The
client's commands are modelled where they are checked, in `houseful.wire.commands`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, get_args, get_type_hints

from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from houseful.wire.buyer import BestGrantedBody, FailedSeatBody, GrantedBody, Instant, WireStatus
from houseful.wire.commands import AreaId, Ref
from houseful.wire.staff import OccupancyFacts, OverviewRowBody

Shape = type[BaseModel] | type[Mapping[str, Any]]
"""The model of a command, which is checked, or of a frame or answer, which is built: a TypedDict."""

Epoch = Annotated[
    str, Field(description="Names one life of the event's live state", examples=["9f2c61d0a7b4"])
]
Seq = Annotated[int, Field(ge=0, description="Position in that life; only rises", examples=[4182])]
Change = Annotated[
    tuple[int, WireStatus, int, Instant | None],
    Field(description="seat id, status, version, reserved until"),
]


class HelloFrame(TypedDict):
    """First on every socket. Not `resumed`: fetch the status, then apply frames past its seq."""

    type: Literal["hello"]
    event: int
    epoch: Epoch
    seq: Seq
    serverTime: Instant
    resumed: bool
    viewers: Annotated[int, Field(ge=0, description="Buyers' sockets on this event")]


class SeatsFrame(TypedDict):
    """Seats that changed, each as it is now. Brings a map that stood before `seq` to `seq`."""

    type: Literal["seats"]
    epoch: Epoch
    seq: Seq
    changes: list[Change]


HoldWord = Literal["granted", "extended", "expiring", "expired", "released", "paying", "booked"]


class AreaCount(TypedDict):
    """A standing area; `capacity` on sale is the sum of the three."""

    areaId: AreaId
    free: Annotated[int, Field(ge=0)]
    held: Annotated[int, Field(ge=0)]
    booked: Annotated[int, Field(ge=0)]


class AreasFrame(TypedDict):
    """Standing areas whose counts changed, at most four times a second; after `hello` all of them."""

    type: Literal["areas"]
    epoch: Epoch
    seq: Seq
    areas: list[AreaCount]


class ReservationFrame(TypedDict):
    """What became of one's own reservation; nobody else gets this frame."""

    type: Literal["reservation"]
    state: HoldWord
    reason: Annotated[
        Literal["staff"] | None,
        Field(description="`staff`: released by the venue, not by its holder; else null"),
    ]
    id: int
    seatIds: list[int]
    expiresAt: Annotated[Instant | None, Field(description="null when the hold is over")]
    expiresInSeconds: Annotated[int, Field(ge=0)]
    serverTime: Instant


class ReleasedSeats(TypedDict):
    """The data of a `release` that gave something back."""

    releasedSeatIds: list[int]
    failedSeats: list[FailedSeatBody]


class Position(TypedDict):
    """The data of a `position`: where the server's frames stand."""

    epoch: Epoch
    seq: Seq


class OkFrame(TypedDict):
    """A command was done; `data` is what HTTP would have answered."""

    type: Literal["ok"]
    ref: Ref
    data: GrantedBody | BestGrantedBody | ReleasedSeats | Position


class CommandError(TypedDict):
    """What an HTTP answer says in its `error`, with the sentence."""

    code: str
    message: str
    retryable: bool
    sameKey: bool
    field: NotRequired[Annotated[str, Field(description="What of the command is wrong.")]]
    limit: NotRequired[Annotated[int, Field(description="`rate_limited`: attempts a minute.")]]
    remaining: NotRequired[Annotated[int, Field(description="`rate_limited`: attempts left.")]]
    resetSeconds: NotRequired[
        Annotated[int, Field(description="`rate_limited`: until the window ends.")]
    ]
    seatIds: NotRequired[Annotated[list[int], Field(description="Which seats, where it says.")]]


class RefusedFrame(TypedDict):
    """A command was not done and nothing changed. `ref` is null where the message had none."""

    type: Literal["refused"]
    ref: Ref | None
    error: CommandError
    data: Annotated[
        dict[str, Any] | None,
        Field(
            description="as HTTP has it: `failedSeats` of refused seats, `lone`, `apart`; or null"
        ),
    ]


class ResyncFrame(TypedDict):
    """The map cannot be brought up to date by frames: fetch the status again."""

    type: Literal["resync"]
    epoch: Epoch
    seq: Seq
    reason: str


class SaleFrame(TypedDict):
    """The sale opened or closed."""

    type: Literal["sale"]
    state: Literal["upcoming", "open", "closed"]
    onSaleAt: Instant | None


_POSITION = {"epoch": str, "seq": int}
_FACTS = get_type_hints(OccupancyFacts, include_extras=True)
OccupancyChange = TypedDict("OccupancyChange", _POSITION | _FACTS, total=False)  # type: ignore[misc]
OccupancyChange.__doc__ = (
    "The fields that changed; of sections and categories the rows that did, by `name`; of activities"
    " the new ones. A full frame has all of them, with its position."
)


class OccupancyFrame(TypedDict):
    """How the house fills, for staff: everything at first, then only what changed."""

    type: Literal["occupancy"]
    epoch: Epoch
    seq: Seq
    full: bool
    data: OccupancyChange


class OverviewFrame(TypedDict):
    """All events, for staff: every row at first, then the rows that changed."""

    type: Literal["overview"]
    full: bool
    data: list[OverviewRowBody]


STAFF_FRAMES: tuple[Shape, ...] = (OccupancyFrame, OverviewFrame)
"""What staff's sockets get beside `hello`."""

FRAMES: tuple[Shape, ...] = (
    HelloFrame,
    SeatsFrame,
    AreasFrame,
    ReservationFrame,
    OkFrame,
    RefusedFrame,
    ResyncFrame,
    SaleFrame,
)
"""Every frame the server sends."""


def type_of(model: Shape) -> str:
    """The `type` that a frame or command carries."""
    return str(get_args(get_type_hints(model)["type"])[0])
