"""Paying: one key per purchase, asked again until the answer is final."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any, Final

from houseful.hammer.client.http_client import HttpClient, Reply
from houseful.hammer.people.identities import Identity
from houseful.hammer.run_context import RunContext, reason_of
from houseful.hammer.verdict.record import Purchase, RecordedHold

GOOD_CARD, BAD_CARD = "4242424242424242", "4000000000000002"
GOOD_TOKEN, BAD_TOKEN = "pm_card_visa", "pm_card_visa_chargeDeclined"
"""Stripe's own names for its test cards (docs.stripe.com/testing)."""

FINAL_WITHIN_S: Final = 30.0
"""How long an outcome may stay open before it is recorded as unknown."""

IN_PROGRESS: Final = {"in_progress", "rate_limited", "unavailable", "internal"}


def payment(hall: RunContext, hold: RecordedHold) -> dict[str, Any]:
    """The body of POST /bookings for what the buyer is up to."""
    declines = hold.fate == "decline"
    body: dict[str, Any] = {
        "eventId": hall.facts.event_id,
        "seatIds": [seat_id for seat_id, _ in hold.seats],
    }
    if hall.facts.gateway == "stripe":
        token = BAD_TOKEN if declines else GOOD_TOKEN
        return {**body, "paymentMethod": "stripe", "paymentToken": token}
    number = BAD_CARD if declines else GOOD_CARD
    return {**body, "paymentMethod": "demo", "card": {"number": number}}


async def buy(hall: RunContext, http: HttpClient, who: Identity, hold: RecordedHold) -> Purchase:
    """Pay for a hold. Whatever happens on the way, the same key is asked until it is settled."""
    purchase = Purchase(who.user, tuple(seat_id for seat_id, _ in hold.seats))
    body = payment(hall, hold)
    headers = f"Idempotency-Key: booking-{uuid.uuid4()}\r\n"
    begin, asked_s = time.perf_counter(), time.time()
    while time.time() - asked_s < FINAL_WITHIN_S:
        wait_s = 0.5
        try:
            reply = await http.ask("POST", "/bookings", token=who.token, body=body, headers=headers)
            outcome = outcome_of(reply)
            if outcome:
                purchase.outcome = outcome
                break
            hall.recorder.count("payments.asked_again")
            wait_s = reply.retry_after_s
        except OSError as error:
            hall.recorder.error(f"payment.{reason_of(error)}")
        await asyncio.sleep(wait_s)
    else:
        hall.recorder.count("payments.unknown")
        return purchase
    hall.recorder.latency("payment", time.perf_counter() - begin)
    hall.recorder.count(f"payments.{'confirmed' if outcome == 'confirmed' else 'refused'}")
    if outcome == "confirmed":
        purchase.reference = reply.data["bookingReference"]
    elif outcome != "payment_declined" or hold.fate != "decline":
        hall.recorder.error(f"payment.{outcome}")
    return purchase


def outcome_of(reply: Reply) -> str:
    """`confirmed`, a refusal's code, or nothing while the same key is to be asked again."""
    if reply.status in (200, 201):
        return "confirmed"
    if reply.status == 202 or reply.code in IN_PROGRESS or reply.status >= 500:
        return ""
    return reply.code


async def cancel(hall: RunContext, http: HttpClient, who: Identity, purchase: Purchase) -> None:
    """Get the money back; `purchase.cancelled` says what came of it.

    The server may not allow it (too late before the start). A refusal after a lost answer may mean
    that it was cancelled already, and settles nothing.
    """
    path, asked_s = f"/bookings/{purchase.reference}/cancel", time.time()
    while time.time() - asked_s < FINAL_WITHIN_S:
        try:
            reply = await http.ask("POST", path, token=who.token)
            if reply.status == 200:
                purchase.cancelled = True
                hall.recorder.count("payments.cancelled")
                return
            if reply.code not in IN_PROGRESS:
                hall.recorder.error(f"cancel.{reply.code}")
                return
        except OSError as error:
            purchase.cancelled = None
            hall.recorder.error(f"cancel.{reason_of(error)}")
        await asyncio.sleep(0.5)
