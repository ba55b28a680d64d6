"""Fixtures for the tests of the double itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.stripe_double.fixture import stripe_double
from tests.stripe_double.inbox import inbox
from tests.stripe_double.rules import VERSION
from tests.stripe_double.server import StripeDouble

__all__ = ["inbox", "stripe_double"]


@pytest.fixture
async def api(stripe_double: StripeDouble) -> AsyncIterator[httpx2.AsyncClient]:
    """A bare HTTP client with a key, without any SDK between."""
    headers = {"Authorization": "Bearer sk_test_1", "Stripe-Version": VERSION}
    async with httpx2.AsyncClient(
        base_url=stripe_double.url, headers=headers, timeout=5, trust_env=False
    ) as client:
        yield client
