"""Only this house's money moves, each payment confirms the attempt it was made for, and what cannot
be put right is kept and shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from houseful.checkout.after_sales.endings import Wish
from houseful.checkout.payment_attempts import PaymentAttempts
from houseful.domain.errors import (
    Conflict,
    HousefulError,
    PaymentDeclined,
    RateLimited,
    Unavailable,
)
from houseful.ledger import bookings, check_ins, counters, payment_problems, refunds
from houseful.ledger.catalog import discounts
from houseful.payments.gateway import GatewayBusy, GatewayUnknown, Outcome, PaymentState
from houseful.store.limiter import Limiter
from tests.checkout.shop import AUTHENTICATES, DECLINES, PAYS, Shop, data, new_key
from tests.stripe_double.server import StripeDouble
from tests.support.sessions import writing

DAY_MS = 86_400_000


class Wrapped:
    """A gateway whose answers a test changes."""

    def __init__(self, gateway: Any) -> None:
        self._gateway = gateway

    def __getattr__(self, name: str) -> Any:
        return getattr(self._gateway, name)


async def paid_by_hand(shop: Shop, house_id: str, amount: int = 500) -> PaymentState:
    """A payment at the gateway that no booking here knows."""
    state = await shop.gateway.create(
        amount_minor=amount,
        currency="EUR",
        payment_token=PAYS,
        metadata={"houseful": "BK-2026-000077", "house": house_id},
        idempotency_key=new_key(),
    )
    return await shop.gateway.confirm(
        state.payment_id, payment_token=PAYS, idempotency_key=new_key()
    )


async def own_payment(shop: Shop) -> PaymentState:
    return await paid_by_hand(shop, await shop.checkout._parts.house_id())


async def refunded(shop: Shop, payment: PaymentState) -> int:
    return (await shop.gateway.fetch(payment.payment_id)).refunded_minor


async def kinds(shop: Shop) -> list[str]:
    return [problem.kind for problem in await shop.checkout.payment_problems()]


async def test_a_payment_whose_attempt_goes_on_after_a_restore_is_not_given_back(
    shop: Shop,
) -> None:
    """The backup was made between the claim and the payment's id: the gateway knows more than SQL."""

    class PowerCut(Exception):
        pass

    def cut(name: str) -> None:
        if name == "after_S1":
            raise PowerCut

    shop.reached = cut
    with pytest.raises(PowerCut):
        await shop.buy("ada", await shop.hold("ada", 0))
    (payment,) = await shop.gateway.list_since(0)
    await shop.gateway.confirm(payment.payment_id, payment_token=PAYS, idempotency_key=new_key())
    shop.reached = lambda _: None
    with pytest.raises(Unavailable):
        await shop.checkout.apply_payment(payment.payment_id)
    await shop.let_time_pass(30_000)
    await shop.look_after()
    assert (await shop.gateway.fetch(payment.payment_id)).refunded_minor == 0
    assert await shop.problems() == []


async def test_money_of_another_house_is_counted_shown_and_never_moved(shop: Shop) -> None:
    foreign, own = await paid_by_hand(shop, "another house"), await own_payment(shop)
    shop.clock.ahead_ms += 60_000
    await shop.checkout._reconciler.money()
    await shop.checkout.apply_payment(foreign.payment_id)
    await shop.look_after()
    assert await refunded(shop, foreign) == 0
    assert await refunded(shop, own) == 500
    (shown,) = await shop.checkout.payment_problems()
    assert (shown.payment_id, shown.kind) == (foreign.payment_id, payment_problems.FOREIGN)
    with pytest.raises(Conflict) as refused:
        await shop.checkout.refund_payment("boss", foreign.payment_id, "mine, surely")
    assert refused.value.code == "foreign_payment"
    assert await refunded(shop, foreign) == 0
    assert await shop.problems() == []


async def test_refunds_that_nobody_ordered_stop_at_their_cap_and_staff_go_on(shop: Shop) -> None:
    shop.terms = replace(shop.terms, refunds_per_hour=2)
    shop.checkout = shop.new_checkout()
    orphans = [await own_payment(shop) for _ in range(4)]
    shop.clock.ahead_ms += 60_000
    await shop.checkout._reconciler.money()
    await shop.look_after()
    given = [await refunded(shop, payment) for payment in orphans]
    assert sorted(given) == [0, 0, 500, 500]
    assert await kinds(shop) == ["refund_held"] * 2
    back = await shop.checkout.payments_given_back()
    assert [(one.kind, one.amount_minor, one.currency) for one in back] == [
        ("refund_given", 500, "EUR")
    ] * 2
    held = orphans[given.index(0)]
    await shop.checkout.refund_payment("boss", held.payment_id, "seen by hand")
    await shop.look_after()
    assert await refunded(shop, held) == 500
    assert await kinds(shop) == ["refund_held"]


async def test_a_restored_database_never_confirms_a_buyer_with_a_lost_buyer_s_payment(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    """Numbers come again after a restore, while Stripe knows yesterday's keys for a day."""
    shop, token = stripe_shop, stripe_double.account.create_confirmation_token("pm_card_visa")
    lost = data(await shop.buy("ada", await shop.hold("ada", 0), payment_token=token))
    async with writing(shop.database) as session:
        for table in ("ticket", "payment", "booking_seat", "outbox", "booking", "idempotency_key"):
            await session.execute(text(f"DELETE FROM {table}"))
        if session.dialect.name == "sqlite":
            await session.execute(text("DELETE FROM sqlite_sequence"))
        else:
            await session.execute(text("ALTER SEQUENCE idempotency_key_id_seq RESTART"))
    shop.answers.clear()
    await shop.seats.unbook_seats(
        shop.event.id, int(lost["bookingId"]), "ada", [shop.event.first_seat_id]
    )
    other = stripe_double.account.create_confirmation_token("pm_card_mastercard")
    found = data(await shop.buy("bob", await shop.hold("bob", 0), payment_token=other))
    assert found["bookingId"] == lost["bookingId"]
    assert found["paymentTransactionId"] != lost["paymentTransactionId"]
    shop.clock.ahead_ms += 60_000
    await shop.checkout._reconciler.money()
    assert await shop.problems() == []


async def test_every_key_at_the_gateway_is_of_one_attempt(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    shop, key = stripe_shop, new_key()
    seats = await shop.hold("ada", 0)
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", seats, key, payment_token="pm_card_chargeDeclined")
    booking = data(await shop.buy("ada", seats, key, payment_token="pm_card_visa"))
    await shop.checkout.cancel("ada", "customer", booking["bookingReference"], "")
    await shop.look_after()
    keys = [used for name, used in stripe_double.seen if used and name != "cancel"]
    assert [used.partition(":")[2] for used in keys] == ["pi", "confirm", "pi", "confirm", "refund"]
    nonces = {used.partition(":")[0] for used in keys}
    assert len(nonces) == 3  # one for each attempt, one for the refund
    assert all(len(nonce) == 32 for nonce in nonces)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_minor": 1},
        {"currency": "USD"},
        {"metadata": {"house": "another house"}},
        {"metadata": {"nonce": "of another attempt"}},
    ],
)
async def test_a_payment_that_is_not_the_booking_s_confirms_nothing_and_is_shown(
    shop: Shop, wrong: dict[str, Any]
) -> None:
    class Mixed(Wrapped):
        async def confirm(self, payment_id: str, **more: str) -> PaymentState:
            state: PaymentState = await self._gateway.confirm(payment_id, **more)
            changed = dict(wrong)
            if "metadata" in changed:
                changed["metadata"] = {**state.metadata, **changed["metadata"]}
            return replace(state, **changed)

    shop.checkout = shop.new_checkout(gateway=Mixed(shop.gateway))
    seats = await shop.hold("ada", 0)
    with pytest.raises(HousefulError) as told:
        await shop.buy("ada", seats)
    assert told.value.code == "shop_cannot_charge"
    assert await shop.status(seats[0]) == "R"
    assert await kinds(shop) == [payment_problems.MISMATCH]


async def test_a_refund_that_fails_is_kept_shown_and_can_be_ordered_again(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    shop = stripe_shop
    house_id = await shop.checkout._parts.house_id()
    made = stripe_double.account.create_intent(
        500,
        "eur",
        payment_method="pm_card_refundFail",
        metadata={"house": house_id, "houseful": "x"},
    )
    stripe_double.account.confirm_intent(made.id)
    shop.clock.ahead_ms += 60_000
    await shop.checkout._reconciler.money()
    await shop.look_after()
    assert await kinds(shop) == ["refund_failed"]
    card = stripe_double.account.payment_methods["pm_card_refundFail"]
    stripe_double.account.payment_methods["pm_card_refundFail"] = replace(
        card, refund_status="succeeded"
    )
    await shop.checkout.refund_payment("boss", made.id, "another try")
    await shop.look_after()
    assert await kinds(shop) == []
    assert (
        stripe_double.account.charges[
            stripe_double.account.intents[made.id].latest_charge or ""
        ].amount_refunded
        == 500
    )


@pytest.mark.parametrize("of_a_booking", [True, False])
async def test_a_refund_that_the_bank_sends_back_a_week_later_is_found_without_a_webhook(
    stripe_shop: Shop, stripe_double: StripeDouble, of_a_booking: bool
) -> None:
    shop = stripe_shop
    if of_a_booking:
        seats = await shop.hold("ada", 0)
        booking = data(await shop.buy("ada", seats, payment_token="pm_card_visa"))
        payment_id = booking["paymentTransactionId"]
        await shop.checkout.cancel("ada", "customer", booking["bookingReference"], "")
    else:
        house_id = await shop.checkout._parts.house_id()
        made = stripe_double.account.create_intent(
            500, "eur", payment_method="pm_card_visa", metadata={"house": house_id, "houseful": "x"}
        )
        payment_id = stripe_double.account.confirm_intent(made.id).id
        shop.clock.ahead_ms += 60_000
        await shop.checkout._reconciler.money()
        await shop.look_after()
    owed = await shop.database.query(lambda s: refunds.of_payment(s, payment_id))
    assert owed.state == "GIVEN"
    for _ in range(6):
        shop.clock.ahead_ms += DAY_MS
        await shop.look_after()
    stripe_double.account.bounce_refund(payment_id)
    shop.clock.ahead_ms += 2 * DAY_MS
    await shop.look_after()
    owed = await shop.database.query(lambda s: refunds.of_payment(s, payment_id))
    assert owed.state == "FAILED"
    if of_a_booking:
        view = await shop.checkout.get_booking("ada", "customer", booking["bookingReference"])
        assert view["paymentStatus"] == "REFUND_FAILED"
    else:
        assert await kinds(shop) == ["refund_failed"]


async def test_a_payment_that_cannot_be_applied_holds_up_no_other_and_is_tried_again(
    shop: Shop,
) -> None:
    broken, whole = await own_payment(shop), await own_payment(shop)

    class Stubborn(Wrapped):
        is_broken = True

        async def fetch(self, payment_id: str) -> PaymentState:
            if self.is_broken and payment_id == broken.payment_id:
                raise RuntimeError("what nobody thought of")
            return await self._gateway.fetch(payment_id)  # type: ignore[no-any-return]

    gateway = Stubborn(shop.gateway)
    shop.checkout = shop.new_checkout(gateway=gateway)
    shop.clock.ahead_ms += 60_000
    assert await shop.checkout._reconciler.money() == 1
    await shop.look_after()
    assert await refunded(shop, whole) == 500
    assert await kinds(shop) == [payment_problems.UNAPPLIED]
    gateway.is_broken = False
    shop.clock.ahead_ms += 60_000
    assert await shop.checkout._reconciler.retry_problems() == 1
    await shop.look_after()
    assert await refunded(shop, broken) == 500
    assert await kinds(shop) == []
    assert await shop.problems() == []


async def test_how_far_the_reconciler_looked_is_written_down_after_it_looked(shop: Shop) -> None:
    class Away(Wrapped):
        async def list_since(self, since_ms: int) -> list[PaymentState]:
            raise GatewayUnknown("away")

    async def seen_until() -> int:
        return await shop.database.query(lambda s: counters.value(s, "money seen until"))

    with pytest.raises(GatewayUnknown):
        await shop.new_checkout(gateway=Away(shop.gateway))._reconciler.money()
    assert await seen_until() == 0
    await shop.checkout._reconciler.money()
    assert await seen_until() > 0


@pytest.fixture
async def counting(shop: Shop) -> AsyncIterator[Shop]:
    """A shop that bounds attempts to pay, as a served one does."""
    attempts = PaymentAttempts(Limiter(shop.client), per_user=5, per_address=8)
    shop.checkout = shop.new_checkout(attempts=attempts)
    return shop


async def tried(shop: Shop, user: str, times: int, seat: int = 0, address: str = "") -> list[str]:
    """What so many declined payments at once come to."""
    seats = await shop.hold(user, seat)
    key = new_key()
    found = []
    for _ in range(times):
        try:
            await shop.buy(user, seats, key, payment_token=DECLINES, address=address)
        except HousefulError as error:
            found.append(error.code)
    return found


async def test_cards_are_not_tried_out_by_one_guest(counting: Shop) -> None:
    found = await tried(counting, "eve", 20)
    assert found == ["payment_declined"] * 5 + ["too_many_payments"] * 15
    charged = [state for state in (await counting.world()).payments if state.decline_code]
    assert len(charged) <= 5
    assert await counting.problems() == []


async def test_cards_are_not_tried_out_by_many_guests_of_one_address(counting: Shop) -> None:
    found: list[str] = []
    for number in range(6):
        found += await tried(counting, f"eve{number}", 2, number, address="192.0.2.7")
    assert found.count("payment_declined") == 8
    assert found.count("too_many_payments") == 4


async def guessed(shop: Shop, user: str, door: str, word: str, address: str = "") -> str:
    """What becomes of a discount code at one of the two doors; its error's code."""
    try:
        if door == "quote":
            first = shop.event.first_seat_id
            await shop.checkout.quote(user, shop.event.id, [first], word, address)
        else:
            held = await shop.seats.reservations(shop.event.id, user)
            seats = list(held[0].seat_ids) if held else await shop.hold(user, 5)
            await shop.buy(user, seats, discount_code=word, address=address)
    except RateLimited as error:
        return f"{error.status} again in {'some' if error.retry_after_s else 'no'} time"
    except HousefulError as error:
        return error.code
    return "known"


WAIT = "429 again in some time"


@pytest.mark.parametrize("door", ["quote", "booking"])
async def test_discount_codes_are_not_guessed_by_one_guest(counting: Shop, door: str) -> None:
    found = [await guessed(counting, "eve", door, f"WORD{number}") for number in range(13)]
    assert found == ["discount_unknown"] * 10 + [WAIT] * 3
    other = "booking" if door == "quote" else "quote"
    assert await guessed(counting, "eve", other, "WORD") == WAIT, "one count, two doors"


async def test_discount_codes_are_not_guessed_by_many_guests_of_one_address(
    counting: Shop,
) -> None:
    found = [
        await guessed(counting, f"eve{number}", "quote", "WORD", "192.0.2.9")
        for number in range(103)
    ]
    assert found.count("discount_unknown") == 100
    assert found.count(WAIT) == 3


async def test_a_code_that_exists_is_asked_for_as_often_as_one_likes(counting: Shop) -> None:
    async with writing(counting.database) as session:
        await discounts.add(session, code="SAVE", percent=10)
    for _ in range(12):
        assert await guessed(counting, "ada", "quote", "SAVE", "192.0.2.10") == "known"


async def test_a_crowd_behind_one_address_that_pays_is_never_held_up(counting: Shop) -> None:
    for number in range(12):
        seats = await counting.hold(f"u{number}", number)
        token = PAYS if number % 2 else AUTHENTICATES
        await counting.buy(f"u{number}", seats, address="192.0.2.7", payment_token=token)


async def test_a_refused_attempt_keeps_the_seats_and_says_when_to_come_back(counting: Shop) -> None:
    await tried(counting, "eve", 5)
    seats = [counting.event.first_seat_id]
    with pytest.raises(RateLimited) as limited:
        await counting.buy("eve", seats)
    assert 0 < (limited.value.retry_after_s or 0) <= 600
    assert await counting.status(seats[0]) == "R"


async def test_buyers_of_a_busy_gateway_keep_their_seats_and_may_pay_again(shop: Shop) -> None:
    class Busy(Wrapped):
        async def create(self, **_: Any) -> PaymentState:
            raise GatewayBusy("too many payments at once", retry_after_s=1)

    seats, key = await shop.hold("ada", 0), new_key()
    busy = shop.new_checkout(gateway=Busy(shop.gateway))
    answer = await busy.book("ada", key, shop.request(seats))
    assert data(answer)["status"] == "PENDING"
    shop.clock.ahead_ms += shop.terms.pay_ms + 1
    await busy._completer.run_once()
    booking = await shop.database.query(lambda s: bookings.get(s, 1))
    assert booking is not None
    assert booking.decline_code == "gateway_busy"
    assert await shop.status(seats[0]) == "R"
    assert await shop.remaining_ms("ada") > 400_000
    assert (await shop.buy("ada", seats, key)).status == 201
    assert await shop.problems() == []


async def test_an_owner_who_walks_in_while_cancelling_gets_one_of_both(shop: Shop) -> None:
    booking = data(await shop.buy("ada", await shop.hold("ada", 0)))
    reference = booking["bookingReference"]
    held = await shop.checkout._completer.take(int(booking["bookingId"]))
    assert held is not None
    issued = await shop.database.query(
        lambda s: s.execute(text("SELECT id FROM ticket"))  # type: ignore[arg-type,return-value]
    )
    ticket_id = issued.scalar_one()  # type: ignore[attr-defined]
    await shop.checkout._endings.may_cancel(
        "ada", held, None
    )  # the look before, at which it was unused
    await shop.database.transact(
        lambda s: check_ins.admit(s, ticket_id, event_id=shop.event.id, door="N", now_ms=1)
    )
    with pytest.raises(Conflict) as refused:
        await shop.checkout._endings._ended(held, Wish("ada", ""))
    assert refused.value.code == "not_cancellable"
    known = await shop.checkout.get_booking("ada", "customer", reference)
    assert known["status"] == "CONFIRMED"


async def test_a_declined_payment_of_a_booking_that_is_being_cancelled_is_cancelled(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    shop = stripe_shop
    seats = await shop.hold("ada", 0)
    token = "pm_card_authenticationRequiredOnSetup"
    answer = data(await shop.buy("ada", seats, payment_token=token))
    held = await shop.checkout._completer.take(1)
    assert held is not None
    await shop.checkout._saga.give_up(held)
    await shop.database.transact(lambda s: bookings.let_go(s, held))
    stripe_double.account.authenticate_intent(
        answer["paymentTransactionId"], answer["clientSecret"], success=False
    )
    await shop.checkout.apply_payment(answer["paymentTransactionId"])
    shop.clock.ahead_ms += 5_000
    await shop.look_after()
    found = await shop.database.query(lambda s: bookings.get(s, 1))
    assert found is not None
    assert found.state == "CANCELLED"
    state = await shop.gateway.fetch(answer["paymentTransactionId"])
    assert state.outcome is Outcome.CANCELED
    assert await shop.problems() == []
