"""A plan that cannot be sold from is refused whole, and the place is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from houseful.domain import plan as plans
from houseful.domain.errors import PlanRefused
from houseful.domain.plan import Plan, Row
from tests.support.serving import small_plan


def with_rows(plan: Plan, *rows: Row) -> Plan:
    first, *others = plan.sections
    return replace(plan, sections=(replace(first, rows=rows), *others))


def test_a_good_plan_is_returned_as_it_is() -> None:
    plan = small_plan()
    assert plan.check() is plan
    assert plan.seat_count == 80


def test_a_plan_says_how_many_seats_each_category_has() -> None:
    plan = small_plan()
    counts = dict(plan.seats_by_category)
    rows = [row for section in plan.sections for row in section.rows]
    seats = [plan.categories[seat.category].name for row in rows for seat in row.seats]
    assert sum(counts.values()) == plan.seat_count
    assert counts == {one.name: seats.count(one.name) for one in plan.categories}


def test_a_plan_needs_a_seat() -> None:
    with pytest.raises(PlanRefused, match="at least one seat"):
        replace(small_plan(), sections=()).check()


def test_two_seats_may_not_have_one_id() -> None:
    plan = small_plan()
    row = plan.sections[0].rows[0]
    twice = replace(row, seats=(*row.seats, row.seats[2]))
    with pytest.raises(PlanRefused, match=r'section "Orchestra", row "A", seat "3": duplicate'):
        with_rows(plan, twice).check()


def test_two_sections_may_not_have_one_name() -> None:
    plan = small_plan()
    with pytest.raises(PlanRefused, match="duplicate section name"):
        replace(plan, sections=(plan.sections[0], plan.sections[0])).check()


def test_a_seat_s_category_must_be_in_the_plan() -> None:
    plan = small_plan()
    row = plan.sections[0].rows[0]
    lost = replace(row, seats=(replace(row.seats[0], category=7), *row.seats[1:]))
    with pytest.raises(PlanRefused, match="unknown category 7"):
        with_rows(plan, lost).check()


def test_a_plan_may_be_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "SEAT_LIMIT", 79)
    with pytest.raises(PlanRefused, match="at most 79 seats, got 80"):
        small_plan().check()
    monkeypatch.setattr(plans, "SEAT_LIMIT", 80)
    small_plan().check()
