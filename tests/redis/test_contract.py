"""What `houseful.redis` leans on inside redis-py, by name: a release that moves one fails here."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis
from redis.asyncio.connection import Connection

from houseful.redis.pipelined_connection import taken_over


async def test_a_connected_connection_has_the_writer_whose_transport_we_take_over(
    redis_client: Redis,
) -> None:
    pool = redis_client.connection_pool
    connection: Connection = await pool.get_connection()
    try:
        assert isinstance(connection._writer, asyncio.StreamWriter)
        assert connection._writer.transport.get_protocol() is not None
        mine = asyncio.Protocol()
        transport, before = taken_over(connection, mine)
        assert transport.get_protocol() is mine
        transport.set_protocol(before)
    finally:
        await connection.disconnect()
        await pool.release(connection)


async def test_a_connection_that_is_closed_has_no_writer(redis_client: Redis) -> None:
    pool = redis_client.connection_pool
    connection: Connection = await pool.get_connection()
    await connection.disconnect()
    assert connection._writer is None
    await pool.release(connection)
