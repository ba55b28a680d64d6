"""Every invariant has a control: one wrong thing, in the raw state it judges, and it alone goes red."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import pytest
from sqlalchemy import text

from houseful.payments.gateway import Outcome, PaymentState
from houseful.store.seats import event_keys
from tests import invariants
from tests.checkout.shop import Shop, data
from tests.invariants import AT_REST, Sight, World
from tests.support.sessions import writing

Spoil = Callable[[Shop, World], Awaitable[World]]


async def red(world: World) -> dict[str, list[str]]:
    """Invariant → what it found, of those that found anything."""
    found = {invariant.__name__: await invariant(world) for invariant in AT_REST}
    return {name: problems for name, problems in found.items() if problems}


async def sold_world(shop: Shop) -> World:
    """Ada has bought the first seat and Bob the second; both saw everything rightly."""
    shown = set()
    for user, index in (("ada", 0), ("bob", 1)):
        bought = data(await shop.buy(user, await shop.hold(user, index)))
        shown.add((user, bought["bookingReference"]))
    await shop.look_after()
    sights = [await true_sight(shop, user, reference) for user, reference in sorted(shown)]
    return replace(await shop.world(), seen=sights)


async def true_sight(shop: Shop, user: str, reference: str) -> Sight:
    world = await shop.world()
    raw = await invariants.raw_seats(world, shop.event.id)
    assert raw is not None
    folded = dict.fromkeys(range(raw.first, raw.first + raw.count), ("AVAILABLE", raw.base))
    folded |= {
        record.seat_id: ({"A": "AVAILABLE", "B": "BOOKED"}[record.status], record.version)
        for record in raw.records
    }
    booked = frozenset(seat for seat, (status, _) in folded.items() if status == "BOOKED")
    return Sight(user, shop.event.id, folded, booked, (), frozenset({("booking", reference)}))


async def sql(shop: Shop, *statements: str) -> None:
    async with writing(shop.database) as session:
        for statement in statements:
            await session.execute(text(statement))


async def write_record(shop: Shop, index: int, record: str) -> None:
    """What lies in Redis of one seat, past every script."""
    seat = shop.event.first_seat_id + index
    await shop.client.hset(event_keys(shop.event.id)[1], str(seat), record)


async def two_claims_on_one_seat(shop: Shop, world: World) -> World:
    """As if the unique index were not there, and Redis for whichever SQL says last."""
    first = shop.event.first_seat_id
    await sql(
        shop,
        "DROP INDEX one_live_claim_per_seat",
        f"UPDATE booking_seat SET seat_id = {first} WHERE booking_id = 2",
    )
    claims = await invariants.live_claims(world, shop.event.id)
    booking = next(claim.booking_id for claim in reversed(claims) if claim.seat_id == first)
    await write_record(shop, 0, f"1000003:B:{booking}:0")
    await write_record(shop, 1, "1000004:A:0:0")
    return replace(world, seen=())


async def a_payment_of_no_booking(_: Shop, world: World) -> World:
    ours = {"house": world.payments[0].metadata["house"]}
    stray = PaymentState("stray", Outcome.SUCCEEDED, 500, "EUR", metadata=ours)
    return replace(world, payments=[*world.payments, stray])


async def a_booking_without_its_payment(_: Shop, world: World) -> World:
    return replace(world, payments=world.payments[:1])


async def a_booked_seat_that_nobody_bought(shop: Shop, world: World) -> World:
    ada, bob = world.seen
    return replace(
        world, seen=[ada, replace(bob, booked=bob.booked | {shop.event.first_seat_id + 5})]
    )


async def a_hold_past_its_deadline(shop: Shop, world: World) -> World:
    await write_record(shop, 5, "1000001:R:77:1700000000000")
    return replace(world, seen=())


async def a_payment_past_its_deadline(shop: Shop, world: World) -> World:
    await write_record(shop, 5, "1000001:P:77:1700000000000")
    return replace(world, seen=())


async def a_map_that_is_not_the_truth(shop: Shop, world: World) -> World:
    await write_record(shop, 5, "1000001:X:0:0")
    return world


async def a_map_with_a_seat_missing(shop: Shop, world: World) -> World:
    ada, bob = world.seen
    folded = {seat: seen for seat, seen in bob.folded.items() if seat != shop.event.first_seat_id}
    return replace(world, seen=[ada, replace(bob, folded=folded)])


async def a_version_that_fell(shop: Shop, world: World) -> World:
    ada, bob = world.seen
    return replace(world, seen=[ada, replace(bob, went_back=[shop.event.first_seat_id])])


async def a_booking_shown_to_another(_: Shop, world: World) -> World:
    ada, bob = world.seen
    return replace(world, seen=[ada, replace(bob, shown=ada.shown)])


async def a_reservation_shown_to_two(_: Shop, world: World) -> World:
    seven = frozenset({("reservation", 7)})
    return replace(world, seen=[replace(sight, shown=seven) for sight in world.seen])


async def another_answer_than_the_stored_one(_: Shop, world: World) -> World:
    changed: Mapping[tuple[str, str], bytes] = dict.fromkeys(world.answers, b"{}")
    return replace(world, answers=changed)


async def a_discount_counted_twice(shop: Shop, world: World) -> World:
    await sql(
        shop,
        "INSERT INTO discount_code (code, percent, minimum_minor, used) VALUES ('TEN', 10, 0, 1)",
    )
    return world


async def a_booking_with_half_its_tickets(shop: Shop, world: World) -> World:
    await sql(shop, "UPDATE ticket SET state = 'VOID' WHERE booking_id = 2")
    return world


async def a_refund_of_another_house(_: Shop, world: World) -> World:
    theirs = PaymentState("theirs", Outcome.SUCCEEDED, 500, "EUR", refunded_minor=500)
    theirs = replace(theirs, metadata={"house": "another"})
    return replace(world, payments=[*world.payments, theirs])


async def a_payment_made_for_another_attempt(_: Shop, world: World) -> World:
    first, *rest = world.payments
    other = replace(first, metadata={**first.metadata, "nonce": "another"})
    return replace(world, payments=[other, *rest])


async def a_receipt_whose_number_was_left_out(shop: Shop, world: World) -> World:
    await sql(
        shop,
        "INSERT INTO receipt (series, number, booking_id, issued_at_ms, total_minor, record)"
        " SELECT '2026', 2, min(id), 0, 7500, '{}' FROM booking",
        "INSERT INTO counter (name, value) VALUES ('receipts 2026', 2)",
    )
    return world


async def a_sale_without_its_receipt(_: Shop, world: World) -> World:
    return replace(world, issues_receipts=True)


async def a_sold_seat_that_redis_forgot(shop: Shop, world: World) -> World:
    await write_record(shop, 1, "1000004:A:0:0")
    return replace(world, seen=())


async def a_promise_not_kept(shop: Shop, world: World) -> World:
    await sql(shop, "UPDATE booking SET next_run_at_ms = 1 WHERE id = 2")
    return world


async def an_area_whose_book_counts_a_place_too_many(shop: Shop, world: World) -> World:
    """An area of the last seat alone, which is free and counted as taken."""
    last = shop.event.first_seat_id + shop.event.seat_count - 1
    areas = event_keys(shop.event.id)[0].removesuffix("meta") + "areas"
    await shop.client.hset(areas, str(last), f"1 {last} 1")
    return world


CONTROLS: dict[str, tuple[Spoil, ...]] = {
    "i1_no_seat_is_sold_twice": (two_claims_on_one_seat,),
    "i2_money_has_its_booking": (a_payment_of_no_booking,),
    "i3_bookings_are_paid": (a_booking_without_its_payment,),
    "i4_booked_seats_are_sold": (a_booked_seat_that_nobody_bought,),
    "i5_no_seat_is_held_too_long": (a_hold_past_its_deadline, a_payment_past_its_deadline),
    "i6_every_map_is_the_truth": (
        a_map_that_is_not_the_truth,
        a_map_with_a_seat_missing,
        a_version_that_fell,
    ),
    "i7_nobody_sees_anothers": (a_booking_shown_to_another, a_reservation_shown_to_two),
    "i8_finished_keys_replay": (another_answer_than_the_stored_one,),
    "i9_discounts_keep_their_limit": (a_discount_counted_twice,),
    "i10_all_seats_or_none": (a_booking_with_half_its_tickets,),
    "i11_money_is_this_house_s": (
        a_refund_of_another_house,
        a_payment_made_for_another_attempt,
    ),
    "i13_papers_have_no_gap": (a_receipt_whose_number_was_left_out, a_sale_without_its_receipt),
    "i12_areas_add_up": (an_area_whose_book_counts_a_place_too_many,),
    "redis_follows_sql": (a_sold_seat_that_redis_forgot,),
    "nothing_is_under_way": (a_promise_not_kept,),
}


def test_every_invariant_has_a_control() -> None:
    assert {invariant.__name__ for invariant in AT_REST} == CONTROLS.keys()


@pytest.mark.parametrize(
    ("name", "spoil"),
    [(name, spoil) for name, spoils in CONTROLS.items() for spoil in spoils],
    ids=lambda given: getattr(given, "__name__", given),
)
async def test_one_wrong_thing_turns_its_invariant_red_and_no_other(
    shop: Shop, name: str, spoil: Spoil
) -> None:
    world = await sold_world(shop)
    assert await red(world) == {}
    found = await red(await spoil(shop, world))
    assert list(found) == [name], found


async def test_to_look_does_not_heal_what_is_looked_at(shop: Shop) -> None:
    """A hold that nobody swept is as red the second time as the first."""
    await shop.hold("ada", 0, hold_ms=1)
    await write_record(shop, 0, "1000001:R:1000002:1700000000000")
    world = await shop.world()
    assert await invariants.i5_no_seat_is_held_too_long(world)
    assert await invariants.i5_no_seat_is_held_too_long(world)
