"""The AsyncAPI 3.0 document of the live socket, made of the models of frames and commands."""

from __future__ import annotations

from typing import Any

from houseful import __version__
from houseful.web.documents.examples import golden_model, written
from houseful.web.documents.json_schemas import Components
from houseful.wire import binary
from houseful.wire.close_codes import CLOSE_CODES
from houseful.wire.commands import (
    BestAvailableCommand,
    ExtendCommand,
    PositionCommand,
    ReleaseCommand,
    ReserveCommand,
)
from houseful.wire.frame_shapes import (
    FRAMES,
    STAFF_FRAMES,
    HelloFrame,
    OccupancyFrame,
    OkFrame,
    OverviewFrame,
    RefusedFrame,
    Shape,
    type_of,
)

COMMANDS: tuple[Shape, ...] = (
    ReserveCommand,
    BestAvailableCommand,
    ReleaseCommand,
    ExtendCommand,
    PositionCommand,
)
REPLIES = (OkFrame, RefusedFrame)
CHANNEL = "#/channels/live"
DESCRIPTION = """\
One socket per event shows its seats live and takes commands.

Offer the subprotocol `houseful.v1`, and from a browser `ticket.<ticket>` beside it, with a ticket
from POST /ws-tickets that is good once and for a minute; other programs may send `Authorization`.
The first frame is `hello`. To come back without fetching everything again, connect with the last
`epoch` and, as `since`, the last `seq`; `resumed` says whether that worked.

Staff (roles venue and admin) have two sockets more, which take no commands: how one house fills, at
most four frames a second, and how all do, at most one. Their first frame of data is `full`; later
ones carry what changed. An occupancy's `epoch` and `seq` are its own and not the seats'.

Under the subprotocol `houseful.v1.bin` the `seats` frames are binary messages (`seatsBinary`), a tenth
as long; all else is the same.
"""


def asyncapi() -> dict[str, Any]:
    """The document; `send` and `receive` are the server's."""
    components = Components()
    messages = {
        type_of(model): message(model, "frames", components) for model in (*FRAMES, *STAFF_FRAMES)
    }
    messages["seatsBinary"] = binary_seats()
    commands = {type_of(model): message(model, "commands", components) for model in COMMANDS}
    live = [*(type_of(model) for model in FRAMES), "seatsBinary", *commands]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Houseful, live",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "MIT", "url": "https://opensource.org/license/mit"},
            "tags": [{"name": "live", "description": "Seats as they change."}],
        },
        "defaultContentType": "application/json",
        "servers": servers(),
        "channels": {
            "live": channel("/events/{eventId}/live", "An event, live", live, "Takes commands."),
            "occupancy": channel(
                "/events/{eventId}/occupancy",
                "How a house fills, for staff",
                [type_of(HelloFrame), type_of(OccupancyFrame)],
                "At most four frames a second; takes no commands.",
            ),
            "overview": {
                "address": "/occupancy",
                "title": "How all houses fill, for staff",
                "description": "At most one frame a second; takes no commands.",
                "messages": messages_of([type_of(OverviewFrame)]),
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            },
        },
        "operations": {**pushes(), **asked(), **staff_pushes()},
        "components": {
            "schemas": dict(sorted(components.schemas.items())),
            "messages": {**messages, **commands},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "ticket": {
                    "type": "httpApiKey",
                    "in": "header",
                    "name": "Sec-WebSocket-Protocol",
                    "description": "`houseful.v1, ticket.<ticket>` with a ticket of"
                    " POST /ws-tickets",
                },
            },
        },
        "x-close-codes": [
            {"code": code, "name": name, "comeBack": code < 4500, "meaning": meaning}
            for code, name, meaning in CLOSE_CODES
        ],
    }


def servers() -> dict[str, Any]:
    return {
        "here": {
            "host": "{host}",
            "protocol": "wss",
            "description": "`ws` where the page came by plain http.",
            "variables": {"host": {"default": "localhost:8000"}},
            "security": [
                {"$ref": "#/components/securitySchemes/ticket"},
                {"$ref": "#/components/securitySchemes/bearer"},
            ],
        }
    }


def messages_of(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def channel(address: str, title: str, names: list[str], text: str) -> dict[str, Any]:
    query = {
        "type": "object",
        "properties": {
            "epoch": {"type": "string", "description": "The last frame's epoch, to resume."},
            "since": {"type": "integer", "minimum": 0, "description": "The last frame's seq."},
        },
    }
    return {
        "address": address,
        "title": title,
        "description": text,
        "parameters": {"eventId": {"description": "The event's id.", "examples": ["123"]}},
        "messages": messages_of(names),
        "bindings": {"ws": {"method": "GET", "query": query, "bindingVersion": "0.1.0"}},
    }


def pushes() -> dict[str, Any]:
    """What the server sends unasked."""
    return {
        f"send{type_of(model).capitalize()}": {
            "action": "send",
            "channel": {"$ref": CHANNEL},
            "summary": first_line(model),
            "description": whole(model),
            "messages": [{"$ref": f"{CHANNEL}/messages/{type_of(model)}"}],
        }
        for model in FRAMES
        if model not in REPLIES
    } | {
        "sendSeatsBinary": {
            "action": "send",
            "channel": {"$ref": CHANNEL},
            "summary": "`seats` under `houseful.v1.bin`.",
            "description": "The same changes as bytes, a tenth as long.",
            "messages": [{"$ref": f"{CHANNEL}/messages/seatsBinary"}],
        }
    }


def staff_pushes() -> dict[str, Any]:
    """What staff's sockets are sent."""
    hello = type_of(HelloFrame)
    greeting = {
        "sendOccupancyHello": {
            "action": "send",
            "channel": {"$ref": "#/channels/occupancy"},
            "summary": first_line(HelloFrame),
            "description": whole(HelloFrame),
            "messages": [{"$ref": f"#/channels/occupancy/messages/{hello}"}],
        }
    }
    return greeting | {
        f"send{type_of(model).capitalize()}": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{type_of(model)}"},
            "summary": first_line(model),
            "description": whole(model),
            "messages": [{"$ref": f"#/channels/{type_of(model)}/messages/{type_of(model)}"}],
        }
        for model in STAFF_FRAMES
    }


def asked() -> dict[str, Any]:
    """The commands, each answered under its `ref`."""
    replies = [{"$ref": f"{CHANNEL}/messages/{type_of(model)}"} for model in REPLIES]
    return {
        type_of(model): {
            "action": "receive",
            "channel": {"$ref": CHANNEL},
            "summary": first_line(model),
            "description": whole(model),
            "messages": [{"$ref": f"{CHANNEL}/messages/{type_of(model)}"}],
            "reply": {"channel": {"$ref": CHANNEL}, "messages": replies},
        }
        for model in COMMANDS
    }


def binary_seats() -> dict[str, Any]:
    """The compact form of `seats`; its layout is prose, as JSON Schema has no words for bytes."""
    return {
        "name": "seatsBinary",
        "title": "SeatsBinary",
        "summary": "`seats` under `houseful.v1.bin`.",
        "description": " ".join(
            (binary.__doc__ or "").partition("\n")[2].split("Owns:")[0].split()
        ),
        "contentType": "application/octet-stream",
        "payload": {"type": "string", "format": "binary"},
        "x-example": written()["binary"],
    }


def message(model: Shape, place: str, components: Components) -> dict[str, Any]:
    return {
        "name": type_of(model),
        "title": model.__name__,
        "summary": first_line(model),
        "contentType": "application/json",
        "payload": components.add(model),
        "examples": [
            {"name": name, "payload": value} for name, value in golden_model(place, model).items()
        ],
    }


def first_line(model: Shape) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]


def whole(model: Shape) -> str:
    return " ".join((model.__doc__ or "").split())
