"""What a buyer does, in the words of the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import Visit

PAYS = "4242 4242 4242 4242"
DECLINES = "4000 0000 0000 0002"
ASKS_THE_BANK = "4000 0025 0000 3155"
EVENT = 1
"""The demo theatre."""


LATER = """(ms) => {
    const get = Headers.prototype.get;
    Headers.prototype.get = function (name) {
        const found = get.call(this, name);
        if (!found || name.toLowerCase() !== "x-server-time") return found;
        return new Date(Date.parse(found) + ms).toISOString();
    };
}"""


async def pass_time(page: Page, seconds: int) -> None:
    """Let time pass for the page and, as the page hears it, for the server: it follows that clock."""
    await page.evaluate(LATER, seconds * 1000)
    await page.clock.fast_forward(seconds * 1000)


async def to_row(visit: Visit, section: int, row: int, event: int = EVENT) -> None:
    """To the seat buttons of one row, by the list."""
    page = visit.page
    await visit.open(f"/events/{event}/seats")
    await to_list(page)
    await page.locator(".section-button").nth(section).click()
    await page.locator(".row-button").nth(row).click()
    await expect(page.locator(".seat-button").first).to_be_visible()


async def to_list(page: Page) -> None:
    """On a small screen the map is seen first, and the list one press away."""
    await expect(page.locator(".seats-desk")).to_be_visible()
    if await page.locator(".segments").is_visible():
        await page.locator(".segment").first.click()


def free(page: Page) -> Locator:
    return page.locator(".seat-button.is-available")


async def pick(page: Page, count: int) -> list[dict[str, int]]:
    """Picks free seats from the left; returns what the page would ask the server for."""
    for already in range(count):
        # A picked seat is no longer among the free ones once it is drawn: the first is the next.
        await free(page).first.click()
        await expect(page.locator(".seat-button.is-selected")).to_have_count(already + 1)
    return await picked(page)


async def picked(page: Page) -> list[dict[str, int]]:
    seats: list[dict[str, int]] = await page.evaluate(
        "document.querySelector('seats-view').purchase.selection.getReservationPayload()"
    )
    return seats


async def goes_live(page: Page) -> None:
    await expect(page.locator(".live-state")).to_contain_text("Live")


async def reserve(page: Page) -> None:
    await page.get_by_role("button", name="Reserve Seats").click()


async def to_checkout(visit: Visit, section: int, row: int, count: int) -> list[dict[str, int]]:
    await to_row(visit, section, row)
    seats = await pick(visit.page, count)
    await reserve(visit.page)
    await expect(visit.page.get_by_role("heading", name="Checkout")).to_be_visible()
    await expect(visit.page.locator(".timer-digits")).to_be_visible()
    return seats


async def reserve_after(page: Page, rival: Callable[[], Awaitable[object]]) -> None:
    """Reserves; the rival acts when the request is under way and before the server sees it."""

    acted: list[str] = []

    async def let_the_rival_first(route: Route) -> None:
        if route.request.method == "POST" and not acted:
            acted.append(route.request.url)
            await rival()
        await route.continue_()

    await page.route("**/reservations", let_the_rival_first)
    await reserve(page)


async def counts_down_to_the_deadline(visit: Visit, event: int = EVENT) -> None:
    """The page's countdown is what the server's deadline leaves, to two seconds."""
    await expect(visit.page.locator(".timer-digits")).to_be_visible()
    shown = await visit.page.locator(".timer-digits").inner_text()
    answer = visit.shop.call("GET", f"/events/{event}/reservations", token=await visit.token())
    left = datetime.fromisoformat(answer["data"][0]["expiresAt"]) - datetime.now(UTC)
    minutes, seconds = map(int, shown.split(":"))
    assert abs(60 * minutes + seconds - left.total_seconds()) <= 2, (shown, left)


async def fill_in(page: Page, card: str = PAYS) -> None:
    await page.get_by_label("Full name").fill("Ada Buyer")
    await page.get_by_label("E-mail").fill("ada@example.org")
    await page.get_by_label("Test card number").fill(card)


async def confirm(page: Page) -> None:
    await page.get_by_role("button", name="Confirm Booking").click()


async def is_confirmed(page: Page) -> str:
    """Waits for the confirmation; returns the booking's reference."""
    await expect(page.get_by_role("heading", name="Booking Confirmed!")).to_be_visible()
    return page.url.rsplit("/", 1)[1]


async def toast(page: Page, text: str) -> None:
    await expect(page.locator(".toast", has_text=text).first).to_be_visible()


async def bookings(visit: Visit) -> list[dict[str, Any]]:
    answer = visit.shop.call("GET", "/bookings", token=await visit.token())
    found: list[dict[str, Any]] = answer["data"]
    return found


async def without_sockets(visit: Visit) -> None:
    """As behind a proxy that lets no WebSocket through; the buyer hears of nothing by push."""
    await visit.page.route_web_socket("**/live*", lambda socket: socket.close(code=1013))
