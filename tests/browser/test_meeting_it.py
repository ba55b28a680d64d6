"""The buyer's pages as people meet them: names of seats, what is said aloud, Back, offline, a lost hold."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser import steps, venue_steps
from tests.browser.conftest import DESK, IN_A_BROWSER, Enter, Shop, Visit

pytestmark = IN_A_BROWSER

PLACE = re.compile(r"Balcony, row [A-Z]+, seat \d+")


async def test_a_seat_is_named_with_its_section_from_the_basket_to_the_bookings(
    shop: Shop, enter: Enter
) -> None:
    visit = await enter(shop)
    page = visit.page
    await steps.to_row(visit, 1, 3)
    await steps.pick(page, 1)
    name = await page.locator(".cart .ticket-line strong").inner_text()
    assert PLACE.fullmatch(name), name
    await steps.reserve(page)
    await expect(page.locator(".summary .ticket-line strong")).to_have_text(name)
    await visit.open("/events/1/seats")
    await expect(page.locator(".cart-group.is-held strong").last).to_have_text(name)
    await expect(page.get_by_role("button", name=f"Release {name}")).to_be_visible()
    await visit.open("/events/1/checkout")
    await steps.fill_in(page)
    await steps.confirm(page)
    await steps.is_confirmed(page)
    await expect(page.locator(".seat-tags li")).to_have_text(name)
    await expect(page.locator(".ticket-stub strong")).to_have_text(name)
    await visit.open("/bookings")
    await expect(page.locator(".booking-row")).to_contain_text(name)


async def test_rows_show_their_prices(shop: Shop, enter: Enter) -> None:
    visit = await enter(shop)
    await visit.open("/events/1/seats")
    await visit.page.locator(".section-button").first.click()
    rows = visit.page.locator(".row-button .section-price")
    await expect(rows.first).to_contain_text("€")
    assert await rows.count() == await visit.page.locator(".row-button").count()


async def test_a_declined_card_is_told_once_and_not_each_second(shop: Shop, enter: Enter) -> None:
    visit = await enter(shop)
    page = visit.page
    await page.clock.install()
    await steps.to_checkout(visit, 1, 3, 1)
    await steps.fill_in(page, steps.DECLINES)
    await steps.confirm(page)
    panel = page.get_by_role("alert").filter(has_text="Payment Declined")
    await expect(panel).to_contain_text(re.compile(r"still active for \d\d:\d\d"))
    await expect(panel.get_by_role("button", name="Update Payment & Retry")).to_be_focused()
    digits = page.locator(".timer-digits")
    before, told = await digits.inner_text(), await panel.inner_text()
    await page.clock.fast_forward(5000)
    await expect(digits).not_to_have_text(before)
    assert await panel.inner_text() == told


async def test_without_a_mail_server_the_checkout_promises_no_mail(
    shop: Shop, enter: Enter
) -> None:
    buyer = await enter(shop)
    await steps.to_checkout(buyer, 0, 1, 1)
    await expect(buyer.page.get_by_text("No e-mail is sent from here")).to_be_visible()
    await expect(buyer.page.get_by_text("are sent to this address")).to_have_count(0)


async def test_what_was_said_of_a_choice_is_not_left_for_the_checkout(
    shop: Shop, enter: Enter
) -> None:
    visit = await enter(shop)
    page = visit.page
    await steps.to_row(visit, 1, 3)
    await steps.pick(page, 1)
    await expect(page.locator("#voice")).to_contain_text("selected. 1 of 10")
    await steps.reserve(page)
    await expect(page.get_by_label("Full name")).to_be_visible()
    await expect(page.locator("#voice")).to_be_empty()


async def test_a_fact_of_an_event_has_a_name_of_its_own(shop: Shop, enter: Enter) -> None:
    """A screen reader met "of seats free", which stood alone."""
    visit = await enter(shop)
    await visit.open("/events/1")
    names = visit.page.locator(".facts dt")
    await expect(names).to_have_text(["When", "Where", "Seats"])


async def test_back_closes_a_dialog_and_leaves_its_page(shop: Shop, enter: Enter) -> None:
    visit = await enter(shop)
    page = visit.page
    await steps.to_checkout(visit, 1, 3, 1)
    await steps.fill_in(page, steps.ASKS_THE_BANK)
    await steps.confirm(page)
    bank = page.get_by_role("dialog", name="Confirm with your bank")
    await expect(bank).to_be_visible()
    await page.go_back()
    await expect(bank).to_be_visible()
    assert page.url.endswith("/checkout")
    await bank.get_by_role("button", name="Approve payment").click()
    reference = await steps.is_confirmed(page)
    await page.get_by_role("button", name="Cancel booking").click()
    sure = page.get_by_role("dialog", name="Cancel this booking?")
    await expect(sure).to_be_visible()
    await page.go_back()
    await expect(sure).to_be_hidden()
    assert page.url.endswith(reference)
    await page.get_by_role("button", name="Cancel booking").click()
    await sure.get_by_role("button", name="Keep my tickets").click()
    await expect(sure).to_be_hidden()
    await page.go_back()
    await expect(page.get_by_text("You have no seats reserved")).to_be_visible()


@pytest.mark.parametrize(
    "size", [{"width": 390, "height": 664}, {"width": 320, "height": 568}, DESK], ids=str
)
async def test_offline_the_total_and_the_button_stay_in_sight(
    shop: Shop, enter: Enter, size: dict[str, int]
) -> None:
    visit = await enter(shop, viewport=size, locale="de-DE")
    page = visit.page
    await steps.to_row(visit, 1, 3)
    await steps.pick(page, 1)
    await visit.context.set_offline(True)
    await expect(page.locator(".connection")).to_be_visible()
    button = page.get_by_role("button", name="Plätze reservieren")
    for seen in (page.locator(".cart-total"), button, page.locator(".connection")):
        await expect(seen).to_be_in_viewport(ratio=1)
    await visit.context.set_offline(False)


async def test_a_reservation_that_the_network_broke_off_goes_on_when_it_is_back(
    shop: Shop, enter: Enter
) -> None:
    visit = await enter(shop)
    page = visit.page
    await page.clock.install()
    await steps.to_row(visit, 1, 3)
    await steps.goes_live(page)
    await steps.pick(page, 1)
    await visit.context.set_offline(True)
    await steps.reserve(page)
    for seconds in (2, 4, 8):
        await steps.toast(page, f"Connection lost. Retrying in {seconds} seconds...")
        await page.clock.fast_forward(seconds * 1000)
    await steps.toast(page, "The server cannot be reached.")
    await visit.context.set_offline(False)
    await steps.toast(page, "You are back online. Your seats are being reserved now.")
    await expect(page.get_by_role("heading", name="Checkout")).to_be_visible()
    await goes_on_paying(visit)


async def goes_on_paying(visit: Visit) -> None:
    page = visit.page
    await steps.fill_in(page)
    await visit.context.set_offline(True)
    await steps.confirm(page)
    for seconds in (2, 4, 8):
        await steps.toast(page, f"Connection lost. Retrying in {seconds} seconds...")
        await page.clock.fast_forward(seconds * 1000)
    await expect(page.get_by_role("alert").filter(has_text="Maximum retry")).to_be_visible()
    await visit.context.set_offline(False)
    await steps.toast(page, "You are back online. Your payment goes on")
    await steps.is_confirmed(page)
    assert len(await steps.bookings(visit)) == 1


@pytest.mark.parametrize("is_away", [False, True])
async def test_a_buyer_whose_hold_staff_released_is_told_why(
    shop: Shop, enter: Enter, is_away: bool
) -> None:
    visit = await enter(shop)
    page = visit.page
    seats = await steps.to_checkout(visit, 1, 3, 1)
    if is_away:
        await page.goto("about:blank")
    token = venue_steps.staff_token(shop)
    holds = shop.call("GET", "/events/1/holds", token=token)["data"]
    (hold,) = [one for one in holds if one["seatIds"] == [seats[0]["seatId"]]]
    await asyncio.to_thread(
        shop.call, "POST", f"/events/1/holds/{hold['id']}/release", {"reason": "queue"}, token
    )
    if is_away:
        await visit.open("/")
    told = page.get_by_role("dialog", name="The venue has released your seats")
    await expect(told).to_contain_text("You have not been charged.")
    await told.get_by_role("button", name="Select Seats Again").click()
    await expect(page.get_by_role("heading", name="Choose your seats")).to_be_visible()
    assert await steps.picked(page) == []


async def test_legend_and_list_tell_every_state_and_category_apart_without_colours(
    shop: Shop, enter: Enter
) -> None:
    visit = await enter(shop, forced_colors="active")
    page = visit.page
    await visit.open("/events/1/seats")
    marks = page.locator(".map-key .key-mark")
    await expect(marks).to_have_count(7)
    assert len(set(await marks.evaluate_all("all => all.map(one => one.innerHTML)"))) == 7
    await expect(page.locator(".map-key")).to_contain_text("not for sale")
    forms = page.locator("seat-legend .swatch-form")
    await expect(forms.first).to_be_visible()
    await expect(page.locator("seat-legend .swatch").first).to_be_hidden()
    shown = await forms.evaluate_all("all => all.map(one => one.innerHTML)")
    assert len(shown) == len(set(shown)) > 1


async def test_a_refusal_is_said_in_the_reader_s_language(shop: Shop, enter: Enter) -> None:
    """The server's sentences are English; its codes have words in the page."""
    visit = await enter(shop, locale="de-DE")
    page = visit.page
    await steps.to_row(visit, 1, 3)
    await steps.pick(page, 1)
    await page.get_by_role("button", name="Plätze reservieren").click()
    await page.get_by_label("Rabattcode").fill("NO-SUCH-CODE")
    await page.get_by_role("button", name="Einlösen").click()
    await expect(page.locator("#fault-code")).to_have_text("Diesen Rabattcode gibt es nicht.")


async def test_an_address_that_the_server_does_not_take_is_said_at_its_field(
    shop: Shop, enter: Enter
) -> None:
    """Such a buyer was offered nothing but to start over, and lost the seats."""
    visit = await enter(shop, locale="de-DE")
    page = visit.page
    await steps.to_row(visit, 1, 3)
    await steps.pick(page, 1)
    await page.get_by_role("button", name="Plätze reservieren").click()
    await page.get_by_label("Vor- und Nachname").fill("Ada Buyer")
    email = page.get_by_label("E-Mail")
    await email.fill("a..b@example.org")
    pay = page.locator(".checkout-go button")
    await pay.click()
    await expect(page.locator("#fault-email")).to_contain_text("E-Mail-Adresse")
    await expect(email).to_be_focused()
    await expect(page.locator(".payment-error")).to_have_count(0)
    await expect(page.locator(".timer-digits")).to_be_visible()
    await email.fill("ada@example.org")
    await pay.click()
    await expect(page.get_by_role("img", name="QR-Code")).to_be_visible()
    (booking,) = await steps.bookings(visit)
    assert booking["status"] == "CONFIRMED"
