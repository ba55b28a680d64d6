"""The seat map keeps to its bars at 50,000 seats; run it on an idle machine."""

from __future__ import annotations

import pytest

from tests.bench import map_bench
from tests.support import chromium


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.skipif(chromium.CHROMIUM is None, reason=chromium.WHERE_TO_GET_IT)
async def test_fifty_thousand_seats_stay_within_the_bars() -> None:
    figures = await map_bench.run("stadium", 1280, 800, 1.0)
    print("", *figures, sep="\n")
    assert [str(figure) for figure in figures if figure.is_over] == []
