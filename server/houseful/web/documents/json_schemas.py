"""JSON Schema (2020-12) of the wire's models: gathered once, tidied, and cut out again per file."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from typing_extensions import is_typeddict

from houseful.web.documents.field_words import words_for

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
COMPONENTS = "#/components/schemas/"


class Components:
    """Schemas and shared responses by name, as the `components` of a document hold them."""

    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {}
        self.responses: dict[str, Schema] = {}

    def add(self, kind: Any) -> Schema:
        """The schema of a model, of a list of models, or of any other annotation."""
        if get_origin(kind) is list:
            return {"type": "array", "items": self.add(get_args(kind)[0])}
        whole = deepcopy(generated(kind))
        for name, schema in whole.pop("$defs", {}).items():
            self.schemas[name] = described(name, schema)
        if is_typeddict(kind) or (isinstance(kind, type) and issubclass(kind, BaseModel)):
            if "$ref" not in whole:
                self.schemas[kind.__name__] = described(kind.__name__, whole)
            return {"$ref": COMPONENTS + kind.__name__}
        return whole

    def put(self, name: str, schema: Schema) -> Schema:
        """A schema that is not a model's; returns a reference to it."""
        self.schemas[name] = schema
        return {"$ref": COMPONENTS + name}

    def standalone(self, schema: Schema, name: str) -> Schema:
        """`schema` with all it refers to, as a document of its own."""
        needed: dict[str, Schema] = {}
        waiting = [schema]
        while waiting:
            for found in references(waiting.pop()):
                if found not in needed:
                    needed[found] = self.schemas[found]
                    waiting.append(needed[found])
        if set(schema) == {"$ref"}:
            # The file is the thing itself, not a pointer to it.
            schema = self.schemas[schema["$ref"].removeprefix(COMPONENTS)]
        whole = {"$schema": DIALECT, "$id": f"urn:houseful:{name}", "title": name, **schema}
        if needed := {key: needed[key] for key in sorted(needed) if needed[key] is not schema}:
            whole["$defs"] = needed
        standalone: Schema = repoint(whole, "#/$defs/")
        return standalone


@cache
def generated(kind: Any) -> Schema:
    """What pydantic makes of an annotation, which takes long and is asked for again in each document."""
    schema: Schema = tidy(TypeAdapter(kind).json_schema(ref_template=COMPONENTS + "{model}"))
    return schema


def described(model: str, schema: Schema) -> Schema:
    """With a description of each field that has none of its own beside its type."""
    for field, part in schema.get("properties", {}).items():
        if "description" not in part and (text := words_for(model, field)):
            part["description"] = text
    return schema


def references(node: Any) -> set[str]:
    """Names of the components that `node` refers to."""
    if isinstance(node, dict):
        found = {name for value in node.values() for name in references(value)}
        ref = node.get("$ref")
        if isinstance(ref, str) and ref.startswith(COMPONENTS):
            found.add(ref.removeprefix(COMPONENTS))
        return found
    if isinstance(node, list):
        return {name for item in node for name in references(item)}
    return set()


def repoint(node: Any, prefix: str) -> Any:
    """A copy whose references to components begin with `prefix` instead."""
    if isinstance(node, dict):
        return {
            key: prefix + value.removeprefix(COMPONENTS)
            if key == "$ref" and isinstance(value, str)
            else repoint(value, prefix)
            for key, value in node.items()
        }
    return [repoint(item, prefix) for item in node] if isinstance(node, list) else node


def tidy(node: Any) -> Any:
    """A copy without pydantic's generated titles; a field that may be absent is never null."""
    if isinstance(node, list):
        return [tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    out = {}
    for key, value in node.items():
        if key in ("properties", "$defs"):
            out[key] = {name: tidy(schema) for name, schema in value.items()}
        elif key == "discriminator" or (key == "title" and isinstance(value, str)):
            continue
        else:
            out[key] = tidy(value)
    return absent_not_null(out)


def absent_not_null(schema: Schema) -> Schema:
    """A default of null says "absent"; only fields marked so may be null as well."""
    nullable = schema.pop("x-nullable", False)
    if "default" not in schema or schema["default"] is not None or "anyOf" not in schema:
        return schema
    if nullable:
        return {key: value for key, value in schema.items() if key != "default"}
    kinds = [kind for kind in schema["anyOf"] if kind != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("default", "anyOf")}
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**rest, "anyOf": kinds}
