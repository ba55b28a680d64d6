"""Two adults and a child: what the button says is what is charged and what the booking says."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import Locator, Page, expect

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
        "ticketTypes": [
            {"name": "Adult"},
            {"name": "Child", "note": "under 14"},
            {"name": "Carer", "requires": "Adult"},
        ],
        "ticketPrices": [
            {"category": name, "ticketType": "Child", "amount": "15.00", "vatPercent": "7"}
            for name in PRICES
        ]
        + [{"category": name, "ticketType": "Carer", "amount": "10.00"} for name in PRICES],
        "fees": {"perTicket": "0.50", "percent": "10", "perOrder": "1.20"},
        "vatPercent": "19",
    }
    made = shop.call("POST", "/events", body, token)
    assert made["success"], made
    found: int = made["data"]["id"]
    code = {"code": f"FAMILY{found}", "percent": 10, "eventId": found}
    assert shop.call("POST", "/discounts", code, token)["success"]
    return found


class ByMouse:
    """Presses with the pointer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, what: Locator) -> None:
        await what.click()

    async def choose(self, what: Locator, label: str) -> None:
        await what.select_option(label=label)


class ByKeyboard(ByMouse):
    """Never touches the pointer: Tab to where it is, then Enter, or the letter of a choice."""

    async def reach(self, what: Locator) -> None:
        await expect(what).to_be_visible()
        for _ in range(150):
            if await what.evaluate("(one) => one === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {what}")

    async def press(self, what: Locator) -> None:
        # Seats of a row are one stop of Tab; arrows go from one to the next.
        if await what.evaluate("(one) => one.tabIndex < 0"):
            await what.focus()
        else:
            await self.reach(what)
        await self.page.keyboard.press("Enter")

    async def choose(self, what: Locator, label: str) -> None:
        await self.reach(what)
        await self.page.keyboard.press(label[0])


def charged(shop: Shop) -> list[int]:
    """What the gateway's double took, in minor units, the last first."""
    with closing(sqlite3.connect(shop.log.parent / "data" / "houseful.db")) as database:
        found = database.execute("SELECT record FROM demo_charge ORDER BY created_at_ms DESC")
        return [json.loads(record)["amount_minor"] for (record,) in found]


@pytest.mark.parametrize(
    ("size", "row", "hand"),
    [(DESK, 2, ByMouse), (PHONE, 3, ByMouse), (DESK, 4, ByKeyboard)],
    ids=["desk", "phone", "keyboard"],
)
async def test_two_adults_and_a_child_pay_what_the_button_says(
    shop: Shop, enter: Enter, event: int, size: dict[str, int], row: int, hand: type[ByMouse]
) -> None:
    buyer = await enter(shop, viewport=size)
    page = buyer.page
    by = hand(page)
    await steps.to_row(buyer, 0, row, event)
    await by.press(page.locator(".seat-button.is-available", has_text="83.00").first)
    for picked in (1, 2):
        await expect(page.locator(".seat-button.is-selected")).to_have_count(picked)
        await by.press(page.locator(".seat-button.is-available", has_text="66.50").first)
    await expect(page.locator(".cart-total")).to_contain_text("with €1.20 order fee")
    total = page.locator(".cart-total strong")
    await expect(total).to_have_text("€217.20")
    if size == PHONE:
        await page.locator(".cart-toggle").click()
    child = page.locator(".cart select.ticket-type").nth(1)
    await by.choose(child, "Child, €17.00")
    await expect(total).to_have_text("€167.70")
    await by.press(page.get_by_role("button", name="Reserve Seats"))
    child = page.locator(".summary select.ticket-type").nth(1)
    await expect(child.locator("option:checked")).to_have_text("Child, €17.00")
    await expect(page.get_by_text("under 14")).to_be_visible()
    await page.get_by_label("Discount code").fill(f"FAMILY{event}")
    await page.get_by_label("Discount code").press("Enter")
    await steps.fill_in(page)
    button = page.get_by_role("button", name="Confirm Booking")
    await expect(button).to_contain_text("€151.05")
    await by.press(button)
    reference = await steps.is_confirmed(page)
    await expect(page.get_by_text("€151.05").first).to_be_visible()
    (booking,) = [one for one in await steps.bookings(buyer) if reference in str(one)]
    assert booking["totalAmount"] == 151.05
    assert [seat["ticketType"] for seat in booking["seats"]].count("Child") == 1
    assert charged(shop)[0] == 15105


async def test_a_type_is_chosen_while_seats_are_held_and_its_rule_is_said_before_the_server_refuses(
    shop: Shop, enter: Enter, event: int
) -> None:
    buyer = await enter(shop)
    page = buyer.page
    await steps.to_row(buyer, 0, 5, event)
    await steps.pick(page, 2)
    held = page.locator(".cart select.ticket-type")
    await steps.reserve(page)
    await expect(page.get_by_role("heading", name="Checkout")).to_be_visible()
    before = shop.call("GET", f"/events/{event}/reservations", token=await buyer.token())["data"]
    await page.get_by_role("link", name="Change seats").click()
    for place in (0, 1):
        await held.nth(place).select_option(label=await carer(held.nth(place)))
    await expect(page.locator(".cart-foot .fault")).to_have_text(
        "Carer is sold only beside as many Adult."
    )
    go_on = page.locator(".cart-foot button")
    await expect(go_on).to_have_attribute("aria-disabled", "true")
    await held.nth(0).select_option(index=0)
    await expect(page.locator(".cart-foot .fault")).to_be_empty()
    await go_on.click()
    await expect(page.get_by_role("button", name="Confirm Booking")).to_be_visible()
    after = shop.call("GET", f"/events/{event}/reservations", token=await buyer.token())["data"]
    assert [one["expiresAt"] for one in after] == [one["expiresAt"] for one in before]


async def carer(choice: Locator) -> str:
    options = await choice.locator("option").all_inner_texts()
    return next(text for text in options if text.startswith("Carer"))


async def test_the_map_and_the_list_say_from_what_the_cheapest_ticket_costs(
    shop: Shop, enter: Enter, event: int
) -> None:
    buyer = await enter(shop)
    page = buyer.page
    await buyer.open(f"/events/{event}")
    await expect(page.locator(".prices li").first).to_contain_text("from €")
    await buyer.open(f"/events/{event}/seats")
    await expect(page.locator(".legend .chip").first).to_contain_text("from €")
