"""A payment that comes after its booking ended gets the seats again only where SQL says they are free."""

from __future__ import annotations

from sqlalchemy import text

from houseful.ledger import claims
from tests.checkout.shop import Shop
from tests.support.sessions import reading, writing


async def ended_booking(shop: Shop, *indexes: int) -> list[int]:
    """Ada's booking 1, ended: its claim is dead."""
    seats = await shop.hold("ada", *indexes)
    await shop.buy("ada", seats)
    async with writing(shop.database) as session:
        await claims.end(session, 1)
        await session.execute(text("UPDATE booking SET state = 'CANCELLED' WHERE id = 1"))
    await shop.look_after()
    await shop.seats.unbook_seats(shop.event.id, 1, "ada", seats)
    return seats


async def test_a_dead_claim_lives_again_when_its_seats_are_free(shop: Shop) -> None:
    await ended_booking(shop, 0, 1)
    async with writing(shop.database) as session:
        assert await claims.revive(session, 1) is True


async def test_one_seat_that_was_sold_since_keeps_the_whole_claim_dead(shop: Shop) -> None:
    """Asked of SQL, and not left to the unique index, which knows only how to fail."""
    seats = await ended_booking(shop, 0, 1)
    await shop.buy("bob", await shop.hold("bob", 1))
    async with writing(shop.database) as session:
        assert await claims.revive(session, 1) is False
    async with reading(shop.database) as session:
        live = await session.execute(
            text("SELECT seat_id, booking_id FROM booking_seat WHERE live")
        )
        assert [tuple(row) for row in live] == [(seats[1], 2)]
