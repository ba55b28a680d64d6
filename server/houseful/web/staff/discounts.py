"""Discount codes in the staff's hands."""

from __future__ import annotations

from starlette.responses import Response

from houseful.domain.prices.money import to_wire
from houseful.domain.prices.pricing import Discount
from houseful.staff.discount_admin import is_active
from houseful.telemetry.rows import readable
from houseful.web.buyer.bookings import query_number
from houseful.web.buyer.events import instant
from houseful.web.envelope import ok
from houseful.web.operations import LARGEST_ID, Call, Operation
from houseful.wire.staff import DiscountBody, DiscountRequest, ReasonRequest


async def list_discounts(call: Call) -> Response:
    text = call.request.query_params.get("eventId")
    event_id = None if text is None else query_number(call, "eventId", 1, 1, LARGEST_ID)
    found = await call.context.staff.discounts.listed(event_id)
    views = readable("discount", found, lambda discount: discount_view(call, discount))
    return ok(views, "Discount codes retrieved successfully")


async def add_discount(call: Call) -> Response:
    body = await call.body(DiscountRequest)
    added = await call.context.staff.discounts.add(
        call.user.id, body, call.context.settings.currency
    )
    return ok(discount_view(call, added), "Discount code added", 201)


async def end_discount(call: Call) -> Response:
    """The code counts no more; what was bought with it stays."""
    body = await call.body(ReasonRequest)
    ended = await call.context.staff.discounts.end(call.user.id, call.word("code"), body.reason)
    return ok(discount_view(call, ended), "Discount code ended")


def discount_view(call: Call, discount: Discount) -> DiscountBody:
    currency = discount.currency or call.context.settings.currency
    amount = discount.amount_minor
    return {
        "code": discount.code,
        "percent": discount.percent,
        "amount": None if amount is None else to_wire(amount, currency),
        "currency": discount.currency,
        "eventId": discount.event_id,
        "startsAt": instant(discount.starts_at_ms),
        "endsAt": instant(discount.ends_at_ms),
        "maxUses": discount.max_uses,
        "maxUsesPerUser": discount.max_uses_per_user,
        "minimum": to_wire(discount.minimum_minor, currency),
        "categories": list(discount.categories),
        "ticketTypes": list(discount.ticket_types),
        "used": discount.used,
        "active": is_active(discount, call.context.clock()),
    }


OPERATIONS = (
    Operation(
        "GET",
        "/discounts",
        list_discounts,
        "Discount codes",
        role="venue",
        answers={200: list[DiscountBody]},
        parameters=("eventId",),
    ),
    Operation(
        "POST",
        "/discounts",
        add_discount,
        "Make a discount code known",
        role="venue",
        request=DiscountRequest,
        answers={201: DiscountBody},
        errors=(404,),
        parameters=("Request-Key",),
    ),
    Operation(
        "POST",
        "/discounts/{code}/end",
        end_discount,
        "End a discount code",
        role="venue",
        request=ReasonRequest,
        answers={200: DiscountBody},
    ),
)
