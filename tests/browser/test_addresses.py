"""Every address that is served to people opens, says something and complains of nothing.

The `enter` fixture fails a test whose page had a script error, a console error or a CSP breach.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize, expect

from houseful.web.table import OPERATIONS
from tests.browser import steps, venue_steps
from tests.browser.conftest import DESK, IN_A_BROWSER, PHONE, Enter, Shop

pytestmark = IN_A_BROWSER

STATIC = Path(__file__).parents[2] / "static"
VIEW = re.compile(r'^ {2}\["(\w+)", /', re.MULTILINE)
BUYER_VIEWS = {
    "home": "/",
    "event": "/events/1",
    "seats": "/events/1/seats",
    "checkout": "/events/1/checkout",
    "bookings": "/bookings",
    "find": "/find",
    "signin": "/signin",
    "missing": "/no/such/page",
}
"""View → an address of it. Elsewhere: `booking` needs one, `venue` needs staff."""


async def says_something(page: Page) -> None:
    """The main part has words in it and no failure; nothing of it is still loading."""
    await page.wait_for_function(
        "() => document.querySelector('main')?.innerText.trim().length > 20"
        " && !document.querySelector('main .skeleton, main .loading')"
    )
    title = await page.title()
    assert "Houseful" in title
    failed = page.locator("main").get_by_role("alert").filter(has_text="did not work")
    assert await failed.count() == 0


async def test_the_addresses_below_are_all_that_there_are() -> None:
    """A page or a view that is added must be opened by one of these tests."""
    pages = {one.path for one in OPERATIONS if "text/html; charset=utf-8" in one.answers.values()}
    assert pages == {"/docs", "/docs/api", "/docs/{guide_page}"}
    source = (STATIC / "lib" / "routes.js").read_text(encoding="utf-8")
    assert {*VIEW.findall(source), "missing"} == {*BUYER_VIEWS, "booking", "venue"}


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
async def test_every_view_of_a_buyer_opens(shop: Shop, enter: Enter, locale: str) -> None:
    visit = await enter(shop, locale=locale, viewport=DESK if locale == "en-GB" else PHONE)
    for view, path in BUYER_VIEWS.items():
        await visit.open(path)
        await expect(visit.page.locator("body")).to_have_attribute("data-view", view)
        await says_something(visit.page)


async def test_a_booking_opens_by_its_address(shop: Shop, enter: Enter) -> None:
    visit = await enter(shop)
    await steps.to_checkout(visit, 2, 1, 1)
    await steps.fill_in(visit.page)
    await steps.confirm(visit.page)
    reference = await steps.is_confirmed(visit.page)
    page = await visit.another_tab(f"/bookings/{reference}")
    await says_something(page)
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    await expect(page.locator(".sketch")).to_be_visible()


async def test_every_page_of_staff_opens(shop: Shop, enter: Enter) -> None:
    visit = await venue_steps.clock_in(shop, enter)
    for path in ("/venue", "/venue/new", "/venue/discounts"):
        await visit.open(path)
        await says_something(visit.page)
    await visit.open("/venue/1")
    await says_something(visit.page)
    tabs = visit.page.locator(".venue-tabs a")
    await expect(tabs).to_have_count(7)
    for number in range(7):
        await tabs.nth(number).click()
        await expect(tabs.nth(number)).to_have_attribute("aria-current", "page")
        await says_something(visit.page)


@pytest.mark.parametrize("viewport", [DESK, PHONE])
async def test_every_page_of_the_guide_opens_and_its_search_leads_to_one(
    shop: Shop, enter: Enter, viewport: ViewportSize
) -> None:
    page = (await enter(shop, viewport=viewport)).page
    await page.goto(f"{shop.address}/docs")
    menu = page.get_by_role("navigation", name="Pages of the guide").get_by_role("link")
    for number in range(await menu.count()):
        await menu.nth(number).click()
        await expect(menu.nth(number)).to_have_attribute("aria-current", "page")
        await says_something(page)
        width = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0
    await page.get_by_role("searchbox", name="Find").fill("lost replies charged")
    await page.locator("#found").get_by_role("link").first.click()
    await expect(page).to_have_url(re.compile(r"/docs/\w+#"))


async def test_the_documents_show_every_operation_and_every_message(
    shop: Shop, enter: Enter
) -> None:
    """One message without JSON examples left the whole page blank."""
    visit = await enter(shop)
    page = visit.page
    await page.goto(f"{shop.address}/docs/api")
    await says_something(page)
    api, live = shop.call("GET", "/openapi.json"), shop.call("GET", "/asyncapi.json")
    operations = [
        operation["operationId"] for path in api["paths"].values() for operation in path.values()
    ]
    shown = set(await page.locator("main article").evaluate_all("all => all.map(one => one.id)"))
    assert shown >= {*operations, "close-codes"}
    assert shown >= {f"live-{name}" for name in live["components"]["messages"]}
    await page.get_by_role("searchbox", name="Find").fill("seatsBinary LEB128")
    await expect(page.locator("#live-seatsBinary")).to_be_visible()
    await expect(page.locator("main article:visible")).to_have_count(1)
