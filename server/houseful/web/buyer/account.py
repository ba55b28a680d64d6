"""Signing in, socket tickets, and what the page needs to know of the server."""

from __future__ import annotations

from starlette.responses import Response

from houseful import __version__
from houseful.store.ws_tickets import TICKET_TTL_S
from houseful.web.clients import admit_guest
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.buyer import ConfigBody, GuestBody, TicketBody
from houseful.wire.codec import encode, iso


async def sign_in_guest(call: Call) -> Response:
    await admit_guest(call.request, call.context)
    user_id, token, expires_at_s = call.context.tokens.issue_guest()
    data = {"token": token, "expiresAt": iso(expires_at_s * 1000), "userId": user_id}
    return ok(data, "Signed in as a guest", 201, {"Cache-Control": "no-store"})


async def issue_ws_ticket(call: Call) -> Response:
    user = call.user
    payload = encode({"sub": user.id, "role": user.role, "exp": user.expires_at_s})
    ticket = await call.context.ws_tickets.issue(payload)
    data = {"ticket": ticket, "expiresAt": iso(call.context.clock() + TICKET_TTL_S * 1000)}
    return ok(data, "Ticket issued", 201, {"Cache-Control": "no-store"})


async def get_config(call: Call) -> Response:
    settings = call.context.settings
    data = {
        "gateway": "stripe" if settings.uses_stripe else "demo",
        "stripePublishableKey": settings.stripe_publishable_key,
        "maxSeats": settings.max_seats,
        "holdSeconds": settings.hold_seconds,
        "sendsMail": call.context.mails.sends_mail,
        "timeZone": settings.timezone,
        "version": __version__,
    }
    return ok(data, "Configuration retrieved successfully")


OPERATIONS = (
    Operation(
        "POST",
        "/auth/guest",
        sign_in_guest,
        "Become a guest: a token without an account",
        role="public",
        answers={201: GuestBody},
        errors=(503,),
    ),
    Operation(
        "POST",
        "/ws-tickets",
        issue_ws_ticket,
        "A one-time ticket for a WebSocket",
        answers={201: TicketBody},
    ),
    Operation(
        "GET",
        "/config",
        get_config,
        "What the page needs to know of this server",
        role="public",
        answers={200: ConfigBody},
    ),
)
