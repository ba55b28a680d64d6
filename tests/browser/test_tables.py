"""Whole tables and boxes in the page: chosen as one on the map, in the list and by keyboard, for as many
people as come, and bought."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser import steps, venue_steps
from tests.browser.conftest import IN_A_BROWSER, Enter, Shop, Visit
from tests.browser.test_access import violations
from tests.support.table_charts import PRICES, table_chart

pytestmark = IN_A_BROWSER

SHOTS = os.environ.get("SHOTS_FOLDER")
"""Where pictures of the page go; nowhere, unless it is set."""

TABLE, BOX = "Main, table T2 (6 seats)", "Main, box B1 (6 seats)"

_events: dict[str, int] = {}


def ball(shop: Shop) -> int:
    """An event with tables and boxes, last in every list; made once a shop."""
    if shop.address not in _events:
        token = venue_steps.staff_token(shop)
        plan = shop.call("POST", "/plans", table_chart(), token)["data"]
        assert plan["leftOut"] == []
        event = {
            "name": "Winter Ball",
            "venue": "Ballroom",
            "planId": plan["planId"],
            "startsAt": "2031-12-31T20:00:00Z",
            "currency": "EUR",
            "prices": PRICES,
        }
        _events[shop.address] = shop.call("POST", "/events", event, token)["data"]["id"]
    return _events[shop.address]


def seat_ids(shop: Shop, event: int) -> dict[str, list[int]]:
    """`T2` → its seats."""
    found: dict[str, list[int]] = {}
    for section in shop.call("GET", f"/events/{event}/seats", token=shop.guest())["data"][
        "sections"
    ]:
        for seat in section["seats"]:
            found.setdefault(seat["rowNumber"], []).append(seat["id"])
    return found


async def to_ball(shop: Shop, visit: Visit) -> Page:
    await visit.open(f"/events/{ball(shop)}/seats")
    await expect(visit.page.locator(".seats-desk")).to_be_visible()
    await steps.goes_live(visit.page)
    return visit.page


async def press(page: Page, seat_id: int) -> None:
    """Presses a seat on the map."""
    place = await page.evaluate(
        """(id) => {
          const map = document.querySelector("seat-map"), { store } = map;
          const { clientX, clientY } = map.clientPoint(store.indexOf(id));
          return [clientX, clientY];
        }""",
        seat_id,
    )
    await page.mouse.click(*place)


async def picture(page: Page, name: str) -> None:
    if SHOTS:
        await page.wait_for_function("() => !document.querySelector('seat-map')?.busy")
        await page.screenshot(path=Path(SHOTS) / f"tables-{name}.png")


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_press_on_one_seat_takes_the_whole_table_and_another_gives_it_back(
    shop: Shop, enter: Enter, width: int
) -> None:
    visit = await enter(shop, viewport={"width": width, "height": 844})
    page = await to_ball(shop, visit)
    table = seat_ids(shop, ball(shop))["T2"]
    await press(page, table[2])
    await expect(page.locator(".cart .ticket-line strong")).to_have_text([TABLE])
    assert [seat["seatId"] for seat in await steps.picked(page)] == table
    await picture(page, f"table-{width}")
    assert await violations(page) == []
    await press(page, table[4])
    await expect(page.locator(".cart .ticket-line")).to_have_count(0)


async def test_a_box_is_chosen_by_keyboard_for_some_people_and_bought(
    shop: Shop, enter: Enter
) -> None:
    buyer, other = await enter(shop), await enter(shop)
    watched, event = await to_ball(shop, other), ball(shop)
    box = seat_ids(shop, event)["B1"]
    page = await to_ball(shop, buyer)
    choice = page.locator(".unit-line button.row-button", has_text="Box B1")
    await choice.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".cart .ticket-line strong")).to_have_text([BOX])
    await expect(page.locator(".cart-total")).to_contain_text("480.00")
    fewer = page.get_by_role("button", name="One person fewer in Main, box B1").first
    for _ in range(2):
        await fewer.focus()
        await page.keyboard.press("Enter")
    await expect(page.locator(".cart-total")).to_contain_text("320.00")
    await picture(page, "box-1280")
    assert await violations(page) == []
    await steps.reserve(page)
    await expect(page.get_by_role("heading", name="Checkout")).to_be_visible()
    await venue_steps.map_shows(watched, box, venue_steps.RESERVED)
    await expect(page.locator(".summary .ticket-line strong")).to_have_text([BOX])
    await expect(page.locator(".summary .is-total")).to_contain_text("320.00")
    await picture(page, "checkout-1280")
    await page.get_by_role("link", name="Change seats").first.click()
    await page.get_by_role("button", name="One person fewer in Main, box B1").first.click()
    await expect(page.locator(".cart-total")).to_contain_text("240.00")
    await page.get_by_role("button", name="Continue to checkout").click()
    await expect(page.locator(".summary .is-total")).to_contain_text("240.00")
    await steps.fill_in(page)
    await steps.confirm(page)
    await steps.is_confirmed(page)
    await venue_steps.map_shows(watched, box, venue_steps.BOOKED)
    await expect(page.locator("main")).to_contain_text("box B1")
    booking = shop.call("GET", "/bookings", token=await buyer.token())["data"][0]
    assert [seat["seatId"] for seat in booking["seats"]] == box[:3]
    assert booking["seatIds"] == box
    assert booking["totalAmount"] == 240
