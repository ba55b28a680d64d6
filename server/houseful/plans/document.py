"""A cursor over a parsed JSON document that knows its own place, so that every refusal names one.

A `Node` is a value and the way to it; asking for a shape either gives it or raises `PlanRefused`
saying what was expected there and what came. The place is put into words only when it is needed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from houseful.domain.errors import PlanRefused
from houseful.domain.text import clean
from houseful.domain.wording import shown

COORDINATE_LIMIT = 1e8
"""Beyond this a coordinate is a mistake: at one unit per millimetre it is 100 km."""

TEXT_LIMIT = 250
"""Longest name, label or caption in characters."""

_MISSING = object()


def _describe(value: object) -> str:
    if value is _MISSING:
        return "nothing"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return shown(value, 40)
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        keys = ", ".join(str(key)[:20] for key in list(value)[:6])
        return f"an object with {keys}" if keys else "an empty object"
    return str(value)


class Node:
    """One value of the document. Owns: the way to it. Never: changes the document."""

    __slots__ = ("_key", "_parent", "value")

    def __init__(self, value: Any, parent: Node | None = None, key: str | int = "") -> None:
        self.value = value
        self._parent = parent
        self._key = key

    @property
    def place(self) -> str:
        """Such as `zones[2].rows[5].seats[1].position`; the root has the empty place."""
        if self._parent is None:
            return ""
        above = self._parent.place
        if isinstance(self._key, int):
            return f"{above}[{self._key}]"
        return f"{above}.{self._key}" if above else self._key

    def refusal(self, expected: str) -> PlanRefused:
        return PlanRefused(
            f"expected {expected}, got {_describe(self.value)}", place=self.place or "document"
        )

    @property
    def is_given(self) -> bool:
        """Whether there is anything but null."""
        return self.value is not _MISSING and self.value is not None

    def at(self, key: str) -> Node:
        """The member `key` of an object, perhaps missing."""
        if not isinstance(self.value, dict):
            raise self.refusal("an object")
        return Node(self.value.get(key, _MISSING), self, key)

    def first_given(self, *keys: str) -> Node:
        """The first of these members that is there; the last one if none is."""
        for key in keys:
            node = self.at(key)
            if node.is_given:
                break
        return node

    def items(self) -> Iterator[Node]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            raise self.refusal("a list")
        return (Node(value, self, index) for index, value in enumerate(self.value))

    def optional_items(self) -> Iterator[Node]:
        return self.items() if self.is_given else iter(())

    def text(self) -> str:
        """Non-empty text, as `domain.text` keeps it."""
        text = self.optional_text()
        if not text:
            raise self.refusal("text")
        return text

    def optional_text(self) -> str:
        """As `text`, but null, nothing and blanks are ''."""
        if not self.is_given:
            return ""
        if not isinstance(self.value, str):
            raise self.refusal("text")
        text = clean(self.value)
        if len(text) > TEXT_LIMIT:
            raise self.refusal(f"at most {TEXT_LIMIT} characters")
        return text

    def number(self, limit: float = COORDINATE_LIMIT) -> float:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refusal("a number")
        if not (math.isfinite(value) and abs(value) <= limit):
            raise self.refusal(f"a number between {-limit:g} and {limit:g}")
        return float(value)

    def optional_number(self, default: float = 0.0) -> float:
        return self.number() if self.is_given else default

    def length(self, default: float | None = None) -> float:
        """A number that is not negative; `default` where there is none."""
        if default is not None and not self.is_given:
            return default
        value = self.number()
        if value < 0:
            raise self.refusal("a number from 0 up")
        return value

    def flag(self) -> bool:
        if not self.is_given:
            return False
        if not isinstance(self.value, bool):
            raise self.refusal("true or false")
        return self.value

    def point(self) -> tuple[float, float]:
        """`{"x": …, "y": …}` → (x, y)."""
        value = self.value
        if not isinstance(value, dict) or "x" not in value or "y" not in value:
            raise self.refusal("{x, y}")
        return self.at("x").number(), self.at("y").number()

    def optional_point(self) -> tuple[float, float]:
        return self.point() if self.is_given else (0.0, 0.0)
