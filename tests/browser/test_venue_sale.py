"""The sale's window and what staff put on: a buyer's page opens and closes without a reload."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser import steps, venue_steps
from tests.browser.conftest import IN_A_BROWSER, Enter, Shop
from tests.plans import documents

pytestmark = IN_A_BROWSER

EVENT = 2
"""An event that other modules leave alone."""


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def plan_file(content: bytes) -> FilePayload:
    return {"name": "plan.json", "mimeType": "application/json", "buffer": content}


def set_window(shop: Shop, opens: str | None, closes: str | None = None) -> None:
    body = {"onSaleAt": opens, "offSaleAt": closes, "reason": "As announced"}
    answer = shop.call("PATCH", f"/events/{EVENT}", body, venue_steps.staff_token(shop))
    assert answer["success"], answer


async def test_the_sale_opens_by_itself_on_a_page_that_waits_for_it(
    shop: Shop, enter: Enter
) -> None:
    set_window(shop, soon(3600))
    buyer = (await enter(shop)).page
    await buyer.goto(f"{shop.address}/#/events/{EVENT}")
    await expect(buyer.locator(".sale-countdown")).to_contain_text("opens in")
    await expect(buyer.get_by_role("link", name="Look at the map")).to_be_visible()
    await buyer.evaluate("window.sameDocument = true")
    set_window(shop, soon(4))
    await expect(buyer.get_by_role("link", name="Select Seats")).to_be_visible()
    await steps.toast(buyer, "The sale is open")
    assert await buyer.evaluate("window.sameDocument")


@pytest.mark.long
async def test_before_the_sale_the_map_is_there_and_seats_cannot_be_taken(
    shop: Shop, enter: Enter
) -> None:
    set_window(shop, soon(3600))
    visit = await enter(shop)
    page = visit.page
    await visit.open(f"/events/{EVENT}/seats")
    await expect(page.locator("seat-map")).to_be_visible()
    await expect(page.locator(".sale-notice")).to_contain_text("opens in")
    await page.evaluate("document.querySelector('seats-view').purchase.toggle(0)")
    await expect(page.locator(".cart .ticket-line")).to_have_count(0)
    set_window(shop, None)
    await expect(page.locator(".sale-notice")).to_be_hidden()


@pytest.mark.long
async def test_staff_open_and_close_the_sale_by_hand(shop: Shop, enter: Enter) -> None:
    set_window(shop, soon(3600))
    buyer = (await enter(shop)).page
    await buyer.goto(f"{shop.address}/#/events/{EVENT}")
    await expect(buyer.locator(".sale-countdown")).to_contain_text("opens in")
    page = (await venue_steps.clock_in(shop, enter, f"/{EVENT}/sale")).page
    await page.get_by_role("button", name="Open the sale now").click()
    await venue_steps.give_reason(page, "Save", "The band agreed")
    await expect(buyer.get_by_role("link", name="Select Seats")).to_be_visible()
    await page.get_by_role("button", name="Close the sale now").click()
    await venue_steps.give_reason(page, "Save", "Enough is enough")
    await expect(buyer.get_by_text("The sale has ended").first).to_be_visible()
    set_window(shop, None)


@pytest.mark.long
async def test_new_prices_stand_on_the_buyers_page_when_it_is_looked_at_again(
    shop: Shop, enter: Enter
) -> None:
    set_window(shop, None)
    buyer = (await enter(shop)).page
    await buyer.goto(f"{shop.address}/#/events/{EVENT}")
    await expect(buyer.locator(".prices li").first).to_be_visible()
    page = (await venue_steps.clock_in(shop, enter, f"/{EVENT}/sale")).page
    await page.get_by_role("button", name="Change prices").click()
    first = page.get_by_role("dialog").locator("input").first
    await first.fill("many")
    await page.get_by_role("dialog").get_by_label("Reason").fill("Better seats")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("An amount like")
    await first.fill("111,50")
    await venue_steps.give_reason(page, "Save", "Better seats")
    await buyer.get_by_role("link", name="Events").click()
    await buyer.goto(f"{shop.address}/#/events/{EVENT}")
    await expect(buyer.locator(".prices")).to_contain_text("111.50")


@pytest.mark.long
async def test_an_event_is_created_from_a_plan_file(shop: Shop, enter: Enter) -> None:
    visit = await venue_steps.clock_in(shop, enter, "/new")
    page = visit.page
    await page.get_by_role("button", name="Create event").click()
    await expect(page.locator(".fault", has_text="Please fill this in.").first).to_be_visible()
    broken = plan_file(b'{"name": "x"}')
    await page.get_by_label("Or add one from a file").set_input_files(broken)
    await expect(page.get_by_role("alert")).not_to_be_empty()
    file = plan_file(json.dumps(documents.PRETIX).encode())
    await page.get_by_label("Or add one from a file").set_input_files(file)
    await expect(page.locator(".price-fields input").first).to_be_visible()
    await page.get_by_label("Name of the event").fill("A New Night")
    await page.get_by_label("Starts").fill("2031-05-01T20:00")
    for field in await page.locator(".price-fields input").all():
        await field.fill("42.00")
    await page.get_by_role("button", name="Create event").click()
    await expect(page.get_by_role("heading", name="A New Night")).to_be_visible()
    await expect(page.locator(".tiles")).to_be_visible()


@pytest.mark.long
async def test_a_discount_code_is_made_and_ended(shop: Shop, enter: Enter) -> None:
    page = (await venue_steps.clock_in(shop, enter, f"/{EVENT}/discounts")).page
    await page.get_by_role("button", name="New code").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Code").fill("SPRING25")
    await dialog.get_by_label("How much").fill("25")
    await dialog.get_by_role("button", name="Create code").click()
    row = page.locator(".venue-row", has_text="SPRING25")
    await expect(row).to_contain_text("−25 %")
    await row.get_by_role("button", name="End code SPRING25").click()
    await venue_steps.give_reason(page, "End", "Spring is over")
    await expect(row).to_contain_text("Ended")
