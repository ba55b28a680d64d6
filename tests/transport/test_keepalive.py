"""One timer for all: when sockets are pinged, and when they are held to be silent."""

from __future__ import annotations

import asyncio

from houseful.transport.keepalive import Keepalive, Ping

INTERVAL_S = 0.1


class Peer:
    """Notes when it is looked at; answers the first `answers` pings."""

    def __init__(self, answers: int) -> None:
        self.turn = 0
        self.unanswered: Ping | None = None
        self.answers = answers
        self.looks: list[float] = []
        self.silent_at: float | None = None

    def look(self, ping: Ping) -> None:
        self.looks.append(asyncio.get_running_loop().time())
        if self.unanswered is None and len(self.looks) > self.answers:
            self.unanswered = ping

    def fall_silent(self) -> None:
        self.silent_at = self.silent_at or asyncio.get_running_loop().time()


async def until_looked_at(peer: Peer, times: int) -> None:
    async with asyncio.timeout(20 * times * INTERVAL_S):
        while len(peer.looks) < times:
            await asyncio.sleep(0)


async def until_silent(peer: Peer) -> float:
    async with asyncio.timeout(100 * INTERVAL_S):
        while peer.silent_at is None:
            await asyncio.sleep(0)
    return peer.silent_at


async def test_each_is_looked_at_once_per_interval_and_not_before_the_first_is_over() -> None:
    keepalive, peers = Keepalive(INTERVAL_S, INTERVAL_S), [Peer(9) for _ in range(3)]
    begin = asyncio.get_running_loop().time()
    for peer in peers:
        keepalive.add(peer)
    for peer in peers:
        await until_looked_at(peer, 2)
        first, second = peer.looks[0] - begin, peer.looks[1] - begin
        assert 0.9 * INTERVAL_S < first < second
        assert second > 1.9 * INTERVAL_S
        assert peer.silent_at is None
        keepalive.remove(peer)


async def test_who_owes_a_pong_for_too_long_is_silent_and_who_answers_is_not() -> None:
    for timeout_s in (0.5 * INTERVAL_S, INTERVAL_S, 2.5 * INTERVAL_S):
        keepalive, answering, silent = Keepalive(INTERVAL_S, timeout_s), Peer(99), Peer(0)
        keepalive.add(answering)
        keepalive.add(silent)
        took = await until_silent(silent) - silent.looks[0]
        assert took > 0.9 * timeout_s
        assert answering.silent_at is None
        keepalive.remove(answering)
        keepalive.remove(silent)


async def test_nobody_is_looked_at_after_it_left() -> None:
    keepalive, gone, here = Keepalive(INTERVAL_S, INTERVAL_S), Peer(99), Peer(99)
    keepalive.add(gone)
    keepalive.add(here)
    keepalive.remove(gone)
    await until_looked_at(here, 2)
    assert not gone.looks
    keepalive.remove(here)
    keepalive.add(here)  # the timer ended with the last, and begins anew
    await until_looked_at(here, 3)
    keepalive.remove(here)
