"""Fixtures of the payment tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from houseful.ledger.demo_charges import SqlDemoCharges
from houseful.sql.database import Database
from tests.payments.tills import DemoTill, StripeTill, Till
from tests.stripe_double.fixture import stripe_double
from tests.support.databases import fresh_database

__all__ = ["stripe_double"]


@pytest.fixture(params=["demo in memory", "demo in SQL", "stripe"])
async def till(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Till]:
    """Each gateway in turn."""
    if request.param == "demo in memory":
        yield DemoTill()
        return
    if request.param == "demo in SQL":
        database = Database(fresh_database(tmp_path))
        yield DemoTill(SqlDemoCharges(database))
        await database.close()
        return
    double = request.getfixturevalue("stripe_double")
    stripe_till = StripeTill(double.url)
    yield stripe_till
    await stripe_till.gateway.close()
