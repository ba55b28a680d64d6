"""Section names that differ."""

from __future__ import annotations

from houseful.plans.naming import SectionNames


def test_a_repeated_name_gets_what_sets_it_apart_and_then_a_number() -> None:
    names = SectionNames()
    given = [names.distinct("A", apart) for apart in ("Left", "Right", "Right", "", "")]
    assert given == ["A", "A (Right)", "A (Right) (2)", "A (2)", "A (3)"]


def test_a_made_name_never_meets_one_from_the_file() -> None:
    names = SectionNames()
    assert [names.distinct(name) for name in ("A", "A", "A (2)")] == ["A", "A (2)", "A (2) (2)"]
