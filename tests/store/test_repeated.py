"""A call whose reply was lost is made again: what each script does and says the second time.

Every script runs twice in a row here, as `houseful.redis.pipelined_connection` does after a lost
connection; Redis is compared, key by key, after the first and after the second time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import pytest
from redis.asyncio import Redis

from houseful import paths
from houseful.store.deadline_index import DeadlineIndex
from houseful.store.limiter import Limiter, Pace
from houseful.store.scripts import Scripts
from houseful.store.seats import SeatStore
from houseful.store.ws_tickets import WsTickets
from tests.store.fake_clock import FAKE_CLOCK
from tests.store.life import live_through

EVENT: Final = 7
ALL: Final = {path.stem for path in paths.LUA.glob("*.lua")}

COUNTS_TWICE: Final = {"limit", "pace", "forgive", "give_back"}
"""Scripts that count: a lost reply costs one attempt of a window, one moment of a pace, or gives one
attempt more back. Nothing is taken from anybody, and the window ends when it would have."""

OTHER_WORDS: Final = {
    "open": {("opened", "exists")},
    "renew": {("renewed", "exists")},
    "reserve": {("granted", "held")},
    "release": {("released", "refused")},
    "abandon_checkout": {("kept", "gone")},
    "settle_due": {("settled", "void")},
}
"""Script → (first word, second word) where the second says what is so already: a buyer whose release
was repeated hears that the seats are released, and nobody loses or gets a seat."""


class Twice(Scripts):
    """Each script runs again at once, with the same arguments."""

    def __init__(self, client: Redis) -> None:
        super().__init__(client, paths.LUA, replaced=FAKE_CLOCK)
        self._client = client
        self.words: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.moved: set[str] = set()

    async def run(
        self, name: str, keys: Sequence[str], args: Sequence[str | int], *, stamped: bool = False
    ) -> Any:
        first = await super().run(name, keys, args, stamped=stamped)
        before = await self.everything()
        again = await super().run(name, keys, args, stamped=stamped)
        self.words[name].add((first[0], again[0]))
        if await self.everything() != before:
            self.moved.add(name)
        return first

    async def everything(self) -> dict[str, Any]:
        read = {
            "hash": self._client.hgetall,
            "zset": lambda key: self._client.zrange(key, 0, -1, withscores=True),
            "string": self._client.get,
            "stream": self._client.xrange,
        }
        keys = await self._client.keys("*")
        return {key: await read[await self._client.type(key)](key) for key in keys}


@pytest.fixture
async def twice(redis_client: Redis) -> Twice:
    await redis_client.set("test:now", 1_700_000_000_000)
    return Twice(redis_client)


async def test_every_script_may_run_again_after_a_lost_reply(
    redis_client: Redis, twice: Twice, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SeatStore(redis_client, scripts=twice)
    await live_through(store, EVENT)
    index, limiter = DeadlineIndex(redis_client, scripts=twice), Limiter(redis_client)
    pace = Pace(redis_client)
    for counting in (limiter, pace):
        monkeypatch.setattr(counting, "_scripts", twice)
    await index.note({EVENT: 1})
    due = await index.claim_due(5, 500)
    await index.settle(EVENT, due.claims[EVENT], 99)
    assert (await limiter.attempt("x", "ann", limit=5, window_ms=60_000)).remaining == 4
    assert (await limiter.attempt("x", "ann", limit=5, window_ms=60_000)).remaining == 2
    await limiter.forgive("x", "ann", limit=5)
    await limiter.give_back("x", "ann")
    await pace.wait_s("stripe", rate_per_s=0.1, burst=5, max_s=1)
    assert set(twice.words) == ALL
    assert twice.moved == COUNTS_TWICE
    other = {
        name: {pair for pair in words if pair[0] != pair[1]} for name, words in twice.words.items()
    }
    assert {name: pairs for name, pairs in other.items() if pairs} == OTHER_WORDS


async def test_an_event_lived_through_with_every_reply_lost_ends_as_without(
    redis_client: Redis, twice: Twice
) -> None:
    plain = Scripts(redis_client, paths.LUA, replaced=FAKE_CLOCK)
    ends = []
    for scripts in (plain, twice):
        await redis_client.flushall()
        await redis_client.set("test:now", 1_700_000_000_000)
        await live_through(SeatStore(redis_client, scripts=scripts), EVENT)
        ends.append(await twice.everything())
    assert ends[0] == ends[1]


async def test_a_claim_of_a_deadline_that_got_lost_is_anybody_s_after_its_lease(
    redis_client: Redis, twice: Twice
) -> None:
    index = DeadlineIndex(
        redis_client, scripts=Scripts(redis_client, paths.LUA, replaced=FAKE_CLOCK)
    )
    await index.note({EVENT: 1})
    assert EVENT in (await index.claim_due(5, 500)).claims
    assert (await index.claim_due(5, 500)).claims == {}
    await redis_client.set("test:now", 1_700_000_000_501)
    assert EVENT in (await index.claim_due(5, 500)).claims


async def test_a_ticket_whose_reply_got_lost_opens_nothing_and_the_next_one_does(
    redis_client: Redis,
) -> None:
    """GETDEL again finds nothing: the socket is refused, and the page asks for another ticket."""
    tickets = WsTickets(redis_client)
    lost = await tickets.issue(b"ann")
    assert await tickets.redeem(lost) == "ann"
    assert await tickets.redeem(lost) is None
    assert await tickets.redeem(await tickets.issue(b"ann")) == "ann"
