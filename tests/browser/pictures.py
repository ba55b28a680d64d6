"""The README's pictures: a demo shop with buyers in it, photographed.

`python -m tests.browser.pictures` writes them to `static/docs/pictures/`.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser import steps, venue_steps
from tests.browser.conftest import CHROMIUM_ARGUMENTS, DESK, PHONE, Shop, Visit, run_shop
from tests.support import chromium

FOLDER = Path(__file__).parents[2] / "static" / "docs" / "pictures"
WIDTH = 1000
"""Of a desk's picture in pixels; a phone's is not made smaller."""

STADIUM = 3
WALL = {"width": 1440, "height": 1010}


async def visit(browser: Browser, shop: Shop, **options: Any) -> Visit:
    context = await browser.new_context(
        **{"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce", **options}
    )
    return Visit(shop, context, await context.new_page())


async def keep(page: Page, name: str) -> None:
    await page.wait_for_function("() => !document.querySelector('seat-map')?.busy")
    picture = Image.open(io.BytesIO(await page.screenshot()))
    if picture.width > WIDTH:
        size = (WIDTH, round(picture.height * WIDTH / picture.width))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    FOLDER.mkdir(exist_ok=True)
    picture.convert("RGB").quantize(256, kmeans=2).save(FOLDER / f"{name}.png", optimize=True)


def sell(shop: Shop, event: int, share: int) -> None:
    """Other buyers hold a part of the house: every `share`th run of ten seats."""
    sections = shop.call("GET", f"/events/{event}/seats", token=shop.guest())["data"]["sections"]
    seats = [seat for section in sections for seat in section["seats"]]
    for start in range(0, len(seats), 10 * share):
        wanted = [
            {"seatId": seat["id"], "version": seat["version"]} for seat in seats[start : start + 10]
        ]
        shop.reserve(shop.guest(), event, *wanted)


async def take(browser: Browser, shop: Shop) -> None:
    sell(shop, 1, 3)
    sell(shop, STADIUM, 9)
    desk = await visit(browser, shop)
    await desk.open(f"/events/{STADIUM}/seats")
    await steps.goes_live(desk.page)
    await keep(desk.page, "map-far")
    await steps.to_row(desk, 0, 4)
    await steps.goes_live(desk.page)
    await steps.pick(desk.page, 3)
    await keep(desk.page, "map-near")
    await steps.reserve(desk.page)
    await steps.fill_in(desk.page)
    await desk.page.evaluate("scrollTo(0, 0)")
    await keep(desk.page, "checkout")
    await steps.confirm(desk.page)
    await steps.is_confirmed(desk.page)
    await expect(desk.page.get_by_role("img", name="QR code")).to_be_visible()
    await expect(desk.page.locator(".sketch")).to_be_visible()
    await keep(desk.page, "confirmation")
    dark = await visit(browser, shop, color_scheme="dark")
    await steps.to_row(dark, 1, 2)
    await steps.goes_live(dark.page)
    await steps.pick(dark.page, 2)
    await keep(dark.page, "dark")
    phone = await visit(browser, shop, viewport=PHONE, has_touch=True, is_mobile=True)
    await steps.to_row(phone, 0, 6)
    await steps.pick(phone.page, 2)
    await phone.page.get_by_role("button", name="Map", exact=True).tap()
    await keep(phone.page, "phone")
    await take_the_board(browser, shop)


async def take_the_board(browser: Browser, shop: Shop) -> None:
    """What staff see: the board of a house that is half sold, and the door."""
    staff = await visit(browser, shop, viewport=WALL)
    await staff.open(f"/venue?token={venue_steps.staff_token(shop)}")
    await expect(staff.page.locator(".venue-event-row").first).to_be_visible()
    await staff.open("/venue/1")
    await venue_steps.ready_map(staff.page)
    for _ in range(12):
        booking = await asyncio.to_thread(
            lambda: venue_steps.book(shop, 1, venue_steps.free_seats(shop, 1, 4))
        )
    await expect(staff.page.locator(".activity li", has_text="booked").first).to_be_visible()
    await keep(staff.page, "venue-board")
    await staff.open("/venue/1/door")
    await staff.page.get_by_label("Ticket code").fill(booking["tickets"][0]["code"])
    await staff.page.keyboard.press("Enter")
    await expect(staff.page.locator(".door-yes")).to_be_visible()
    await keep(staff.page, "venue-door")


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory, run_shop(Path(directory)) as shop:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium.CHROMIUM, args=CHROMIUM_ARGUMENTS
            )
            await take(browser, shop)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
