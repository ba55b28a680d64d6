"""A property tried with few examples by default, with many by `pytest -m long`.

The default run has as many as find a guard that is taken out; more of the same only takes longer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

Check = Callable[..., None]


def examples(usual: int, long: int, *drawn: st.SearchStrategy[Any]) -> Callable[[Check], Check]:
    """Instead of `given`: the test gets what is `drawn`, so many times."""

    def made(check: Check) -> Check:
        def test(count: int) -> None:
            settings(max_examples=count, deadline=None)(given(*drawn)(check))()

        test.__doc__ = check.__doc__
        counts = [usual, pytest.param(long, marks=pytest.mark.long)]
        return pytest.mark.parametrize("count", counts)(test)

    return made
