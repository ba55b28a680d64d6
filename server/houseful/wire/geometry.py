"""A plan's geometry as a model, for the documents; `houseful.plans.geometry` encodes it."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from houseful.wire.commands import AreaId

Index = Annotated[int, Field(ge=0, description="Seat index: seat id − firstSeatId")]
Flat = Annotated[list[int], Field(description="x0, y0, x1, y1, …")]
Runs = Annotated[list[int], Field(description="Run lengths: value, count, value, count, …")]
Labels = Annotated[
    list[list[str | int]],
    Field(
        description='Per row: `["1", 1, n]` counts up from 1, `["20", -1, n]` down from 20;'
        " a list whose second element is a string names every seat."
    ),
]


class GeometryCategory(TypedDict):
    """A category of the plan."""

    name: str
    color: str
    accessible: bool


class GeometrySection(TypedDict):
    """A section of the plan."""

    name: str
    zone: str
    entrance: str
    floor: int
    first: Index
    count: int
    outline: Flat


class GeometryRow(TypedDict):
    """A row of the plan."""

    label: str
    kind: str
    section: int
    first: Index
    count: int


class GeometryArea(TypedDict):
    """Something drawn that is no seat: the stage, a bar, a wall."""

    shape: str
    x: int
    y: int
    width: int
    height: int
    rotation: float
    points: Flat
    text: str
    size: float
    color: str
    borderColor: str
    floor: int
    kind: str
    capacity: int


class GeometryStandingArea(TypedDict):
    """A standing area: sold by number, its places are not drawn."""

    id: AreaId
    name: str
    zone: str
    entrance: str
    floor: int
    capacity: Annotated[int, Field(ge=1, description="Of the plan; an event may sell fewer")]
    category: Annotated[int, Field(ge=0, description="Index into `categories`")]
    outline: Flat


class GeometryBody(TypedDict):
    """Where every seat is; standing places are not among them. Coordinates are whole numbers: plan
    units × scale, from the top left."""

    format: Literal[1]
    name: str
    width: int
    height: int
    scale: int
    firstSeatId: int
    count: int
    floors: list[str]
    focalPoint: Annotated[list[int], Field(min_length=2, max_length=2)] | None
    categories: list[GeometryCategory]
    sections: list[GeometrySection]
    rows: list[GeometryRow]
    x: Annotated[
        list[int], Field(description="Per row: the first absolute, the others differences")
    ]
    y: Annotated[list[int], Field(description="As x")]
    category: Runs
    flags: Annotated[
        list[int],
        Field(
            description="Run lengths of bits: 1 accessible, 2 companion, 4 restricted view,"
            " 8 semi-ambulatory"
        ),
    ]
    gaps: Annotated[list[int], Field(description="Indexes of seats with an aisle after them")]
    labels: Labels
    areas: list[GeometryArea]
    standing: NotRequired[
        Annotated[list[GeometryStandingArea], Field(description="Only where there are any")]
    ]
