"""The categories of a seats.io chart, found by their keys."""

from __future__ import annotations

from houseful.domain.errors import PlanRefused
from houseful.domain.plan import Category
from houseful.domain.wording import shown
from houseful.plans.colors import category_color
from houseful.plans.document import Node


class Categories:
    """`categories.list`, whose keys may be numbers or text. Owns: key → index."""

    def __init__(self, node: Node) -> None:
        """Raises PlanRefused for a key or a name given twice."""
        self._index: dict[str, int] = {}
        self._all: list[Category] = []
        names: set[str] = set()
        for category in node.at("list").items():
            key, label = _key(category.at("key")), category.at("label").text()
            if key in self._index or label in names:
                raise PlanRefused(f"duplicate category {shown(label)}", place=category.place)
            names.add(label)
            index = self._index[key] = len(self._all)
            shade = category_color(category.at("color"), index)
            self._all.append(Category(label, shade, category.at("accessible").flag()))

    def all(self) -> tuple[Category, ...]:
        return tuple(self._all)

    def find(self, key: Node, inherited: int | None) -> int | None:
        """Index of the category, or the inherited one where the key is null. Raises PlanRefused."""
        if not key.is_given:
            return inherited
        index = self._index.get(_key(key))
        if index is None:
            raise key.refusal("the key of one of the chart's categories")
        return index


def _key(node: Node) -> str:
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        return str(node.value)
    return node.text()
