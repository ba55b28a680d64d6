"""Writes the contract with clients: `python -m houseful.web.documents.generate` fills `schemas/`,
the page's `lib/wire-types.js` and `wire-codes.js`, and the guide's page of settings.

OpenAPI, AsyncAPI, one JSON Schema per body, frame and command, and golden examples of each. All
of it follows from the code and `schemas/golden.json`; a test generates it again and compares.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from houseful import paths
from houseful.web.documents import javascript, settings_page
from houseful.web.documents.asyncapi import COMMANDS, asyncapi
from houseful.web.documents.examples import golden_answers, golden_model, refusal
from houseful.web.documents.json_schemas import Components, Schema
from houseful.web.documents.openapi import (
    body_schema,
    envelope,
    error_schema,
    openapi,
    operation_id,
    statuses,
)
from houseful.web.operations import Operation
from houseful.web.table import OPERATIONS
from houseful.wire.frame_shapes import FRAMES, STAFF_FRAMES, Shape, type_of

GENERATED = ("http", "frames", "commands", "examples")
"""Folders of `schemas/` that hold nothing else."""


def documents() -> dict[str, Any]:
    """Every generated file: path below `schemas/` → its JSON."""
    made: dict[str, Any] = {"openapi.json": openapi(OPERATIONS), "asyncapi.json": asyncapi()}
    for name, schema, examples in (*bodies(), *messages()):
        made[f"{name}.json"] = schema
        for variant, value in examples.items():
            suffix = "" if variant == "example" else f".{variant}"
            made[f"examples/{name}{suffix}.json"] = value
    return made


def bodies() -> Iterator[tuple[str, Schema, dict[str, Any]]]:
    """(file name, schema, examples) of every JSON body over HTTP."""
    components = Components()
    error = components.put("Error", error_schema())
    for operation in OPERATIONS:
        name = operation_id(operation)
        if operation.request is not None and not isinstance(operation.request, str):
            schema = components.add(operation.request)
            examples = golden_model("requests", operation.request)
            place = f"http/{name}.request"
            yield place, components.standalone(schema, place), examples
        for status in own_bodies(operation):
            answer = operation.answers.get(status)
            schema = body_schema(operation, status, components, error)
            place = f"http/{name}.{status}"
            examples = golden_answers(name, status, answer)
            yield place, components.standalone(schema, place), examples
    any_error = envelope(400, {}, error)
    any_error["properties"]["statusCode"] = {"type": "integer", "minimum": 400, "maximum": 599}
    place = "http/error"
    yield place, components.standalone(any_error, place), {"example": refusal(400)}


def own_bodies(operation: Operation) -> list[int]:
    """Statuses whose JSON body is more than the plain error."""
    return [
        status
        for status in statuses(operation)
        if operation.answers.get(status) is not None
        and not isinstance(operation.answers[status], str)
    ]


def messages() -> Iterator[tuple[str, Schema, dict[str, Any]]]:
    """(file name, schema, examples) of every frame and command on the live socket."""
    components = Components()
    groups: tuple[tuple[str, tuple[Shape, ...]], ...] = (
        ("frames", (*FRAMES, *STAFF_FRAMES)),
        ("commands", COMMANDS),
    )
    for place, models in groups:
        for model in models:
            name = f"{place}/{type_of(model)}"
            schema = components.standalone(components.add(model), name)
            yield name, schema, golden_model(place, model)


def text_of(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(root: Path = paths.SCHEMAS) -> int:
    """Write every generated file, remove what no longer is one; returns how many there are."""
    made = documents()
    for folder in GENERATED:
        shutil.rmtree(root / folder, ignore_errors=True)
    for name, document in made.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(document), encoding="utf-8")
    return len(made)


if __name__ == "__main__":
    settings_page.write()
    for module, text in javascript.modules(openapi(OPERATIONS), asyncapi()).items():
        module.write_text(text, encoding="utf-8")
    print(f"wrote {write()} files to {paths.SCHEMAS}")  # noqa: T201
