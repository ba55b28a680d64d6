"""Reports of revenue on the wire; see `houseful.wire.staff`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from houseful.wire.buyer import VatPercent

Amount = Annotated[str, Field(description="A decimal string; below 0 for what went back.")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-01-09"])]


class ReportLineBody(TypedDict):
    """What one kind of thing came to; `fee` and `vat` are inside `amount`. A dimension that was not
    asked for is null, one that does not apply is empty."""

    kind: Literal["ticket", "order_fee", "refund"]
    day: Day | None
    eventId: int | None
    event: str | None
    category: str | None
    ticketType: str | None
    vatPercent: VatPercent | None
    currency: str
    count: Annotated[int, Field(description="Tickets, orders, or tickets given back.")]
    amount: Amount
    fee: Amount
    discount: Amount
    vat: Amount


class ReportTotalBody(TypedDict):
    """The sums of one currency: `revenue` is `sales` with `refunds`, which are below 0."""

    currency: str
    tickets: Annotated[int, Field(description="Tickets sold.")]
    returned: Annotated[int, Field(description="Tickets given back.")]
    sales: Amount
    refunds: Amount
    revenue: Amount
    fees: Amount
    discounts: Amount
    vat: Amount
    owed: Amount


class GatewayFeesBody(TypedDict):
    """What the payment service took, in its own currency."""

    currency: str
    amount: Amount
    payments: int


ReportBody = TypedDict(
    "ReportBody",
    {
        "from": Day,
        "to": Day,
        "lines": list[ReportLineBody],
        "totals": list[ReportTotalBody],
        "gatewayFees": list[GatewayFeesBody],
        "unknownFees": int,
    },
)
ReportBody.__doc__ = """Revenue of some days, by the venues' clocks."""
