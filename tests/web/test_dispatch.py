"""Paths are found as Starlette would, and remembered within bounds."""

from __future__ import annotations

from typing import Any

import pytest

from houseful.web.dispatch import FOUND_LENGTH, FOUND_PATHS, Dispatch
from houseful.web.table import OPERATIONS


@pytest.fixture
def dispatch() -> Dispatch:
    never: Any = None
    return Dispatch(never, OPERATIONS, (), never, never)


@pytest.mark.parametrize(
    ("method", "path", "name", "parameters"),
    [
        ("GET", "/events", "list_events", {}),
        ("GET", "/events/7/seats", "get_seats", {"event_id": 7}),
        ("GET", "/events/8/seats", "get_seats", {"event_id": 8}),
        ("POST", "/events/7/reservations", "create_reservation", {"event_id": 7}),
        ("GET", "/plans/1/ab.json", "get_plan", {"plan_id": 1, "tag": "ab"}),
    ],
)
def test_a_path_leads_to_the_same_operation_each_time(
    dispatch: Dispatch, method: str, path: str, name: str, parameters: dict[str, object]
) -> None:
    for _ in range(2):
        found = dispatch.find(method, path)
        assert found is not None
        operation, given = found
        assert (operation.handler.__name__, given) == (name, parameters)


@pytest.mark.parametrize(("method", "path"), [("PUT", "/events"), ("GET", "/events/x/seats")])
def test_what_leads_nowhere_does_so_again(dispatch: Dispatch, method: str, path: str) -> None:
    assert [dispatch.find(method, path) for _ in range(2)] == [None, None]


def test_a_stranger_s_paths_fill_no_memory(dispatch: Dispatch) -> None:
    for number in range(FOUND_PATHS + 10):
        assert dispatch.find("GET", f"/events/{number}/seats") is not None
    assert len(dispatch._found) <= FOUND_PATHS
    long = f"/plans/1/{'a' * FOUND_LENGTH}.json"
    assert dispatch.find("GET", long) is not None
    assert ("GET", long) not in dispatch._found
