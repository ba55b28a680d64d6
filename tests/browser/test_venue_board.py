"""The live board: it follows what buyers do, holds still when asked, and lets nobody else in."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser import steps, venue_steps
from tests.browser.conftest import DESK, IN_A_BROWSER, PHONE, Enter, Shop, Visit
from tests.browser.test_access import violations
from tests.browser.venue_steps import EVENT

pytestmark = IN_A_BROWSER

PARTS = ["", "bookings", "holds", "door", "sale", "discounts", "audit"]


async def test_the_board_follows_a_booking_and_stands_still_while_paused(
    shop: Shop, enter: Enter
) -> None:
    page = (await venue_steps.clock_in(shop, enter, f"/{EVENT}")).page
    await expect(page.locator(".live-state")).to_contain_text("Live")
    booked = venue_steps.tile(page, "booked")
    before = int(await booked.inner_text())
    venue_steps.book(shop, EVENT, venue_steps.free_seats(shop, EVENT, 2, section=1))
    await expect(booked).to_have_text(str(before + 2))
    await expect(page.locator(".activity li", has_text="2 seats booked").first).to_be_visible()

    await page.get_by_role("button", name="Pause").click()
    await expect(page.locator(".is-paused")).to_contain_text("Paused")
    venue_steps.book(shop, EVENT, venue_steps.free_seats(shop, EVENT, 1, section=1))
    await page.wait_for_function(
        """([event, booked]) => fetch(`/events/${event}/occupancy`, { headers: {
            authorization: `Bearer ${sessionStorage['houseful.staff']}` } })
          .then((answer) => answer.json()).then(({ data }) => data.totals.booked === booked)""",
        arg=[EVENT, before + 3],
    )
    await expect(booked).to_have_text(str(before + 2))
    await page.get_by_role("button", name="Go on").click()
    await expect(booked).to_have_text(str(before + 3))


async def test_a_staff_link_signs_in_and_leaves_no_token_in_the_address(
    shop: Shop, enter: Enter
) -> None:
    visit = await venue_steps.clock_in(shop, enter)
    page = visit.page
    assert "token" not in page.url
    assert (
        await page.evaluate("Object.keys(localStorage).some((key) => key.includes('staff'))")
        is False
    )
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Staff token")).to_be_visible()
    await page.get_by_label("Staff token").fill(venue_steps.staff_token(shop, "customer"))
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("customer")
    await page.get_by_label("Staff token").fill("gibberish")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("not a token")


async def test_a_sign_in_says_until_when_it_holds_and_warns_ten_minutes_before(
    shop: Shop, enter: Enter
) -> None:
    visit: Visit = await enter(shop)
    page = visit.page
    await page.clock.install()
    await visit.open(f"/venue?token={venue_steps.staff_token(shop, ttl_s=15 * 60)}")
    until = page.locator(".venue-until")
    await expect(until).to_have_text(re.compile(r"^signed in until \d\d:\d\d", re.IGNORECASE))
    await steps.pass_time(page, 4 * 60)
    await expect(page.locator(".toast")).to_have_count(0)
    await steps.pass_time(page, 10 * 60)  # the first counts again: the server's clock is ours
    await steps.toast(page, "Your sign-in ends in")
    await expect(until).to_have_class(re.compile("is-ending"))


@pytest.mark.long
async def test_where_sockets_are_blocked_the_board_is_refreshed_and_says_so(
    shop: Shop, enter: Enter
) -> None:
    visit: Visit = await enter(shop)
    await visit.page.route_web_socket("**/occupancy*", lambda socket: socket.close(code=1013))
    await visit.open(f"/venue?token={venue_steps.staff_token(shop)}")
    await expect(visit.page.locator(".venue-event-row").first).to_be_visible()
    await visit.open(f"/venue/{EVENT}")
    await expect(visit.page.locator(".venue .connection")).to_contain_text(
        "refreshed every few seconds"
    )
    before = int(await venue_steps.tile(visit.page, "booked").inner_text())
    venue_steps.book(shop, EVENT, venue_steps.free_seats(shop, EVENT, 1, section=1))
    await expect(venue_steps.tile(visit.page, "booked")).to_have_text(str(before + 1))


@pytest.mark.long
async def test_a_sign_in_that_the_server_refuses_ends_at_once(shop: Shop, enter: Enter) -> None:
    page = (await venue_steps.clock_in(shop, enter, f"/{EVENT}")).page

    async def refuse(route: Route) -> None:
        body = '{"statusCode":401,"success":false,"message":"Token expired","data":null}'
        await route.fulfill(status=401, content_type="application/json", body=body)

    await page.route("**/events/*/bookings*", refuse)
    await page.get_by_role("link", name="Bookings", exact=True).click()
    await expect(page.get_by_label("Staff token")).to_be_visible()
    await expect(page.get_by_role("alert")).to_contain_text("has ended")


@pytest.mark.long
async def test_sections_are_sorted_charts_are_tables_too_and_the_wall_fills_the_screen(
    shop: Shop, enter: Enter
) -> None:
    page = (await venue_steps.clock_in(shop, enter, f"/{EVENT}")).page
    table = page.locator(".section-box table")
    await table.get_by_role("button", name="Free").click()
    await expect(table.locator("th[aria-sort='descending']")).to_contain_text("Free")
    counts = [
        int(text) for text in await table.locator("tbody tr td:nth-child(3)").all_inner_texts()
    ]
    assert counts == sorted(counts, reverse=True)
    await page.get_by_role("button", name="Table: Sales per minute").click()
    await expect(page.locator(".chart-table th", has_text="Booked")).to_be_visible()
    await page.get_by_role("button", name="Wall").click()
    await expect(page.locator(".board.is-wall .tiles")).to_be_visible()
    await expect(page.locator(".section-box")).to_be_hidden()
    await page.get_by_role("button", name="Leave the wall").click()
    await expect(page.locator(".section-box")).to_be_visible()


async def each_part(visit: Visit, code: str) -> Any:
    """Leads through the staff's views, yielding the name of each as it stands; `code` opens the door."""
    page = visit.page
    await expect(page.locator(".venue-event-row").first).to_be_visible()
    yield "overview"
    for part in PARTS:
        await visit.open(f"/venue/{EVENT}/{part}".rstrip("/"))
        await expect(page.locator(".venue-body")).to_be_visible()
        await settle(page)
        yield part or "board"
    await visit.open(f"/venue/{EVENT}/door")
    for word in ("Let in", "Do not let in"):
        await page.get_by_label("Ticket code").fill(code)
        await page.keyboard.press("Enter")
        await expect(page.locator(".door-word")).to_have_text(word)
        yield f"door: {word}"
    await visit.open(f"/venue/{EVENT}")
    await venue_steps.ready_map(page)
    picker = page.locator(".row-picker")
    await picker.locator("summary").click()
    await picker.get_by_role("button", name="Add these rows").click()
    await page.get_by_role("button", name="Block", exact=True).click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    yield "block dialog"
    await page.keyboard.press("Escape")
    await visit.open(f"/venue/{EVENT}/bookings")
    await page.locator(".venue-row").first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    yield "booking dialog"
    await page.keyboard.press("Escape")
    await visit.open("/venue/new")
    await page.get_by_role("button", name="Create event").click()
    yield "new event with faults"
    await visit.open("/venue")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_label("Staff token")).to_be_visible()
    yield "signed out"


async def settle(page: Page) -> None:
    await expect(page.locator(".skeleton")).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_no_part_of_the_venues_page_breaks_a_rule_of_wcag_2_2_aa(
    shop: Shop, enter: Enter, scheme: str, size: dict[str, int]
) -> None:
    booking = venue_steps.book(shop, EVENT, venue_steps.free_seats(shop, EVENT, 1, section=1))
    visit = await venue_steps.clock_in(shop, enter, color_scheme=scheme, viewport=size)
    faults = []
    async for name in each_part(visit, booking["tickets"][0]["code"]):
        faults += [f"{name}: {fault}" for fault in await violations(visit.page)]
        wide = await visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            faults.append(f"{name}: {wide} px too wide")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("locale", "press", "says"),
    [
        ("en-GB", "Open payments", "Given back to the payer: no booking has it"),
        ("de-AT", "Offene Zahlungen", "An den Zahlenden zurückgegeben: keine Buchung hat sie"),
    ],
)
async def test_a_payment_without_a_booking_that_was_given_back_is_shown_to_staff(
    shop: Shop, enter: Enter, locale: str, press: str, says: str
) -> None:
    with closing(sqlite3.connect(shop.log.parent / "data" / "houseful.db")) as database:
        database.execute(
            "INSERT OR IGNORE INTO refund (payment_id, amount_minor, state, reason, who,"
            " created_at_ms, done_at_ms, tries, nonce) VALUES ('pi_of_nobody', 7500, 'GIVEN',"
            " 'payment without a booking', 'system', 1795000000000, 1795000000000, 0, 'n')"
        )
        database.commit()
    page = (await venue_steps.clock_in(shop, enter, locale=locale)).page
    await page.get_by_role("button", name=press).click()
    given = page.get_by_role("dialog").locator("li", has_text="pi_of_nobody")
    await expect(given.first).to_contain_text(says)
