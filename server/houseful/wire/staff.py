"""What staff send and get, as models; see `houseful.wire.buyer`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, Self

from pydantic import ConfigDict, Field, model_validator
from typing_extensions import TypedDict

from houseful.domain.acts import ACTS
from houseful.wire.buyer import (
    BookedEventBody,
    BookingFacts,
    Decimal,
    DeliveryBody,
    Email,
    FailedSeatBody,
    Instant,
    NamedSeatBody,
    ReceiptBody,
    RefundBody,
    TableBookingWord,
    TablePricesWord,
    TicketIds,
    TicketState,
    TimeZone,
    VatPercent,
)
from houseful.wire.commands import AreaId, PlanName, SeatId
from houseful.wire.free_text import FREE
from houseful.wire.models import BaseModel

Reason = Annotated[
    str,
    Field(
        strict=True,
        min_length=1,
        max_length=500,
        description="Why; kept in the audit log.",
        examples=["Sound desk"],
    ),
    FREE,
]
Name = Annotated[str, Field(strict=True, min_length=1, max_length=200), FREE]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
Amount = Annotated[str, Field(strict=True, max_length=20, examples=["50.00"]), FREE]
Moment = Annotated[str, Field(max_length=40, examples=["2026-01-09T19:30:00Z"]), FREE]
Zone = Annotated[
    str,
    Field(
        strict=True,
        max_length=64,
        pattern=r"^[A-Za-z][A-Za-z0-9_+/-]*$",
        examples=["Europe/Vienna"],
    ),
]
Prices = Annotated[dict[Name, Amount], Field(max_length=200, examples=[{"STANDARD": "50.00"}])]


class ReasonRequest(BaseModel):
    """Why; every act on what others have asks for it."""

    reason: Reason


class RefundRequest(ReasonRequest):
    """Without `ticketIds` the whole booking ends."""

    ticketIds: TicketIds = None
    withoutFee: Annotated[
        bool, Field(strict=True, description="Keep nothing of it, whatever the event says.")
    ] = False
    expectedAmount: Annotated[
        Decimal | None,
        Field(max_length=20, description="What was shown; where it differs now, it is a 409."),
    ] = None


class CancellationBody(TypedDict):
    """How far the bookings of an event that was called off are. `live`: still to be ended; `onTheWay`:
    ended, the money not given yet; `failed`: staff look at them; `disputed`: the bank decides first."""

    cancelledAt: Instant
    who: str
    reason: str
    bookings: int
    live: int
    onTheWay: int
    refunded: int
    failed: int
    disputed: int


class RefundTermsRequest(ReasonRequest):
    """What the event keeps of each ticket that is given back: an amount and a share of what was paid."""

    feePerTicket: Amount = "0"
    feePercent: Annotated[float, Field(strict=True, ge=0, le=100, multiple_of=0.01)] = 0
    byTicket: Annotated[
        bool, Field(strict=True, description="Owners may give back single tickets.")
    ] = False


class RefundTermsBody(TypedDict):
    """What an event keeps of tickets given back."""

    feePerTicket: Decimal
    feePercent: float
    byTicket: bool
    currency: str


class AddressReleaseRequest(ReasonRequest):
    """Give back all that one network holds."""

    address: Name


class ReleasedAddressBody(TypedDict):
    """What a network held and holds no more."""

    address: str
    releasedSeatIds: list[int]


class BlockedPlaces(BaseModel):
    """So many places of a standing area: to block, of those that are free; to unblock, of those that
    are blocked. What is not blocked is the event's capacity there."""

    areaId: AreaId
    quantity: Annotated[int, Field(strict=True, ge=1, le=200_000)]


class BestToBlock(BaseModel):
    """So many of the best free seats, for an order by telephone, say: side by side where that can be."""

    quantity: Annotated[int, Field(strict=True, ge=1, le=1000)]
    categories: Annotated[list[PlanName] | None, Field(min_length=1, max_length=1000)] = None
    sections: Annotated[list[PlanName] | None, Field(min_length=1, max_length=1000)] = None


class UnblockRequest(ReasonRequest):
    """Seats, a whole section (or standing area) by its name, or so many places of a standing area."""

    seatIds: Annotated[list[SeatId], Field(min_length=1, max_length=5000)] | None = None
    section: Name | None = None
    area: BlockedPlaces | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        ways = sorted(set(type(self).model_fields) - {"reason"})
        if [getattr(self, way) for way in ways].count(None) != len(ways) - 1:
            raise ValueError(f"expected one of {', '.join(ways)}")
        return self


class BlockRequest(UnblockRequest):
    """As to unblock, or so many of the best seats."""

    best: BestToBlock | None = None


class ReadinessItem(TypedDict):
    """One thing that was tried. Words are made of `code` and `params` where they are read."""

    subject: str
    code: Annotated[str, Field(examples=["mail_not_set"])]
    ok: bool
    severity: Literal["fine", "warning", "error"]
    params: dict[str, str | int]


class ReadinessBody(TypedDict):
    """Ready to sell? `ready` when every item is ok."""

    ready: bool
    items: list[ReadinessItem]


class ChangedSeatsBody(TypedDict):
    """Seats that changed, and those that could not."""

    seatIds: list[int]
    failedSeats: list[FailedSeatBody]


class BlockBody(NamedSeatBody):
    """A seat that staff took off sale."""

    reason: str
    who: str
    at: Instant


class HoldBody(TypedDict):
    """Seats that somebody holds now, as staff see it."""

    id: int
    status: Literal["ACTIVE", "PAYING"]
    seatIds: list[int]
    seatNumbers: list[str]
    seats: list[NamedSeatBody]
    userId: str
    address: Annotated[
        str | None,
        Field(description="The network it was made from (of IPv6 a /64); null if not counted."),
    ]
    addressSeats: Annotated[
        int | None, Field(description="Seats of this event that are held from that network now.")
    ]
    createdAt: Instant
    expiresAt: Instant
    expiresInSeconds: int


class StaffTicketBody(NamedSeatBody):
    """A ticket, as staff see it."""

    id: int
    state: TicketState
    usedAt: Instant | None


class StaffDeliveryBody(DeliveryBody):
    """What became of a mail, as staff see it."""

    problem: Annotated[str, Field(description="What the mail server said; empty for nothing.")]


Dispute = Literal["INQUIRY", "OPEN", "LOST", "WON"]


class StaffRefundBody(RefundBody):
    """`problem`: why it failed, in the payment service's words."""

    problem: str
    reason: str
    who: str


class StaffBookingBody(BookingFacts):
    """A booking as staff see it."""

    delivery: NotRequired[StaffDeliveryBody | None]
    tickets: NotRequired[list[StaffTicketBody]]
    refunds: list[StaffRefundBody]
    receipts: list[ReceiptBody]
    dispute: Dispute | None


ProblemKind = Literal[
    "unapplied",
    "mismatch",
    "foreign",
    "refund_failed",
    "refund_held",
    "refund_due",
    "refund_given",
]


class PaymentProblemBody(TypedDict):
    """A payment that could not be put right by itself; or (`refund_due`, `refund_given`) one that no
    booking has and that goes back, or went, to its payer."""

    paymentId: str
    kind: ProblemKind
    detail: str
    amount: str | None
    currency: str | None
    since: Instant


class PaymentRefundedBody(TypedDict):
    """A payment on its way back."""

    paymentId: str


class ResendRequest(BaseModel):
    """Without `to`, the booking's own address."""

    to: Email | None = None
    reason: Annotated[str, Field(max_length=500), FREE] = ""


class CheckInRequest(BaseModel):
    """The text of the QR code, or the code that is printed beside it."""

    code: Annotated[
        str, Field(strict=True, min_length=1, max_length=512, examples=["9F3K-Q2X7-WM4D"]), FREE
    ]
    door: Annotated[str, Field(max_length=100, examples=["North"]), FREE] = ""


class CheckInBody(NamedSeatBody):
    """A ticket with its seat; `usedAt` is null once a check-in was undone."""

    ticketId: int
    category: str
    ticketType: str
    note: Annotated[str, Field(description="What its holder has to show; empty for nothing")]
    name: str
    bookingReference: str
    usedAt: Instant | None
    door: str | None


class CheckInsBody(TypedDict):
    """How an event fills at its doors."""

    event: BookedEventBody
    checkedIn: int
    booked: int
    recent: list[CheckInBody]


class ReadFrameBody(TypedDict):
    """What a picture from the door shows."""

    code: Annotated[str | None, Field(description="null: no QR code that could be read")]


class DoorPassRequest(BaseModel):
    """A name for the door, shown beside whom it lets in."""

    door: Annotated[str, Field(max_length=60, examples=["North"]), FREE] = ""


class DoorPassBody(TypedDict):
    """What signs a phone in as a door of one event."""

    token: str
    expiresAt: Instant
    url: Annotated[str, Field(description="The page to open there; it carries the token.")]
    qr: Annotated[str, Field(description="That address as a QR code, an SVG document.")]


class PlanDocument(BaseModel):
    """A pretix seating plan or a seats.io chart, as it was exported."""

    model_config = ConfigDict(extra="allow")


class PlanCategoryBody(TypedDict):
    """A category of a plan, and how many seats are in it."""

    name: str
    seats: int


class LeftOutBody(TypedDict):
    """What the file sells and we do not: a standing area."""

    kind: Literal["standing_area"]
    name: str
    places: int
    section: Annotated[str, Field(description="Empty outside of every section")]


class PlanSummaryBody(TypedDict):
    """A seating plan in a list."""

    planId: int
    name: str
    seatCount: int
    categories: list[PlanCategoryBody]
    leftOut: Annotated[
        list[LeftOutBody], Field(description="Empty for plans from before this was kept.")
    ]


class LoneSeatRequest(BaseModel):
    """What an event does about lone seats; what is absent stays, or is as for a new event: `off`, below
    10 percent, in the last 24 hours."""

    rule: Literal["off", "aisle", "strict"] | None = None
    offBelowFreePercent: Annotated[int | None, Field(strict=True, ge=0, le=100)] = None
    offHoursBefore: Annotated[int | None, Field(strict=True, ge=0, le=8760)] = None

    def values(self) -> dict[str, Any]:
        """The columns of an event that it names."""
        named = {
            "lone_seats": self.rule,
            "lone_seats_off_below_percent": self.offBelowFreePercent,
            "lone_seats_off_hours_before": self.offHoursBefore,
        }
        return {name: value for name, value in named.items() if value is not None}


Percent = Annotated[
    str,
    Field(strict=True, max_length=6, pattern=r"^\d{1,3}(\.\d{1,2})?$", examples=["19", "8.1"]),
]


class TicketTypeRequest(BaseModel):
    """Whom a ticket is for. An order that has any of it has `least` to `most` of it."""

    name: Annotated[str, Field(strict=True, max_length=64, examples=["Child"]), FREE]
    note: Annotated[
        str,
        Field(max_length=200, description="For the buyer and the door.", examples=["show card"]),
        FREE,
    ] = ""
    least: Annotated[int, Field(strict=True, ge=1, le=100)] = 1
    most: Annotated[int | None, Field(strict=True, ge=1, le=100)] = None
    requires: Annotated[
        str | None,
        Field(max_length=64, description="A type of which an order has at least as many."),
        FREE,
    ] = None


class TicketPriceRequest(BaseModel):
    """What a ticket of a type costs in a category, before fees."""

    category: Name
    ticketType: Annotated[str, Field(strict=True, max_length=64), FREE]
    amount: Annotated[
        Amount | None,
        Field(description="null: it is not sold there.", json_schema_extra={"x-nullable": True}),
    ]
    vatPercent: Annotated[
        Percent | None, Field(description="Of the tax inside; without it, the event's.")
    ] = None


class FeesRequest(BaseModel):
    """What is added to prices, and shown inside them. A ticket for nothing carries none."""

    perTicket: Annotated[Amount | None, Field(description="To each ticket.")] = None
    percent: Annotated[Percent | None, Field(description="Of a ticket's price.")] = None
    perOrder: Annotated[Amount | None, Field(description="Once an order.")] = None


class PricesRequest(BaseModel):
    """Prices before fees: `prices` of the default ticket of each category, `ticketPrices` of any."""

    prices: Prices | None = None
    ticketTypes: Annotated[
        list[TicketTypeRequest] | None,
        Field(max_length=20, description="All of them in their order; the first is the default."),
    ] = None
    ticketPrices: Annotated[list[TicketPriceRequest] | None, Field(max_length=2000)] = None
    fees: FeesRequest | None = None
    vatPercent: Annotated[
        Percent | None,
        Field(description="Of the tax inside every price that names no rate, and the order's fee."),
    ] = None
    tablePrices: TablePricesWord | None = None


class NewEventRequest(PricesRequest):
    """An event on an imported plan; every category that has seats needs a price.

    Without `timeZone` the venue's own counts, for a new venue the server's.
    """

    name: Name
    venue: Name
    planId: SeatId
    startsAt: Moment
    onSaleAt: Moment | None = None
    offSaleAt: Moment | None = None
    timeZone: Zone | None = None
    currency: Currency
    loneSeats: LoneSeatRequest | None = None
    tableBooking: TableBookingWord = "inherit"


class EventChangeRequest(ReasonRequest, PricesRequest):
    """What becomes different. `onSaleAt` and `offSaleAt` may be null: at once, until it starts.

    `prices` become the event's next price list: holds keep the one they were made under. It begins at
    once or at `pricesFrom`; one list at most is to begin, and `replacesPriceList` names it where the
    new one is made of it and stands in its place. `timeZone` is the venue's, for all its events.
    `tableBooking` stays as it is (409 `table_in_use`) while a seat of what changes is held or sold.
    """

    name: Name | None = None
    startsAt: Moment | None = None
    onSaleAt: Annotated[Moment | None, Field(json_schema_extra={"x-nullable": True})] = None
    offSaleAt: Annotated[Moment | None, Field(json_schema_extra={"x-nullable": True})] = None
    timeZone: Zone | None = None
    hidden: Annotated[
        bool | None, Field(strict=True, description="true: buyers neither find nor see it")
    ] = None
    loneSeats: LoneSeatRequest | None = None
    tableBooking: TableBookingWord | None = None
    pricesFrom: Moment | None = None
    replacesPriceList: Annotated[int | None, Field(strict=True, ge=1, le=10**9)] = None


PriceField = Literal[
    "price",
    "vatPercent",
    "perTicket",
    "percent",
    "perOrder",
    "note",
    "least",
    "most",
    "requires",
    "tablePrices",
]


class PriceDifferenceBody(TypedDict):
    """What a price list changes of the one before it; null: there was, or is, none."""

    field: PriceField
    category: Annotated[
        str, Field(description="empty for what is of the event or of a ticket type")
    ]
    ticketType: str
    before: str | None
    after: str | None


class TicketPriceBody(TypedDict):
    """What a ticket of a type costs in a category: `amount` before fees, `price` as it is shown."""

    category: str
    ticketType: str
    amount: Decimal
    vatPercent: VatPercent
    price: Decimal


class FeesBody(TypedDict):
    """What is added to prices; `vatPercent` is of the order's fee."""

    perTicket: Decimal
    percent: str
    perOrder: Decimal
    vatPercent: VatPercent


class TicketTypeRulesBody(TypedDict):
    """A ticket type; `requires` by name, empty for none."""

    name: str
    note: str
    least: int
    most: int | None
    requires: str


class PriceTermsBody(TypedDict):
    """What a price list says."""

    currency: str
    ticketTypes: list[TicketTypeRulesBody]
    ticketPrices: list[TicketPriceBody]
    fees: FeesBody
    tablePrices: TablePricesWord


class PriceListBody(PriceTermsBody):
    """One of an event's price lists: who made it and when, what is held and sold under it."""

    number: int
    state: Annotated[
        Literal["on_sale", "scheduled", "past", "withdrawn"],
        Field(description="withdrawn: it was to begin, and does not"),
    ]
    createdAt: Annotated[Instant | None, Field(description="null: before this was kept")]
    createdBy: str
    startsAt: Annotated[Instant | None, Field(description="null: before this was kept")]
    withdrawnAt: Instant | None
    heldSeats: Annotated[int, Field(description="held now, or being paid for")]
    soldSeats: int
    changes: list[PriceDifferenceBody]


class RemovedEventsBody(TypedDict):
    """Events that are gone, and those that stay."""

    eventIds: Annotated[list[int], Field(description="are gone")]
    keptEventIds: Annotated[list[int], Field(description="sold something, and stay")]


Names = Annotated[list[Name], Field(max_length=200, description="Only for these; empty: for all.")]
TypeNames = Annotated[
    list[Annotated[str, Field(strict=True, min_length=1, max_length=64), FREE]],
    Field(max_length=20, description="Only for these; empty: for all."),
]


class DiscountRequest(BaseModel):
    """A percentage or an amount off, of all tickets or of those of some categories and types, by name.

    Of an event's own code the names must be the event's.
    """

    code: Annotated[
        str, Field(strict=True, min_length=1, max_length=64, examples=["SUMMER10"]), FREE
    ]
    percent: Annotated[int | None, Field(strict=True, ge=1, le=100)] = None
    amount: Amount | None = None
    currency: Currency | None = None
    eventId: SeatId | None = None
    startsAt: Moment | None = None
    endsAt: Moment | None = None
    maxUses: Annotated[int | None, Field(strict=True, ge=1, le=10**9)] = None
    maxUsesPerUser: Annotated[int | None, Field(strict=True, ge=1, le=10**9)] = None
    minimum: Amount | None = None
    categories: Names = []
    ticketTypes: TypeNames = []


class DiscountBody(TypedDict):
    """A discount code."""

    code: str
    percent: int | None
    amount: Decimal | None
    currency: str | None
    eventId: int | None
    startsAt: Instant | None
    endsAt: Instant | None
    maxUses: int | None
    maxUsesPerUser: int | None
    minimum: Decimal
    categories: Annotated[list[str], Field(description="only for these; empty: for all")]
    ticketTypes: Annotated[list[str], Field(description="only for these; empty: for all")]
    used: int
    active: Annotated[bool, Field(description="Counts now, for somebody.")]


class CountsBody(TypedDict):
    """Seats by state; `checkedIn` are some of `booked`."""

    total: int
    available: int
    reserved: int
    paying: int
    booked: int
    blocked: int
    checkedIn: int


class SectionCountsBody(CountsBody):
    """How the seats of one section stand."""

    name: str
    revenue: Decimal


class CategoryCountsBody(SectionCountsBody):
    """How the seats of one category stand."""

    price: Decimal


class SoldTypeBody(TypedDict):
    """How many tickets of a type are sold; the name is empty for those sold before types had names."""

    name: str
    booked: int
    revenue: Decimal


class ExpiringBody(TypedDict):
    """Holds that end in the next 60 seconds."""

    holds: int
    seats: int


class RatesBody(TypedDict):
    """Seats in the last minute; of `refused` and `declined`, attempts."""

    reserved: int
    booked: int
    expired: int
    refused: int
    declined: int
    cancelled: int


class FunnelBody(TypedDict):
    """Sockets now; since the event opened: reservations granted, checkouts begun, bookings."""

    viewers: int
    reserved: int
    checkout: int
    booked: int


AlertLevel = Literal["warning", "error"]


class AlertBody(TypedDict):
    """What staff should look at now."""

    code: Annotated[str, Field(examples=["refusals_spike"])]
    level: AlertLevel
    message: str
    count: Annotated[int, Field(ge=0, description="how many, or for how many seconds")]
    since: Instant


ActivityKind = Literal[
    "reserved",
    "released",
    "expired",
    "paying",
    "booked",
    "cancelled",
    "blocked",
    "unblocked",
    "checked_in",
    "refused",
    "declined",
]


class ActivityBody(TypedDict):
    """How often one thing happened within a minute."""

    at: Instant
    kind: ActivityKind
    section: Annotated[str | None, Field(description="null where several sections are concerned")]
    seats: Annotated[int, Field(description="of `refused` and `declined`: attempts")]


SaleState = Literal["upcoming", "open", "closed"]


class LoneSeatsBody(TypedDict):
    """Free seats with nobody free beside them now, and choices that the rule refused since the event
    opened."""

    rule: Literal["off", "aisle", "strict"]
    seats: int
    refused: int


class OccupancyFacts(TypedDict):
    """How a house fills, but for the position."""

    eventId: int
    hidden: bool
    name: str
    serverTime: Instant
    saleState: SaleState
    onSaleAt: Instant | None
    offSaleAt: Instant | None
    startsAt: Instant
    timeZone: TimeZone
    currency: str
    totals: CountsBody
    revenue: Annotated[Decimal, Field(description="of bookings that stand")]
    refunded: Decimal
    sections: list[SectionCountsBody]
    categories: list[CategoryCountsBody]
    ticketTypes: Annotated[
        list[SoldTypeBody], Field(description="in their order; empty where types have no names")
    ]
    expiringSoon: ExpiringBody
    rates: RatesBody
    funnel: FunnelBody
    loneSeats: LoneSeatsBody
    viewers: Annotated[int, Field(description="sockets over all workers")]
    alerts: list[AlertBody]
    activity: Annotated[list[ActivityBody], Field(description="newest first, at most 30")]


class OccupancyBody(OccupancyFacts):
    """How a house fills, at a position of this worker's dashboard."""

    epoch: str
    seq: int


class MinuteBody(RatesBody):
    """What happened in a minute, and how the house stood at its end."""

    at: Instant
    revenue: Decimal
    available: int
    held: int
    bookedTotal: int
    viewers: int


class OverviewRowBody(TypedDict):
    """An event in the list of all."""

    eventId: int
    hidden: bool
    demo: Annotated[bool, Field(description="one of those that an empty database is filled with")]
    name: str
    venue: str
    startsAt: Instant
    timeZone: TimeZone
    saleState: SaleState
    currency: str
    totals: CountsBody
    revenue: Decimal
    viewers: int


class AuditChangeBody(TypedDict):
    """A field with what it was and became; times, and prices as decimal strings."""

    field: Annotated[str, Field(examples=["startsAt"])]
    category: Annotated[str | None, Field(description="of a `price`")]
    before: str | None
    after: str | None


class AuditBody(TypedDict):
    """One act of staff, in the log."""

    at: Instant
    who: str
    act: Annotated[
        str,
        Field(
            examples=["block"],
            description="; ".join(f"`{act}`: {done}" for act, done in ACTS.items()),
        ),
    ]
    reason: str
    bookingReference: str | None
    seats: Annotated[list[NamedSeatBody], Field(description="at most 50 of `seatCount`")]
    seatCount: int
    changes: list[AuditChangeBody]
    amount: Annotated[Decimal | None, Field(description="what was given back")]
    currency: str
    details: dict[str, Any]
