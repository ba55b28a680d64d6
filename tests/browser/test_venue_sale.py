"""The sale's window and what staff put on: a buyer's page opens and closes without a reload."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser import steps, venue_steps
from tests.browser.conftest import IN_A_BROWSER, PHONE, Enter, Shop, Visit
from tests.browser.test_access import violations
from tests.plans import documents
from tests.plans.test_left_out import chart

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
    first = page.get_by_role("dialog").locator(".price-fields input").first
    await first.fill("many")
    await page.get_by_role("dialog").get_by_label("Reason").fill("Better seats")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    place = await first.bounding_box()
    await expect(page.get_by_role("dialog").locator(".fault", has_text="An amount")).to_be_visible()
    assert await first.bounding_box() == place
    await first.fill("111,50")
    await venue_steps.give_reason(page, "Save", "Better seats")
    await buyer.get_by_role("link", name="Events").click()
    await buyer.goto(f"{shop.address}/#/events/{EVENT}")
    await expect(buyer.locator(".prices")).to_contain_text("111.50")


@pytest.mark.parametrize(
    ("locale", "says"),
    [("en-GB", "Standing area Yard: not sold"), ("de-AT", "Stehbereich Yard: nicht im Verkauf")],
)
async def test_what_a_plan_s_file_has_and_is_not_sold_stands_with_plan_and_event(
    shop: Shop, enter: Enter, locale: str, says: str
) -> None:
    token = venue_steps.staff_token(shop)
    area = {"label": "Yard", "categoryKey": 1, "center": {"x": 200, "y": 200}, "radius1": 9}
    document = json.loads(chart(generalAdmissionAreas=[area]))
    plan = shop.call("POST", "/plans", document, token)["data"]
    event = {"name": "Yard party", "venue": f"Yard {locale}", "startsAt": "2031-05-01T20:00:00Z"}
    more = {"planId": plan["planId"], "currency": "EUR", "prices": {"Stalls": "8.00"}}
    made = shop.call("POST", "/events", {**event, **more}, token)["data"]
    visit = await venue_steps.clock_in(shop, enter, f"/{made['id']}/sale", locale=locale)
    await expect(visit.page.locator(".left-out li")).to_contain_text([says])
    await visit.open("/venue/new")
    await visit.page.locator(".venue-form select").first.select_option(str(plan["planId"]))
    await expect(visit.page.locator(".left-out li")).to_contain_text([says])


@pytest.mark.long
async def test_an_event_is_created_from_a_plan_file(shop: Shop, enter: Enter) -> None:
    visit = await venue_steps.clock_in(shop, enter, "/new", timezone_id="America/Los_Angeles")
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
    await page.get_by_label("Venue", exact=True).fill("A New Hall")
    await page.get_by_label("Time zone").select_option("Europe/Vienna")
    await page.get_by_label("Starts").fill("2031-05-01T20:00")
    told = page.locator(".field-time").first
    await expect(told).to_have_text(
        re.compile(r"Thursday.* 1 May 2031.* 20:00 CEST \(Thu.* 11:00 GMT-7 where you are\)")
    )
    prices = page.locator(".price-fields input")
    for field in await prices.all():
        await field.fill("42.00")
    await prices.last.fill("many")
    where = """(all) => all.map((one) => {
      const { top, left } = one.closest("fieldset").getBoundingClientRect();
      const place = one.getBoundingClientRect();
      return [place.left - left, place.top - top, place.width];
    })"""
    places = await prices.evaluate_all(where)
    await page.get_by_role("button", name="Create event").click()
    await expect(page.locator(".price-fields .fault", has_text="An amount")).to_be_visible()
    assert await prices.evaluate_all(where) == places
    await prices.last.fill("42.00")
    await page.get_by_role("button", name="Create event").click()
    await expect(page.get_by_role("heading", name="A New Night")).to_be_visible()
    await expect(page.locator(".tiles")).to_be_visible()
    await keeps_to_the_venue_s_clocks(shop, visit)


async def keeps_to_the_venue_s_clocks(shop: Shop, visit: Visit) -> None:
    """The new event in Vienna, seen from Los Angeles: its times, a change of one, and of the zone."""
    page = visit.page
    event = int(page.url.rsplit("/", 1)[1])
    await expect(page.locator(".venue-title p")).to_contain_text(
        re.compile(r"20:00 CEST \(Thu.* 11:00 GMT-7")
    )
    made = shop.call("GET", f"/events/{event}", token=shop.guest())["data"]
    assert (made["startsAt"], made["timeZone"]) == ("2031-05-01T18:00:00Z", "Europe/Vienna")
    await visit.open(f"/venue/{event}/sale")
    await page.get_by_role("button", name="Change times").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Starts")).to_have_value("2031-05-01T20:00")
    await dialog.get_by_label("On sale until").fill("2031-05-01T19:30")
    await venue_steps.give_reason(page, "Save", "Doors close then")
    await visit.open(f"/venue/{event}/audit")
    change = page.locator("tbody tr", has_text="Doors close then")
    await expect(change).to_contain_text(re.compile(r"19:30 CEST \(Thu.* 10:30 GMT-7 where you"))
    await visit.open(f"/venue/{event}/sale")
    await page.get_by_role("button", name="Change times").click()
    await dialog.get_by_label("Time zone").select_option("Europe/Lisbon")
    await expect(dialog.locator(".field-time").first).to_contain_text(
        re.compile(r"20:00 WEST \(Thu.* 12:00")
    )
    await venue_steps.give_reason(page, "Save", "The tour moved on")
    await expect(page.locator(".venue-title p")).to_contain_text("20:00 WEST")
    moved = shop.call("GET", f"/events/{event}", token=shop.guest())["data"]
    assert (moved["startsAt"], moved["offSaleAt"], moved["timeZone"]) == (
        "2031-05-01T19:00:00Z",
        "2031-05-01T18:30:00Z",
        "Europe/Lisbon",
    )
    await visit.open("/venue/new")
    await page.get_by_label("Venue", exact=True).fill("A New Hall")
    await expect(page.get_by_label("Time zone")).to_have_value("Europe/Lisbon")
    await expect(page.get_by_label("Time zone")).to_be_disabled()


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


@pytest.mark.long
async def test_an_event_is_renamed_hidden_shown_and_a_past_start_is_asked_about(
    shop: Shop, enter: Enter
) -> None:
    plan = shop.call("GET", "/plans", token=venue_steps.staff_token(shop))["data"][0]
    body = {
        "name": "Try-out",
        "venue": "Small room",
        "planId": plan["planId"],
        "startsAt": "2031-05-01T20:00:00Z",
        "currency": "EUR",
        "prices": {one["name"]: "10.00" for one in plan["categories"]},
    }
    event = shop.call("POST", "/events", body, venue_steps.staff_token(shop))["data"]["id"]
    visit = await venue_steps.clock_in(shop, enter, f"/{event}/sale")
    page = visit.page
    await page.get_by_role("button", name="Rename").click()
    await page.get_by_label("Name of the event").fill("Première")
    await venue_steps.give_reason(page, "Rename", "The title came")
    await expect(page.get_by_role("heading", name="Première")).to_be_visible()
    await page.get_by_role("button", name="Hide from buyers").click()
    await venue_steps.give_reason(page, "Hide from buyers", "Not yet")
    await expect(page.get_by_role("button", name="Show to buyers")).to_be_visible()
    listed = {one["id"] for one in shop.call("GET", "/events", token=shop.guest())["data"]}
    assert event not in listed

    await page.get_by_role("button", name="Change times").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Starts").fill("2021-05-01T20:00")
    await dialog.get_by_label("Reason").fill("Wrong year")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="This start is over")).to_be_visible()
    await page.get_by_role("button", name="Change it").click()
    await expect(dialog.get_by_label("Starts")).to_have_value("2021-05-01T20:00")
    await dialog.get_by_role("button", name="Change nothing").click()

    await page.get_by_role("button", name="Remove event").click()
    await venue_steps.give_reason(page, "Remove event", "It was a try-out")
    await expect(page.locator(".venue-event-row").first).to_be_visible()
    await expect(page.locator(".venue-event-row", has_text="Première")).to_have_count(0)


@pytest.mark.long
async def test_what_staff_search_stays_in_the_address(shop: Shop, enter: Enter) -> None:
    seats = venue_steps.free_seats(shop, 1, 1, section=1)
    venue_steps.book(shop, 1, seats, "Jürgen Müller")
    visit = await venue_steps.clock_in(shop, enter, "/1/bookings")
    page = visit.page
    find = page.get_by_label("Find a booking")
    await find.fill("jurgen muller")
    await page.wait_for_url("**/bookings?q=jurgen+muller")
    await page.get_by_label("State").select_option("CANCELLED")
    await expect(page.get_by_role("heading", name="No bookings")).to_be_visible()
    await page.reload()
    await expect(find).to_have_value("jurgen muller")
    await expect(page.get_by_label("State")).to_have_value("CANCELLED")
    await page.go_back()
    await expect(page.get_by_label("State")).to_have_value("")
    await page.get_by_label("State").select_option("CANCELLED")
    await page.get_by_label("State").select_option(label="Any")
    await expect(page.locator(".venue-row", has_text="Jürgen Müller")).to_be_visible()


@pytest.mark.long
async def test_the_board_says_what_is_not_set_yet(shop: Shop, enter: Enter) -> None:
    page = (await venue_steps.clock_in(shop, enter)).page
    await expect(page.get_by_text("No mail is sent")).to_be_visible()
    await expect(page.get_by_text("No money moves: set")).to_be_visible()
    await page.goto(f"{shop.address}/#/venue/1")
    await expect(page.get_by_text("Not ready to sell")).to_be_visible()


async def test_on_a_phone_the_open_tab_is_in_sight(shop: Shop, enter: Enter) -> None:
    visit = await venue_steps.clock_in(shop, enter, f"/{EVENT}/audit", viewport=PHONE)
    tab = visit.page.locator(".venue-tabs [aria-current=page]")
    await expect(tab).to_have_text("Log")
    await expect(tab).to_be_in_viewport(ratio=0.9)


async def test_the_lone_seat_rule_is_set_and_places_and_best_seats_are_blocked_by_number(
    shop: Shop, enter: Enter
) -> None:
    staff = await venue_steps.clock_in(shop, enter, "/2/sale")
    page = staff.page
    await page.get_by_role("button", name="Change the rule for lone seats").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Lone seats").select_option("strict")
    await dialog.get_by_label("in percent").fill("101")
    await dialog.get_by_label("Reason").fill("A full house")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_contain_text("a whole number from 0 to 100")
    await dialog.get_by_label("in percent").fill("5")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator("#venue-lone + p")).to_have_text("None alone, also at a row’s end")
    rule = shop.call("GET", "/events/2", token=shop.guest())["data"]["loneSeats"]
    assert rule == {"rule": "strict", "offBelowFreePercent": 5, "offHoursBefore": 24}
    await staff.open("/venue/2")
    blocked = int((await venue_steps.tile(page, "blocked").inner_text()).replace(",", ""))
    await page.get_by_role("button", name="Block places in Front left").click()
    await dialog.get_by_label("How many").fill("3")
    await venue_steps.give_reason(page, "Block", "Camera")
    await expect(venue_steps.tile(page, "blocked")).to_have_text(str(blocked + 3))
    await page.get_by_role("button", name="Block a number", exact=True).click()
    await dialog.get_by_label("How many").fill("4")
    assert await violations(page) == []
    await venue_steps.give_reason(page, "Block", "Ms Lind, by telephone")
    await expect(venue_steps.tile(page, "blocked")).to_have_text(str(blocked + 7))
    await expect(page.locator(".toast", has_text="Floor").last).to_be_visible()
