"""What staff do at the venue's page, with a buyer's window open beside it: the buyer's map follows."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser import steps, venue_steps
from tests.browser.conftest import IN_A_BROWSER, PHONE, Enter, Shop
from tests.browser.venue_steps import AVAILABLE, BLOCKED, BOOKED, EVENT, RESERVED

pytestmark = IN_A_BROWSER


async def test_seats_blocked_by_a_box_on_the_map_and_freed_from_the_list(
    shop: Shop, enter: Enter
) -> None:
    buyer = await venue_steps.looks_on(shop, enter)
    page = (await venue_steps.clock_in(shop, enter, f"/{EVENT}")).page
    await venue_steps.ready_map(page)
    seats = [seat["id"] for seat in venue_steps.free_seats(shop, EVENT, 4)]
    await page.get_by_role("button", name="Pick by box").click()
    await venue_steps.drag_around(page, seats)
    block = page.get_by_role("button", name="Block", exact=True)
    await block.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Reason")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(block).to_be_focused()
    await page.keyboard.press("Enter")
    await dialog.get_by_role("button", name="Block").click()
    await expect(dialog.locator(".fault", has_text="Please fill this in.")).to_be_visible()
    await venue_steps.give_reason(page, "Block")
    await venue_steps.map_shows(buyer, seats, BLOCKED)
    await expect(venue_steps.tile(page, "blocked")).not_to_have_text("0")

    section = shop.call("GET", f"/events/{EVENT}/seats", token=shop.guest())["data"]["sections"][0]
    rows = await page.locator(".row-picker").get_by_label("To row").locator("option").count()
    await venue_steps.pick_rows(page, section["name"], 0, rows - 1)
    await page.get_by_role("button", name="Unblock", exact=True).click()
    await venue_steps.give_reason(page, "Unblock")
    await venue_steps.map_shows(buyer, seats, AVAILABLE)


async def test_a_ticket_lets_one_in_once_until_it_is_undone(shop: Shop, enter: Enter) -> None:
    seats = venue_steps.free_seats(shop, EVENT, 1, section=1)
    booking = venue_steps.book(shop, EVENT, seats, "Grace Guest")
    ticket = booking["tickets"][0]
    page = (await venue_steps.clock_in(shop, enter, f"/{EVENT}/door")).page
    answer = page.locator(".door-answer")
    await page.get_by_label("This door").fill("North")
    await page.get_by_label("Ticket code").fill(ticket["code"])
    await page.get_by_role("button", name="Check in", exact=True).click()
    await expect(answer).to_contain_text("Let in")
    await expect(answer).to_contain_text("Grace Guest")
    await expect(answer).to_contain_text(ticket["section"])

    await page.get_by_label("Ticket code").fill(ticket["code"])
    await page.keyboard.press("Enter")
    await expect(answer).to_contain_text("Do not let in")
    await expect(answer).to_contain_text("Already used")
    await expect(answer).to_contain_text("door North")

    await page.locator(".door-list li").first.get_by_role("button").click()
    await venue_steps.give_reason(page, "Undo", "Went out for air")
    await page.get_by_label("Ticket code").fill(ticket["code"])
    await page.keyboard.press("Enter")
    await expect(answer).to_contain_text("Grace Guest")

    await page.get_by_label("Ticket code").fill("no such code")
    await page.keyboard.press("Enter")
    await expect(answer).to_contain_text("Do not let in")


@pytest.mark.long
async def test_two_doors_that_check_one_ticket_at_once_let_one_in(shop: Shop, enter: Enter) -> None:
    seats = venue_steps.free_seats(shop, EVENT, 1, section=1)
    code = venue_steps.book(shop, EVENT, seats)["tickets"][0]["code"]
    doors = [(await venue_steps.clock_in(shop, enter, f"/{EVENT}/door")).page for _ in range(2)]
    for page in doors:
        await page.get_by_label("Ticket code").fill(code)
    await asyncio.gather(*(page.keyboard.press("Enter") for page in doors))
    words = []
    for page in doors:
        await expect(page.locator(".door-word")).to_be_visible()
        words.append(await page.locator(".door-word").inner_text())
    assert sorted(words) == ["Do not let in", "Let in"]


CAMERA = """
window.codeInView = "";
window.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
  detect() { return Promise.resolve(window.codeInView ? [{ rawValue: window.codeInView }] : []); }
};
navigator.mediaDevices.getUserMedia = () => {
  const canvas = document.createElement("canvas");
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  return Promise.resolve(canvas.captureStream());
};
"""
"""A camera and a browser that reads codes off it, which the test's browser has not."""


@pytest.mark.long
async def test_a_code_in_front_of_the_camera_is_checked_in_once(shop: Shop, enter: Enter) -> None:
    seats = venue_steps.free_seats(shop, EVENT, 1, section=1)
    ticket = venue_steps.book(shop, EVENT, seats, "Carl Camera")["tickets"][0]
    visit = await venue_steps.clock_in(shop, enter)
    await visit.context.add_init_script(CAMERA)
    await visit.page.reload()
    await visit.open(f"/venue/{EVENT}/door")
    page = visit.page
    await page.get_by_role("button", name="Scan with the camera").click()
    await expect(page.locator(".scanner-video")).to_be_visible()
    await page.evaluate("code => (window.codeInView = code)", ticket["code"])
    await expect(page.locator(".door-answer")).to_contain_text("Carl Camera")
    await expect(page.locator(".door-word")).to_have_text("Let in")
    await page.get_by_role("button", name="Camera off").click()
    await expect(page.locator(".scanner-video")).to_be_hidden()


PHONE_CAMERA = """
delete window.BarcodeDetector;
const canvas = document.createElement("canvas");
canvas.width = 1280, canvas.height = 720;
const brush = canvas.getContext("2d");
const ticket = new Image();
setInterval(() => {
  brush.fillStyle = "#8a8a80";
  brush.fillRect(0, 0, 1280, 720);
  if (!ticket.src) return;
  brush.setTransform(0.95, 0.3, -0.3, 0.95, 600, 100);
  brush.drawImage(ticket, 0, 0, 340, 340);
  brush.resetTransform();
}, 40);
navigator.mediaDevices.getUserMedia = () => Promise.resolve(canvas.captureStream());
window.holdUp = (svg) => ticket.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
"""
"""An iPhone: a camera, and no BarcodeDetector; a ticket is held before it, askew."""


async def test_a_phone_without_a_code_reader_signs_in_at_the_board_and_scans(
    shop: Shop, enter: Enter
) -> None:
    seats = venue_steps.free_seats(shop, EVENT, 1, section=1)
    ticket = venue_steps.book(shop, EVENT, seats, "Ida Phone")["tickets"][0]
    board = (await venue_steps.clock_in(shop, enter, f"/{EVENT}/door")).page
    await board.get_by_role("button", name="Sign in a phone as a door").click()
    await board.get_by_role("dialog").get_by_label("This door").fill("North")
    await board.get_by_role("button", name="Show the code").click()
    await expect(board.get_by_role("img", name="QR code with the sign-in link")).to_be_visible()
    link = await board.get_by_role("link", name="Or open this link").get_attribute("href")
    assert link

    visit = await enter(shop, viewport=PHONE)
    await visit.context.add_init_script(PHONE_CAMERA)
    page = visit.page
    throttle = await visit.context.new_cdp_session(page)
    await throttle.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    await page.goto(link)
    await expect(page.get_by_role("heading", name="An Evening of Shadows")).to_be_visible()
    assert "token" not in page.url
    await expect(page.get_by_label("This door")).to_have_value("North")
    await expect(page.get_by_text("Signed in until")).to_be_visible()
    await expect(page.get_by_role("link", name="Bookings", exact=True)).to_have_count(0)
    await page.get_by_role("button", name="Scan with the camera").click()
    await expect(page.locator(".scanner-video")).to_be_visible()
    svg = await page.evaluate(
        "async ([path, token]) => (await fetch(path, { headers: { authorization: token } })).text()",
        [ticket["qrUrl"], f"Bearer {venue_steps.staff_token(shop)}"],
    )
    await page.evaluate("svg => window.holdUp(svg)", svg)
    await expect(page.locator(".door-word")).to_have_text("Let in")
    await expect(page.locator(".door-answer")).to_contain_text("Ida Phone")
    await expect(page.locator(".door-list")).to_contain_text("North")
    await throttle.detach()


@pytest.mark.long
async def test_without_https_the_door_says_why_there_is_no_camera(shop: Shop, enter: Enter) -> None:
    visit = await venue_steps.clock_in(shop, enter)
    await visit.context.add_init_script(
        "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });"
        "Object.defineProperty(window, 'isSecureContext', { value: false });"
    )
    await visit.page.reload()
    await visit.open(f"/venue/{EVENT}/door")
    await visit.page.get_by_role("button", name="Scan with the camera").click()
    await expect(visit.page.locator(".scanner")).to_contain_text("over https only")


@pytest.mark.long
async def test_a_refund_puts_the_seats_back_on_the_buyers_map_and_voids_the_tickets(
    shop: Shop, enter: Enter
) -> None:
    booking = venue_steps.book(shop, EVENT, venue_steps.free_seats(shop, EVENT, 2, section=1))
    reference, seats = booking["bookingReference"], booking["seatIds"]
    buyer = await venue_steps.looks_on(shop, enter)
    await venue_steps.map_shows(buyer, seats, BOOKED)
    page = (await venue_steps.clock_in(shop, enter, f"/{EVENT}/bookings")).page
    await page.get_by_label("Find a booking").fill(reference)
    row = page.locator(".venue-row", has_text=reference)
    await row.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("list", name="Tickets").locator("li")).to_have_count(2)
    await dialog.get_by_role("button", name="Cancel and refund").click()
    sum_shown = page.get_by_role("dialog").get_by_role("status")
    await expect(sum_shown).to_contain_text("The whole booking ends")
    await page.get_by_role("dialog").get_by_role("checkbox").nth(1).uncheck()
    await expect(sum_shown).to_contain_text("The other tickets stay valid")
    await venue_steps.give_reason(page, "Give back", "One of the two is ill")
    await venue_steps.map_shows(buyer, seats[:1], AVAILABLE)
    await venue_steps.map_shows(buyer, seats[1:], BOOKED)
    await row.click()
    await expect(dialog.get_by_role("list", name="Money given back")).to_contain_text("Given back")
    await dialog.get_by_role("button", name="Cancel and refund").click()
    await expect(sum_shown).to_contain_text("The whole booking ends")
    await venue_steps.give_reason(page, "Give back", "Wheelchair seat sold by mistake")
    await venue_steps.map_shows(buyer, seats, AVAILABLE)
    await expect(row).to_contain_text("Refunded")

    await page.goto(f"{shop.address}/#/venue/{EVENT}/door")
    await page.get_by_label("Ticket code").fill(booking["tickets"][0]["code"])
    await page.keyboard.press("Enter")
    await expect(page.locator(".door-answer")).to_contain_text("Cancelled ticket")


@pytest.mark.long
async def test_a_hold_that_staff_release_is_free_on_every_map(shop: Shop, enter: Enter) -> None:
    holder = await enter(shop)
    seats = [seat["seatId"] for seat in await steps.to_checkout(holder, 0, 0, 2)]
    buyer = await venue_steps.looks_on(shop, enter)
    await venue_steps.map_shows(buyer, seats, RESERVED)
    page = (await venue_steps.clock_in(shop, enter, f"/{EVENT}/holds")).page
    holds = shop.call("GET", f"/events/{EVENT}/holds", token=venue_steps.staff_token(shop))["data"]
    held = next(hold["seats"] for hold in holds if set(hold["seatIds"]) == set(seats))
    numbers = ", ".join(seat["label"].removeprefix(seat["row"]) for seat in held)
    named = f"{held[0]['section']}, row {held[0]['row']}: {numbers}"
    await page.get_by_role("button", name=f"Release {named}").click()
    await venue_steps.give_reason(page, "Release", "Left the queue")
    await venue_steps.map_shows(buyer, seats, AVAILABLE)
    await expect(holder.page.locator(".timer-digits")).to_be_hidden()


@pytest.mark.long
async def test_bookings_are_found_by_name_and_exported(shop: Shop, enter: Enter) -> None:
    seats = venue_steps.free_seats(shop, EVENT, 1, section=1)
    booking = venue_steps.book(shop, EVENT, seats, "=Zoë Export")
    page = (await venue_steps.clock_in(shop, enter, f"/{EVENT}/bookings")).page
    await page.get_by_label("Find a booking").fill("zoë exp")
    await expect(page.locator(".venue-row")).to_have_count(1)
    await page.get_by_label("Find a booking").fill("nobody of that name")
    await expect(page.get_by_role("heading", name="No bookings")).to_be_visible()
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Export CSV").click()
    file = await (await waiting.value).path()
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    line = next(line for line in lines if booking["bookingReference"] in line)
    assert "'=Zoë Export" in line


@pytest.mark.long
async def test_every_act_stands_in_the_log_with_who_and_why(shop: Shop, enter: Enter) -> None:
    token = venue_steps.staff_token(shop)
    seat = venue_steps.free_seats(shop, EVENT, 1, section=1)[0]["id"]
    body = {"seatIds": [seat], "reason": "A camera stands here"}
    shop.call("POST", f"/events/{EVENT}/block", body, token)
    visit = await venue_steps.clock_in(shop, enter, f"/{EVENT}/holds")
    page = visit.page
    blocked = page.locator(".block-list li", has_text="A camera stands here").first
    await expect(blocked).to_contain_text("box-office")
    await blocked.get_by_role("button").click()
    await venue_steps.give_reason(page, "Unblock", "The camera is gone")
    await expect(page.locator(".block-list li", has_text="A camera stands here")).to_have_count(0)
    await visit.open(f"/venue/{EVENT}/audit")
    await expect(page.locator("tbody tr", has_text="The camera is gone")).to_be_visible()
    row = page.locator("tbody tr", has_text="A camera stands here").first
    await expect(row).to_contain_text("box-office")
    await expect(row).to_contain_text("Blocked seats")
