"""Serves the documents and the page that shows them.

The documents are the files in `schemas/`, which `python -m houseful.web.documents.generate` writes; a test
holds them to the code.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from starlette.responses import Response

from houseful import paths
from houseful.domain.public_url import path_of
from houseful.web.envelope import JSON
from houseful.web.files import TYPES, File, answer, in_memory, load
from houseful.web.operations import Call, Operation
from houseful.wire import codec

HTML = "text/html; charset=utf-8"


@cache
def file_at(path: Path) -> File:
    return load(path)


@cache
def document_at(name: str, public_url: str | None) -> File:
    """A document of `schemas/`; its `servers` are where the house says it is reached, if it says so."""
    path = paths.SCHEMAS / name
    if public_url is None:
        return load(path)
    document = codec.decode(path.read_bytes())
    if "openapi" in document:
        document["servers"] = [{"url": public_url.rstrip("/")}]
    else:
        at = urlsplit(public_url)
        here = document["servers"]["here"]
        here |= {"host": at.netloc, "protocol": {"http": "ws"}.get(at.scheme, "wss")}
        here |= {"pathname": path_of(public_url)} if path_of(public_url) else {}
        del here["variables"]
    return in_memory(codec.encode(document), TYPES[".json"])


async def get_openapi(call: Call) -> Response:
    return answer(call.request, document_at("openapi.json", call.context.settings.public_url))


async def get_asyncapi(call: Call) -> Response:
    return answer(call.request, document_at("asyncapi.json", call.context.settings.public_url))


async def get_docs(call: Call) -> Response:
    return answer(call.request, file_at(paths.STATIC / "docs" / "index.html"))


OPERATIONS = (
    Operation(
        "GET",
        "/openapi.json",
        get_openapi,
        "This document",
        role="public",
        answers={200: JSON, 304: None},
        parameters=("If-None-Match",),
    ),
    Operation(
        "GET",
        "/asyncapi.json",
        get_asyncapi,
        "The live socket, as AsyncAPI",
        role="public",
        answers={200: JSON, 304: None},
        parameters=("If-None-Match",),
    ),
    Operation(
        "GET",
        "/docs/api",
        get_docs,
        "A page that shows both documents",
        role="public",
        answers={200: HTML, 304: None},
        parameters=("If-None-Match",),
    ),
)
