"""Single tickets given back: their seats, their money, and nothing of the rest."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from houseful.checkout import reversals
from houseful.checkout.after_sales.endings import Wish
from houseful.domain.errors import Conflict, HousefulError, InProgress, NotFound, Unavailable
from houseful.ledger import check_ins, claims, refunds
from houseful.ledger.demo_charges import SqlDemoCharges
from houseful.ledger.models import AUDIT
from houseful.payments.demo import DemoGateway
from houseful.payments.gateway import GatewayUnknown, RefundState
from houseful.sql.database import Database
from tests.checkout.shop import Shop, data, open_shop, until
from tests.stripe_double.server import StripeDouble
from tests.support.sessions import reading, writing


async def bought(shop: Shop, *indexes: int, token: str | None = None) -> dict[str, Any]:
    """A booking of ada's, each seat 75.00."""
    paid = {} if token is None else {"payment_token": token}
    return data(await shop.buy("ada", await shop.hold("ada", *indexes), **paid))


async def tickets_of(shop: Shop, booking: dict[str, Any]) -> list[int]:
    found = await shop.database.query(lambda s: claims.tickets(s, int(booking["bookingId"])))
    return [ticket.id for ticket in found]


async def states_of(shop: Shop, booking: dict[str, Any]) -> list[str]:
    found = await shop.database.query(lambda s: claims.tickets(s, int(booking["bookingId"])))
    return [ticket.state for ticket in found]


async def terms(shop: Shop, **values: object) -> None:
    """What the event keeps of a ticket, and whether owners may give back single ones."""
    async with writing(shop.database) as session:
        for name, value in values.items():
            await session.execute(text(f"UPDATE event SET {name} = :value"), {"value": value})


async def give_back(shop: Shop, booking: dict[str, Any], *tickets: int, **options: Any) -> Any:
    return await shop.checkout.refund(
        "boss", booking["bookingReference"], "ill", list(tickets) or None, **options
    )


async def test_one_ticket_goes_back_and_the_others_stay_good(shop: Shop) -> None:
    booking = await bought(shop, 0, 1, 2)
    _, second, _ = await tickets_of(shop, booking)
    view = await give_back(shop, booking, second)
    assert (view["status"], view["paymentStatus"]) == ("CONFIRMED", "SUCCESS")
    assert view["refundedAmount"] == 75.0
    (refund,) = view["refunds"]
    assert (refund["state"], refund["amount"], refund["fee"]) == ("GIVEN", "75.00", "0.00")
    assert refund["seatIds"] == [shop.event.first_seat_id + 1]
    assert await states_of(shop, booking) == ["VALID", "VOID", "VALID"]
    assert [await shop.status(shop.event.first_seat_id + n) for n in range(3)] == ["B", "A", "B"]
    assert await shop.problems() == []
    assert (await shop.buy("bob", await shop.hold("bob", 1))).status == 201
    assert (booking["bookingReference"], "returned") in shop.mails
    assert await shop.problems() == []


async def test_a_seat_given_back_that_redis_never_saw_sold_is_on_sale_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a power loss: Redis has both seats under payment, SQL has one sold and one given back."""

    async def away(*_: object) -> None:
        raise Unavailable("Redis is away")

    shop.terms = type(shop.terms)(pay_ms=1)
    shop.checkout = shop.new_checkout()
    shop.clock.stand_still()  # Redis has a clock of its own
    with monkeypatch.context() as patch:
        patch.setattr(shop.seats, "book_seats", away)
        patch.setattr(shop.seats, "unbook_seats", away)
        booking = await bought(shop, 0, 1)
        await give_back(shop, booking, (await tickets_of(shop, booking))[1])
    sold, back = shop.event.first_seat_id, shop.event.first_seat_id + 1
    assert [await shop.status(seat) for seat in (sold, back)] == ["P", "P"]
    await shop.let_time_pass(60_000)

    async def are_right() -> bool:
        await shop.look_after(1)
        return [await shop.status(seat) for seat in (sold, back)] == ["B", "A"]

    await until(are_right, 3, "the end of the time to pay")
    assert await shop.problems() == []


async def test_tickets_one_after_the_other_end_the_booking_with_the_last(shop: Shop) -> None:
    booking = await bought(shop, 0, 1, 2)
    for ticket in await tickets_of(shop, booking):
        view = await give_back(shop, booking, ticket)
    assert (view["status"], view["paymentStatus"]) == ("REFUNDED", "REFUNDED")
    assert view["refundedAmount"] == 225.0
    assert [one["amount"] for one in view["refunds"]] == ["75.00"] * 3
    assert await shop.problems() == []


async def test_a_ticket_that_opened_a_door_since_it_was_looked_at_is_not_given_back(
    shop: Shop,
) -> None:
    booking = await bought(shop, 0, 1)
    first, _ = await tickets_of(shop, booking)
    held = await shop.checkout._completer.take(int(booking["bookingId"]))
    assert held is not None
    found = await shop.checkout._endings.reckon(held, Wish("boss", "ill", ticket_ids=[first]))
    async with writing(shop.database) as session:
        await check_ins.admit(session, first, event_id=shop.event.id, door="A", now_ms=1)
    with pytest.raises(Conflict) as refused:
        await reversals.return_tickets(
            shop.checkout._parts, held, found, who="boss", reason="ill", act="refund_booking"
        )
    assert refused.value.code == "ticket_used"
    assert await states_of(shop, booking) == ["USED", "VALID"]


async def test_the_rest_goes_back_when_the_booking_is_cancelled_whole(shop: Shop) -> None:
    booking = await bought(shop, 0, 1, 2)
    first, *_ = await tickets_of(shop, booking)
    await give_back(shop, booking, first)
    view = await shop.checkout.cancel("ada", "customer", booking["bookingReference"], "")
    assert [one["amount"] for one in view["refunds"]] == ["75.00", "150.00"]
    assert view["refundedAmount"] == 225.0
    assert await shop.problems() == []


@pytest.mark.parametrize(
    ("fixed", "basis_points", "of_one", "of_the_rest"),
    [(500, 0, "70.00", "140.00"), (0, 1_000, "67.50", "135.00"), (250, 3_333, "47.50", "95.00")],
)
async def test_the_event_keeps_its_fee_of_each_ticket(
    shop: Shop, fixed: int, basis_points: int, of_one: str, of_the_rest: str
) -> None:
    await terms(shop, refund_fee_minor=fixed, refund_fee_basis_points=basis_points)
    booking = await bought(shop, 0, 1, 2)
    first, *_ = await tickets_of(shop, booking)
    shown = await shop.checkout.reckon_refund("boss", "venue", booking["bookingReference"], [first])
    assert (shown["amount"], shown["isWhole"]) == (of_one, False)
    view = await give_back(shop, booking, first, expected=shown["amount"])
    assert view["refunds"][0]["amount"] == of_one
    view = await give_back(shop, booking)
    assert (view["status"], view["refunds"][1]["amount"]) == ("REFUNDED", of_the_rest)
    assert await shop.problems() == []


async def test_staff_may_give_back_without_the_fee(shop: Shop) -> None:
    await terms(shop, refund_fee_minor=500)
    booking = await bought(shop, 0, 1)
    view = await give_back(shop, booking, without_fee=True)
    assert view["refundedAmount"] == 150.0
    assert await shop.problems() == []


async def test_a_fee_above_the_price_keeps_all_of_it_and_asks_the_gateway_for_nothing(
    shop: Shop,
) -> None:
    await terms(shop, refund_fee_minor=99_999)
    booking = await bought(shop, 0, 1)
    first, _ = await tickets_of(shop, booking)
    view = await give_back(shop, booking, first)
    assert (view["refunds"][0]["amount"], view["refunds"][0]["fee"]) == ("0.00", "75.00")
    view = await give_back(shop, booking)
    assert (view["status"], view["refundedAmount"]) == ("REFUNDED", 0.0)
    assert await shop.problems() == []


async def test_a_used_ticket_does_not_go_back_and_the_others_do(shop: Shop) -> None:
    booking = await bought(shop, 0, 1)
    used, other = await tickets_of(shop, booking)
    async with writing(shop.database) as session:
        await check_ins.admit(session, used, event_id=shop.event.id, door="A", now_ms=1)
    for wanted in ([used], [used, other]):
        with pytest.raises(Conflict) as refused:
            await give_back(shop, booking, *wanted)
        assert refused.value.code == "ticket_used"
    assert (await give_back(shop, booking, other))["refundedAmount"] == 75.0
    assert await states_of(shop, booking) == ["USED", "VOID"]
    assert await shop.problems() == []


async def test_a_ticket_goes_back_once(shop: Shop) -> None:
    booking = await bought(shop, 0, 1)
    first, _ = await tickets_of(shop, booking)
    await give_back(shop, booking, first)
    with pytest.raises(Conflict) as refused:
        await give_back(shop, booking, first)
    assert refused.value.code == "ticket_returned"
    with pytest.raises(NotFound):
        await give_back(shop, booking, 999_999)
    assert await shop.problems() == []


async def test_a_refund_that_comes_to_another_amount_than_was_shown_is_refused(shop: Shop) -> None:
    booking = await bought(shop, 0, 1)
    first, _ = await tickets_of(shop, booking)
    await terms(shop, refund_fee_minor=100)
    with pytest.raises(Conflict) as refused:
        await give_back(shop, booking, first, expected="75.00")
    assert refused.value.code == "refund_changed"
    assert await states_of(shop, booking) == ["VALID", "VALID"]


async def test_owners_give_back_single_tickets_where_the_event_says_so(shop: Shop) -> None:
    booking = await bought(shop, 0, 1)
    first, _ = await tickets_of(shop, booking)
    reference = booking["bookingReference"]
    with pytest.raises(Conflict) as refused:
        await shop.checkout.cancel("ada", "customer", reference, "", [first])
    assert refused.value.code == "whole_booking_only"
    await terms(shop, refund_by_ticket=True)
    view = await shop.checkout.cancel("ada", "customer", reference, "", [first])
    assert (view["status"], view["refundedAmount"]) == ("CONFIRMED", 75.0)
    assert await shop.problems() == []


async def test_the_audit_log_says_which_seats_went_back_and_for_how_much(shop: Shop) -> None:
    booking = await bought(shop, 0, 1)
    first, _ = await tickets_of(shop, booking)
    await give_back(shop, booking, first)
    async with reading(shop.database) as session:
        line = (await session.execute(AUDIT.select())).one()
    assert (line.who, line.act, line.reason) == ("boss", "refund_booking", "ill")
    assert '"amountMinor":7500' in line.details
    assert f'"seatIds":[{shop.event.first_seat_id}]' in line.details


async def test_of_two_who_give_back_the_same_ticket_one_does(shop: Shop) -> None:
    booking = await bought(shop, 0, 1, 2)
    first, *_ = await tickets_of(shop, booking)
    answers = await asyncio.gather(
        *(give_back(shop, booking, first) for _ in range(4)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, HousefulError)]
    assert len(refused) == 3, answers
    assert [p.refunded_minor for p in (await shop.world()).payments] == [7500]
    assert await shop.problems() == []


async def test_stripe_gives_back_parts_and_tells_of_them_in_any_order(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    shop = stripe_shop
    booking = await bought(shop, 0, 1, 2, token="pm_card_visa")
    first, second, _ = await tickets_of(shop, booking)
    await give_back(shop, booking, first)
    await shop.checkout.apply_payment(booking["paymentTransactionId"])
    await give_back(shop, booking, second)
    await shop.checkout.apply_payment(booking["paymentTransactionId"])
    view = await shop.checkout.get_booking("ada", "customer", booking["bookingReference"])
    assert (view["status"], view["refundedAmount"]) == ("CONFIRMED", 150.0)
    assert [one.amount for one in stripe_double.account.refunds.values()] == [7500, 7500]
    assert await shop.problems() == []


async def test_what_staff_give_back_at_stripe_beside_ours_is_noted_as_a_refund(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    shop = stripe_shop
    booking = await bought(shop, 0, 1, token="pm_card_visa")
    first, _ = await tickets_of(shop, booking)
    await give_back(shop, booking, first)
    stripe_double.account.create_refund(booking["paymentTransactionId"], 1000, {})
    await shop.checkout.apply_payment(booking["paymentTransactionId"])
    view = await shop.checkout.get_booking("ada", "customer", booking["bookingReference"])
    assert [one["amount"] for one in view["refunds"]] == ["75.00", "10.00"]
    assert (view["status"], view["refundedAmount"]) == ("CONFIRMED", 85.0)
    assert await shop.problems() == []
    view = await give_back(shop, booking)
    assert (view["status"], view["refundedAmount"]) == ("REFUNDED", 150.0)
    assert await shop.problems() == []


async def test_a_part_that_the_bank_sends_back_fails_and_can_be_tried_again(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    shop = stripe_shop
    booking = await bought(shop, 0, 1, token="pm_card_visa")
    first, _ = await tickets_of(shop, booking)
    (refund,) = (await give_back(shop, booking, first))["refunds"]
    stripe_double.account.bounce_refund(booking["paymentTransactionId"])
    await shop.checkout.apply_payment(booking["paymentTransactionId"])
    view = await shop.checkout.get_booking("ada", "customer", booking["bookingReference"])
    assert (view["status"], view["refunds"][0]["state"], view["refundedAmount"]) == (
        "CONFIRMED",
        "FAILED",
        0.0,
    )
    view = await shop.checkout.retry_refund(
        "boss", booking["bookingReference"], refund["id"], "the bank is open again"
    )
    assert (view["refunds"][0]["state"], view["refundedAmount"]) == ("GIVEN", 75.0)
    assert await shop.problems() == []


@pytest.mark.parametrize("had_effect", [True, False])
async def test_a_failure_that_stripe_keeps_is_looked_up_before_a_part_is_asked_for_again(
    stripe_shop: Shop, stripe_double: StripeDouble, had_effect: bool
) -> None:
    """Stripe repeats a 500 for a day under its key, whether or not the money went back."""
    shop = stripe_shop
    booking = await bought(shop, 0, 1, token="pm_card_visa")
    first, _ = await tickets_of(shop, booking)
    stripe_double.faults.add("error_after" if had_effect else "error_before", "refund")
    await give_back(shop, booking, first)
    for _ in range(6):
        shop.clock.ahead_ms += 61_000
        await shop.look_after()
    assert [one.amount for one in stripe_double.account.refunds.values()] == [7500]
    view = await shop.checkout.get_booking("ada", "customer", booking["bookingReference"])
    assert (view["refunds"][0]["state"], view["refundedAmount"]) == ("GIVEN", 75.0)
    assert await shop.problems() == []


async def test_a_refund_that_waited_longer_than_keys_live_is_looked_up_first(
    stripe_shop: Shop, stripe_double: StripeDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe forgets a key after a day: the same key would then be another refund."""
    shop = stripe_shop
    booking = await bought(shop, 0, 1, token="pm_card_visa")
    first, _ = await tickets_of(shop, booking)

    class Dead(BaseException):
        pass

    def die(name: str) -> None:
        if name == "after_refund_call":
            raise Dead

    monkeypatch.setattr(shop, "reached", die)
    with pytest.raises(Dead):
        await give_back(shop, booking, first)
    monkeypatch.setattr(shop, "reached", lambda _: None)
    stripe_double.double.layer.records.clear()
    shop.clock.ahead_ms += 30 * 3_600_000
    await shop.look_after()
    assert [one.amount for one in stripe_double.account.refunds.values()] == [7500]
    assert await shop.problems() == []


@dataclass
class LossyTill(DemoGateway):
    """Loses replies to refunds: the money went back, and nobody was told."""

    dice: random.Random = field(default_factory=lambda: random.Random(7))
    lost: int = 0

    def __init__(self, charges: SqlDemoCharges, dice: random.Random) -> None:
        super().__init__(charges)
        self.dice, self.lost = dice, 0

    async def refund(self, payment_id: str, **asked: Any) -> RefundState:
        given = await super().refund(payment_id, **asked)
        if self.dice.random() < 0.6:
            self.lost += 1
            raise GatewayUnknown("the reply was lost")
        return given


@pytest.fixture
async def lossy_shop(shop_url: str, redis_client: Redis) -> AsyncIterator[Shop]:
    charges = Database(shop_url)
    till = LossyTill(SqlDemoCharges(charges), random.Random(7))
    async with open_shop(shop_url, redis_client, gateway=till) as opened:
        yield opened
    await charges.close()


async def lose_replies(shop: Shop, wanted: int) -> None:
    """Part refunds of random tickets until so many replies were lost; then the books agree."""
    till: Any = shop.gateway
    dice = random.Random(11)
    await terms(shop, refund_fee_minor=125)
    while till.lost < wanted:
        booking = await bought(shop, 0, 1, 2, 3)
        tickets = await tickets_of(shop, booking)
        dice.shuffle(tickets)
        while tickets:
            some = [tickets.pop() for _ in range(min(len(tickets), dice.randrange(1, 3)))]
            try:
                await give_back(shop, booking, *some)
            except InProgress:
                tickets += some
                await asyncio.sleep(0.01)
        for _ in range(12):
            shop.clock.ahead_ms += 61_000
            await shop.look_after(1)
    assert await shop.problems() == []
    for payment in (await shop.world()).payments:
        assert payment.refunded_minor == payment.amount_minor - 4 * 125
    found = await shop.database.query(lambda s: refunds.of_booking(s, 1))
    assert sum(one.amount_minor for one in found) == 29_500


async def test_lost_replies_give_no_unit_back_twice(lossy_shop: Shop) -> None:
    await lose_replies(lossy_shop, 50)


@pytest.mark.long
async def test_a_thousand_lost_replies_give_no_unit_back_twice(lossy_shop: Shop) -> None:
    await lose_replies(lossy_shop, 1_000)
