"""The whole purchase below a path, behind a proxy that takes it off: page, sockets, links, papers."""

from __future__ import annotations

from dataclasses import replace

from playwright.async_api import expect

from tests.browser import steps
from tests.browser.conftest import IN_A_BROWSER, Enter, Shop
from tests.support.path_proxy import path_proxy

pytestmark = IN_A_BROWSER


async def test_a_seat_is_bought_below_a_path_and_nothing_is_asked_outside_of_it(
    shop: Shop, enter: Enter
) -> None:
    async with path_proxy(shop.address, "/tickets") as (address, strays):
        below = replace(shop, address=address)
        buyer = await enter(below)
        await steps.to_row(buyer, 0, 3)
        await steps.pick(buyer.page, 1)
        await steps.reserve(buyer.page)
        await expect(buyer.page.locator(".timer-digits")).to_have_text("09:59")
        await steps.fill_in(buyer.page)
        await steps.confirm(buyer.page)
        await steps.is_confirmed(buyer.page)
        await expect(buyer.page.get_by_role("img", name="QR code")).to_be_visible()
        assert buyer.page.url.startswith(f"{address}/#/bookings/")
        await buyer.page.goto(f"{address}/docs/api")
        await expect(buyer.page.locator("main article").first).to_be_visible()
        await buyer.page.goto(f"{address}/docs")
        await buyer.page.get_by_role("link", name="Houseful", exact=True).click()
        await expect(buyer.page.locator(".card").first).to_be_visible()
        assert [path for path in strays if path != "/favicon.ico"] == []
