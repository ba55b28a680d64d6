"""One-time tickets."""

from __future__ import annotations

from redis.asyncio import Redis

from houseful.store.ws_tickets import TICKET_TTL_S, WsTickets, key_of


async def test_a_ticket_holds_once(redis_client: Redis) -> None:
    tickets = WsTickets(redis_client)
    ticket = await tickets.issue(b'{"sub":"ann"}')
    assert await tickets.redeem(ticket) == '{"sub":"ann"}'
    assert await tickets.redeem(ticket) is None


async def test_a_ticket_ends_after_a_minute_and_its_text_is_not_kept(redis_client: Redis) -> None:
    ticket = await WsTickets(redis_client).issue(b"{}")
    assert 0 < await redis_client.ttl(key_of(ticket)) <= TICKET_TTL_S
    assert all(ticket not in key for key in await redis_client.keys("*"))
