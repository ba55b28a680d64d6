"""Real venues go on sale: imported whole, and their seats can be held and bought."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from houseful.plans.reader import read
from tests.plans.conftest import real_plan as real_plan  # the fixture
from tests.support.serving import running_server


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("riethsporthalle-erfurt", 1_231),
        ("seatsio-racetrack-8897", 8_897),
        pytest.param("seatsio-racetrack-original", 8_897, marks=pytest.mark.long),
    ],
)
async def test_a_real_venue_can_be_sold_from(
    name: str,
    count: int,
    real_plan: Callable[[str], bytes],
    tmp_path: Path,
) -> None:
    plan = read(real_plan(name))
    prices = {category.name: 2500 for category in plan.categories}
    with running_server(tmp_path) as server:
        sale = server.add_event(plan, prices=prices)
        assert len(sale.seats) == count
        async with server.user() as buyer:
            seats = await buyer.seats(sale)
            assert len(seats) == count
            chosen = [sale.seats[0], sale.seats[count // 2], sale.seats[-1]]
            await buyer.held(sale, *chosen)
            answer = await buyer.http.post(
                "/bookings",
                json={"eventId": sale.id, "seatIds": chosen, "paymentMethod": "stripe"},
                headers={"Idempotency-Key": f"booking-{uuid.uuid4()}"},
            )
            assert answer.status_code == 201, answer.text
            assert answer.json()["data"]["totalAmount"] == 75.0
            assert {(await buyer.seats(sale))[seat]["status"] for seat in chosen} == {"BOOKED"}
