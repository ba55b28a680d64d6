"""Seats by the size of a party, and the lone seat rule, as a buyer meets them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import DESK, IN_A_BROWSER, PHONE, Enter, Shop, Visit
from tests.browser.test_access import tab_to, violations
from tests.browser.venue_steps import map_shows, staff_token
from tests.support.seat_plans import as_pretix

pytestmark = IN_A_BROWSER

Hall = Callable[..., int]
RESERVED = 1


@pytest.fixture
def hall(shop: Shop) -> Hall:
    """`hall("A: ...", rule="aisle")`: an event with these rows; its id."""

    def add(rows: str, rule: str = "off") -> int:
        token = staff_token(shop)
        plan = shop.call("POST", "/plans", as_pretix(rows), token)["data"]
        event = {
            "name": "Chamber Music",
            "venue": "Small Hall",
            "planId": plan["planId"],
            "startsAt": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
            "currency": "EUR",
            "prices": {category["name"]: "20.00" for category in plan["categories"]},
            "loneSeats": {"rule": rule},
        }
        made: int = shop.call("POST", "/events", event, token)["data"]["id"]
        return made

    return add


def seats(shop: Shop, event: int) -> dict[str, dict[str, Any]]:
    """`A1` → the seat."""
    sections = shop.call("GET", f"/events/{event}/seats", token=shop.guest())["data"]["sections"]
    return {seat["seatNumber"]: seat for section in sections for seat in section["seats"]}


def take(shop: Shop, event: int, *names: str) -> None:
    known = seats(shop, event)
    wanted = [{"seatId": known[name]["id"], "version": known[name]["version"]} for name in names]
    assert shop.reserve(shop.guest(), event, *wanted)["statusCode"] == 201


async def ask_for(page: Page, people: int) -> None:
    """Steps from the usual two, by keyboard."""
    more = page.get_by_role("button", name="One person more")
    for _ in range(people - 2):
        await more.press("Enter")
    await page.get_by_role("button", name="Find seats").press("Enter")


async def goes_to(visit: Visit, event: int) -> Page:
    await visit.open(f"/events/{event}/seats")
    await steps.goes_live(visit.page)
    return visit.page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_party_gets_the_best_seats_and_others_for_the_asking(
    shop: Shop, enter: Enter, hall: Hall, size: dict[str, int]
) -> None:
    event = hall("A: ......\nB: ......")
    visit = await enter(shop, viewport=size)
    page = visit.page
    await visit.open(f"/events/{event}")
    await expect(page.get_by_role("button", name="Find seats")).to_be_visible()
    await tab_to(page, "One person more")
    await page.keyboard.press("Enter")
    await tab_to(page, "Find seats")
    await page.keyboard.press("Enter")
    found = page.locator(".party-found p")
    await expect(found).to_contain_text("3 seats together, €60.00: Main, row A: 1, 2, 3")
    await expect(page.locator("#voice")).to_contain_text("3 seats together")
    await expect(page.locator(".cart .badge")).to_have_text("3")
    assert await violations(page) == []
    first = seats(shop, event)
    assert [name for name, seat in first.items() if seat["status"] == "RESERVED"] == [
        "A1",
        "A2",
        "A3",
    ]
    others = page.get_by_role("button", name="Other seats")
    await others.press("Enter")
    await expect(found).to_contain_text("row A: 4, 5, 6")
    await expect(others).to_be_focused()
    await map_shows(page, [seat["id"] for name, seat in first.items() if name == "A4"], RESERVED)
    await expect(page.locator(".cart .badge")).to_have_text("3")
    held = shop.call("GET", f"/events/{event}/reservations", token=await visit.token())["data"]
    assert [len(one["seatIds"]) for one in held] == [3]


async def test_a_party_that_must_part_is_asked_before_anything_is_held(
    shop: Shop, enter: Enter, hall: Hall
) -> None:
    event = hall("A: ..\nB: ..")
    visit = await enter(shop)
    page = await goes_to(visit, event)
    await ask_for(page, 4)
    offer = page.locator(".party-offer")
    words = "No 4 seats together are left there. Would 2 and 2 be all right?"
    await expect(offer).to_contain_text(words)
    await expect(page.locator("#voice")).to_have_text(words)
    assert await violations(page) == []
    assert (
        shop.call("GET", f"/events/{event}/reservations", token=await visit.token())["data"] == []
    )
    await page.get_by_role("button", name="Take 2 and 2").press("Enter")
    await expect(page.locator(".party-found p")).to_contain_text("4 seats, not all together")
    await expect(page.locator(".party-found p")).to_be_focused()
    await page.get_by_role("button", name="Other seats").click()
    await expect(page.locator(".party-fault")).to_contain_text("Yours stay reserved")
    await expect(page.locator(".cart .badge")).to_have_text("4")


async def test_the_map_keeps_a_third_of_a_small_phone(shop: Shop, enter: Enter) -> None:
    visit = await enter(shop, viewport={"width": 320, "height": 640}, locale="de-DE")
    await visit.open("/events/1/seats")
    await expect(visit.page.locator(".map-key")).to_be_hidden()
    room = await visit.page.locator("seat-map").bounding_box()
    assert room is not None
    assert room["height"] >= 213


async def test_seats_may_be_added_by_hand_to_those_that_were_found(
    shop: Shop, enter: Enter
) -> None:
    visit = await enter(shop, viewport={"width": 320, "height": 640}, locale="de-DE")
    page = visit.page
    await visit.open("/events/1")
    await page.get_by_text("Preis, Bereich, Rollstuhl").click()
    await page.get_by_label("Bereich", exact=True).select_option(label="Balcony")
    await page.get_by_role("button", name="Ein Rollstuhlplatz mehr").click()
    await page.get_by_role("button", name="Ein Rollstuhlplatz weniger").click()
    await page.get_by_role("button", name="Plätze finden").click()
    await expect(page.locator(".party-found p")).to_contain_text("Balcony")
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    await steps.to_list(page)
    await page.locator(".section-button").nth(1).click()
    await page.locator(".row-button").last.click()
    await steps.free(page).first.click()
    await page.get_by_role("button", name="Plätze reservieren").click()
    await expect(page.locator(".timer-digits")).to_be_visible()
    await expect(page.locator(".summary .ticket-line")).to_have_count(3)


async def test_a_choice_that_leaves_a_seat_alone_is_answered_with_one_that_does_not(
    shop: Shop, enter: Enter, hall: Hall
) -> None:
    event = hall("A: ........", rule="aisle")
    take(shop, event, "A4", "A5")
    visit = await enter(shop)
    page = await goes_to(visit, event)
    await page.locator(".row-button").first.click()
    for place in (0, 1):
        await page.locator(".seat-button").nth(place).click()
    await steps.reserve(page)
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("One seat would be left alone")
    await expect(dialog).to_contain_text("row A, seat 3")
    await expect(dialog).to_contain_text("row A: 2, 3")
    await expect(dialog).to_contain_text("held by another buyer and may come back")
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Take these 2 instead").press("Enter")
    await expect(page.get_by_role("heading", name="Checkout")).to_be_visible()
    await expect(page.locator(".summary .ticket-line strong")).to_have_text(
        ["Main, row A, seat 2", "Main, row A, seat 3"]
    )


async def test_giving_back_a_seat_in_the_middle_offers_the_one_at_the_end(
    shop: Shop, enter: Enter, hall: Hall
) -> None:
    event = hall("A: ........", rule="aisle")
    visit = await enter(shop, locale="de-DE")
    page = await goes_to_german(visit, event)
    await page.get_by_role("button", name="Eine Person mehr").click()
    await page.get_by_role("button", name="Plätze finden").click()
    await expect(page.locator(".party-found p")).to_contain_text("3, 4, 5")
    await page.get_by_role("button", name="Main, Reihe A, Platz 4 freigeben").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Ein Platz bliebe allein")
    await dialog.get_by_role("button", name="Main, Reihe A, Platz 3 freigeben").press("Enter")
    await expect(page.locator(".cart .badge")).to_have_text("2")
    held = [name for name, seat in seats(shop, event).items() if seat["status"] == "RESERVED"]
    assert held == ["A4", "A5"]


async def goes_to_german(visit: Visit, event: int) -> Page:
    await visit.open(f"/events/{event}/seats")
    await expect(visit.page.locator(".seats-desk")).to_be_visible()
    return visit.page
