"""POST /bookings: what is answered, and what is then true."""

from __future__ import annotations

import asyncio

import pytest

from houseful.domain.errors import (
    Conflict,
    InProgress,
    InvalidRequest,
    KeyReused,
    NotFound,
    PaymentDeclined,
)
from houseful.ledger.catalog import discounts
from houseful.wire.codec import decode
from tests.checkout.shop import AUTHENTICATES, DECLINES, Shop, data, new_key
from tests.support.sessions import writing


async def test_held_seats_are_bought(shop: Shop) -> None:
    seats = await shop.hold("ada", 0, 1, 2)
    answer = await shop.buy("ada", seats)
    body = decode(answer.body)
    assert (answer.status, answer.is_replay) == (201, False)
    assert (body["statusCode"], body["success"]) == (201, True)
    assert body["message"] == "Booking confirmed successfully"
    booking = body["data"]
    assert booking["bookingReference"].startswith("BK-20")
    assert booking["bookingReference"].endswith("-000001")
    assert (booking["totalAmount"], booking["status"]) == (225.0, "CONFIRMED")
    assert booking["paymentStatus"] == "SUCCESS"
    assert booking["paymentTransactionId"].startswith("demo_")
    assert booking["seatNumbers"] == ["A1", "A2", "A3"]
    assert booking["userId"] == "ada"
    assert [await shop.status(seat) for seat in seats] == ["B", "B", "B"]
    assert await shop.problems() == []
    assert shop.mails == [(booking["bookingReference"], "confirmed")]


async def test_a_finished_key_replays_byte_for_byte(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    first = await shop.buy("ada", seats, key)
    second = await shop.buy("ada", seats, key)
    third = await shop.buy("ada", seats, key.upper().replace("BOOKING", "booking"))
    assert (second.status, second.is_replay) == (200, True)
    assert decode(second.body)["message"] == "Booking already exists (duplicate request prevented)"
    assert second.body == third.body
    assert first.body.partition(b'"data"')[2] == second.body.partition(b'"data"')[2]
    assert len((await shop.world()).payments) == 1


async def test_a_replay_survives_the_booking_s_cancellation(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    first = data(await shop.buy("ada", seats, key))
    await shop.checkout.cancel("ada", "customer", first["bookingReference"], "")
    assert data(await shop.buy("ada", seats, key)) == first


async def test_one_key_with_another_purchase_is_refused(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0, 1), new_key()
    await shop.buy("ada", seats[:1], key)
    with pytest.raises(KeyReused) as refused:
        await shop.buy("ada", seats, key)
    assert refused.value.status == 422


async def test_keys_belong_to_their_user(shop: Shop) -> None:
    key = new_key()
    await shop.buy("ada", await shop.hold("ada", 0), key)
    answer = await shop.buy("bob", await shop.hold("bob", 1), key)
    assert (answer.status, data(answer)["userId"]) == (201, "bob")
    with pytest.raises(KeyReused):
        await shop.buy("bob", [shop.event.first_seat_id], key)


async def test_an_expired_key_is_a_new_request(shop: Shop) -> None:
    key = new_key()
    first = data(await shop.buy("ada", await shop.hold("ada", 0), key))
    shop.clock.ahead_ms += shop.terms.key_ms + 1
    shop.answers.clear()
    second = data(await shop.buy("ada", await shop.hold("ada", 1), key))
    assert first["bookingReference"] != second["bookingReference"]


@pytest.mark.parametrize(
    "key", ["", None, "booking-", "booking-1234", "a1b2c3d4", "booking-" + "g" * 36]
)
async def test_a_key_of_another_form_is_refused(shop: Shop, key: str | None) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await shop.checkout.book("ada", key, shop.request([1]))
    assert refused.value.status == 400
    assert refused.value.code in {"idempotency_key_missing", "idempotency_key_invalid"}


async def test_a_declined_card_leaves_the_seats_and_the_key(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0, 1), new_key()
    with pytest.raises(PaymentDeclined) as declined:
        await shop.buy("ada", seats, key, payment_token=DECLINES)
    assert declined.value.details["declineCode"] == "card_declined"
    assert [await shop.status(seat) for seat in seats] == ["R", "R"]
    assert await shop.problems() == []
    answer = await shop.buy("ada", seats, key)
    assert answer.status == 201
    assert await shop.problems() == []


async def test_a_declined_buyer_has_a_minute_left_but_only_once(shop: Shop) -> None:
    seats = await shop.hold("ada", 0, hold_ms=2_000)
    for expected in (range(50_000, 60_001), range(30_000, 60_000)):
        with pytest.raises(PaymentDeclined):
            await shop.buy("ada", seats, payment_token=DECLINES)
        assert await shop.remaining_ms("ada") in expected


async def test_twenty_clicks_make_one_booking(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0, 1), new_key()
    results = await asyncio.gather(
        *(shop.buy("ada", seats, key) for _ in range(20)), return_exceptions=True
    )
    assert sum(getattr(result, "status", 0) == 201 for result in results) == 1
    others = [result for result in results if getattr(result, "status", 0) != 201]
    assert all(isinstance(o, InProgress) or getattr(o, "is_replay", False) for o in others), others
    assert all(o.retry_after_s == 1 for o in others if isinstance(o, InProgress))
    assert await shop.problems() == []
    assert len((await shop.world()).payments) == 1


async def test_twenty_keys_on_one_hold_make_one_booking(shop: Shop) -> None:
    seats = await shop.hold("ada", 0, 1)
    results = await asyncio.gather(
        *(shop.buy("ada", seats) for _ in range(20)), return_exceptions=True
    )
    assert sum(getattr(result, "status", 0) == 201 for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 19
    assert await shop.problems() == []


async def test_seats_that_are_not_held_are_named(shop: Shop) -> None:
    mine = await shop.hold("ada", 0)
    theirs = await shop.hold("bob", 1)
    with pytest.raises(Conflict) as refused:
        await shop.buy("ada", [*mine, *theirs, mine[0] + 2])
    named = {item["seatId"]: item["code"] for item in refused.value.details["failedSeats"]}  # type: ignore[attr-defined]
    assert named == {theirs[0]: "reserved", mine[0] + 2: "not_held"}
    assert await shop.status(mine[0]) == "R"
    assert (await shop.world()).payments == []


async def test_a_refused_request_may_be_made_again_under_its_key(shop: Shop) -> None:
    key, seat = new_key(), shop.event.first_seat_id
    with pytest.raises(Conflict):
        await shop.buy("ada", [seat], key)
    assert (await shop.buy("ada", await shop.hold("ada", 0), key)).status == 201


async def test_an_expired_hold_is_refused_before_any_charge(shop: Shop) -> None:
    seats = await shop.hold("ada", 0, hold_ms=1)
    await asyncio.sleep(0.01)
    with pytest.raises(Conflict) as refused:
        await shop.buy("ada", seats)
    assert refused.value.code == "reservation_expired"
    assert (await shop.world()).payments == []


async def test_sql_has_the_last_word_when_redis_forgot_a_sale(shop: Shop) -> None:
    seats = await shop.hold("ada", 0)
    await shop.buy("ada", seats)
    reference = data(await shop.buy("ada", await shop.hold("ada", 5)))["bookingReference"]
    assert reference
    await shop.seats.unbook_seats(shop.event.id, 1, "ada", seats)  # Redis went back in time
    await shop.hold("bob", 0, 1)
    with pytest.raises(Conflict) as refused:
        await shop.buy("bob", [*seats, seats[0] + 1])
    assert [item["code"] for item in refused.value.details["failedSeats"]] == ["booked"]  # type: ignore[attr-defined]
    assert await shop.status(seats[0]) == "B"
    assert await shop.status(seats[0] + 1) == "R"
    assert len((await shop.world()).payments) == 2
    assert await shop.problems() == []


async def test_three_premium_seats_with_summer10_cost_202_50(shop: Shop) -> None:
    async with writing(shop.database) as session:
        await discounts.add(session, code="SUMMER10", percent=10)
    seats = await shop.hold("ada", 0, 1, 2)
    quote = await shop.checkout.quote("ada", shop.event.id, seats, "summer10")
    assert quote["total"] == "202.50"
    assert (quote["subtotal"], quote["discount"]) == ("225.00", "22.50")
    booking = data(await shop.buy("ada", seats, discount_code="SUMMER10"))
    assert booking["totalAmount"] == 202.5
    assert await shop.problems() == []


async def test_a_zero_total_books_without_a_charge(shop: Shop) -> None:
    async with writing(shop.database) as session:
        await discounts.add(session, code="FREE", percent=100)
    seats = await shop.hold("ada", 0)
    booking = data(await shop.buy("ada", seats, discount_code="free", payment_token=""))
    assert (booking["totalAmount"], booking["status"]) == (0.0, "CONFIRMED")
    assert booking["paymentTransactionId"] is None
    assert (await shop.world()).payments == []
    assert await shop.status(seats[0]) == "B"
    assert await shop.problems() == []


async def test_an_unknown_code_is_refused_and_nothing_changed(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    with pytest.raises(InvalidRequest) as refused:
        await shop.buy("ada", seats, key, discount_code="NOPE")
    assert (refused.value.status, refused.value.code) == (400, "discount_unknown")
    assert await shop.status(seats[0]) == "R"
    assert (await shop.buy("ada", seats, key)).status == 201


async def test_a_nonsense_token_is_refused_and_the_seats_stay(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    with pytest.raises(InvalidRequest) as refused:
        await shop.buy("ada", seats, key, payment_token="pm_card_visa")
    assert refused.value.code == "invalid_payment_token"
    assert await shop.status(seats[0]) == "R"
    assert (await shop.buy("ada", seats, key)).status == 201
    assert await shop.problems() == []


async def test_an_unknown_event_or_seat_is_refused(shop: Shop) -> None:
    seats = await shop.hold("ada", 0)
    with pytest.raises(NotFound):
        await shop.buy("ada", seats, event_id=99)
    with pytest.raises(Conflict):
        await shop.buy("ada", [*seats, 999_999])


async def test_3d_secure_waits_for_the_buyer_and_then_confirms(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    answer = await shop.buy("ada", seats, key, payment_token=AUTHENTICATES)
    waiting = data(answer)
    assert (answer.status, waiting["status"]) == (202, "REQUIRES_ACTION")
    assert await shop.status(seats[0]) == "P"
    state = await shop.gateway.authenticate(waiting["clientSecret"], True)  # type: ignore[attr-defined]
    await shop.checkout.apply_payment(state.payment_id)
    booking = await shop.checkout.get_booking("ada", "customer", waiting["bookingReference"])
    assert booking["status"] == "CONFIRMED"
    assert (await shop.buy("ada", seats, key, payment_token=AUTHENTICATES)).status == 200
    assert await shop.problems() == []


async def test_posting_again_follows_up_3d_secure(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    waiting = data(await shop.buy("ada", seats, key, payment_token=AUTHENTICATES))
    again = await shop.buy("ada", seats, key, payment_token=AUTHENTICATES)
    assert (again.status, data(again)["clientSecret"]) == (202, waiting["clientSecret"])
    await shop.gateway.authenticate(waiting["clientSecret"], True)  # type: ignore[attr-defined]
    assert (await shop.buy("ada", seats, key)).status == 201


async def test_failed_3d_secure_is_a_decline(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    waiting = data(await shop.buy("ada", seats, key, payment_token=AUTHENTICATES))
    await shop.gateway.authenticate(waiting["clientSecret"], False)  # type: ignore[attr-defined]
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", seats, key, payment_token=AUTHENTICATES)
    assert await shop.status(seats[0]) == "R"
    assert (await shop.buy("ada", seats, key)).status == 201


async def test_3d_secure_left_open_frees_the_seat_at_its_deadline(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    waiting = data(await shop.buy("ada", seats, key, payment_token=AUTHENTICATES))
    shop.clock.ahead_ms += shop.terms.action_ms + 1
    await shop.look_after()
    assert await shop.status(seats[0]) == "A"
    assert [payment.outcome for payment in (await shop.world()).payments] == ["canceled"]
    with pytest.raises(Conflict) as ended:
        await shop.buy("ada", seats, key, payment_token=AUTHENTICATES)
    assert ended.value.code == "payment_not_completed"
    booking = await shop.checkout.get_booking("ada", "customer", waiting["bookingReference"])
    assert booking["status"] == "CANCELLED"
    assert await shop.problems() == []


async def test_a_new_attempt_that_lost_its_hold_can_be_made_again(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", seats, key, payment_token=DECLINES)
    await shop.seats.release(shop.event.id, "ada", seats)
    for _ in range(2):
        with pytest.raises(Conflict) as refused:
            await shop.buy("ada", seats, key)
        assert refused.value.code == "seats_unavailable"
    assert (await shop.buy("ada", await shop.hold("ada", 0), key)).status == 201
    assert await shop.problems() == []
