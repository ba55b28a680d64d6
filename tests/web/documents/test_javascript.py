"""The page's types and codes are generated from the wire's, and say the same."""

from __future__ import annotations

import json

from houseful import paths
from houseful.web.documents import javascript
from houseful.web.documents.asyncapi import asyncapi
from houseful.web.documents.openapi import openapi
from houseful.web.table import OPERATIONS


def test_the_generated_modules_are_what_the_code_says() -> None:
    for path, text in javascript.modules(openapi(OPERATIONS), asyncapi()).items():
        assert path.read_text() == text, "run python -m houseful.web.documents.generate"


def test_every_schema_of_both_documents_has_a_type() -> None:
    types = (paths.STATIC / "lib" / "wire-types.js").read_text()
    for document in ("openapi.json", "asyncapi.json"):
        schemas = json.loads((paths.SCHEMAS / document).read_text())["components"]["schemas"]
        assert [name for name in schemas if f"}} {name}\n" not in types] == []


def test_a_schema_becomes_the_type_that_it_describes() -> None:
    seat = {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "until": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "kind": {"enum": ["row", "table"]},
            "place": {"type": "array", "items": {"$ref": "#/components/schemas/Place"}},
            "change": {"prefixItems": [{"type": "integer"}, {"const": "A"}], "type": "array"},
        },
        "required": ["id", "until"],
    }
    assert javascript.type_of(seat) == (
        '{ id: number, until: string | null, kind?: "row" | "table", place?: Place[], '
        'change?: [number, "A"] }'
    )
    prices = {"type": "object", "additionalProperties": {"type": "string"}}
    assert javascript.type_of(prices) == "Record<string, string>"
    assert javascript.type_of({"type": "array", "items": {"enum": [1, 2]}}) == "(1 | 2)[]"
    assert javascript.type_of({}) == "unknown"
