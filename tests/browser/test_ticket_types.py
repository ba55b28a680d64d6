"""Two adults and a child: what the button says is what is charged and what the booking says."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import steps
from tests.browser.conftest import DESK, IN_A_BROWSER, PHONE, Enter, Shop
from tests.browser.venue_steps import staff_token

pytestmark = IN_A_BROWSER

PRICES = {"Premium": "75.00", "Standard": "60.00", "Balcony": "40.00", "Box": "25.00"}


@pytest.fixture(scope="module")
def event(shop: Shop) -> int:
    """The demo theatre's plan, with two ticket types, fees, tax and a code of 10 %."""
    token = staff_token(shop)
    plan = shop.call("GET", "/events/1/plan", token=token)["data"]["planId"]
    body = {
        "name": "The Nutcracker",
        "venue": "Family house",
        "planId": plan,
        "startsAt": "2031-05-01T20:00:00Z",
        "currency": "EUR",
        "prices": PRICES,
        "ticketTypes": [{"name": "Adult"}, {"name": "Child", "note": "under 14"}],
        "ticketPrices": [
            {"category": name, "ticketType": "Child", "amount": "15.00", "vatPercent": "7"}
            for name in PRICES
        ],
        "fees": {"perTicket": "0.50", "percent": "10", "perOrder": "1.20"},
        "vatPercent": "19",
    }
    made = shop.call("POST", "/events", body, token)
    assert made["success"], made
    code = {"code": "FAMILY", "percent": 10, "eventId": made["data"]["id"]}
    assert shop.call("POST", "/discounts", code, token)["success"]
    found: int = made["data"]["id"]
    return found


@pytest.mark.parametrize(("size", "row"), [(DESK, 2), (PHONE, 3)], ids=["desk", "phone"])
async def test_two_adults_and_a_child_pay_what_the_button_says(
    shop: Shop, enter: Enter, event: int, size: dict[str, int], row: int
) -> None:
    buyer = await enter(shop, viewport=size)
    page = buyer.page
    await steps.to_row(buyer, 0, row, event)
    across = page.locator(".seat-button", has_text="83.00").first
    await expect(across).to_be_visible()
    await across.click()
    for picked in (1, 2):
        await expect(page.locator(".seat-button.is-selected")).to_have_count(picked)
        await page.locator(".seat-button.is-available", has_text="66.50").first.click()
    await expect(page.locator(".cart-total")).to_contain_text("with €1.20 order fee")
    await expect(page.locator(".cart-total strong")).to_have_text("€217.20")
    await steps.reserve(page)
    child = page.locator("select.ticket-type").nth(1)
    await child.focus()
    await child.press("ArrowDown")
    await expect(child.locator("option:checked")).to_have_text("Child, €17.00")
    await expect(page.get_by_text("under 14")).to_be_visible()
    await page.get_by_label("Discount code").fill("FAMILY")
    await page.get_by_label("Discount code").press("Enter")
    await steps.fill_in(page)
    button = page.get_by_role("button", name="Confirm Booking")
    await expect(button).to_contain_text("€151.05")
    await button.press("Enter")
    reference = await steps.is_confirmed(page)
    await expect(page.get_by_text("€151.05").first).to_be_visible()
    (booking,) = [one for one in await steps.bookings(buyer) if reference in str(one)]
    assert booking["totalAmount"] == 151.05
