"""After the sale: cancellation, refunds, webhooks, money that comes late."""

from __future__ import annotations

import itertools

import pytest

from houseful.domain.booking import State
from houseful.domain.errors import Conflict, Forbidden, NotFound, PaymentDeclined, Unavailable
from houseful.ledger import audit, bookings
from houseful.ledger.models import AUDIT
from houseful.payments.demo import DemoGateway
from houseful.payments.gateway import GatewayUnknown, PaymentState, RefundState
from houseful.payments.webhooks import WebhookEvent
from tests.checkout.shop import AUTHENTICATES, DECLINES, Shop, data, new_key
from tests.support.sessions import reading

assert audit


def webhook(number: int, payment_id: str, kind: str = "payment_intent.succeeded") -> WebhookEvent:
    return WebhookEvent(f"evt_{number}", kind, payment_id, payment_id, 0, False)


async def bought(shop: Shop, *indexes: int, user: str = "ada") -> dict[str, object]:
    return data(await shop.buy(user, await shop.hold(user, *indexes)))


async def test_the_owner_cancels_and_the_seats_are_for_sale_again(shop: Shop) -> None:
    booking = await bought(shop, 0, 1)
    ended = await shop.checkout.cancel("ada", "customer", str(booking["bookingReference"]), "ill")
    assert (ended["status"], ended["refundedAmount"]) == ("REFUNDED", 150.0)
    assert await shop.status(shop.event.first_seat_id) == "A"
    assert [p.refunded_minor for p in (await shop.world()).payments] == [15000]
    assert await shop.problems() == []
    assert (await shop.buy("bob", await shop.hold("bob", 0, 1))).status == 201
    assert await shop.problems() == []
    assert (booking["bookingReference"], "cancelled") in shop.mails


async def test_cancelling_twice_refunds_once(shop: Shop) -> None:
    reference = str((await bought(shop, 0))["bookingReference"])
    first = await shop.checkout.cancel("ada", "customer", reference, "")
    assert await shop.checkout.cancel("ada", "customer", reference, "") == first
    assert await shop.problems() == []


async def test_owners_cannot_cancel_once_the_event_s_terms_forbid_it(shop: Shop) -> None:
    reference = str((await bought(shop, 0))["bookingReference"])
    shop.clock.ahead_ms += 4_000_000_000_000
    with pytest.raises(Conflict) as refused:
        await shop.checkout.cancel("ada", "customer", reference, "")
    assert refused.value.code == "cancellation_closed"
    ended = await shop.checkout.cancel("boss", "admin", reference, "rain")
    assert ended["status"] == "REFUNDED"


async def test_an_admin_s_cancellation_is_written_down(shop: Shop) -> None:
    reference = str((await bought(shop, 0))["bookingReference"])
    await shop.checkout.cancel("boss", "admin", reference, "rain")
    async with reading(shop.database) as session:
        line = (await session.execute(AUDIT.select())).one()
    assert (line.who, line.act, line.reason) == ("boss", "cancel_booking", "rain")


async def test_others_neither_see_nor_cancel_a_booking(shop: Shop) -> None:
    reference = str((await bought(shop, 0))["bookingReference"])
    with pytest.raises(NotFound):
        await shop.checkout.get_booking("bob", "customer", reference)
    with pytest.raises(NotFound):
        await shop.checkout.cancel("bob", "customer", reference, "")
    with pytest.raises(Forbidden):
        await shop.checkout.cancel("usher", "venue", reference, "")
    assert (await shop.checkout.get_booking("usher", "venue", reference))["userId"] == "ada"
    assert await shop.checkout.list_bookings("bob", 1, 10) == ([], 0)


async def test_bookings_are_listed_newest_first_in_pages(shop: Shop) -> None:
    references = [str((await bought(shop, n))["bookingReference"]) for n in range(3)]
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", await shop.hold("ada", 5), payment_token=DECLINES)
    first, total = await shop.checkout.list_bookings("ada", 1, 2)
    second, _ = await shop.checkout.list_bookings("ada", 2, 2)
    assert total == 3
    assert [view["bookingReference"] for view in first + second] == references[::-1]


async def test_a_declined_booking_cannot_be_cancelled(shop: Shop) -> None:
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", await shop.hold("ada", 0), payment_token=DECLINES)
    with pytest.raises(Conflict, match="declined"):
        await shop.checkout.cancel("ada", "customer", await only_reference(shop), "")


async def only_reference(shop: Shop) -> str:
    found = await shop.database.query(lambda session: bookings.get(session, 1))
    assert found is not None
    return found.reference


async def test_a_buyer_who_gives_up_3d_secure_frees_the_seats(shop: Shop) -> None:
    waiting = data(await shop.buy("ada", await shop.hold("ada", 0), payment_token=AUTHENTICATES))
    ended = await shop.checkout.cancel("ada", "customer", waiting["bookingReference"], "")
    assert ended["status"] == "CANCELLED"
    assert await shop.status(shop.event.first_seat_id) == "A"
    assert await shop.problems() == []


async def test_a_webhook_confirms_what_nobody_else_saw(shop: Shop) -> None:
    waiting = data(await shop.buy("ada", await shop.hold("ada", 0), payment_token=AUTHENTICATES))
    state = await shop.gateway.authenticate(waiting["clientSecret"], True)  # type: ignore[attr-defined]
    for _ in range(3):
        await shop.checkout.apply_webhook(webhook(1, state.payment_id))
    booking = await shop.checkout.get_booking("ada", "customer", waiting["bookingReference"])
    assert booking["status"] == "CONFIRMED"
    assert await shop.problems() == []


async def webhooks_in_orders(shop: Shop, orders: list[tuple[int, ...]]) -> None:
    """Six webhooks of one payment, in each of `orders` twice over: always the same end."""
    kinds = ["created", "requires_action", "succeeded", "charge", "refund", "canceled"]
    for turn, order in enumerate(orders):
        seats = await shop.hold("ada", turn % 40)
        waiting = data(await shop.buy("ada", seats, payment_token=AUTHENTICATES))
        state = await shop.gateway.authenticate(waiting["clientSecret"], True)  # type: ignore[attr-defined]
        for number in [*order, *order]:
            event = webhook(turn * 10 + number, state.payment_id, kinds[number])
            await shop.checkout.apply_webhook(event)
        reference = waiting["bookingReference"]
        booking = await shop.checkout.get_booking("ada", "customer", reference)
        assert booking["status"] == "CONFIRMED"
        if turn < len(orders) - 40:
            await shop.checkout.cancel("ada", "customer", reference, "")
    assert await shop.problems() == []


async def test_webhooks_in_any_order_end_the_same(shop: Shop) -> None:
    await webhooks_in_orders(shop, list(itertools.permutations(range(6)))[::48])


@pytest.mark.long
async def test_all_orders_of_six_webhooks_end_the_same(shop: Shop) -> None:
    await webhooks_in_orders(shop, list(itertools.permutations(range(6))))


async def test_a_webhook_of_nobody_s_payment_is_remembered_and_changes_nothing(shop: Shop) -> None:
    await shop.checkout.apply_webhook(
        WebhookEvent("evt_9", "customer.created", "c", None, 0, False)
    )
    assert await shop.problems() == []


async def test_a_webhook_that_cannot_be_applied_is_not_remembered(shop: Shop) -> None:
    waiting = data(await shop.buy("ada", await shop.hold("ada", 0), payment_token=AUTHENTICATES))
    state = await shop.gateway.authenticate(waiting["clientSecret"], True)  # type: ignore[attr-defined]
    deaf = shop.new_checkout(gateway=Deaf(shop))
    with pytest.raises(Unavailable):
        await deaf.apply_webhook(webhook(1, state.payment_id))
    await shop.checkout.apply_webhook(webhook(1, state.payment_id))
    booking = await shop.checkout.get_booking("ada", "customer", waiting["bookingReference"])
    assert booking["status"] == "CONFIRMED"


async def test_a_refund_at_the_gateway_ends_the_sale(shop: Shop) -> None:
    booking = await bought(shop, 0)
    payment_id = str(booking["paymentTransactionId"])
    await refund_by_hand(shop, payment_id, None)
    await shop.checkout.apply_webhook(webhook(1, payment_id, "charge.refunded"))
    ended = await shop.checkout.get_booking("ada", "customer", str(booking["bookingReference"]))
    assert (ended["status"], ended["refundedAmount"]) == ("REFUNDED", 75.0)
    assert await shop.status(shop.event.first_seat_id) == "A"
    assert await shop.problems() == []


async def test_the_reconciler_finds_a_refund_no_webhook_told_of(shop: Shop) -> None:
    booking = await bought(shop, 0)
    await refund_by_hand(shop, str(booking["paymentTransactionId"]), None)
    shop.clock.ahead_ms += 60_000
    assert await shop.checkout._reconciler.money() == 1
    assert await shop.checkout._reconciler.money() == 0
    ended = await shop.checkout.get_booking("ada", "customer", str(booking["bookingReference"]))
    assert ended["status"] == "REFUNDED"
    assert await shop.problems() == []


async def test_a_partial_refund_is_noted_and_the_sale_stands(shop: Shop) -> None:
    booking = await bought(shop, 0)
    payment_id = str(booking["paymentTransactionId"])
    await refund_by_hand(shop, payment_id, 2000)
    await shop.checkout.apply_payment(payment_id)
    after = await shop.checkout.get_booking("ada", "customer", str(booking["bookingReference"]))
    assert (after["status"], after["refundedAmount"]) == ("CONFIRMED", 20.0)
    ended = await shop.checkout.cancel("ada", "customer", str(booking["bookingReference"]), "")
    assert ended["status"] == "REFUNDED"
    assert await shop.problems() == []


async def refund_by_hand(shop: Shop, payment_id: str, amount_minor: int | None) -> RefundState:
    return await shop.gateway.refund(
        payment_id, amount_minor=amount_minor, idempotency_key=new_key(), metadata={}
    )


async def test_money_of_no_booking_goes_back(shop: Shop) -> None:
    house_id = await shop.checkout._parts.house_id()
    state = await shop.gateway.create(
        amount_minor=500, currency="EUR", payment_token="demo_card_4242424242424242",
        metadata={"houseful": "BK-2026-000077", "house": house_id}, idempotency_key="k",
    )  # fmt: skip
    await shop.gateway.confirm(
        state.payment_id, payment_token="demo_card_4242424242424242", idempotency_key="c"
    )
    shop.clock.ahead_ms += 60_000
    assert await shop.checkout._reconciler.money() == 1
    assert await shop.problems() == []
    assert (await shop.gateway.fetch(state.payment_id)).refunded_minor == 500


async def test_somebody_else_s_payments_are_left_alone(shop: Shop) -> None:
    state = await shop.gateway.create(
        amount_minor=500, currency="EUR", payment_token="demo_card_4242424242424242",
        metadata={"order": "7"}, idempotency_key="k",
    )  # fmt: skip
    await shop.gateway.confirm(
        state.payment_id, payment_token="demo_card_4242424242424242", idempotency_key="c"
    )
    shop.clock.ahead_ms += 60_000
    assert await shop.checkout._reconciler.money() == 0
    await shop.checkout.apply_webhook(webhook(1, state.payment_id))
    await shop.look_after()
    assert (await shop.gateway.fetch(state.payment_id)).refunded_minor == 0


class Deaf:
    """The demo gateway, but nothing it says arrives."""

    name = "demo"

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def fetch(self, payment_id: str) -> PaymentState:
        raise GatewayUnknown("no answer", retry_after_s=1)


async def declined_then_paid(shop: Shop, seats: list[int], key: str) -> str:
    """A payment that succeeds at the gateway after we were told that it had been declined."""
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", seats, key, payment_token=DECLINES)
    found = await shop.database.query(lambda session: bookings.get(session, 1))
    assert found is not None
    assert found.payment_id is not None
    assert isinstance(shop.gateway, DemoGateway)
    await shop.gateway.confirm(
        found.payment_id, payment_token="demo_card_4242424242424242", idempotency_key="x"
    )
    return found.payment_id


async def test_late_money_gets_the_same_seats_while_they_are_free(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    payment_id = await declined_then_paid(shop, seats, key)
    await shop.checkout.apply_webhook(webhook(1, payment_id))
    assert await shop.status(seats[0]) == "B"
    assert (await shop.buy("ada", seats, key)).status == 200
    assert await shop.problems() == []


async def test_late_money_goes_back_when_somebody_holds_the_seats(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    payment_id = await declined_then_paid(shop, seats, key)
    await shop.seats.release(shop.event.id, "ada", seats)
    await shop.hold("bob", 0)
    await shop.checkout.apply_webhook(webhook(1, payment_id))
    assert await shop.status(seats[0]) == "R"
    with pytest.raises(Conflict) as told:
        await shop.buy("ada", seats, key)
    assert told.value.code == "payment_refunded"
    assert await shop.problems() == []


async def test_late_money_goes_back_when_the_seats_were_sold(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    payment_id = await declined_then_paid(shop, seats, key)
    await shop.seats.release(shop.event.id, "ada", seats)
    await bought(shop, 0, user="bob")
    await shop.checkout.apply_webhook(webhook(1, payment_id))
    found = await shop.database.query(lambda session: bookings.get(session, 1))
    assert found is not None
    assert found.state is State.REFUNDED
    assert await shop.problems() == []


async def test_late_money_of_an_earlier_attempt_goes_back(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    payment_id = await declined_then_paid(shop, seats, key)
    assert (await shop.buy("ada", seats, key)).status == 201
    await shop.checkout.apply_webhook(webhook(1, payment_id))
    assert await shop.problems() == []
    assert (await shop.gateway.fetch(payment_id)).refunded_minor == 7500


async def test_a_declined_payment_is_cancelled_so_that_it_can_never_charge(shop: Shop) -> None:
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", await shop.hold("ada", 0), payment_token=DECLINES)
    await shop.look_after()
    assert [payment.outcome for payment in (await shop.world()).payments] == ["canceled"]
