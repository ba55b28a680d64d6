"""All SQL tables. Times are milliseconds since 1970 UTC (`*_ms`), money is minor units (`*_minor`).

Owns: the shape of the tables; `migrations/` must say the same (a test compares them).
Never: behaviour. Statements are written with SQLAlchemy Core against the tables at the end of this
file, because an ORM unit of work per request costs more than the statements themselves.
"""

from typing import Any, cast

import sqlmodel
from sqlalchemy import BigInteger, Boolean, Index, Integer, Table, Text, text
from sqlmodel import Field

Big = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit on both engines; SQLite only numbers rows by itself when a key is called INTEGER."""

NEVER_REUSED: dict[str, Any] = {"sqlite_autoincrement": True}
"""SQLite would otherwise hand out the id of a deleted last row again."""


def _number(**options: Any) -> Any:
    return Field(default=None, primary_key=True, sa_type=cast(Any, Big), **options)


def _big(default: int | None = 0, *, index: bool = False, foreign: str | None = None) -> Any:
    if foreign is None:
        return Field(default=default, sa_type=cast(Any, Big), index=index)
    return Field(default=default, sa_type=cast(Any, Big), index=index, foreign_key=foreign)


def _key(foreign: str | None = None) -> Any:
    if foreign is None:
        return Field(
            primary_key=True, sa_type=cast(Any, Big), sa_column_kwargs={"autoincrement": False}
        )
    return Field(primary_key=True, sa_type=cast(Any, Big), foreign_key=foreign)


def _json(default: str = "[]") -> Any:
    return Field(default=default, sa_type=Text)


class SQLModel(sqlmodel.SQLModel):
    """Rows come and go through the tables; the validators that pydantic would make stay unmade."""

    model_config = {"defer_build": True}


class Counter(SQLModel, table=True):
    """Gapless numbers: seat ids, booking references of a year."""

    name: str = Field(primary_key=True, max_length=64)
    value: int = _big()


class Venue(SQLModel, table=True):
    """Where events take place; `timezone` is an IANA name, in which its times are told."""

    id: int | None = _number()
    name: str = Field(unique=True, max_length=255)
    timezone: str = Field(default="UTC", max_length=64)


class Plan(SQLModel, table=True):
    """A venue's geometry. Its seats' ids run from `first_seat_id` without a gap."""

    id: int | None = _number()
    name: str
    width: float
    height: float
    first_seat_id: int = _big()
    seat_count: int
    categories: str = _json()
    areas: str = _json()
    floors: str = _json()
    focal_point: str = _json("null")
    zone_focal_points: str = _json("[]")
    left_out: str = _json("[]")
    source: str = ""


class Section(SQLModel, table=True):
    """A named part of a plan; `rows` is `[[label, kind, seats(, entrance(, least, most))], …]` in
    walking order."""

    id: int | None = _number()
    plan_id: int = _big(None, foreign="plan.id", index=True)
    ordinal: int
    name: str
    floor: int = 0
    zone: str = ""
    entrance: str = ""
    outline: str = _json()
    rows: str = _json()


class Seat(SQLModel, table=True):
    """One place to sit. `category` is the index into its plan's categories."""

    id: int = _key()
    plan_id: int = _big(None, foreign="plan.id")
    section_id: int = _big(None, foreign="section.id")
    row_label: str
    label: str
    guid: str
    x: float
    y: float
    category: int
    flags: int = 0
    gap_after: bool = False


class Event(SQLModel, table=True):
    """What seats are sold for. A removed event stays here, so that its id is never used again.

    Buyers see no hidden one. `generation` rises each time its seats are rebuilt in Redis,
    `revision` (last at `revised_at_ms`) each time what its calendar entries say changes.

    It sells at the list `price_list`, and once the time of `next_price_list` has come at that. Owners
    may cancel until `cancel_before_ms` before the start; NULL: the house rule. `lone_seats` is
    `domain.seat_choice.lone_seats`' mode, `table_booking` is `domain.units`'.

    Of each ticket given back the house keeps `domain.prices.refunds.RefundFee`; owners may give back
    single tickets where `refund_by_ticket`. Called off at `cancelled_at_ms` by `cancelled_by`, it sells
    nothing.
    """

    id: int | None = _number()
    plan_id: int = _big(None, foreign="plan.id")
    venue_id: int = _big(None, foreign="venue.id")
    name: str
    starts_at_ms: int = _big()
    on_sale_at_ms: int | None = _big(None)
    off_sale_at_ms: int | None = _big(None)
    currency: str = Field(max_length=3)
    generation: int = _big()
    cancel_before_ms: int | None = _big(None)
    is_hidden: bool = Field(default=False, sa_type=Boolean)
    is_demo: bool = Field(default=False, sa_type=Boolean)
    removed_at_ms: int | None = _big(None)
    revision: int = 0
    revised_at_ms: int = _big()
    price_list: int = 1
    next_price_list: int | None = None
    lone_seats: str = Field(default="off", max_length=8)
    lone_seats_off_below_percent: int = 10
    lone_seats_off_hours_before: int = 24
    refund_fee_minor: int = _big()
    refund_fee_basis_points: int = 0
    refund_by_ticket: bool = Field(default=False, sa_type=Boolean)
    cancelled_at_ms: int | None = _big(None, index=True)
    cancelled_by: str = Field(default="", max_length=128)
    cancel_reason: str = ""
    table_booking: str = Field(default="inherit", max_length=8)


class TicketType(SQLModel, table=True):
    """Who a ticket is for, by its name, which has one id through all of an event's price lists."""

    __tablename__ = "ticket_type"
    __table_args__ = (NEVER_REUSED,)
    id: int | None = _number()
    event_id: int = _big(None, foreign="event.id", index=True)
    name: str = Field(default="", max_length=64)


class PriceListRow(SQLModel, table=True):
    """One of an event's price lists, which never change: who made it and when, and what its fees are.

    It holds from `starts_at_ms` on; one to come may be withdrawn. `per_table`: see
    `domain.units.TablePrices`. Rates are hundredths of a percent:
    `fee_basis_points` of a ticket's price, `vat_basis_points` inside the order's fee.
    """

    __tablename__ = "price_list"
    event_id: int = _key("event.id")
    number: int = Field(primary_key=True)
    created_at_ms: int = _big()
    created_by: str = Field(default="", max_length=128)
    starts_at_ms: int = _big()
    withdrawn_at_ms: int | None = _big(None)
    fee_per_ticket_minor: int = _big()
    fee_basis_points: int = 0
    fee_per_order_minor: int = _big()
    vat_basis_points: int = 0
    per_table: bool = Field(default=False, sa_type=Boolean)


class ListType(SQLModel, table=True):
    """A ticket type as one price list has it, by `domain.prices.price_lists.TicketType`; the first is the
    default."""

    __tablename__ = "price_list_type"
    event_id: int = _key("event.id")
    price_list: int = Field(primary_key=True)
    ticket_type_id: int = _key("ticket_type.id")
    ordinal: int
    note: str = Field(default="", max_length=200)
    least: int = 1
    most: int | None = None
    requires_id: int | None = _big(None)


class EventPrice(SQLModel, table=True):
    """What a ticket type costs in a category in one of an event's price lists, before fees, with the
    rate of the tax inside. `ordinal` is the category's index in the plan."""

    __tablename__ = "event_price"
    event_id: int = _key("event.id")
    price_list: int = Field(primary_key=True)
    category: str = Field(primary_key=True, max_length=255)
    ticket_type_id: int = _key("ticket_type.id")
    ordinal: int = -1
    amount_minor: int = _big()
    vat_basis_points: int = 0


class EventBlock(SQLModel, table=True):
    """A seat that staff took off sale."""

    __tablename__ = "event_block"
    event_id: int = _key("event.id")
    seat_id: int = _key("seat.id")
    reason: str = ""
    who: str = ""
    at_ms: int = _big()


class DiscountCode(SQLModel, table=True):
    """A percentage or an amount off. `used` counts bookings whose `discount_counted` is true.

    It reduces tickets of these `categories` and `ticket_types` (JSON lists of names; empty: all). The
    demo's own counts at the demo's events alone."""

    __tablename__ = "discount_code"
    id: int | None = _number()
    code: str = Field(unique=True, max_length=64)
    event_id: int | None = _big(None, foreign="event.id")
    percent: int | None = None
    amount_minor: int | None = _big(None)
    currency: str | None = Field(default=None, max_length=3)
    starts_at_ms: int | None = _big(None)
    ends_at_ms: int | None = _big(None)
    max_uses: int | None = None
    max_uses_per_user: int | None = None
    minimum_minor: int = _big()
    used: int = 0
    is_demo: bool = Field(default=False, sa_type=Boolean)
    categories: str = _json()
    ticket_types: str = _json()


class IdempotencyKey(SQLModel, table=True):
    """One user's key. Its `id` is also the id of the booking made under it, and never used again.

    `status` 0 means no final answer yet; 402 means declined, a new attempt may follow.
    `fingerprint` is of the whole request, `purchase` of what is bought alone.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = (
        Index("one_key_per_user", "user_id", "key", unique=True),
        NEVER_REUSED,
    )
    id: int | None = _number()
    user_id: str = Field(max_length=128)
    key: str = Field(max_length=255)
    fingerprint: str = Field(max_length=64)
    purchase: str = Field(max_length=64)
    event_id: int = _big()
    status: int = 0
    response: str | None = Field(default=None, sa_type=Text)
    lease: str = Field(default="", max_length=64)
    lease_until_ms: int = _big()
    created_at_ms: int = _big()
    expires_at_ms: int = _big(0, index=True)


class Booking(SQLModel, table=True):
    """One checkout from its claim to its end. States: `houseful.domain.booking`.

    `price_list` is the one its seats were held under; 0 for a hold of an older version.
    `total = subtotal - discount + order_fee`, which is also Σ `paid_minor` of its seats + order_fee;
    `order_fee_tax_minor` is the tax inside the fee.
    """

    __table_args__ = (
        Index(
            "booking_due",
            "next_run_at_ms",
            sqlite_where=text("next_run_at_ms IS NOT NULL"),
            postgresql_where=text("next_run_at_ms IS NOT NULL"),
        ),
        Index("booking_of_user", "user_id", "id"),
        Index("booking_of_event", "event_id", "state"),
    )
    id: int = _key()
    reference: str = Field(unique=True, max_length=32)
    event_id: int = _big(None, foreign="event.id")
    user_id: str = Field(max_length=128)
    state: str = Field(max_length=32)
    version: int = 1
    attempt: int = 1
    currency: str = Field(max_length=3)
    subtotal_minor: int = _big()
    discount_minor: int = _big()
    total_minor: int = _big()
    discount_id: int | None = _big(None, foreign="discount_code.id", index=True)
    discount_code: str | None = Field(default=None, max_length=64)
    discount_counted: bool = False
    gateway: str = Field(default="", max_length=16)
    payment_method: str = Field(default="", max_length=32)
    payment_token: str = ""
    payment_id: str | None = Field(default=None, max_length=255, index=True)
    client_secret: str | None = None
    decline_code: str | None = None
    problem: str | None = None
    contact: str = _json("null")
    found_by: str = Field(default="", sa_type=Text)
    language: str = Field(default="en", max_length=8)
    created_at_ms: int = _big()
    confirmed_at_ms: int | None = _big(None)
    ended_at_ms: int | None = _big(None)
    deadline_ms: int = _big()
    lease: str = Field(default="", max_length=64)
    lease_until_ms: int = _big()
    next_run_at_ms: int | None = _big(None)
    tries: int = 0
    refunded_minor: int = _big()
    ended_by: str = Field(default="", max_length=128)
    nonce: str = Field(default="", max_length=32)
    dispute: str = Field(default="", max_length=16)
    price_list: int = 0
    order_fee_minor: int = _big()
    order_fee_vat_basis_points: int = 0
    order_fee_tax_minor: int = _big()


class BookingSeat(SQLModel, table=True):
    """A seat claimed by a booking. The partial unique index is the last word on double sale. Nobody sits
    on one that `is_closed`: it is taken because its table or box is. `unit_id` is the first seat of the
    table or box that it was sold with, whole.

    Prices are written with the claim and never changed: `price_minor` as it was shown, of which
    `fee_minor` is the fee; `paid_minor` is what is left of it after the line's share of the discount,
    and `tax_minor` the tax inside that, at `vat_basis_points`. The type's name and note are kept as
    they were sold.
    `refund_id`: it was given back by that refund, which owes `refunded_minor` for it.
    """

    __tablename__ = "booking_seat"
    __table_args__ = (
        Index(
            "one_live_claim_per_seat",
            "event_id",
            "seat_id",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
    )
    booking_id: int = _key("booking.id")
    seat_id: int = _key("seat.id")
    event_id: int = _big(None, foreign="event.id")
    category: str
    price_minor: int = _big()
    live: bool = Field(default=True, sa_type=Boolean)
    refund_id: int | None = _big(None, index=True)
    refunded_minor: int = _big()
    ticket_type_id: int | None = _big(None)
    ticket_type: str = Field(default="", max_length=64)
    ticket_note: str = Field(default="", max_length=200)
    fee_minor: int = _big()
    paid_minor: int = _big()
    vat_basis_points: int = 0
    tax_minor: int = _big()
    unit_id: int | None = _big(None)
    is_closed: bool = Field(default=False, sa_type=Boolean)


class Payment(SQLModel, table=True):
    """One attempt to take money, as last seen at the gateway; `gateway_fee_minor` is what the gateway
    took for it, in its own currency, where it said so."""

    payment_id: str = Field(primary_key=True, max_length=255)
    booking_id: int = _big(None, foreign="booking.id", index=True)
    attempt: int = 1
    gateway: str = Field(max_length=16)
    outcome: str = Field(max_length=32)
    amount_minor: int = _big()
    currency: str = Field(max_length=3)
    refunded_minor: int = _big()
    decline_code: str | None = None
    created_at_ms: int = _big()
    updated_at_ms: int = _big()
    gateway_fee_minor: int | None = _big(None)
    gateway_fee_currency: str = Field(default="", max_length=3)


class Refund(SQLModel, table=True):
    """Money on its way back: DUE, GIVEN and still watched, FAILED or HELD until a person decides.

    `kind`: PART of a booking that goes on; WHOLE, what a booking that ended is owed; REST, all that
    the gateway still has of a payment; ELSEWHERE, given back at the payment service. `fee_minor` is
    what the house keeps of these tickets, whose rows in `booking_seat` name this one. `booking_id` is
    empty for a payment that belongs to no booking, `payment_id` where nothing was paid. `nonce` is new
    for each attempt.
    """

    __table_args__ = (
        Index(
            "one_last_refund_per_payment",
            "payment_id",
            unique=True,
            sqlite_where=text("kind IN ('WHOLE', 'REST')"),
            postgresql_where=text("kind IN ('WHOLE', 'REST')"),
        ),
    )
    id: int | None = _number()
    payment_id: str = Field(max_length=255, index=True)
    booking_id: int | None = _big(None, foreign="booking.id", index=True)
    refund_id: str | None = Field(default=None, max_length=255)
    kind: str = Field(default="REST", max_length=16)
    amount_minor: int = _big()
    fee_minor: int = _big()
    state: str = Field(default="DUE", max_length=16)
    problem: str = ""
    reason: str = ""
    who: str = Field(default="", max_length=128)
    created_at_ms: int = _big()
    done_at_ms: int | None = _big(None, index=True)
    next_run_at_ms: int | None = _big(None, index=True)
    tries: int = 0
    nonce: str = Field(default="", max_length=32)
    currency: str = Field(default="", max_length=3)


class Receipt(SQLModel, table=True):
    """A receipt of a booking or, with its `refund_id`, a credit note: numbered without a gap within its
    `series`, and never changed. `record`: all that stands on it, see `houseful.domain.prices.receipts`."""

    __table_args__ = (
        Index("one_number_per_receipt", "series", "number", unique=True),
        Index(
            "one_receipt_per_booking",
            "booking_id",
            unique=True,
            sqlite_where=text("refund_id IS NULL"),
            postgresql_where=text("refund_id IS NULL"),
        ),
        Index("ix_receipt_refund_id", "refund_id", unique=True),
    )
    id: int | None = _number()
    series: str = Field(max_length=16)
    number: int = _big(None)
    booking_id: int = _big(None, foreign="booking.id", index=True)
    refund_id: int | None = _big(None, foreign="refund.id")
    issued_at_ms: int = _big()
    total_minor: int = _big()
    record: str = _json("{}")


class PaymentProblem(SQLModel, table=True):
    """A payment that could not be put right by itself; see `houseful.ledger.payment_problems`."""

    __tablename__ = "payment_problem"
    payment_id: str = Field(primary_key=True, max_length=255)
    kind: str = Field(max_length=32)
    detail: str = ""
    amount_minor: int = _big()
    currency: str = Field(default="", max_length=3)
    first_seen_ms: int = _big()
    next_run_at_ms: int | None = _big(None)
    tries: int = 0


class House(SQLModel, table=True):
    """The one row that says which house this database is."""

    id: int = Field(
        primary_key=True, sa_type=cast(Any, Integer), sa_column_kwargs={"autoincrement": False}
    )
    house_id: str = Field(max_length=32)
    gateway: str = Field(default="", max_length=16)
    account: str = Field(default="", max_length=255)
    is_live: bool = Field(default=False, sa_type=Boolean)


class DemoCharge(SQLModel, table=True):
    """The demo gateway's own books, kept apart from what the bookings believe."""

    __tablename__ = "demo_charge"
    payment_id: str = Field(primary_key=True, max_length=255)
    record: str = _json("{}")
    idempotency_key: str = Field(default="", unique=True, max_length=255)
    created_at_ms: int = _big(0, index=True)
    version: int = 1


class Worker(SQLModel, table=True):
    """A process that serves this database, and when it last said so."""

    id: str = Field(primary_key=True, max_length=32)
    beat_ms: int = _big()


class WebhookEvent(SQLModel, table=True):
    """A webhook that was applied; a second delivery of its id has no effect."""

    __tablename__ = "webhook_event"
    id: str = Field(primary_key=True, max_length=255)
    kind: str = Field(max_length=128)
    object_id: str = Field(default="", max_length=255)
    applied_at_ms: int = _big()


class Outbox(SQLModel, table=True):
    """Work promised in the transaction that made it necessary, repeated until it is done.

    `lease` is the worker who is at it, and empty when nobody is.
    """

    __table_args__ = (
        Index(
            "outbox_due",
            "next_run_at_ms",
            sqlite_where=text("done_at_ms IS NULL"),
            postgresql_where=text("done_at_ms IS NULL"),
        ),
    )
    id: int | None = _number()
    kind: str = Field(max_length=32)
    booking_id: int = _big(None, index=True)
    payload: str = _json("{}")
    created_at_ms: int = _big()
    next_run_at_ms: int = _big()
    lease: str = Field(default="", max_length=64)
    tries: int = 0
    last_error: str | None = Field(default=None, sa_type=Text)
    done_at_ms: int | None = _big(None)


class Delivery(SQLModel, table=True):
    """What became of a promised mail; `id` is its promise's. States: `houseful.domain.delivery`."""

    id: int = _key()
    booking_id: int = _big(None, foreign="booking.id", index=True)
    about: str = Field(max_length=16)
    recipient: str = Field(max_length=254)
    state: str = Field(max_length=16)
    problem: str = ""
    changed_at_ms: int = _big()


class Ticket(SQLModel, table=True):
    """The right to one seat: VALID, USED at the door, DISPUTED at the bank, or VOID."""

    __table_args__ = (Index("ticket_of_seat", "event_id", "seat_id"),)
    id: int | None = _number()
    booking_id: int = _big(None, foreign="booking.id", index=True)
    event_id: int = _big(None, foreign="event.id")
    seat_id: int = _big(None, foreign="seat.id")
    state: str = Field(default="VALID", max_length=16)
    issued_at_ms: int = _big()
    used_at_ms: int | None = _big(None)
    used_by: str = Field(default="", max_length=128)


class AuditLog(SQLModel, table=True):
    """Who did what, and why, on the staff's side."""

    __tablename__ = "audit_log"
    id: int | None = _number()
    at_ms: int = _big()
    who: str = Field(max_length=128)
    act: str = Field(max_length=64)
    event_id: int | None = _big(None, index=True)
    booking_id: int | None = _big(None)
    reason: str = ""
    details: str = _json("{}")


class EventMinute(SQLModel, table=True):
    """One minute of an event's life, for charts that survive a restart."""

    __tablename__ = "event_minute"
    event_id: int = _key("event.id")
    minute_ms: int = _key()
    reserved: int = 0
    booked: int = 0
    expired: int = 0
    refused: int = 0
    declined: int = 0
    cancelled: int = 0
    revenue_minor: int = _big()
    record: str = _json("{}")


class History(SQLModel, table=True):
    """The one row that says which history of sales this is; see `houseful.ledger.upkeep.history`."""

    id: str = Field(primary_key=True, max_length=32)
    starts: int = 0
    is_copy: bool = False


class AnsweredRequest(SQLModel, table=True):
    """A request that made something under a key of its client's, and what it was answered."""

    __tablename__ = "answered_request"
    user_id: str = Field(primary_key=True, max_length=128)
    key: str = Field(primary_key=True, max_length=128)
    fingerprint: str = Field(max_length=64)
    status: int = 0
    response: str = ""
    created_at_ms: int = _big(index=True)


def _table(model: Any) -> Table:
    return cast(Table, model.__table__)


METADATA = SQLModel.metadata
COUNTER, VENUE, PLAN, SECTION, SEAT = map(_table, (Counter, Venue, Plan, Section, Seat))
EVENT, EVENT_PRICE, EVENT_BLOCK = map(_table, (Event, EventPrice, EventBlock))
TICKET_TYPE, PRICE_LIST, LIST_TYPE = map(_table, (TicketType, PriceListRow, ListType))
DISCOUNT, KEY, BOOKING = map(_table, (DiscountCode, IdempotencyKey, Booking))
BOOKING_SEAT, PAYMENT, REFUND = map(_table, (BookingSeat, Payment, Refund))
DEMO_CHARGE, WEBHOOK, OUTBOX = map(_table, (DemoCharge, WebhookEvent, Outbox))
PAYMENT_PROBLEM, HOUSE = map(_table, (PaymentProblem, House))
TICKET, AUDIT, EVENT_MINUTE, WORKER = map(_table, (Ticket, AuditLog, EventMinute, Worker))
DELIVERY, HISTORY, ANSWERED = map(_table, (Delivery, History, AnsweredRequest))
RECEIPT = _table(Receipt)
