"""What HTTP itself asks of answers: caching, other origins, upgrades, envelopes, one line each."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from houseful.domain.wording import shown
from houseful.telemetry import log
from houseful.transport import guarded_http, protocol
from houseful.web import dispatch
from houseful.web.files import AT_ROOT
from tests.security.raw import handshake, raw
from tests.support.serving import Guest, Sale, Server, eventually
from tests.web.conftest import ALLOWED_ORIGIN, Join


async def test_one_etag_stands_for_every_coding(ann: Guest, quiet_sale: Sale) -> None:
    for path in (f"/events/{quiet_sale.id}/seats", "/static/main.js", "/openapi.json"):
        tags = set()
        for coding in ("identity", "gzip", "br"):
            answer = await ann.http.get(path, headers={"Accept-Encoding": coding})
            tags.add(answer.headers["etag"])
        (tag,) = tags
        assert tag.startswith('W/"')
        for given in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
            again = await ann.http.get(path, headers={"If-None-Match": given})
            assert again.status_code == 304, (path, given)


async def test_lists_and_refusals_are_kept_by_nobody(ann: Guest, quiet_sale: Sale) -> None:
    for path in ("/events", "/bookings", f"/events/{quiet_sale.id}/reservations", "/events/0"):
        assert (await ann.http.get(path)).headers["cache-control"] == "no-store", path


async def test_an_id_that_none_can_be_is_answered_as_one_that_none_is(ann: Guest) -> None:
    answers = [await ann.http.get(f"/events/{number}") for number in (0, 999_999)]
    errors = [answer.json()["error"] for answer in answers]
    assert errors[0] == errors[1]
    assert errors[0]["code"] == "unknown_event"
    assert [answer.json()["message"] for answer in answers] == ["no event 0", "no event 999999"]


async def test_messages_show_what_came_as_json(ann: Guest, quiet_sale: Sale) -> None:
    path = f"/events/{quiet_sale.id}/reservations"
    for body, came in (
        ({"seats": None, "sessionId": "s"}, "got null"),
        ({"seats": [True]}, "true"),
    ):
        message = (await ann.http.post(path, json=body)).json()["message"]
        assert came in message
        assert not re.search(r"None|True|False|\bdict\b", message)


def test_a_value_is_shown_as_json_and_not_for_ever() -> None:
    assert shown("it's") == '"it\'s"'
    assert shown({"a": None}) == '{"a": null}'
    assert len(shown("x" * 1000)) == 60


async def test_a_live_path_without_an_upgrade_says_what_it_expects(
    ann: Guest, quiet_sale: Sale
) -> None:
    answer = await ann.http.get(f"/events/{quiet_sale.id}/live")
    assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")
    assert answer.json()["error"]["code"] == "upgrade_required"
    for number in (0, 999_999):
        answer = await ann.http.get(f"/events/{number}/live")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_event")


async def test_a_handshake_where_no_socket_is_is_refused_in_the_envelope(ann: Guest) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with connect(f"ws://{ann.server.host}/nowhere", proxy=None):
            pass
    answer = caught.value.response
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert b'"not_found"' in (answer.body or b"")


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"Sec_WebSocket_Version": "12"}, 400), ({"Sec_WebSocket_Key": "short"}, 400)],
)
async def test_a_wrong_handshake_is_refused_in_the_envelope(
    changed: dict[str, str], status: int, ann: Guest, quiet_sale: Sale
) -> None:
    async with raw(ann.server) as connection:
        await connection.send(handshake(ann, quiet_sale, **changed))
        answer = await connection.rest()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"application/json" in head
    assert b'"success":false' in body


async def test_an_origin_that_is_no_address_is_refused_like_any_other(
    ann: Guest, quiet_sale: Sale
) -> None:
    async with ann.live(quiet_sale, additional_headers={"Origin": "http://["}) as live:
        assert await live.close_code() == 4503


# --- other origins ---


async def test_a_page_of_an_allowed_origin_may_ask_before_it_sends(
    brief_holds: Server, join: Join
) -> None:
    guest = await join(at=brief_holds)
    asked = {
        "Origin": ALLOWED_ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, idempotency-key",
    }
    for path in ("/bookings", "/ws-tickets", "/events/1", "/auth/guest"):
        answer = await guest.http.options(path, headers=asked)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == ALLOWED_ORIGIN
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert "Idempotency-Key" in answer.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in answer.headers
        other = await guest.http.options(path, headers=asked | {"Origin": "https://evil.example"})
        assert other.status_code == 403
        assert "access-control-allow-origin" not in other.headers


async def test_a_page_of_an_allowed_origin_may_read_answers_and_refusals(
    brief_holds: Server, join: Join
) -> None:
    guest = await join(at=brief_holds)
    for path, status in (
        ("/events", 200),
        ("/events/0", 404),
        ("/nowhere", 404),
        ("/static/main.js", 200),
    ):
        answer = await guest.http.get(path, headers={"Origin": ALLOWED_ORIGIN})
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == ALLOWED_ORIGIN, path
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
        other = await guest.http.get(path, headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
        assert "Origin" in other.headers["vary"]


async def test_without_allowed_origins_nothing_is_said_of_them(ann: Guest) -> None:
    answer = await ann.http.get("/events", headers={"Origin": ALLOWED_ORIGIN})
    assert not [name for name in answer.headers if name.startswith("access-control")]


# --- one line each ---


Lines = list[dict[str, Any]]


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """What is told of requests, whatever an earlier test set the level to."""
    told: Lines = []

    def tell(level: int, event: str, **facts: Any) -> None:
        known = {"log_level": logging.getLevelName(level).lower()}
        told.append({"event": event, "request_id": log.REQUEST_ID.get(None), **known, **facts})

    for module in (dispatch, guarded_http, protocol):
        monkeypatch.setattr(module, "tell", tell)
    return told


async def lines_of(path: str, logs: Lines) -> Lines:
    async def found() -> Lines:
        return [line for line in logs if line["event"] == "request" and line.get("path") == path]

    return await eventually(found)


async def test_each_request_leaves_one_line(ann: Guest, quiet_sale: Sale, logs: Lines) -> None:
    await ann.http.get(f"/events/{quiet_sale.id}", headers={"X-Request-Id": "mine-1"})
    await ann.http.get("/events/0/seats")
    await ann.http.delete("/nowhere")
    for path in ("/healthz", "/readyz", "/", "/static/main.js", "/robots.txt"):
        await ann.http.get(path)
    (fine,) = await lines_of("/events/{event_id}", logs)
    (refused,) = await lines_of("/events/{event_id}/seats", logs)
    (unknown,) = await lines_of("/nowhere", logs)
    assert fine.items() >= {
        "method": "GET", "status": 200, "user": ann.name, "log_level": "info",
    }.items()  # fmt: skip
    assert fine["ms"] >= 0
    assert refused["status"] == 404
    assert (unknown["method"], unknown["status"]) == ("DELETE", 404)
    quiet = {"/healthz", "/readyz", "/", "/static/main.js", "/robots.txt"}
    assert not [line for line in logs if line.get("path") in quiet]


async def test_a_socket_leaves_one_line_and_says_with_which_code_it_was_refused(
    ann: Guest, quiet_sale: Sale, logs: Lines
) -> None:
    async with ann.live(quiet_sale) as live:
        await live.next("hello")
    async with ann.live(quiet_sale, additional_headers={}) as live:
        await live.close_code()
    (fine, refused) = await lines_of("/events/{event_id}/live", logs)
    assert (fine["status"], fine["user"]) == (101, ann.name)
    assert refused["close_code"] == 4501


async def test_a_connection_that_is_refused_leaves_a_line(server: Server, logs: Lines) -> None:
    async with raw(server) as connection:
        await connection.send(b"nothing of HTTP\r\n\r\n")
        await connection.rest()
    assert [line["code"] for line in logs if line["event"] == "request"] == ["malformed_http"]


# --- what is asked for unasked ---


@pytest.mark.parametrize("name", AT_ROOT)
async def test_what_browsers_ask_for_at_the_top_is_there(name: str, ann: Guest) -> None:
    answer = await ann.http.get(f"/{name}")
    assert answer.status_code == 200
    kinds = {"ico": "image/x-icon", "txt": "text/plain", "webmanifest": "application/manifest+json"}
    assert answer.headers["content-type"].startswith(kinds[name.rpartition(".")[2]])
    if name.endswith("webmanifest"):
        for icon in answer.json()["icons"]:
            assert (await ann.http.get(f"/{icon['src']}")).status_code == 200
