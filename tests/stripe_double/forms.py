"""Form bodies and queries with brackets, as Stripe takes them: `metadata[a]=1`, `expand[0]=b`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_double.errors import invalid


def parse(text: str) -> dict[str, Any]:
    """Nested dicts; a dict whose keys are all numbers becomes a list."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        path = re.findall(r"[^\[\]]+", name)
        node = root
        for step in path[:-1]:
            node = node.setdefault(step, {})
        node[path[-1]] = value
    return {name: _listed(value) for name, value in root.items()}


def integer(params: dict[str, Any], name: str) -> int | None:
    """A whole number ≥ 0, or None when it was not sent."""
    text = params.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"-?\d{1,12}", text):
        raise invalid(f"Invalid integer: {text}", param=name, code="parameter_invalid_integer")
    return int(text)


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(inner) for key, inner in value.items()}
