"""Payments that need a person: what could not be put right by itself, and giving it back."""

from __future__ import annotations

from starlette.responses import Response

from houseful.domain.prices.money import to_wire
from houseful.ledger.payment_problems import PaymentProblem
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.codec import iso
from houseful.wire.staff import PaymentProblemBody, PaymentRefundedBody, ReasonRequest


async def list_problems(call: Call) -> Response:
    """Oldest first. Payments of another house are listed so that somebody looks; nothing moves.
    Behind them, the latest first, stand those that no booking has and that are given back."""
    checkout = call.context.checkout
    found = [*await checkout.payment_problems(), *await checkout.payments_given_back()]
    headers = {"Cache-Control": "no-store"}
    return ok([view(one) for one in found], "Payments retrieved successfully", headers=headers)


def view(problem: PaymentProblem) -> PaymentProblemBody:
    amount = to_wire(problem.amount_minor, problem.currency) if problem.currency else None
    return {
        "paymentId": problem.payment_id,
        "kind": problem.kind,
        "detail": problem.detail,
        "amount": amount,
        "currency": problem.currency or None,
        "since": iso(problem.first_seen_ms),
    }


async def refund_payment(call: Call) -> Response:
    """Give back a payment that no booking has."""
    body = await call.body(ReasonRequest)
    payment_id = call.request.path_params["payment_id"]
    await call.context.checkout.refund_payment(call.user.id, payment_id, body.reason)
    return ok({"paymentId": payment_id}, "The money is on its way back", 202)


OPERATIONS = (
    Operation(
        "GET",
        "/payment-problems",
        list_problems,
        "Payments that need a person, or that no booking has",
        role="venue",
        answers={200: list[PaymentProblemBody]},
    ),
    Operation(
        "POST",
        "/payments/{payment_id}/refund",
        refund_payment,
        "Give back a payment that no booking has",
        role="admin",
        request=ReasonRequest,
        answers={202: PaymentRefundedBody},
        parameters=("Request-Key",),
    ),
)
