"""Parameters and headers by name, as the OpenAPI document describes them.

An operation names those it takes in `Operation.parameters`; which headers it answers with follows
from them and from its statuses.
"""

from __future__ import annotations

from typing import Any, Final

Part = dict[str, Any]


def _parameter(where: str, name: str, text: str, schema: Part, *, required: bool = False) -> Part:
    return {
        "name": name,
        "in": where,
        "required": required,
        "description": text,
        "schema": schema,
    }


_TEXT: Final[Part] = {"type": "string"}
_COUNT: Final[Part] = {"type": "integer", "minimum": 0}

PARAMETERS: Final[dict[str, Part]] = {
    "If-None-Match": _parameter(
        "header", "If-None-Match", "The ETag of the copy at hand; 304 if it is still good.", _TEXT
    ),
    "If-Modified-Since": _parameter(
        "header",
        "If-Modified-Since",
        "An HTTP date, or an ISO time such as the seat map's `timestamp`; 304 if nothing changed.",
        _TEXT,
    ),
    "Idempotency-Key": _parameter(
        "header",
        "Idempotency-Key",
        "`booking-` and a UUID, made once per purchase. The same key with the same body is the"
        " same booking, however often it is sent.",
        {
            "type": "string",
            "pattern": "^booking-[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
            "examples": ["booking-a1b2c3d4-e5f6-7890-abcd-ef1234567890"],
        },
        required=True,
    ),
    "Request-Key": _parameter(
        "header",
        "Idempotency-Key",
        "A text of the client's own, made once per act. The same key with the same request makes"
        " nothing a second time: it is answered as the first time, for a day.",
        {
            "type": "string",
            "pattern": "^[!-~]{1,128}$",
            "examples": ["3f0c2b1e-8d1f-4c55-9f5b-0d6a4c1b7e90"],
        },
    ),
    "tickets": _parameter(
        "query",
        "tickets",
        "Ids of tickets, with commas between; without it, all that were not given back.",
        _TEXT,
    ),
    "number": _parameter(
        "query", "number", "Of a receipt or credit note; the receipt's without.", _TEXT
    ),
    "from": _parameter(
        "query",
        "from",
        "The first day, by the venue's clocks; without it the 30 days up to `to`.",
        {"type": "string", "format": "date", "examples": ["2026-01-01"]},
    ),
    "to": _parameter(
        "query",
        "to",
        "The last day; without it today, by the house's clocks.",
        {"type": "string", "format": "date", "examples": ["2026-01-31"]},
    ),
    "ofEvent": _parameter(
        "query", "eventId", "Only this event.", {"type": "integer", "minimum": 1}
    ),
    "by": _parameter(
        "query",
        "by",
        "What lines are told apart by, with commas between: day, event, category, type, vat.",
        {"type": "string", "examples": ["day,event"]},
    ),
    "withoutFee": _parameter(
        "query", "withoutFee", "1: keep nothing, whatever the event says.", _COUNT
    ),
    "page": _parameter("query", "page", "Which page, from 1.", {"type": "integer", "minimum": 1}),
    "pageSize": _parameter(
        "query", "pageSize", "How many on a page.", {"type": "integer", "minimum": 1}
    ),
    "q": _parameter(
        "query", "q", "Part of a reference, name or e-mail address, or a seat number.", _TEXT
    ),
    "status": _parameter("query", "status", "Only bookings of this status.", _TEXT),
    "limit": _parameter("query", "limit", "How many at most.", {"type": "integer", "minimum": 1}),
    "minutes": _parameter(
        "query", "minutes", "How far back to look.", {"type": "integer", "minimum": 1}
    ),
    "eventId": _parameter(
        "query", "eventId", "Only what counts at this event.", {"type": "integer", "minimum": 1}
    ),
    "ticket": _parameter(
        "query", "ticket", "A ticket's id; the first ticket without.", {"type": "integer"}
    ),
    "Stripe-Signature": _parameter(
        "header", "Stripe-Signature", "Stripe's signature of the raw body.", _TEXT, required=True
    ),
}

HEADERS: Final[dict[str, Part]] = {
    "ETag": {"description": "Names this state of the body.", "schema": _TEXT},
    "Last-Modified": {"description": "HTTP date of the last change.", "schema": _TEXT},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "RateLimit-Limit": {"description": "Attempts a minute.", "schema": _COUNT},
    "RateLimit-Remaining": {"description": "Attempts left in this window.", "schema": _COUNT},
    "RateLimit-Reset": {"description": "Seconds until the window ends.", "schema": _COUNT},
    "WWW-Authenticate": {"description": "`Bearer`", "schema": _TEXT},
    "Idempotency-Replay": {
        "description": "`true` on the answer to a key that was answered before.",
        "schema": {"const": "true"},
    },
    "Upgrade": {"description": "`websocket`", "schema": _TEXT},
    "X-Request-Id": {
        "description": "Under which the server logged the request; yours if you sent a plain word of"
        " at most 64 letters, digits, `.`, `:`, `_` and `-`.",
        "schema": _TEXT,
    },
}

PATH_PARAMETERS: Final[dict[str, tuple[str, Part]]] = {
    "eventId": ("The event.", {"type": "integer", "minimum": 1, "examples": [123]}),
    "number": ("The price list.", {"type": "integer", "minimum": 1, "examples": [2]}),
    "reservationId": ("The reservation.", {"type": "integer", "minimum": 1, "examples": [789]}),
    "ticketId": ("The ticket.", {"type": "integer", "minimum": 1, "examples": [4711]}),
    "refundId": ("The refund.", {"type": "integer", "minimum": 1, "examples": [12]}),
    "code": ("The discount code.", {"type": "string", "examples": ["SUMMER10"]}),
    "guidePage": ("A page of the guide.", {"type": "string", "examples": ["deploying"]}),
    "paymentId": ("The gateway's payment.", {"type": "string", "examples": ["pi_3Pabc"]}),
    "planId": ("The plan.", {"type": "integer", "minimum": 1, "examples": [1]}),
    "tag": ("Digest of the geometry.", {"type": "string", "examples": ["0f3c9a6b7d21e845"]}),
    "reference": (
        "The booking's reference.",
        {"type": "string", "examples": ["BK-2026-001234"]},
    ),
}
