"""The documents leave nothing without a word: every operation, parameter, answer, header and field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from houseful import paths
from houseful.web.documents.field_words import FIELDS

HTTP = json.loads((paths.SCHEMAS / "openapi.json").read_text("utf-8"))
SOCKET = json.loads((paths.SCHEMAS / "asyncapi.json").read_text("utf-8"))
"""As they are stored; `test_generate.py` holds them to the code."""

METHODS = {"get", "post", "patch", "put", "delete"}


def fields(node: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every property of every schema, wherever it stands."""
    if isinstance(node, dict):
        properties = node.get("properties")
        if isinstance(properties, dict) and "type" in node:
            yield from ((f"{place}.{name}", part) for name, part in properties.items())
        for key, inner in node.items():
            if key not in ("example", "examples", "payload"):
                yield from fields(inner, f"{place}/{key}")
    elif isinstance(node, list):
        for inner in node:
            yield from fields(inner, place)


def http_parts() -> Iterator[tuple[str, Any]]:
    for path, item in HTTP["paths"].items():
        for method in METHODS & item.keys():
            operation = item[method]
            yield f"{method} {path}", operation
            for parameter in operation["parameters"]:
                yield f"{method} {path} {parameter.get('name')}", parameter
            for status, answer in operation["responses"].items():
                yield f"{method} {path} {status}", answer
    components = HTTP["components"]
    for kind in ("schemas", "responses", "parameters", "headers", "securitySchemes"):
        yield from ((f"{kind}/{name}", part) for name, part in components[kind].items())
    yield from ((f"tag {tag['name']}", tag) for tag in HTTP["tags"])
    yield from fields(HTTP["paths"])
    yield from fields(components)


def socket_parts() -> Iterator[tuple[str, Any]]:
    for kind in ("channels", "operations"):
        yield from ((f"{kind}/{name}", part) for name, part in SOCKET[kind].items())
    for kind in ("schemas", "messages"):
        found = SOCKET["components"][kind]
        yield from ((f"{kind}/{name}", part) for name, part in found.items())
    yield from fields(SOCKET["components"]["schemas"])


def silent(parts: Iterator[tuple[str, Any]]) -> list[str]:
    """Those that say nothing; a bare reference is described where it leads."""
    return [
        place
        for place, part in parts
        if set(part) != {"$ref"} and not (part.get("description") or part.get("summary"))
    ]


@pytest.mark.parametrize("parts", [http_parts, socket_parts], ids=["openapi", "asyncapi"])
def test_nothing_in_the_documents_is_without_a_description(parts: Any) -> None:
    assert silent(parts()) == []


def test_a_field_without_one_is_found() -> None:
    schema = {"type": "object", "properties": {"told": {"description": "x"}, "mute": {}}}
    assert silent(fields({"Model": schema})) == ["/Model.mute"]


def test_every_word_of_the_list_is_of_a_field_there_is() -> None:
    names = {place.rpartition(".")[2] for place, _ in fields(HTTP)}
    names |= {place.rpartition(".")[2] for place, _ in fields(SOCKET)}
    assert {key.rpartition(".")[2] for key in FIELDS} <= names
