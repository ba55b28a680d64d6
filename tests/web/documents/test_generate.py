"""The contract files follow from the code, hold together, and their examples are valid."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, meta
from openapi_spec_validator import validate

from houseful import paths
from houseful.web.documents.asyncapi import asyncapi
from houseful.web.documents.generate import GENERATED, documents, write
from houseful.web.documents.json_schemas import Components
from houseful.web.documents.openapi import openapi, template
from houseful.web.table import OPERATIONS
from houseful.wire.close_codes import CLOSE_CODES
from houseful.wire.error_codes import error_codes, seat_codes

SERVER = Path(__file__).parents[3] / "server" / "houseful"
ONLY_AT_START = {"configuration"}
api = cache(partial(openapi, OPERATIONS))
all_documents = cache(documents)
"""Made once: each takes two seconds."""


def schema_of(example: Path) -> dict[str, Any]:
    """`examples/http/getSeats.200.some.json` belongs to `http/getSeats.200.json`."""
    place = example.relative_to(paths.SCHEMAS / "examples")
    parts = place.stem.split(".")
    for count in range(len(parts), 0, -1):
        path = paths.SCHEMAS / place.parent / f"{'.'.join(parts[:count])}.json"
        if path.is_file():
            found: dict[str, Any] = json.loads(path.read_text())
            return found
    raise AssertionError(f"no schema for {place}")


def examples() -> Iterator[tuple[Path, Draft202012Validator, Any]]:
    """Each file, what its schema says of it, and what it holds."""
    for example in sorted((paths.SCHEMAS / "examples").rglob("*.json")):
        yield example, Draft202012Validator(schema_of(example)), json.loads(example.read_text())


def test_the_files_in_schemas_are_what_the_code_says(tmp_path: Path) -> None:
    write(tmp_path)
    fresh = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.json")}
    stored = {
        path.relative_to(paths.SCHEMAS): path.read_text()
        for path in paths.SCHEMAS.rglob("*.json")
        if path.name not in ("golden.json", "hammer-report.json")  # written by hand
    }
    assert fresh == stored, "run python -m houseful.web.documents.generate"


def test_writing_again_removes_files_that_are_no_longer_generated(tmp_path: Path) -> None:
    for folder in GENERATED:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "gone.json").write_text("{}")
    write(tmp_path)
    assert not list(tmp_path.rglob("gone.json"))


def test_the_openapi_document_is_valid() -> None:
    validate(api())


def test_every_operation_is_documented_with_its_answers_and_errors() -> None:
    paths_ = api()["paths"]
    for operation in OPERATIONS:
        described = paths_[template(operation.path)][operation.method.lower()]
        expected = {str(status) for status in (*operation.answers, *operation.errors)}
        assert expected <= set(described["responses"])
        asks = operation.role != "public" or 401 in operation.errors  # metrics have their own token
        assert ("401" in described["responses"]) == asks
        assert (described.get("security") == []) == (operation.role == "public")


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi()
    references = re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))
    assert references
    for reference in references:
        part: Any = document
        for key in reference.split("/"):
            part = part[key]


def test_every_schema_is_itself_valid() -> None:
    for name, document in all_documents().items():
        if name.split("/")[0] in ("http", "frames", "commands"):
            meta.validate(document)


def test_every_golden_example_fits_its_schema() -> None:
    assert [
        (example.stem, str(fault))
        for example, validator, whole in examples()
        for fault in validator.iter_errors(whole)
    ] == []


def test_every_schema_refuses_an_example_that_lacks_a_required_field() -> None:
    tried, passed = 0, []
    for example, validator, whole in examples():
        for field in schema_of(example).get("required", ()):
            rest = {name: value for name, value in whole.items() if name != field}
            tried += 1
            if validator.is_valid(rest):
                passed.append((example.stem, field))
    assert passed == []
    assert tried > 400


def test_every_written_example_is_used() -> None:
    written = json.loads((paths.SCHEMAS / "golden.json").read_text())
    made = all_documents()
    shown = [value for name, value in made.items() if name.startswith("examples/")]
    shown += list(examples_in(made["openapi.json"]))
    for place in ("answers", "requests", "frames", "commands"):
        for name, examples in written[place].items():
            for value in examples.values():
                assert value in shown, (place, name)


def examples_in(node: Any) -> Iterator[Any]:
    """What stands under `examples` anywhere in the document."""
    if isinstance(node, dict):
        found = node.get("examples")
        if isinstance(found, dict):
            yield from (one["value"] for one in found.values() if "value" in one)
        for value in node.values():
            yield from examples_in(value)
    elif isinstance(node, list):
        for item in node:
            yield from examples_in(item)


def codes_in(node: ast.AST) -> list[str]:
    """From `Kind(…, code="…")` and from `code = "…"` in a class."""
    found: list[ast.expr] = []
    if isinstance(node, ast.Call):
        found = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
    elif isinstance(node, ast.ClassDef):
        found = [
            line.value
            for line in node.body
            if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "code"
        ]
    return [
        one.value for one in found if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


def test_every_code_that_the_server_raises_is_documented() -> None:
    documented = set(error_codes()) | set(seat_codes()) | ONLY_AT_START
    raised = {
        code: path.name
        for path in SERVER.rglob("*.py")
        if "code" in path.read_text()
        for node in ast.walk(ast.parse(path.read_text()))
        for code in codes_in(node)
    }
    assert "unknown_event" in raised
    assert {code: where for code, where in raised.items() if code not in documented} == {}


def test_the_prose_names_every_close_code() -> None:
    prose = (paths.STATIC / "docs" / "guide" / "protocol.md").read_text()
    assert [code for code, _, _ in CLOSE_CODES if str(code) not in prose] == []


def test_a_field_that_may_be_absent_is_never_null() -> None:
    components = Components()
    for operation in OPERATIONS:
        for answer in operation.answers.values():
            if answer is not None and not isinstance(answer, str) and hasattr(answer, "__name__"):
                components.add(answer)
    assert components.schemas["GrantedBody"]["properties"]["failedSeats"]["type"] == "array"
