"""Times that people set lie within bounds and in their order."""

from __future__ import annotations

import pytest

from houseful.domain.errors import InvalidRequest
from houseful.domain.moments import FIRST_MS, LAST_MS, LATE_SALE_MS, check_sale, in_bounds

START = 1_800_000_000_000


@pytest.mark.parametrize("at_ms", [FIRST_MS - 1, LAST_MS, -61_000_000_000_000])
def test_a_time_out_of_bounds_is_refused(at_ms: int) -> None:
    with pytest.raises(InvalidRequest, match="1970 to 2099"):
        in_bounds(at_ms)
    with pytest.raises(InvalidRequest, match="1970 to 2099"):
        check_sale(START, at_ms, None)


@pytest.mark.parametrize(
    ("on_sale", "off_sale"),
    [(None, None), (START - 2, START - 1), (None, START + LATE_SALE_MS), (START - 1, None)],
)
def test_a_sale_around_its_start_is_taken(on_sale: int | None, off_sale: int | None) -> None:
    check_sale(START, on_sale, off_sale)


@pytest.mark.parametrize(
    ("on_sale", "off_sale", "field"),
    [
        (START, None, "onSaleAt"),
        (START - 5, START - 5, "onSaleAt"),
        (None, START + LATE_SALE_MS + 1, "offSaleAt"),
    ],
)
def test_a_sale_that_ends_first_or_long_after_the_start_is_refused(
    on_sale: int | None, off_sale: int | None, field: str
) -> None:
    with pytest.raises(InvalidRequest, match=f"{field}: expected a time before"):
        check_sale(START, on_sale, off_sale)
