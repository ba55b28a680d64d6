"""Fixtures of the payment tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.payments.tills import DemoTill, StripeTill, Till
from tests.stripe_double.fixture import stripe_double

__all__ = ["stripe_double"]


@pytest.fixture(params=["demo", "stripe"])
async def till(request: pytest.FixtureRequest) -> AsyncIterator[Till]:
    """Each gateway in turn."""
    if request.param == "demo":
        yield DemoTill()
        return
    double = request.getfixturevalue("stripe_double")
    stripe_till = StripeTill(double.url)
    yield stripe_till
    await stripe_till.gateway.close()
