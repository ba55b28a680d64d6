"""What an event keeps of tickets that are given back, over HTTP."""

from __future__ import annotations

from starlette.responses import Response

from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.staff import RefundTermsBody, RefundTermsRequest


async def get_refund_terms(call: Call) -> Response:
    view = await call.context.staff.refund_terms.get(call.id("event_id"))
    return ok(view, "Refund terms retrieved successfully", headers={"Cache-Control": "no-store"})


async def put_refund_terms(call: Call) -> Response:
    """For refunds from now on; those promised before stay as they are."""
    body = await call.body(RefundTermsRequest)
    view = await call.context.staff.refund_terms.put(call.id("event_id"), body, who=call.user.id)
    return ok(view, "Refund terms changed")


PATH = "/events/{event_id:int}/refund-terms"
OPERATIONS = (
    Operation(
        "GET",
        PATH,
        get_refund_terms,
        "What an event keeps of tickets given back",
        role="venue",
        answers={200: RefundTermsBody},
    ),
    Operation(
        "PUT",
        PATH,
        put_refund_terms,
        "Change what an event keeps of tickets given back",
        role="venue",
        request=RefundTermsRequest,
        answers={200: RefundTermsBody},
    ),
)
