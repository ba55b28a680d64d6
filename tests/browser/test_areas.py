"""Standing places in the page: chosen by number on the map, in the list and in the basket, by keyboard
too, and bought."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import IN_A_BROWSER, Enter, Shop, Visit
from tests.browser.test_access import violations

pytestmark = IN_A_BROWSER

ARENA, AREA = 2, "Front left"


MIDDLE = """() => {
    const map = document.querySelector("seat-map"), { outline } = map.store.areas.list[0];
    const mean = (n) => (outline[n] + outline[4 + n]) / 2;
    const { clientX, clientY } = map.windowPoint(mean(0), mean(1));
    return [clientX, clientY];
}"""
"""Where the middle of the first standing area is in the window."""


async def to_arena(visit: Visit) -> Page:
    await visit.open(f"/events/{ARENA}/seats")
    await expect(visit.page.locator(".seats-desk")).to_be_visible()
    await steps.goes_live(visit.page)
    return visit.page


async def choose(page: Page, places: int) -> None:
    """By keyboard, in the list."""
    more = page.get_by_role("button", name=f"One more place in {AREA}").first
    for _ in range(places):
        await more.focus()
        await page.keyboard.press("Enter")


async def test_standing_places_are_chosen_by_keyboard_held_and_bought(
    shop: Shop, enter: Enter
) -> None:
    buyer, other = await enter(shop), await enter(shop)
    watched = (await to_arena(other)).locator(".area-line .section-free").first
    await expect(watched).to_contain_text("standing places free")
    free = int("".join(filter(str.isdigit, (await watched.inner_text()).split(" ")[0])))
    page = await to_arena(buyer)
    await choose(page, 3)
    await expect(page.locator(".area-line output").first).to_have_text("3")
    await page.get_by_role("button", name=f"One place fewer in {AREA}").first.click()
    await expect(page.locator(".cart .stepper output")).to_have_text("2")
    await steps.reserve(page)
    await expect(page.get_by_role("heading", name="Checkout")).to_be_visible()
    await expect(watched).to_contain_text(f"{free - 2} standing places free")
    await expect(page.locator(".summary .ticket-line strong")).to_have_text([AREA, AREA])
    await steps.fill_in(page)
    await steps.confirm(page)
    await steps.is_confirmed(page)
    await expect(page.locator("main")).to_contain_text(AREA)
    await expect(page.locator("main")).not_to_contain_text(f"seat {AREA}")


async def test_held_places_stay_when_more_are_chosen(shop: Shop, enter: Enter) -> None:
    buyer = await enter(shop)
    page = await to_arena(buyer)
    await choose(page, 2)
    await steps.reserve(page)
    await expect(page.get_by_role("heading", name="Checkout")).to_be_visible()
    await page.get_by_role("link", name="Change seats").first.click()
    await choose(page, 1)
    await steps.reserve(page)
    await expect(page.locator(".summary .ticket-line strong")).to_have_text([AREA] * 3)


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_press_on_the_area_takes_a_place(shop: Shop, enter: Enter, width: int) -> None:
    buyer = await enter(shop, viewport={"width": width, "height": 800})
    page = await to_arena(buyer)
    for places in (1, 2):  # the basket that comes with the first makes the map smaller
        x, y = await page.evaluate(MIDDLE)
        await page.mouse.click(x, y)
        await expect(page.locator(".cart .stepper output")).to_have_text(str(places))
    assert await violations(page) == []
