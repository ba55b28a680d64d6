"""The five scenarios of a purchase, each with real seats and payments."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Route, expect

from tests.browser import steps
from tests.browser.conftest import IN_A_BROWSER, Enter, Shop, Visit

pytestmark = IN_A_BROWSER


async def test_three_seats_are_bought_and_shown_as_booked_to_everyone(
    shop: Shop, enter: Enter
) -> None:
    buyer, other = await asyncio.gather(enter(shop), enter(shop))
    await steps.to_row(other, 0, 0)
    booked = other.page.locator(".seat-button.is-booked")
    already = await booked.count()
    await buyer.open("/")
    await buyer.page.locator(".card").first.click()
    await buyer.page.get_by_role("link", name="Select Seats").click()
    await buyer.page.locator(".section-button").first.click()
    await buyer.page.locator(".row-button").first.click()
    seats = await steps.pick(buyer.page, 3)
    await expect(buyer.page.locator(".cart-total strong")).to_contain_text("€")
    await steps.reserve(buyer.page)
    await steps.counts_down_to_the_deadline(buyer)
    await steps.fill_in(buyer.page)
    await steps.confirm(buyer.page)
    await steps.is_confirmed(buyer.page)
    for seat in seats:
        assert shop.seat(1, seat["seatId"])["status"] == "BOOKED"
    await expect(booked).to_have_count(already + 3)
    await expect(buyer.page.get_by_role("img", name="QR code")).to_be_visible()
    await expect(buyer.page.get_by_role("img", name="Where your seats are")).to_be_visible()


async def test_of_two_buyers_of_one_seat_the_second_is_told_and_sees_it_taken(
    shop: Shop, enter: Enter
) -> None:
    first, second = await asyncio.gather(enter(shop), enter(shop))
    await asyncio.gather(steps.to_row(first, 0, 1), steps.to_row(second, 0, 1))
    assert await steps.pick(first.page, 1) == await steps.pick(second.page, 1)

    async def the_first_reserves() -> None:
        await steps.reserve(first.page)
        await expect(first.page.get_by_role("heading", name="Checkout")).to_be_visible()

    await steps.reserve_after(second.page, the_first_reserves)
    await steps.toast(second.page, "All seats unavailable. Please select different seats.")
    await expect(second.page.locator(".seat-button").first).to_contain_class("is-reserved")
    await expect(second.page.locator(".loss")).to_contain_text("was just taken by another buyer")
    assert "/seats" in second.page.url


async def test_a_seat_that_moved_on_is_refused_by_its_version_and_the_map_refreshed(
    shop: Shop, enter: Enter
) -> None:
    buyer = await enter(shop)
    await steps.to_row(buyer, 0, 2)
    stale, _ = await steps.pick(buyer.page, 2)

    async def a_rival_takes_one_and_gives_it_back() -> None:
        rival = shop.guest()
        held = shop.reserve(rival, 1, stale)["data"]
        shop.call("DELETE", f"/events/1/reservations/{held['id']}", token=rival)

    await steps.reserve_after(buyer.page, a_rival_takes_one_and_gives_it_back)
    await steps.toast(
        buyer.page,
        "Some seats were just reserved by another user. Refreshing seat map...",
    )
    await expect(buyer.page.get_by_role("dialog")).to_contain_text(
        "Seat was modified by another user (stale version)"
    )
    await buyer.page.get_by_role("button", name="Select More Seats").click()
    seat = shop.seat(1, stale["seatId"])
    await steps.free(buyer.page).first.click()
    assert await steps.picked(buyer.page) == [
        {"seatId": stale["seatId"], "version": seat["version"]}
    ]


async def test_an_unpaid_reservation_runs_out_and_its_seats_are_free_again(
    hasty_shop: Shop, enter: Enter
) -> None:
    buyer, other = await asyncio.gather(enter(hasty_shop), enter(hasty_shop))
    await steps.to_row(other, 0, 0)
    seats = await steps.to_checkout(buyer, 0, 0, 2)
    await expect(other.page.locator(".seat-button.is-reserved")).to_have_count(2)
    dialog = buyer.page.get_by_role("dialog", name="Reservation Expired")
    await expect(dialog).to_contain_text("The seats have been released back to availability.")
    await buyer.page.keyboard.press("Escape")
    await expect(dialog).to_be_visible()
    await expect(other.page.locator(".seat-button.is-reserved")).to_have_count(0)
    await dialog.get_by_role("button", name="Select Seats Again").click()
    await expect(buyer.page.get_by_role("heading", name="Choose your seats")).to_be_visible()
    assert await steps.picked(buyer.page) == []
    assert hasty_shop.seat(1, seats[0]["seatId"])["status"] == "AVAILABLE"


async def test_a_payment_whose_answer_was_lost_is_made_once(shop: Shop, enter: Enter) -> None:
    """Also §4.7: the retry with the same key is answered from the first, and says so."""
    buyer = await enter(shop)
    keys: list[str] = []

    async def lose_the_first_answer(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        answer = await route.fetch()
        if len(keys) == 1:
            await route.abort("connectionreset")
        else:
            await route.fulfill(response=answer)

    await steps.to_checkout(buyer, 0, 3, 1)
    await buyer.page.route("**/bookings", lose_the_first_answer)
    await steps.fill_in(buyer.page)
    await steps.confirm(buyer.page)
    await steps.toast(buyer.page, "Connection lost. Retrying in 2 seconds...")
    await steps.toast(buyer.page, "Booking already confirmed (duplicate request prevented).")
    reference = await steps.is_confirmed(buyer.page)
    await buyer.page.unroute("**/bookings")
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert [booking["bookingReference"] for booking in await steps.bookings(buyer)] == [reference]


async def test_what_is_left_of_a_partly_lost_reservation_is_the_buyers_to_decide(
    shop: Shop, enter: Enter
) -> None:
    """Also §4.5, with each of its three choices."""
    for row, choice in enumerate(
        ("Proceed with 2 Seats", "Select More Seats", "Cancel & Start Over")
    ):
        buyer = await enter(shop)
        await steps.to_row(buyer, 1, row)
        _, wanted, _ = await steps.pick(buyer.page, 3)
        await partly_lost(shop, buyer, wanted)
        dialog = buyer.page.get_by_role("dialog", name="Partial Reservation")
        await expect(dialog).to_contain_text("Reserved (2 seats)")
        await expect(dialog).to_contain_text("Unavailable (1 seat)")
        await expect(dialog).to_contain_text("Seat is reserved")
        await steps.toast(buyer.page, "Reserved 2 of 3 seats. 1 seat unavailable.")
        await dialog.get_by_role("button", name=choice).click()
        held = await active(shop, await buyer.token())
        if choice.startswith("Proceed"):
            await expect(buyer.page.get_by_role("heading", name="Checkout")).to_be_visible()
            assert len(held) == 2
            assert wanted["seatId"] not in held
        elif choice.startswith("Select"):
            await steps.free(buyer.page).first.click()
            await steps.reserve(buyer.page)
            await expect(buyer.page.get_by_role("heading", name="Checkout")).to_be_visible()
            assert len(await active(shop, await buyer.token())) == 3
        else:
            await steps.toast(buyer.page, "Your seats have been released.")
            assert await active(shop, await buyer.token()) == []


async def partly_lost(shop: Shop, buyer: Visit, wanted: dict[str, int]) -> None:
    async def a_rival_takes_one() -> None:
        shop.reserve(shop.guest(), 1, wanted)

    await steps.reserve_after(buyer.page, a_rival_takes_one)


async def active(shop: Shop, token: str) -> list[int]:
    found: list[dict[str, Any]] = shop.call("GET", "/events/1/reservations", token=token)["data"]
    return [seat for one in found if one["status"] == "ACTIVE" for seat in one["seatIds"]]
