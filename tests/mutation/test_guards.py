"""The table of guards says what stands in the code, and names tests that exist."""

from __future__ import annotations

import re

import pytest

from tests.mutation.guards import Guard, guards
from tests.mutation.rooms import CHECKOUT


@pytest.mark.parametrize("guard", guards(), ids=lambda guard: guard.name)
def test_a_guard_stands_once_and_its_tests_exist(guard: Guard) -> None:
    assert guard.text.count(guard.before) == 1
    for test in guard.tests:
        path, _, name = test.partition("::")
        assert (CHECKOUT / path).exists()
        if name:
            assert re.search(rf"def {name}\(", (CHECKOUT / path).read_text())
