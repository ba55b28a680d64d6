"""What the venue's staff do, in the words of their page; and a buyer's window beside it."""

from __future__ import annotations

import uuid
from typing import Any

from playwright.async_api import Locator, Page, expect

from houseful import settings
from houseful.web.auth import Tokens
from tests.browser.conftest import Enter, Shop, Visit

EVENT = 1
AVAILABLE, RESERVED, BOOKED, BLOCKED = range(4)
"""As the seat store counts them."""


def staff_token(
    shop: Shop, role: str = "venue", user: str = "box-office", ttl_s: int = 12 * 3600
) -> str:
    """As `houseful token` prints it."""
    return Tokens(settings.load(data_dir=shop.log.parent / "data")).issue(user, role, ttl_s)[0]


async def clock_in(shop: Shop, enter: Enter, path: str = "", **options: Any) -> Visit:
    """A staff member who follows the staff link, then goes to a part of an event."""
    visit: Visit = await enter(shop, **options)
    await visit.open(f"/venue?token={staff_token(shop)}")
    await expect(visit.page.locator(".venue-event-row").first).to_be_visible()
    if path:
        await visit.open(f"/venue{path}")
    return visit


async def looks_on(shop: Shop, enter: Enter, event: int = EVENT) -> Page:
    """A buyer in front of the live map."""
    visit: Visit = await enter(shop)
    await visit.open(f"/events/{event}/seats")
    await expect(visit.page.locator(".live-state")).to_contain_text("Live")
    return visit.page


async def map_shows(page: Page, seat_ids: list[int], status: int) -> None:
    """Waits until a buyer's map has these seats in this state."""
    await page.wait_for_function(
        """([ids, status]) => {
          const { store } = document.querySelector('seats-view').purchase.house.peek();
          return ids.every((id) => store.status[store.indexOf(id)] === status);
        }""",
        arg=[seat_ids, status],
    )


def free_seats(shop: Shop, event: int, count: int, section: int = 0) -> list[dict[str, Any]]:
    """The last free seats of a section: those that other tests take come from the front."""
    found = shop.call("GET", f"/events/{event}/seats", token=shop.guest())["data"]["sections"]
    seats = [seat for seat in found[section]["seats"] if seat["status"] == "AVAILABLE"]
    return seats[-count:]


def book(
    shop: Shop, event: int, seats: list[dict[str, Any]], name: str = "Ada Buyer"
) -> dict[str, Any]:
    """A paid booking with its tickets, made by another program."""
    token = shop.guest()
    wanted = [{"seatId": seat["id"], "version": seat["version"]} for seat in seats]
    shop.reserve(token, event, *wanted)
    answer = shop.call(
        "POST",
        "/bookings",
        {
            "eventId": event,
            "seatIds": [seat["id"] for seat in seats],
            "paymentMethod": "demo",
            "card": {"number": "4242424242424242"},
            "contact": {"name": name, "email": "ada@example.org"},
        },
        token,
        {"Idempotency-Key": f"booking-{uuid.uuid4()}"},
    )
    reference = answer["data"]["bookingReference"]
    booking: dict[str, Any] = shop.call("GET", f"/bookings/{reference}", token=token)["data"]
    return booking


async def give_reason(page: Page, press: str, reason: str = "Sight lines") -> None:
    """Fills in the open dialog and agrees."""
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Reason").fill(reason)
    await dialog.get_by_role("button", name=press).click()
    await expect(dialog).to_be_hidden()


async def pick_rows(page: Page, section: str, first: int = 0, last: int = 0) -> None:
    """Picks rows from the list, as someone without a mouse does."""
    picker = page.locator(".row-picker")
    if await picker.get_attribute("open") is None:
        await picker.locator("summary").click()
    await picker.get_by_label("Section").select_option(label=section)
    await picker.get_by_label("From row").select_option(index=first)
    await picker.get_by_label("To row").select_option(index=last)
    await picker.get_by_role("button", name="Add these rows").click()


async def drag_around(page: Page, seat_ids: list[int]) -> None:
    """Draws a box around seats on the map."""
    corners = await page.evaluate(
        """(ids) => {
          const map = document.querySelector('seat-map');
          map.scrollIntoView({ block: 'center' });
          const at = ids.map((id) => map.clientPoint(map.store.indexOf(id)));
          const [x, y] = [at.map((p) => p.clientX), at.map((p) => p.clientY)];
          return [Math.min(...x) - 3, Math.min(...y) - 3, Math.max(...x) + 3, Math.max(...y) + 3];
        }""",
        seat_ids,
    )
    await page.mouse.move(corners[0], corners[1])
    await page.mouse.down()
    await page.mouse.move(corners[2], corners[3], steps=4)
    await page.mouse.up()


async def ready_map(page: Page) -> None:
    await expect(page.locator("seat-map")).to_be_visible()
    await page.wait_for_function("() => !document.querySelector('seat-map').busy")


def tile(page: Page, name: str) -> Locator:
    return page.locator(f".tile.is-{name} .tile-value")
