"""An event's price lists over HTTP: what changed when, by whom, and what is to begin."""

from __future__ import annotations

from starlette.responses import Response

from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.staff import PriceListBody, ReasonRequest


async def list_price_lists(call: Call) -> Response:
    """The newest first. What is to begin does so by itself, at its time."""
    return await _answer(call, "Price lists retrieved successfully")


async def withdraw_price_list(call: Call) -> Response:
    """Only one that is to begin; the answer is what there is now."""
    body = await call.body(ReasonRequest)
    event_id, number = call.id("event_id"), call.id("number")
    await call.context.staff.programme.withdraw_prices(call.user.id, event_id, number, body)
    return await _answer(call, "Price list withdrawn")


async def _answer(call: Call, message: str) -> Response:
    found = await call.context.staff.price_lists(call.id("event_id"))
    return ok(found, message, headers={"Cache-Control": "no-store"})


PATH = "/events/{event_id:int}/price-lists"
OPERATIONS = (
    Operation(
        "GET",
        PATH,
        list_price_lists,
        "An event's price lists, with what is held under each",
        role="venue",
        answers={200: list[PriceListBody]},
    ),
    Operation(
        "POST",
        PATH + "/{number:int}/withdraw",
        withdraw_price_list,
        "Withdraw prices that are to begin",
        role="venue",
        request=ReasonRequest,
        answers={200: list[PriceListBody]},
        errors=(409,),
    ),
)
