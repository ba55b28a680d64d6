"""The OpenAPI 3.1 document, made of the table of operations and the models they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from houseful import __version__
from houseful.web.documents.examples import golden_answers, golden_request, has_golden
from houseful.web.documents.json_schemas import DIALECT, Components, Schema, described
from houseful.web.documents.parameters import HEADERS, PARAMETERS, PATH_PARAMETERS
from houseful.web.documents.refusals import refusals
from houseful.web.keyed import PARAMETER
from houseful.web.operations import Bare, Operation, Paged
from houseful.wire.buyer import PageBody
from houseful.wire.error_codes import error_codes, seat_codes

JSON = "application/json"
DESCRIPTION = """\
Sells reserved seats live: seat maps, reservations that end by themselves, bookings paid once.

Every JSON body is an envelope: `statusCode`, `success`, `message`, `data`. A refusal adds `error`:
act on `error.code`, never on the sentence. `error.retryable` says whether the same request can
succeed later, `error.sameKey` whether to keep the idempotency key then.

Money is a decimal string (`"75.00"`) in events, seat maps, quotes and whatever staff set. A booking's
amounts (`totalAmount`, `subtotal`, `discountAmount`, `refundedAmount`) are JSON numbers of the same
currency units. Never count on binary fractions: round to the currency's digits.

A page of a list is asked for by `page` and `pageSize`, and answered in `page` as `number` and `size`
beside `total`, which counts everything.

Each answer has `X-Request-Id`; send your own to find a request in the server's log.

Seats change under your eyes: the live socket at `/events/{eventId}/live` is described by the
AsyncAPI document at `/asyncapi.json`.
"""
EXTRAS: dict[str, Schema] = {
    "limit": {"type": "integer", "description": "`rate_limited`: attempts a minute."},
    "remaining": {"type": "integer", "description": "`rate_limited`: attempts left."},
    "resetSeconds": {"type": "integer", "description": "`rate_limited`: until the window ends."},
    "declineCode": {"type": ["string", "null"], "description": "`payment_declined`: why."},
    "seatIds": {
        "type": "array",
        "items": {"type": "integer"},
        "description": "`not_held`, `unknown_seat`: which seats.",
    },
    "usedAt": {"type": "string", "description": "`already_used`: when, RFC 3339."},
    "door": {"type": "string", "description": "`already_used`: where."},
    "event": {"description": "`wrong_event`: which event the ticket is for."},
    "place": {"type": "string", "description": "`plan_refused`: where in the file."},
    "field": {"type": "string", "description": "`invalid_request` and its kin: what is wrong."},
    **{
        name: {"type": "string", "description": f"`amount_not_chargeable`: {what}."}
        for name, what in (
            ("currency", "in which currency"),
            ("amount", "what came"),
            ("least", "the least that can be charged"),
            ("most", "the most"),
            ("step", "in steps of this"),
        )
    },
}
"""What `error` has beside code, retryable and sameKey, for the codes that are named."""

TAGS = {
    "events": "Events, seat maps, plans.",
    "live": "Seats as they change.",
    "reservations": "Holding seats until a deadline.",
    "bookings": "Prices, buying, and the papers that follow.",
    "staff_seats": "For staff: seats off sale, everybody's holds.",
    "staff_bookings": "For staff: finding, refunding, resending, taking away.",
    "staff_check_in": "For staff: tickets at the door.",
    "staff_events": "For staff: plans and events.",
    "staff_audit": "For staff: who did what, and why.",
    "staff_discounts": "For staff: discount codes.",
    "staff_occupancy": "For staff: how the house fills.",
    "staff_readiness": "For staff: what sales still lack.",
    "webhooks": "What the payment gateway tells us.",
    "analytics": "What the page reports of itself.",
    "account": "Signing in, and tickets for the live socket.",
    "health": "For those who run the server.",
    "docs": "These documents.",
    "guide": "The guide for people who run, use or change Houseful.",
}


def openapi(operations: Iterable[Operation]) -> dict[str, Any]:
    """The document. Its parts appear in the order of the table."""
    table = list(operations)
    components = Components()
    error = components.put("Error", error_schema())
    paths: dict[str, dict[str, Any]] = {}
    for operation in table:
        item = paths.setdefault(template(operation.path), {})
        item[operation.method.lower()] = describe(operation, components, error)
    tags = dict.fromkeys(tag_of(operation) for operation in table)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Houseful",
            "version": __version__,
            "summary": "Reserved seats, sold live",
            "description": DESCRIPTION,
            "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
        },
        "jsonSchemaDialect": DIALECT,
        "servers": [{"url": "/"}],
        "tags": [{"name": tag, "description": TAGS.get(tag, tag.capitalize())} for tag in tags],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.schemas.items())),
            "responses": dict(sorted(components.responses.items())),
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A guest's token from POST /auth/guest, or one of your issuer:"
                    " `sub` is the user, `role` customer, venue, admin or door; a door's token"
                    " names its `event`.",
                }
            },
        },
    }


def describe(operation: Operation, components: Components, error: Schema) -> dict[str, Any]:
    """The operation object."""
    described: dict[str, Any] = {
        "operationId": operation_id(operation),
        "tags": [tag_of(operation)],
        "summary": operation.summary,
        "parameters": [*path_parameters(operation.path), *map(parameter, operation.parameters)],
    }
    told = " ".join((operation.handler.__doc__ or f"{operation.summary}.").split())
    described["description"] = told
    if operation.role == "public":
        described["security"] = []
    elif operation.role != "customer":
        described["description"] = f"{told} Needs the role {operation.role}."
    if isinstance(operation.request, str):
        described["requestBody"] = {"required": True, "content": {operation.request: {}}}
    elif operation.request is not None:
        described["requestBody"] = {
            "required": any(f.is_required() for f in operation.request.model_fields.values()),
            "content": {
                JSON: {
                    "schema": components.add(operation.request),
                    "examples": values(golden_request(operation.request)),
                }
            },
        }
    described["responses"] = {
        str(status): response(operation, status, components, error)
        for status in statuses(operation)
    }
    return described


def response(
    operation: Operation, status: int, components: Components, error: Schema
) -> dict[str, Any]:
    """The response object; a plain refusal that others share is described once."""
    made = own_response(operation, status, components, error)
    shared = status >= 400 and operation.answers.get(status) is None
    if not shared or has_golden(operation_id(operation), status):
        return made
    limited = "Limited" if "RateLimit-Limit" in made.get("headers", {}) else ""
    name = camel(HTTPStatus(status).name.lower()) + limited
    components.responses[name] = made
    return {"$ref": f"#/components/responses/{name}"}


def own_response(
    operation: Operation, status: int, components: Components, error: Schema
) -> dict[str, Any]:
    made: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if headers := {name: header(name) for name in headers_given(operation, status)}:
        made["headers"] = headers
    answer = operation.answers.get(status)
    if isinstance(answer, str):
        made["content"] = {answer: {}}
    elif answer is not None or status >= 400:
        schema = body_schema(operation, status, components, error)
        examples = values(golden_answers(operation_id(operation), status, answer))
        made["content"] = {JSON: {"schema": schema, "examples": examples}}
    return made


def body_schema(operation: Operation, status: int, components: Components, error: Schema) -> Schema:
    """The whole JSON body of an answer: the envelope with its data, and its error from 400 on."""
    answer = operation.answers.get(status)
    if isinstance(answer, Bare):
        return components.add(answer.model)
    if isinstance(answer, Paged):
        whole = envelope(status, components.add(list[answer.model]))  # type: ignore[name-defined]
        whole["properties"]["page"] = components.add(PageBody)
        whole["required"].append("page")
        return whole
    data: Schema = {"type": "null"} if answer is None else components.add(answer)
    if status < 400:
        return envelope(status, data)
    if answer is not None and status in refusals(operation):
        data = {"anyOf": [data, {"type": "null"}]}
    return envelope(status, data, error)


def envelope(status: int, data: Schema, error: Schema | None = None) -> Schema:
    properties: Schema = {
        "statusCode": {"const": status},
        "success": {"const": error is None},
        "message": {"type": "string"},
        "data": dict(data),
    }
    if error is not None:
        properties["error"] = dict(error)
    whole = {"type": "object", "properties": properties, "required": list(properties)}
    return described("Envelope", whole)


def error_schema() -> Schema:
    codes = "\n".join(
        f"- `{code}` ({status}): {text}" for code, (status, text) in error_codes().items()
    )
    seats = ", ".join(f"`{code}` ({text})" for code, text in seat_codes().items())
    return {
        "type": "object",
        "description": "What a program acts on. Codes may be added; treat an unknown one by its"
        f" status.\n\n{codes}\n\nCodes of single seats in `failedSeats`: {seats}.",
        "properties": {
            "code": {
                "type": "string",
                "description": "Which refusal it is, of those above.",
                "examples": ["invalid_request"],
            },
            "retryable": {
                "type": "boolean",
                "description": "The same request can succeed later.",
            },
            "sameKey": {
                "type": "boolean",
                "description": "Keep the idempotency key when trying again.",
            },
            **EXTRAS,
        },
        "required": ["code", "retryable", "sameKey"],
    }


def statuses(operation: Operation) -> list[int]:
    """Every status an operation is documented with."""
    return sorted((set(operation.answers) or {200}) | refusals(operation))


def headers_given(operation: Operation, status: int) -> list[str]:
    """Names of the headers that an answer carries, from what the operation is."""
    names = ["X-Request-Id"]
    if status in (200, 304):
        asked = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
        names += [name for question, name in asked if question in operation.parameters]
    if status == 426:
        names.append("Upgrade")
    if status in (429, 503):
        names.append("Retry-After")
    limited = operation.request is not None and 429 in operation.errors
    if limited and status in (201, 409, 429):
        names += ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
    if status == 401:
        names.append("WWW-Authenticate")
    if status < 300 and {"Idempotency-Key", PARAMETER} & set(operation.parameters):
        names.append("Idempotency-Replay")
    return names


def parameter(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def values(examples: Mapping[str, object]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in examples.items()}


def path_parameters(path: str) -> list[dict[str, Any]]:
    found = []
    for name in re.findall(r"\{(\w+)\}", template(path)):
        text, schema = PATH_PARAMETERS[name]
        where = {"name": name, "in": "path", "required": True}
        found.append({**where, "description": text, "schema": schema})
    return found


def template(path: str) -> str:
    """Starlette's `/events/{event_id:int}` as `/events/{eventId}`."""
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda match: "{" + camel(match[1]) + "}", path)


def operation_id(operation: Operation) -> str:
    return camel(operation.handler.__name__)


def tag_of(operation: Operation) -> str:
    """`events`, or `staff_events` for those of staff: the module that has the handler."""
    package, _, module = operation.handler.__module__.rpartition(".")
    return f"staff_{module}" if package.endswith(".staff") else module


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
