"""Golden examples: one or more of every body, frame and command, as the documents show them.

Those that tell a story are written out in `schemas/golden.json`, which people may edit; the rest
is derived from the models' own examples and types.
"""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from typing import Any

from houseful import paths
from houseful.web.documents.json_schemas import COMPONENTS, Components, Schema
from houseful.web.operations import Bare, Paged
from houseful.wire.buyer import PageBody
from houseful.wire.error_codes import error_codes
from houseful.wire.frame_shapes import Shape

Examples = dict[str, Any]
FALLBACK = {"string": "…", "integer": 1, "number": 1.5, "boolean": True, "null": None, "object": {}}
RETRYABLE = {429, 500, 503}
USUAL_CODE = {
    400: "invalid_request",
    401: "unauthenticated",
    404: "not_found",
    409: "conflict",
    429: "rate_limited",
    500: "internal",
}
"""The code shown where a status has several."""


@cache
def written() -> Examples:
    """What `schemas/golden.json` says: place → name → example."""
    found: Examples = json.loads((paths.SCHEMAS / "golden.json").read_text(encoding="utf-8"))
    return found


def has_golden(operation_id: str, status: int) -> bool:
    return f"{operation_id}.{status}" in written()["answers"]


def golden_answers(operation_id: str, status: int, answer: Any) -> Examples:
    """Examples of an answer's whole body, by name."""
    given = written()["answers"].get(f"{operation_id}.{status}")
    if given:
        return dict(given)
    if isinstance(answer, Bare):
        return {"example": sample(answer.model)}
    if isinstance(answer, Paged):
        page = sample(PageBody)
        return {"example": {**good(status, [sample(answer.model)]), "page": page}}
    if status >= 400:
        return {"example": refusal(status, sample(answer))}
    return {"example": good(status, sample(answer))}


def good(status: int, data: Any) -> Examples:
    message = HTTPStatus(status).phrase
    return {"statusCode": status, "success": True, "message": message, "data": data}


def golden_request(model: Shape) -> Examples:
    return golden_model("requests", model)


def golden_model(place: str, model: Shape) -> Examples:
    """Examples of a model by itself: a request, a frame or a command."""
    return dict(written()[place].get(model.__name__) or {"example": sample(model)})


def refusal(status: int, data: Any = None) -> Examples:
    """The envelope of an error."""
    code = USUAL_CODE.get(status) or next(
        code for code, (its, _) in error_codes().items() if its == status
    )
    return {
        "statusCode": status,
        "success": False,
        "message": error_codes()[code][1],
        "data": data,
        "error": {
            "code": code,
            "retryable": status in RETRYABLE,
            "sameKey": status in RETRYABLE,
        },
    }


def sample(kind: Any) -> Any:
    """A plausible value of a model or annotation; None for None."""
    if kind is None:
        return None
    components = Components()
    return from_schema(components.add(kind), components)


def from_schema(schema: Schema, components: Components) -> Any:
    for key in ("examples", "enum"):
        if key in schema:
            return schema[key][0]
    if "const" in schema:
        return schema["const"]
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(COMPONENTS)
        given = written()["models"].get(name)
        return given if given is not None else from_schema(components.schemas[name], components)
    if "anyOf" in schema:
        return from_schema(schema["anyOf"][0], components)
    if "prefixItems" in schema:
        return [from_schema(item, components) for item in schema["prefixItems"]]
    if schema.get("type") == "array":
        count = max(1, schema.get("minItems", 1))
        return [from_schema(schema.get("items", {}), components)] * count
    if "properties" in schema:
        return {name: from_schema(part, components) for name, part in schema["properties"].items()}
    if schema.get("type") == "integer":
        return max(1, schema.get("minimum", 1))
    return FALLBACK[schema.get("type", "string")]
