"""Minutes may be written by anybody any number of times."""

from __future__ import annotations

from houseful.ledger import minutes
from houseful.ledger.minutes import Minute
from houseful.sql.database import Database
from tests.ledger.halls import add_event


async def test_a_minute_written_again_with_less_keeps_the_more(database: Database) -> None:
    event = await add_event(database)
    for reserved, record in ((3, {"held": 3}), (5, {"held": 1}), (4, {"held": 2})):
        minute = Minute(event.id, 60_000, {"reserved": reserved}, 100 * reserved, record)
        await database.transact(lambda s, minute=minute: minutes.write(s, [minute]))
    (found,) = await database.query(lambda s: minutes.of_event(s, event.id, 0))
    assert (found.counts["reserved"], found.record) == (5, {"held": 2})
    assert await database.query(lambda s: minutes.of_event(s, event.id, 120_000)) == []
