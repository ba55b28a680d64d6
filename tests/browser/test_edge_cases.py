"""What can go wrong on the way to a ticket, and what a live map adds to it.

§4.1, §4.2, §4.5 and §4.7 are told by the scenarios in `test_purchase`.
"""

from __future__ import annotations

import asyncio

from playwright.async_api import Route, expect

from tests.browser import steps
from tests.browser.conftest import IN_A_BROWSER, Enter, Shop

pytestmark = IN_A_BROWSER

WITNESS = """
globalThis.witness = [];
globalThis.AudioContext = class {
  currentTime = 0;
  destination = {};
  close() {}
  createGain() {
    return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (to) => to };
  }
  createOscillator() {
    return { frequency: {}, connect: (to) => to, start: () => witness.push("tone"), stop() {} };
  }
};
globalThis.Notification = class {
  static permission = "default";
  static async requestPermission() {
    witness.push("asked");
    return (this.permission = "granted");
  }
  constructor(title, { body }) { witness.push(body); }
};
"""
"""Stands where the browser's loudspeaker and notifications are, and writes down what they do."""


async def test_a_declined_card_is_explained_and_another_pays_under_the_same_key(
    shop: Shop, enter: Enter
) -> None:
    buyer = await enter(shop)
    keys: list[str] = []
    buyer.page.on(
        "request",
        lambda request: (
            keys.append(request.headers["idempotency-key"])
            if request.method == "POST" and request.url.endswith("/bookings")
            else None
        ),
    )
    await steps.to_checkout(buyer, 0, 4, 1)
    await steps.fill_in(buyer.page, steps.DECLINES)
    await steps.confirm(buyer.page)
    panel = buyer.page.get_by_role("alert").filter(has_text="Payment Declined")
    await expect(panel).to_contain_text(
        "Please check your payment details and try again. Your seat reservation is still active for"
    )
    await panel.get_by_role("button", name="Update Payment & Retry").click()
    await expect(buyer.page.get_by_label("Test card number")).to_be_focused()
    await buyer.page.get_by_label("Test card number").fill(steps.PAYS)
    await steps.confirm(buyer.page)
    await steps.is_confirmed(buyer.page)
    assert len(keys) == 2
    assert keys[0] == keys[1]


async def test_a_declined_buyer_can_give_the_seats_back(shop: Shop, enter: Enter) -> None:
    buyer = await enter(shop)
    (seat,) = await steps.to_checkout(buyer, 0, 5, 1)
    await steps.fill_in(buyer.page, steps.DECLINES)
    await steps.confirm(buyer.page)
    await buyer.page.get_by_role("button", name="Cancel & Release Seats").click()
    await expect(buyer.page.get_by_role("heading", name="Choose your seats")).to_be_visible()
    assert shop.seat(1, seat["seatId"])["status"] == "AVAILABLE"


async def test_a_dead_network_is_retried_three_times_then_left_to_the_buyer(
    shop: Shop, enter: Enter
) -> None:
    buyer = await enter(shop)
    await buyer.page.clock.install()
    keys: list[str] = []

    async def refuse(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        await route.abort("connectionrefused")

    await steps.to_checkout(buyer, 0, 6, 1)
    await buyer.page.route("**/bookings", refuse)
    await steps.fill_in(buyer.page)
    await steps.confirm(buyer.page)
    for seconds, attempt in ((2, None), (4, 2), (8, 3)):
        await steps.toast(buyer.page, f"Connection lost. Retrying in {seconds} seconds...")
        if attempt:
            await steps.toast(buyer.page, f"Retry attempt {attempt}...")
        await buyer.page.clock.fast_forward(seconds * 1000)
    panel = buyer.page.get_by_role("alert").filter(has_text="Maximum retry attempts reached")
    await expect(panel).to_be_visible()
    await buyer.page.unroute("**/bookings")
    buyer.page.on(
        "request",
        lambda request: (
            keys.append(request.headers["idempotency-key"])
            if request.method == "POST" and request.url.endswith("/bookings")
            else None
        ),
    )
    await panel.get_by_role("button", name="Try Again").click()
    await steps.is_confirmed(buyer.page)
    assert len(keys) == 5
    assert len(set(keys)) == 1


async def test_a_payment_of_which_no_answer_ever_came_is_found_by_trying_again(
    shop: Shop, enter: Enter
) -> None:
    buyer = await enter(shop)
    await buyer.page.clock.install()
    reached: list[int] = []

    async def answer_nobody(route: Route) -> None:
        answer = await route.fetch()
        reached.append(answer.status)
        await route.abort("connectionreset")

    await steps.to_checkout(buyer, 1, 1, 1)
    await buyer.page.route("**/bookings", answer_nobody)
    await steps.fill_in(buyer.page)
    await steps.confirm(buyer.page)
    for seconds in (2, 4, 8):
        await steps.toast(buyer.page, f"Connection lost. Retrying in {seconds} seconds...")
        await buyer.page.clock.fast_forward(seconds * 1000)
    panel = buyer.page.get_by_role("alert").filter(has_text="Maximum retry attempts reached")
    await expect(panel).to_be_visible()
    await buyer.page.unroute("**/bookings")
    await panel.get_by_role("button", name="Try Again").click()
    await steps.toast(buyer.page, "Booking already confirmed (duplicate request prevented).")
    await steps.is_confirmed(buyer.page)
    assert reached == [201, 200, 200, 200]
    assert len(await steps.bookings(buyer)) == 1


async def test_one_minute_before_the_end_the_buyer_is_warned_once(shop: Shop, enter: Enter) -> None:
    buyer = await enter(shop)
    await buyer.page.clock.install()
    await steps.to_checkout(buyer, 0, 7, 1)
    await steps.pass_time(buyer.page, 530)
    await expect(buyer.page.locator(".timer.warning")).to_have_count(0)
    await steps.pass_time(buyer.page, 12)
    await steps.toast(buyer.page, "1 minute remaining! Complete checkout to secure your seats.")
    await expect(buyer.page.locator(".timer.pulse-warning")).to_be_visible()
    title, digits = await buyer.page.evaluate(
        "[document.title, document.querySelector('.timer-digits').textContent]"
    )
    assert title.startswith(f"({digits}) ")
    assert 0 < int(digits.removeprefix("00:")) < 60
    await expect(buyer.page.locator(".toast")).to_have_count(1)


async def test_the_last_minute_rings_and_notifies_those_who_asked_for_it(
    shop: Shop, enter: Enter
) -> None:
    """Both are off at first; the browser is asked on the click and not before."""
    buyer = await enter(shop)
    await buyer.page.add_init_script(WITNESS)
    await buyer.page.clock.install()
    await steps.to_checkout(buyer, 0, 8, 1)
    sound = buyer.page.get_by_role("button", name="Sound at one minute")
    notify = buyer.page.get_by_role("button", name="Notify me at one minute")
    await expect(sound).to_have_attribute("aria-pressed", "false")
    await expect(notify).to_have_attribute("aria-pressed", "false")
    assert await buyer.page.evaluate("witness") == []
    await notify.click()
    await expect(notify).to_have_attribute("aria-pressed", "true")
    assert await buyer.page.evaluate("witness") == ["asked"]
    await sound.click()
    await expect(sound).to_have_attribute("aria-pressed", "true")
    assert await buyer.page.evaluate("witness.splice(0)") == ["asked", "tone", "tone"]
    await steps.pass_time(buyer.page, 542)
    await steps.toast(buyer.page, "1 minute remaining! Complete checkout to secure your seats.")
    assert await buyer.page.evaluate("witness") == [
        "tone",
        "tone",
        "1 minute left on your reservation!",
    ]


async def test_nobody_who_did_not_ask_hears_the_last_minute(shop: Shop, enter: Enter) -> None:
    buyer = await enter(shop)
    await buyer.page.add_init_script(WITNESS)
    await buyer.page.clock.install()
    await steps.to_checkout(buyer, 0, 8, 1)
    await steps.pass_time(buyer.page, 542)
    await steps.toast(buyer.page, "1 minute remaining! Complete checkout to secure your seats.")
    assert await buyer.page.evaluate("witness") == []


async def test_one_of_the_held_seats_can_be_given_back(shop: Shop, enter: Enter) -> None:
    buyer = await enter(shop)
    seats = await steps.to_checkout(buyer, 0, 5, 2)
    await buyer.open("/events/1/seats")
    held = buyer.page.locator(".cart-group.is-held .ticket-line")
    await expect(held).to_have_count(2)
    await held.first.get_by_role("button", name="Release").click()
    await steps.toast(buyer.page, "has been released.")
    await expect(held).to_have_count(1)
    states = [shop.seat(1, seat["seatId"])["status"] for seat in seats]
    assert sorted(states) == ["AVAILABLE", "RESERVED"]
    await expect(buyer.page.get_by_role("button", name="Continue to checkout")).to_be_visible()


async def test_one_press_gives_more_time(hasty_shop: Shop, enter: Enter) -> None:
    buyer = await enter(hasty_shop)
    await steps.to_checkout(buyer, 0, 1, 1)
    digits = buyer.page.locator(".timer-digits")
    await expect(digits).to_have_text("00:01")
    await buyer.page.get_by_role("button", name="More time").click()
    await steps.toast(buyer.page, "You have more time")
    await expect(digits).to_have_text("00:03")


async def test_a_seat_taken_from_my_selection_is_named_and_its_neighbour_offered(
    shop: Shop, enter: Enter
) -> None:
    buyer = await enter(shop)
    await steps.to_row(buyer, 1, 3)
    await steps.goes_live(buyer.page)
    (seat,) = await steps.pick(buyer.page, 1)
    shop.reserve(shop.guest(), 1, seat)
    loss = buyer.page.locator(".loss")
    await expect(loss).to_contain_text("was just taken by another buyer.")
    assert await steps.picked(buyer.page) == []
    await loss.get_by_role("button", name="instead").click()
    (offered,) = await steps.picked(buyer.page)
    assert offered["seatId"] != seat["seatId"]
    await expect(buyer.page.locator(".loss")).to_have_count(0)


async def test_two_tabs_of_one_buyer_share_the_hold(shop: Shop, enter: Enter) -> None:
    buyer = await enter(shop)
    await steps.to_row(buyer, 0, 8)
    second = await buyer.another_tab("/events/1/seats")
    await expect(second.locator(".section-button").first).to_be_visible()
    await steps.pick(buyer.page, 2)
    await steps.reserve(buyer.page)
    await expect(second.locator(".cart-group.is-held .ticket-line")).to_have_count(2)
    await second.get_by_role("button", name="Release seats").click()
    await expect(buyer.page.get_by_text("You have no seats reserved")).to_be_visible()


async def test_a_reload_keeps_the_hold_and_its_countdown(shop: Shop, enter: Enter) -> None:
    buyer = await enter(shop)
    await steps.to_checkout(buyer, 0, 9, 2)
    await buyer.page.reload()
    await expect(buyer.page.locator(".timer-digits")).to_contain_text("09:")
    await expect(buyer.page.locator(".summary .ticket-line")).to_have_count(2)


async def test_a_reload_in_the_middle_of_a_payment_finds_the_booking(
    shop: Shop, enter: Enter
) -> None:
    buyer = await enter(shop)
    reached = asyncio.Event()

    async def answer_nobody(route: Route) -> None:
        await route.fetch()
        reached.set()

    await steps.to_checkout(buyer, 0, 10, 1)
    await buyer.page.route("**/bookings", answer_nobody)
    buyer.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await steps.fill_in(buyer.page)
    await steps.confirm(buyer.page)
    await asyncio.wait_for(reached.wait(), 10)
    await buyer.page.reload()
    await steps.is_confirmed(buyer.page)
    assert len(await steps.bookings(buyer)) == 1


async def test_the_bank_is_asked_and_its_no_leaves_the_seats_to_try_again(
    shop: Shop, enter: Enter
) -> None:
    buyer = await enter(shop)
    await steps.to_checkout(buyer, 0, 11, 1)
    await steps.fill_in(buyer.page, steps.ASKS_THE_BANK)
    await steps.confirm(buyer.page)
    bank = buyer.page.get_by_role("dialog", name="Confirm with your bank")
    await bank.get_by_role("button", name="Refuse").click()
    await expect(
        buyer.page.get_by_role("alert").filter(has_text="Payment Declined")
    ).to_be_visible()
    await steps.confirm(buyer.page)
    await bank.get_by_role("button", name="Approve payment").click()
    await steps.is_confirmed(buyer.page)


async def test_a_discount_shows_its_price_before_anything_is_paid(shop: Shop, enter: Enter) -> None:
    buyer = await enter(shop)
    await steps.to_checkout(buyer, 1, 0, 1)
    code = buyer.page.get_by_label("Discount code")
    await code.fill("NO-SUCH-CODE")
    await code.press("Enter")
    await expect(buyer.page.locator("#fault-code")).not_to_be_empty()
    await code.fill("summer10")
    await code.press("Enter")
    await expect(buyer.page.locator(".is-discount dd")).to_have_text("-€4.00")
    await expect(buyer.page.locator(".is-total dd")).to_have_text("€36.00")
    await steps.fill_in(buyer.page)
    await steps.confirm(buyer.page)
    await steps.is_confirmed(buyer.page)
    (booking,) = await steps.bookings(buyer)
    assert booking["totalAmount"] == 36


async def test_what_is_typed_outlives_a_new_price(shop: Shop, enter: Enter) -> None:
    buyer = await enter(shop)
    await steps.to_checkout(buyer, 1, 0, 1)
    await steps.fill_in(buyer.page, steps.DECLINES)
    await buyer.page.get_by_label("Discount code").fill("SUMMER10")
    await buyer.page.get_by_label("Discount code").press("Enter")
    await expect(buyer.page.locator(".is-total dd")).to_have_text("€36.00")
    await expect(buyer.page.get_by_label("Test card number")).to_have_value(steps.DECLINES)


async def test_an_offline_buyer_is_told_and_catches_up_by_itself(shop: Shop, enter: Enter) -> None:
    buyer = await enter(shop)
    await steps.to_row(buyer, 1, 2)
    await steps.goes_live(buyer.page)
    seats = await steps.pick(buyer.page, 1)
    await buyer.page.get_by_role("button", name="Remove").click()
    await buyer.context.set_offline(True)
    await expect(buyer.page.locator(".connection")).to_contain_text("You are offline.")
    shop.reserve(shop.guest(), 1, seats[0])
    await buyer.context.set_offline(False)
    await steps.goes_live(buyer.page)
    await expect(buyer.page.locator(".connection")).to_be_hidden()
    state = "i => document.querySelector('seats-view').purchase.house.peek().store.indexOf(i)"
    index = await buyer.page.evaluate(state, seats[0]["seatId"])
    await buyer.page.wait_for_function(
        "i => document.querySelector('seats-view').purchase.house.peek().store.status[i] === 1",
        arg=index,
    )


async def test_where_sockets_are_blocked_the_map_is_polled(shop: Shop, enter: Enter) -> None:
    buyer = await enter(shop)
    await steps.without_sockets(buyer)
    await steps.to_row(buyer, 1, 2)
    await expect(buyer.page.locator(".connection")).to_contain_text(
        "Live updates are blocked here."
    )
    async with buyer.page.expect_response(
        lambda answer: answer.url.endswith("/status") and answer.status == 304
    ):
        """Nothing has changed: the server says so and sends nothing."""
    held = await buyer.page.locator(".seat-button.is-reserved").count()
    seat = await steps.pick(buyer.page, 1)
    shop.reserve(shop.guest(), 1, seat[0])
    await expect(buyer.page.locator(".seat-button.is-reserved")).to_have_count(held + 1)
    await expect(buyer.page.locator(".loss")).to_be_visible()
