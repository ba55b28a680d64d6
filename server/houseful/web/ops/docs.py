"""Serves the documents and the page that shows them.

The documents are the files in `schemas/`, which `python -m houseful.web.documents.generate` writes; a test
holds them to the code.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.responses import Response

from houseful import paths
from houseful.web.envelope import JSON
from houseful.web.files import File, answer, load
from houseful.web.operations import Call, Operation

HTML = "text/html; charset=utf-8"


@cache
def file_at(path: Path) -> File:
    return load(path)


async def get_openapi(call: Call) -> Response:
    return answer(call.request, file_at(paths.SCHEMAS / "openapi.json"))


async def get_asyncapi(call: Call) -> Response:
    return answer(call.request, file_at(paths.SCHEMAS / "asyncapi.json"))


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
