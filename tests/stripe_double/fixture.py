"""`from tests.stripe_double.fixture import stripe_double` in a conftest makes the fixture known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.stripe_double.server import StripeDouble


@contextmanager
def running_double() -> Iterator[StripeDouble]:
    """A double until the block ends; nothing is checked, as controls need it."""
    double = StripeDouble().start()
    try:
        yield double
    finally:
        double.close()


@pytest.fixture
def stripe_double() -> Iterator[StripeDouble]:
    """A double of its own for each test; at the end nobody may have paid twice."""
    with running_double() as double:
        yield double
        assert double.ledger.violations() == []
