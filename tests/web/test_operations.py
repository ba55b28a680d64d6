"""What holds for every path: envelope, methods, headers, the public ones, the documents."""

from __future__ import annotations

import json
import re
import time

import pytest

from houseful import paths
from houseful.web.documents.openapi import template
from houseful.web.table import OPERATIONS
from houseful.wire.codec import parse_iso
from tests.support.serving import Guest, Sale

PRIVATE = [one for one in OPERATIONS if one.role != "public"]
PUBLIC = [one for one in OPERATIONS if one.role == "public" and "{" not in one.path]


def address(path: str, sale: Sale) -> str:
    return re.sub(r"\{\w+\}", "1", template(path).replace("{eventId}", str(sale.id)))


@pytest.mark.parametrize("operation", PRIVATE, ids=lambda one: one.handler.__name__)
async def test_nothing_private_answers_without_a_token(
    operation: object, ann: Guest, quiet_sale: Sale
) -> None:
    del ann.http.headers["Authorization"]
    path = address(operation.path, quiet_sale)  # type: ignore[attr-defined]
    answer = await ann.http.request(operation.method, path)  # type: ignore[attr-defined]
    assert answer.status_code == 401
    assert answer.json()["success"] is False


@pytest.mark.parametrize("operation", PUBLIC, ids=lambda one: one.handler.__name__)
async def test_what_is_public_asks_for_no_token(operation: object, ann: Guest) -> None:
    del ann.http.headers["Authorization"]
    answer = await ann.http.request(operation.method, operation.path)  # type: ignore[attr-defined]
    assert answer.status_code not in (401, 403)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/events/{}/reservations", {"GET", "HEAD", "POST"}),
        ("POST", "/events/{}/reservations/1", {"DELETE", "GET", "HEAD", "PATCH"}),
        ("DELETE", "/events/{}/seats", {"GET", "HEAD"}),
        ("GET", "/auth/guest", {"POST"}),
    ],
)
async def test_a_wrong_method_is_405_and_names_all_the_right_ones(
    method: str, path: str, allowed: set[str], ann: Guest, quiet_sale: Sale
) -> None:
    answer = await ann.http.request(method, path.format(quiet_sale.id))
    body = answer.json()
    assert answer.status_code == body["statusCode"] == 405
    assert body["error"]["code"] == "method_not_allowed"
    assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("path", ["/nothing", "/events/1/nothing", "/plans/1", "/static-nothing"])
async def test_a_path_that_is_not_there_is_404_in_the_envelope(path: str, ann: Guest) -> None:
    body = (await ann.http.get(path)).json()
    assert (body["statusCode"], body["success"], body["data"]) == (404, False, None)
    assert body["error"]["code"] == "not_found"


async def test_every_answer_has_an_id_and_keeps_the_page_safe(ann: Guest) -> None:
    for path in ("/events", "/nothing", "/docs"):
        headers = (await ann.http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])


async def test_every_answer_carries_the_server_s_time(ann: Guest) -> None:
    """The page follows it: the browser's own clock may be a day off."""
    for path in ("/events", "/nothing", "/healthz"):
        told = parse_iso((await ann.http.get(path)).headers["x-server-time"])
        assert abs(told - time.time() * 1000) < 60_000


async def test_a_proxy_s_request_id_is_kept_if_it_is_a_plain_word(ann: Guest) -> None:
    async def sent(given: str) -> str:
        return str(
            (await ann.http.get("/events", headers={"X-Request-Id": given})).headers["x-request-id"]
        )

    assert await sent("proxy-1.2") == "proxy-1.2"
    assert await sent("a b\tc") != "a b\tc"
    assert len(await sent("x" * 200)) == 16


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
async def test_the_documents_are_served_as_they_lie_in_schemas(name: str, ann: Guest) -> None:
    answer = await ann.http.get(f"/{name}")
    assert answer.json() == json.loads((paths.SCHEMAS / name).read_text())
    again = await ann.http.get(f"/{name}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_the_page_of_the_documents_brings_everything_itself(ann: Guest) -> None:
    page = await ann.http.get("/docs/api")
    assert page.headers["content-type"].startswith("text/html")
    sources = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    assert "../static/docs/docs.js" in sources
    for source in sources:
        assert source.startswith("../"), "nothing from elsewhere, and below a path too"
        assert (await ann.http.get(source.removeprefix(".."))).status_code == 200
    assert "<style" not in page.text
    assert "style=" not in page.text


async def test_the_server_says_that_it_lives_and_is_ready(ann: Guest) -> None:
    assert (await ann.http.get("/healthz")).json()["data"] == {"status": "ok"}
    ready = (await ann.http.get("/readyz")).json()["data"]
    assert ready == {"status": "ready", "parts": {"redis": "ok", "database": "ok"}}


async def test_the_page_learns_the_rules_of_this_server(ann: Guest) -> None:
    config = (await ann.http.get("/config")).json()["data"]
    assert (config["gateway"], config["stripePublishableKey"]) == ("demo", None)
    assert (config["maxSeats"], config["holdSeconds"]) == (10, 600)
