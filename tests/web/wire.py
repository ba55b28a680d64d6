"""Holds what a real server says to the documents: all answers and frames of these tests.

Stricter than the schemas that clients get: a field that is not documented is an error too. A validator
in Rust: one in Python took four fifths of the time of all these tests.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import httpx2
from jsonschema_rs import Draft202012Validator

from houseful import paths
from houseful.wire.error_codes import error_codes

OPEN = {"Error", "parts", "error", "data"}
"""Schemas that say themselves that more may come."""


@cache
def documents() -> tuple[dict[str, Any], dict[str, Any]]:
    """As they are stored; `tests/web/documents/test_generate.py` holds them to the code."""
    http, socket = (
        json.loads((paths.SCHEMAS / f"{name}.json").read_text("utf-8"))
        for name in ("openapi", "asyncapi")
    )
    return closed(http), closed(socket)


def closed(node: Any, name: str = "") -> Any:
    """A copy in which no object may have fields that are not named."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: closed(value, key) for key, value in node.items()}
    if isinstance(copy.get("properties"), dict) and "type" in copy and name not in OPEN:
        copy.setdefault("additionalProperties", False)
    return copy


@cache
def validator(method: str, template: str, status: int) -> Draft202012Validator | None:
    """For the JSON body of an answer; None where the document says that it has none."""
    api, _ = documents()
    responses = api["paths"][template][method]["responses"]
    assert str(status) in responses, f"{method} {template} is not documented to answer {status}"
    response = responses[str(status)]
    if "$ref" in response:
        response = api["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return None
    return Draft202012Validator({**schema, "components": api["components"]})


@cache
def frame_validator(kind: str) -> Draft202012Validator:
    _, live = documents()
    payload = live["components"]["messages"][kind]["payload"]
    return Draft202012Validator({**payload, "components": live["components"]})


@cache
def templates() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (template, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))))
        for template in documents()[0]["paths"]
    ]


def template_of(path: str) -> str | None:
    return next((template for template, fits in templates() if fits.fullmatch(path)), None)


async def check_answer(response: httpx2.Response) -> None:
    """For httpx's response hook."""
    method, status = response.request.method.lower(), response.status_code
    template = template_of(response.request.url.path)
    known = template is not None and method in documents()[0]["paths"][template]
    if known and status != 404:
        assert template is not None
        found = validator(method, template, status)
        if found is not None:
            await response.aread()
            found.validate(response.json())
    if status >= 400:
        await response.aread()
        body = response.json()
        if body["error"]["code"] in error_codes():
            assert error_codes()[body["error"]["code"]][0] == status, body
        else:
            raise AssertionError(f"{body['error']['code']} is not documented")


def check_frame(frame: dict[str, Any]) -> None:
    frame_validator(frame["type"]).validate(frame)
