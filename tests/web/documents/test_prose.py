"""What the documents and the guide say in prose, held to what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from houseful import paths
from houseful.plans import reader
from houseful.readiness.findings import FINDINGS
from houseful.web.documents.parameters import PARAMETERS
from houseful.web.documents.refusals import refusals
from houseful.web.table import OPERATIONS
from houseful.wire.commands import AnyCommand
from houseful.wire.frame_shapes import type_of

GUIDE = paths.STATIC / "docs" / "guide"
HTTP = json.loads((paths.SCHEMAS / "openapi.json").read_text("utf-8"))
SOCKET = json.loads((paths.SCHEMAS / "asyncapi.json").read_text("utf-8"))


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = HTTP["components"]["schemas"][name]["properties"]
    return found


def test_the_document_says_which_amounts_are_strings_and_which_are_numbers() -> None:
    told = " ".join(HTTP["info"]["description"].split())
    assert 'Money is a decimal string (`"75.00"`) in events, seat maps, quotes' in told
    assert "A booking's amounts" in told
    assert schema("QuoteBody")["total"]["type"] == "string"
    assert schema("BookingBody")["totalAmount"]["type"] == "number"
    assert "answered in `page` as `number` and `size`" in told
    assert {"number", "size"} <= schema("PageBody").keys()


def test_a_booking_s_key_has_its_pattern_in_the_document() -> None:
    pattern = PARAMETERS["Idempotency-Key"]["schema"]["pattern"]
    assert re.fullmatch(pattern, "booking-a1b2c3d4-e5f6-7890-abcd-ef1234567890")
    assert not re.fullmatch(pattern, "a1b2c3d4-e5f6-7890-abcd-ef1234567890")


def test_503_is_stated_wherever_a_store_is_asked() -> None:
    for operation in OPERATIONS:
        if operation.role != "public":
            assert {401, 403, 503} <= refusals(operation), operation.path
    stated = {operation.path for operation in OPERATIONS if 503 in refusals(operation)}
    assert {"/auth/guest", "/bookings/find", "/webhooks/stripe", "/readyz"} <= stated


def test_refusals_follow_from_what_an_operation_takes() -> None:
    by_name = {operation.handler.__name__: refusals(operation) for operation in OPERATIONS}
    assert {400, 404, 409, 413, 415, 422} <= by_name["create_reservation"]
    assert 404 in by_name["get_event"]
    assert 404 not in by_name["list_events"]
    assert 400 in by_name["list_bookings"], "its page may be no number"


def test_the_live_document_has_what_is_sent_and_nothing_for_nobody() -> None:
    sent = {
        reference["$ref"].rsplit("/", 1)[1]
        for operation in SOCKET["operations"].values()
        if operation["action"] == "send"
        for reference in operation["messages"]
    }
    assert "seatsBinary" in sent
    occupancy = [
        operation
        for operation in SOCKET["operations"].values()
        if operation["channel"]["$ref"].endswith("/occupancy")
    ]
    assert any("hello" in json.dumps(operation["messages"]) for operation in occupancy)


def test_every_command_of_the_socket_is_documented() -> None:
    spoken = {type_of(model) for model in get_args(get_args(AnyCommand)[0])}
    assert spoken <= SOCKET["components"]["messages"].keys()


def test_the_proxy_chapter_hands_on_the_host_with_its_port() -> None:
    chapter = (GUIDE / "deploying.md").read_text("utf-8")
    assert "proxy_set_header Host $http_host;" in chapter
    assert not re.search(r"proxy_set_header Host \$host;", chapter)


def test_the_request_id_is_documented() -> None:
    assert "X-Request-Id" in HTTP["info"]["description"]
    assert "X-Request-Id" in HTTP["components"]["headers"]


@pytest.mark.parametrize(
    "needed",
    [
        *("HOUSEFUL_TIMEZONE", "HOUSEFUL_SMTP_URL", "HOUSEFUL_MAIL_FROM", "STRIPE_SECRET_KEY"),
        *("HOUSEFUL_DEMO_EVENTS=false", "HOUSEFUL_PUBLIC_URL", "HOUSEFUL_JWT_SECRET"),
        *("https", "camera", "sample plan", "Door"),
    ],
)
def test_the_first_real_event_is_led_through(needed: str) -> None:
    assert needed in (GUIDE / "first-event.md").read_text("utf-8")


def test_a_plan_to_try_with_is_at_hand() -> None:
    sample = Path(paths.STATIC / "docs" / "sample-plan.json").read_bytes()
    plan = reader.read(sample)
    assert plan.seat_count > 10
    assert plan.left_out == ()


def test_what_sales_lack_is_one_list() -> None:
    """Mail, time zone, public address, Stripe and secret: what the board and the doctor warn of."""
    wanted = {"mail_not_set", "time_zone_not_set", "public_address_not_set", "stripe_demo"}
    assert {code for code in wanted | {"secret_generated"} if FINDINGS[code][0] == "warning"} == (
        wanted | {"secret_generated"}
    )
