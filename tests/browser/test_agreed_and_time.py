"""What the page shows is what the server acts on: its price, its clock, its venue's time; and the link."""

from __future__ import annotations

import pytest
from playwright.async_api import Route, expect

from tests.browser import steps
from tests.browser.conftest import IN_A_BROWSER, Enter, Shop

pytestmark = IN_A_BROWSER

WRONG_DATE = """
const Real = Date, off = %d * 86400000;
globalThis.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + off); }
  static now() { return Real.now() + off; }
};
"""


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_browser_whose_clock_is_a_day_off_buys_as_one_guest(
    shop: Shop, enter: Enter, days: int
) -> None:
    buyer = await enter(shop, timezone_id="Asia/Tokyo")
    await buyer.context.add_init_script(WRONG_DATE % days)
    guests: list[str] = []
    buyer.page.on(
        "request", lambda asked: guests.append(asked.url) if "/auth/guest" in asked.url else None
    )
    await steps.to_row(buyer, 0, 4 + days)
    await steps.pick(buyer.page, 1)
    await steps.reserve(buyer.page)
    await expect(buyer.page.locator(".timer-digits")).to_contain_text("09:5")
    await expect(buyer.page.locator(".summary-event")).to_contain_text("where you are")
    await buyer.page.reload()
    await expect(buyer.page.locator(".timer-digits")).to_contain_text("09:")
    await steps.fill_in(buyer.page)
    await steps.confirm(buyer.page)
    await steps.is_confirmed(buyer.page)
    assert len(guests) == 1

    link = await buyer.page.get_by_role("link", name="The link to this booking").get_attribute(
        "href"
    )
    other = await enter(shop)
    assert link
    await other.open(link.removeprefix("#"))
    await expect(other.page.get_by_role("img", name="QR code")).to_be_visible()
    await other.open("/bookings")
    await expect(other.page.get_by_text("No bookings yet")).to_be_visible()


async def test_another_total_than_the_button_said_is_shown_and_asked_again(
    shop: Shop, enter: Enter
) -> None:
    buyer = await enter(shop)

    async def an_older_price(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        body["data"]["total"] = "1.00"
        await route.fulfill(response=answer, json=body)

    await buyer.page.route("**/quote", an_older_price)
    await steps.to_row(buyer, 0, 6)
    await steps.pick(buyer.page, 1)
    await steps.reserve(buyer.page)
    await expect(buyer.page.locator(".is-total")).to_contain_text("1.00")
    await steps.fill_in(buyer.page)
    await steps.confirm(buyer.page)
    await expect(buyer.page.get_by_text("look at the new total")).to_be_visible()
    await expect(buyer.page.locator(".is-total")).not_to_contain_text("1.00")
    await buyer.page.locator(".payment-error button.is-primary").click()
    await steps.is_confirmed(buyer.page)
