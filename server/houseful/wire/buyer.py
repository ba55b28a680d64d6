"""Requests and answers over HTTP, as models: what is checked, and what the documents say.

Field names are the wire's. `houseful.web.documents.generate` makes the OpenAPI document of these.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field, field_validator
from typing_extensions import TypedDict

from houseful.wire.commands import AreaId, GivenBack, SeatId, UnitId, Wanted
from houseful.wire.free_text import FREE, Word
from houseful.wire.models import BaseModel

Instant = Annotated[str, Field(description="RFC 3339, UTC, `Z`", examples=["2026-01-09T12:10:00Z"])]
Decimal = Annotated[str, Field(pattern=r"^\d+(\.\d+)?$", examples=["75.00"])]
PriceList = Annotated[
    int, Field(ge=1, description="Number of the event's price list; a hold keeps its own.")
]
TimeZone = Annotated[
    str, Field(description="The venue's IANA time zone.", examples=["Europe/Vienna"])
]
Email = Annotated[str, Field(max_length=254, examples=["ada@example.org"]), FREE]
"""Judged by `houseful.wire.email_address`; empty for none."""
DiscountCode = Annotated[str, Field(max_length=64), FREE]

TicketState = Literal["VALID", "USED", "DISPUTED", "VOID"]
WireStatus = Literal["AVAILABLE", "RESERVED", "BOOKED", "BLOCKED"]


class ReserveRequest(Wanted):
    """Seats to hold, each with the version the buyer saw, and places of standing areas by number."""


class ExtendRequest(BaseModel):
    """Ask for another hold; an empty body means the same."""

    extend: Literal[True] = True

    @field_validator("extend", mode="before")
    @classmethod
    def _no_number(cls, value: object) -> object:
        """1 equals True in Python; on the wire it does not."""
        if not isinstance(value, bool):
            raise ValueError("expected true")
        return value


class ReleaseRequest(GivenBack):
    """Seats and standing places of a reservation to give back; the others stay held."""


class SeatBody(TypedDict):
    """A seat as it stands now."""

    id: int
    seatNumber: str
    rowNumber: str
    seatType: str
    price: Decimal
    status: WireStatus
    version: int
    reservedUntil: Instant | None


class SectionBody(TypedDict):
    """A section with its seats."""

    name: str
    seats: list[SeatBody]
    totalSeats: int
    availableSeats: int
    minPrice: Decimal
    maxPrice: Decimal


class StandingAreaBody(TypedDict):
    """A standing area as it is now: places are sold by number. `capacity` is what is on sale of it."""

    id: AreaId
    name: str
    entrance: str
    capacity: int
    available: int
    price: Decimal


class UnitBody(TypedDict):
    """A table or box that is sold whole: its seats, `id` and those after it, go together or not at all,
    for `least` to `most` people; where they are fewer, the other seats close with it."""

    id: UnitId
    section: str
    row: Annotated[str, Field(description="Its name", examples=["T2"])]
    rowKind: Literal["row", "table", "booth", "box", "standing"]
    seats: int
    least: int
    most: int


class SeatMapBody(TypedDict):
    """Every seat as it is now, grouped by section, and the standing areas, where there are any; the sums
    count both. `units` are the tables and boxes that are sold whole."""

    eventId: int
    sections: list[SectionBody]
    totalSeats: int
    availableSeats: int
    timestamp: Instant
    areas: NotRequired[list[StandingAreaBody]]
    units: NotRequired[list[UnitBody]]


class FailedSeatBody(TypedDict):
    """A seat that could not be had: the sentence people read, and its code."""

    seatId: int
    reason: str
    code: str


class FailedAreaBody(TypedDict):
    """Standing places that could not be had, or not all; `available` were free."""

    areaId: int
    reason: str
    code: str
    available: int


class PlacesBody(TypedDict):
    """Standing places of a hold."""

    areaId: int
    quantity: int


class HeldUnitBody(TypedDict):
    """A table or box of a hold, and how many people sit there."""

    unitId: UnitId
    heads: int


class GrantedBody(TypedDict):
    """A hold. `failedSeats` and `failedAreas` stand only where something could not be had; `places` only
    where there are standing places, `units` where there are tables or boxes that are sold whole; the ids
    of all their places are among `reservedSeatIds`."""

    id: int
    reservedSeatIds: list[int]
    places: NotRequired[list[PlacesBody]]
    units: NotRequired[list[HeldUnitBody]]
    expiresAt: Instant
    expiresInSeconds: int
    priceList: PriceList
    total: Decimal
    failedSeats: NotRequired[list[FailedSeatBody]]
    failedAreas: NotRequired[list[FailedAreaBody]]


class BestGrantedBody(GrantedBody):
    """The best seats, held. `split`: they are in several places; `leavesSingle`: a free seat beside
    them has nobody next to it."""

    split: bool
    leavesSingle: bool


class ReserveRefusedBody(TypedDict, total=False):
    """Why nothing is held: each seat's reason, or the seats that would be left alone (`lone`) and the
    nearest choice that leaves none (`instead`). `mayReturn`: a seat beside them is only held."""

    failedSeats: list[FailedSeatBody]
    failedAreas: list[FailedAreaBody]
    lone: list[NamedSeatBody]
    instead: list[NamedSeatBody]
    mayReturn: bool


class FailedSeatsBody(TypedDict):
    failedSeats: list[FailedSeatBody]
    failedAreas: NotRequired[list[FailedAreaBody]]


class BestRefusedBody(TypedDict, total=False):
    """Why nothing is held: a limit, or no such seats. `apart` has the best seats in several places, in
    parts, where only those side by side would have done."""

    failedSeats: list[FailedSeatBody]
    apart: list[list[NamedSeatBody]]


class ReservationBody(TypedDict):
    """Seats that are held until a deadline."""

    id: int
    eventId: int
    status: Literal["ACTIVE", "PAYING", "BOOKED", "EXPIRED", "RELEASED"]
    seatIds: list[int]
    places: NotRequired[list[PlacesBody]]
    units: NotRequired[list[HeldUnitBody]]
    createdAt: Instant
    expiresAt: Instant
    expiresInSeconds: int
    priceList: PriceList
    total: Decimal
    reason: Annotated[
        Literal["staff"] | None, Field(description="RELEASED by staff, as the frame says it")
    ]


class ReleasedBody(TypedDict):
    """What was given back."""

    id: int
    releasedSeatIds: list[int]


TableBookingWord = Annotated[
    Literal["inherit", "by_table", "by_seat"],
    Field(description="Whether tables are sold whole; `inherit`: as the plan says of each."),
]
TablePricesWord = Annotated[
    Literal["per_head", "per_table"],
    Field(description="What a price means at a table or box that is sold whole."),
]


class LoneSeatRuleBody(TypedDict):
    """Whether buyers may leave a free seat alone: `aisle` lets them beside an aisle or a row's end. The
    rule rests below this percentage of free seats, and so many hours before the start."""

    rule: Literal["off", "aisle", "strict"]
    offBelowFreePercent: int
    offHoursBefore: int


class EventBody(TypedDict):
    """An event in the list."""

    id: int
    name: str
    venue: str
    startsAt: Instant
    timeZone: TimeZone
    onSaleAt: Instant | None
    offSaleAt: Instant | None
    currency: str
    priceList: PriceList
    pricesUntil: Annotated[
        Instant | None, Field(description="Other prices begin then; null: none are set.")
    ]
    totalSeats: int
    availableSeats: int
    minPrice: Decimal
    maxPrice: Decimal
    loneSeats: LoneSeatRuleBody
    tableBooking: TableBookingWord
    tablePrices: TablePricesWord
    cancelledAt: NotRequired[
        Annotated[Instant, Field(description="It does not take place; absent where it does.")]
    ]


class CategoryBody(TypedDict):
    """`price` is what the default ticket costs, with its fee inside."""

    name: str
    color: str
    price: Decimal
    tickets: list[OfferBody]


class EventDetailBody(EventBody):
    """One event, with what the page needs to sell it."""

    holdSeconds: int
    maxSeats: int
    saleState: Literal["upcoming", "open", "closed"]
    serverTime: Instant
    categories: list[CategoryBody]
    ticketTypes: list[TicketTypeBody]
    orderFee: Annotated[Decimal, Field(description="Added once to an order that costs anything")]
    units: NotRequired[list[UnitBody]]
    planUrl: str


class GuestBody(TypedDict):
    """A guest of this server."""

    token: str
    expiresAt: Instant
    userId: str


class TicketBody(TypedDict):
    """A one-time ticket for a WebSocket, good for a minute."""

    ticket: str
    expiresAt: Instant


class ConfigBody(TypedDict):
    """What a page must know before it begins."""

    gateway: Literal["demo", "stripe"]
    stripePublishableKey: str | None
    maxSeats: int
    holdSeconds: int
    sendsMail: Annotated[bool, Field(description="A mail server is set up.")]
    timeZone: Annotated[TimeZone, Field(description="The house's, of venues that have none set.")]
    version: str


class SeatIdsRequest(BaseModel):
    seatIds: Annotated[list[SeatId], Field(min_length=1, max_length=10_000)]


class PageBody(TypedDict):
    """Which part of a list this is: pages count from 1, `total` counts everything."""

    number: int
    size: int
    total: int


class AuthenticatedBody(TypedDict):
    """What the demo gateway made of the buyer's answer."""

    outcome: str


class ReceivedBody(TypedDict):
    """The id of the webhook's event."""

    received: str


class HealthBody(TypedDict):
    """This process answers."""

    status: Literal["ok"]


class PartsBody(TypedDict):
    """What we stand on."""

    parts: dict[str, Literal["ok", "unavailable"]]


class ReadyBody(PartsBody):
    """Every part answers."""

    status: Literal["ready"]


TypeId = Annotated[int, Field(strict=True, ge=1, le=2**53 - 1)]


class SeatTicketRequest(BaseModel):
    """A seat that is not to be sold under its default ticket type."""

    seatId: SeatId
    ticketTypeId: TypeId


class PlaceTicketRequest(BaseModel):
    """So many of the standing places among the seats that are not to be sold under their default type."""

    areaId: AreaId
    ticketTypeId: TypeId
    quantity: Annotated[int, Field(strict=True, ge=1, le=100)]


class OrderRequest(BaseModel):
    """Held seats, standing places among them, and whom their tickets are for; where nothing is said, a
    seat goes under the first ticket type that is sold for it."""

    seatIds: Annotated[list[SeatId], Field(min_length=1, max_length=1000)]
    tickets: Annotated[list[SeatTicketRequest], Field(max_length=1000)] = []
    placeTickets: Annotated[list[PlaceTicketRequest], Field(max_length=1000)] = []
    discountCode: DiscountCode | None = None


class QuoteRequest(OrderRequest):
    """An order to be priced."""


class NamedSeatBody(TypedDict):
    """A seat by its names, from which each reader makes words; `place` has them in English."""

    seatId: int
    seatNumber: Annotated[str, Field(description="In short", examples=["A12"])]
    section: str
    row: Annotated[str, Field(description="Empty where the plan gives the row no name")]
    rowKind: Annotated[
        Literal["row", "table", "booth", "box", "standing"],
        Field(description="`standing`: a place without row and seat; `section` is its area"),
    ]
    label: Annotated[str, Field(description="As the plan calls the seat; may repeat its row")]
    place: Annotated[str, Field(description="In full", examples=["Block B, row 3, seat 5"])]


VatPercent = Annotated[
    Decimal, Field(description="Of the tax inside the price", examples=["19", "8.1"])
]


class TicketTypeBody(TypedDict):
    """Whom a ticket is for. An order that has any of it has `least` to `most` of it, and no more than of
    the type `requires`. The name is empty where the event has one type and gives it none."""

    id: int
    name: str
    note: Annotated[str, Field(description="For the buyer and the door", examples=["show card"])]
    least: int
    most: int | None
    requires: int | None


class OfferBody(TypedDict):
    """What a ticket of a type costs in a category: `price` with `fee` inside."""

    ticketTypeId: int
    price: Decimal
    fee: Decimal
    vatPercent: VatPercent


class CategoryOffersBody(TypedDict):
    """The tickets sold in a category, the default first."""

    category: str
    tickets: list[OfferBody]


class VatBody(TypedDict):
    """The tax inside an order's total at one rate."""

    vatPercent: VatPercent
    amount: Decimal


class OrderLineBody(NamedSeatBody):
    """A line of an order: `price` with `fee` inside, less `discount`, is paid; `vat` is inside that."""

    category: str
    ticketTypeId: Annotated[int, Field(description="0: sold before there were types")]
    ticketType: str
    note: str
    price: Decimal
    fee: Decimal
    discount: Decimal
    vatPercent: VatPercent
    vat: Decimal
    unitId: Annotated[
        UnitId | None, Field(description="The table or box it is sold with, whole; null: by seat")
    ]


class QuoteBody(TypedDict):
    """A price before buying: `total` is `subtotal` less `discount` and with `orderFee`; `ticketFees` are
    inside the subtotal. `offers` are the tickets of the same price list."""

    currency: str
    items: list[OrderLineBody]
    subtotal: Decimal
    discount: Decimal
    ticketFees: Decimal
    orderFee: Decimal
    vat: list[VatBody]
    total: Decimal
    priceList: PriceList
    tablePrices: TablePricesWord
    discountCode: str | None
    ticketTypes: list[TicketTypeBody]
    offers: list[CategoryOffersBody]


class BookingRefusedBody(TypedDict):
    """Seats that are lost, or what the purchase costs now where that is not `expectedTotal`."""

    failedSeats: NotRequired[list[FailedSeatBody]]
    quote: NotRequired[QuoteBody]


class CardRequest(BaseModel):
    """A test card for the demo gateway; spaces are allowed."""

    number: Annotated[str, Field(pattern=r"^[0-9 ]{12,30}$")]

    @field_validator("number")
    @classmethod
    def _without_spaces(cls, number: str) -> str:
        return number.replace(" ", "")


class ContactRequest(BaseModel):
    """Where the tickets go."""

    name: Annotated[str, Field(max_length=200), FREE] = ""
    email: Email = ""
    phone: Annotated[str, Field(max_length=40), FREE] | None = None


class BookRequest(OrderRequest):
    """Seats to buy, what the gateway knows the card by, and a contact."""

    eventId: SeatId
    paymentMethod: Literal["stripe", "demo", "card"] = "stripe"
    expectedTotal: Annotated[
        Decimal | None,
        Field(max_length=20, description="The price the buyer saw; another one is a 409."),
    ] = None
    paymentToken: Annotated[Word, Field(max_length=255)] | None = None
    card: CardRequest | None = None
    contact: ContactRequest | None = None
    language: Annotated[
        str | None,
        Field(
            max_length=35,
            pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
            description="Of the buyer's papers; without it, what Accept-Language asks for.",
            examples=["de"],
        ),
    ] = None


class ContactBody(TypedDict):
    """Whom the tickets are for, as it is kept."""

    name: str
    email: str
    phone: str | None


class BookedEventBody(TypedDict):
    """An event as its tickets name it."""

    id: int
    name: str
    venue: str
    startsAt: Instant
    timeZone: TimeZone


class BookingTicketBody(NamedSeatBody):
    """One seat's ticket; `code` is what a person can type at the door."""

    id: int
    ticketType: str
    note: str
    code: str
    state: TicketState
    qrUrl: str


class BookingFacts(TypedDict):
    """What buyers and staff see of a booking alike. `seatIds` are all its seats; of those that close with
    a table or box nobody has a ticket, and they are not among `seats`."""

    bookingId: str
    bookingReference: Annotated[
        str, Field(pattern=r"^BK-\d{4}-\d{6,}$", examples=["BK-2026-001234"])
    ]
    eventId: int
    userId: str
    totalAmount: float
    status: str
    paymentStatus: str
    paymentTransactionId: str | None
    seatNumbers: list[str]
    createdAt: Instant
    confirmedAt: Instant | None
    seatIds: list[int]
    seats: list[OrderLineBody]
    currency: str
    subtotal: float
    discountAmount: float
    discountCode: str | None
    orderFee: float
    refundedAmount: float
    event: BookedEventBody | None
    contact: ContactBody | None
    qrUrl: str
    pdfUrl: str
    icsUrl: str
    clientSecret: NotRequired[str]
    expiresAt: NotRequired[Instant]
    language: Annotated[str, Field(description="of the papers", examples=["en"])]
    declineCode: NotRequired[str | None]
    problem: NotRequired[str | None]


RefundWord = Annotated[
    Literal["DUE", "GIVEN", "FAILED", "HELD"],
    Field(
        description="`DUE`: on its way; `GIVEN`: the payment service has it; `FAILED`: it was refused,"
        " staff look at it; `HELD`: staff decide."
    ),
]


class RefundBody(TypedDict):
    """Money of a booking that goes back. `fee` was kept; `seatIds` are for sale again."""

    id: int
    state: RefundWord
    amount: Decimal
    fee: Decimal
    seatIds: list[int]
    createdAt: Instant
    doneAt: Instant | None


class ReturnedTicketBody(TypedDict):
    """A ticket that would go back, and what for."""

    id: int
    seatId: int
    amount: Decimal
    fee: Decimal


class RefundQuoteBody(TypedDict):
    """What giving tickets back comes to. `isWhole`: the booking then ends."""

    amount: Decimal
    fee: Decimal
    currency: str
    isWhole: bool
    byTicket: Annotated[bool, Field(description="Whether its buyer may give back single tickets.")]
    tickets: list[ReturnedTicketBody]


class ReceiptBody(TypedDict):
    """A receipt of a booking, or the credit note of a refund, whose `total` is negative."""

    number: Annotated[str, Field(pattern=r"^(DEMO-)?\d{4}-\d{6,}$", examples=["2026-000123"])]
    kind: Literal["receipt", "credit_note"]
    refundId: Annotated[int | None, Field(description="The refund of a credit note.")]
    issuedAt: Instant
    total: Annotated[str, Field(examples=["75.00"])]
    pdfUrl: str


class BookingBody(BookingFacts):
    """A booking, with where its papers are."""

    receipts: NotRequired[
        Annotated[
            list[ReceiptBody],
            Field(
                description="Absent in the answer to a purchase. Numbered soon after it; none of what"
                " cost nothing, or where the house does not say who sells."
            ),
        ]
    ]

    refunds: NotRequired[
        Annotated[
            list[RefundBody],
            Field(
                description="Absent in the answer to a purchase. A booking of which single"
                " tickets went back stays CONFIRMED; those tickets are VOID."
            ),
        ]
    ]

    delivery: NotRequired[
        Annotated[
            DeliveryBody | None,
            Field(description="Absent in the answer to a purchase; null without an address."),
        ]
    ]
    tickets: NotRequired[list[BookingTicketBody]]
    linkUrl: NotRequired[
        Annotated[
            str | None,
            Field(description="Opens this booking on any device; only the buyer gets it."),
        ]
    ]


class PendingBookingBody(TypedDict):
    """A booking whose outcome is open: authenticate, or ask again with the same key."""

    bookingReference: str
    status: str
    paymentStatus: str
    expiresAt: Instant
    clientSecret: NotRequired[str]
    paymentTransactionId: NotRequired[str]


class FindBookingRequest(BaseModel):
    """What a buyer still knows of a booking."""

    reference: Annotated[Word, Field(min_length=1, max_length=32, examples=["BK-2026-001234"])]
    email: Annotated[Email, Field(min_length=3)]


TicketIds = Annotated[
    list[SeatId] | None,
    Field(min_length=1, max_length=100, description="These tickets alone; without them, all."),
]


class CancelRequest(BaseModel):
    """Why a booking is cancelled."""

    reason: Annotated[str, Field(max_length=500), FREE] = ""
    ticketIds: TicketIds = None


class EmailRequest(BaseModel):
    """Without `to`, the booking's own address; another one is for staff alone."""

    to: Email | None = None


DeliveryWord = Annotated[
    Literal["waiting", "deferred", "sent", "refused", "off"],
    Field(
        description="`waiting`: promised; `deferred`: not taken yet, tried again; `sent`: the next"
        " mail server has it; `refused`: it will not be sent; `off`: no mail server is set up here,"
        " nothing is sent."
    ),
]


class EmailedBody(TypedDict):
    """Where the tickets go, and what becomes of the mail."""

    to: str
    delivery: DeliveryWord


class DeliveryBody(TypedDict):
    """The last mail of a booking. `at` is null while it waits; `smtpCode` is the mail server's."""

    state: DeliveryWord
    to: str
    at: Instant | None
    smtpCode: Annotated[int | None, Field(examples=[550])]


class DemoAuthenticateRequest(BaseModel):
    """The answer of the demo's bank."""

    clientSecret: Annotated[Word, Field(min_length=1, max_length=255)]
    success: Annotated[bool, Field(strict=True)]


FactName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
FactText = Annotated[str, Field(max_length=100), FREE]
FactIds = Annotated[list[int], Field(max_length=100)]


class AnalyticsEvent(BaseModel):
    """One of the page's events, with its plain facts: a line of at most some 2 KB in the log."""

    name: Literal[
        "seat_selected",
        "reservation_started",
        "reservation_success",
        "reservation_expired",
        "payment_started",
        "payment_success",
        "payment_failed",
        "optimistic_lock_conflict",
        "idempotency_replay",
        "idempotency_replay_detected",
    ]
    at: Annotated[str, Field(max_length=40), FREE] | None = None
    facts: Annotated[
        dict[FactName, FactText | int | float | bool | FactIds | None], Field(max_length=12)
    ] = {}


class AnalyticsRequest(BaseModel):
    """What happened on a page, for counting."""

    events: Annotated[list[AnalyticsEvent], Field(min_length=1, max_length=50)]


class AcceptedBody(TypedDict):
    """The request is being seen to."""

    accepted: int
