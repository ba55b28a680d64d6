"""Clients are made, servers checked and failures read in one place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis import exceptions
from redis.asyncio import Redis

from houseful.domain.errors import ConfigurationError, Unavailable
from houseful.redis import capability, connection
from houseful.redis.addresses import describe
from houseful.redis.capability import missing_flags, require_capable
from houseful.redis.command_router import CommandRouter
from houseful.redis.connection import connect, translated
from houseful.redis.pipelined_connection import close
from houseful.valkey.embedded import EmbeddedValkey
from tests.support.ports import free_port


@pytest.fixture
def own_valkey(redis_binary: Path | None, data_dir: Path) -> Iterator[EmbeddedValkey]:
    """A server whose settings a test may spoil."""
    with EmbeddedValkey(data_dir, binary=redis_binary) as running:
        yield running


@asynccontextmanager
async def client_of(url: str) -> AsyncIterator[Redis]:
    client = connect(url)
    try:
        yield client
    finally:
        await client.aclose()


Answer = Callable[[bytes], bytes | None]


@asynccontextmanager
async def pretended_server(answer: Answer) -> AsyncIterator[str]:
    """A listener that answers each command with what `answer` says; None never answers."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while command := await reader.read(65536):
            for _ in range(command.count(b"*")):
                reply = answer(command)
                if reply is not None:
                    writer.write(reply)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"redis://127.0.0.1:{port}?protocol=2"


async def test_a_server_of_ours_is_capable_and_named(redis_client: Redis) -> None:
    found = await require_capable(redis_client)

    assert found.software in ("redis", "valkey")
    assert int(found.version.split(".")[0]) >= 7
    assert missing_flags(found.notification_flags) == ""


async def test_missing_notification_flags_are_added_to_those_that_are_set(
    own_valkey: EmbeddedValkey,
) -> None:
    async with client_of(own_valkey.url) as client:
        await client.config_set("notify-keyspace-events", "Eg")
        await require_capable(client)
        flags = (await client.config_get("notify-keyspace-events"))["notify-keyspace-events"]

    assert set("EgKtx") == set(flags)


async def test_a_server_that_forbids_setting_the_flags_is_refused_with_the_line_to_write(
    own_valkey: EmbeddedValkey,
) -> None:
    async with client_of(own_valkey.url) as client:
        await client.config_set("notify-keyspace-events", "E$")
        await client.execute_command("ACL", "SETUSER", "default", "-config|set")
        with pytest.raises(ConfigurationError, match="notify-keyspace-events Ktx") as caught:
            await require_capable(client)

    assert "flags Ktx" in caught.value.message


async def test_a_server_that_hides_its_settings_is_believed_when_notifications_arrive(
    own_valkey: EmbeddedValkey,
) -> None:
    async with client_of(own_valkey.url) as client:
        await client.execute_command("ACL", "SETUSER", "default", "-config")
        found = await require_capable(client)

    assert found.notification_flags == "not readable, but heard"


async def test_a_server_that_hides_its_settings_is_refused_when_none_arrive(
    own_valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capability, "PROBE_WAIT_S", 0.2)
    async with client_of(own_valkey.url) as client:
        await client.config_set("notify-keyspace-events", "")
        await client.execute_command("ACL", "SETUSER", "default", "-config")
        with pytest.raises(ConfigurationError, match="CONFIG GET is not allowed"):
            await require_capable(client)


async def test_a_cache_that_evicts_seats_is_refused(own_valkey: EmbeddedValkey) -> None:
    async with client_of(own_valkey.url) as client:
        await client.config_set("maxmemory-policy", "allkeys-lru")
        await require_capable(client)  # no limit, so nothing is evicted
        await client.config_set("maxmemory", "100mb")
        with pytest.raises(ConfigurationError, match="noeviction, got allkeys-lru"):
            await require_capable(client)


async def test_a_server_that_is_too_old_is_refused_with_its_version() -> None:
    info = b"redis_version:6.2.14\r\n"

    def answer(command: bytes) -> bytes:
        return b"$%d\r\n%s\r\n" % (len(info), info) if b"INFO" in command else b"+OK\r\n"

    async with pretended_server(answer) as url, client_of(url) as client:
        with pytest.raises(ConfigurationError, match=r"7\.0 or newer.*leads to Redis 6\.2\.14"):
            await require_capable(client)


async def test_a_port_where_nothing_listens_is_unavailable_soon() -> None:
    url = f"redis://127.0.0.1:{free_port()}"
    async with asyncio.timeout(2), client_of(url) as client:
        with pytest.raises(Unavailable, match="does not answer") as caught:
            await require_capable(client)

    assert caught.value.retry_after_s == 1


async def test_a_server_that_hangs_is_unavailable_within_the_reply_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "REPLY_TIMEOUT_S", 0.2)

    async with (
        asyncio.timeout(3),
        pretended_server(lambda _command: None) as url,
        client_of(url) as client,
    ):
        with pytest.raises(Unavailable):
            await require_capable(client)


@pytest.mark.parametrize(
    "reply",
    [
        b"-LOADING the dataset is in memory soon\r\n",
        b"-OOM command not allowed\r\n",
        b"-READONLY you can't write against a read only replica\r\n",
        b"-MISCONF errors writing to the AOF file\r\n",
        b"-BUSY running a script\r\n",
        b"-CLUSTERDOWN the cluster is down\r\n",
        b"-MASTERDOWN link with primary is down\r\n",
        b"-NOAUTH Authentication required.\r\n",
        b"-WRONGPASS invalid username-password pair\r\n",
        b"-NOPERM this user has no permissions\r\n",
        b"-NOREPLICAS Not enough good replicas to write.\r\n",
        b"-ERR max number of clients reached\r\n",
    ],
)
async def test_states_that_pass_read_as_unavailable(reply: bytes) -> None:
    async with (
        pretended_server(lambda command: reply if b"GET" in command else b"+OK\r\n") as url,
        client_of(url) as client,
    ):
        with pytest.raises(Unavailable), translated():
            await client.get("seat")


async def test_a_database_number_that_is_not_there_is_unavailable_on_both_ways(
    own_valkey: EmbeddedValkey,
) -> None:
    async with client_of(f"{own_valkey.url}?db=99") as client:
        with pytest.raises(Unavailable) as caught, translated():
            await client.ping()
        assert "DB index is out of range" in caught.value.reason
        with pytest.raises(Unavailable), translated():
            await CommandRouter(client).send("seat", "GET", "seat")
        await close(client)


async def test_a_password_that_is_asked_for_and_not_given_is_unavailable(
    own_valkey: EmbeddedValkey,
) -> None:
    async with client_of(own_valkey.url) as client:
        await client.config_set("requirepass", "hunter2")
        await client.connection_pool.disconnect()
        for ask in (client.ping(), CommandRouter(client).send("seat", "GET", "seat")):
            with pytest.raises(Unavailable), translated():
                await ask
        await close(client)
    async with client_of(own_valkey.url.replace("unix://", "unix://:hunter2@")) as client:
        await client.config_set("requirepass", "")


async def test_a_bug_is_not_mistaken_for_an_outage(redis_client: Redis) -> None:
    with pytest.raises(exceptions.ResponseError, match="unknown command"), translated():
        await redis_client.execute_command("NONSENSE")


async def test_a_connection_that_was_cut_is_replaced_without_the_caller_noticing(
    redis_client: Redis,
) -> None:
    await redis_client.set("seat", "1")
    async with client_of(f"unix://{redis_client.get_connection_kwargs()['path']}") as other:
        await other.client_kill_filter(_type="normal", skipme=True)
        assert await redis_client.get("seat") == "1"


async def test_more_commands_at_once_than_connections_wait_instead_of_failing(
    valkey: EmbeddedValkey,
) -> None:
    client = connect(valkey.url, pool_size=2)
    try:
        waits: list[Awaitable[object]] = [
            client.blpop([f"nothing:{n}"], timeout=0.05) for n in range(6)
        ]
        assert await asyncio.gather(*waits) == [None] * 6
    finally:
        await client.aclose()


def test_an_address_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="REDIS_URL: expected redis://"):
        connect("http://localhost")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://me:hunter2@cache/3", "redis://cache:6379/3"),
        ("rediss://:hunter2@[::1]:7000", "rediss://[::1]:7000"),
        ("unix:///run/valkey.sock?password=hunter2", "unix:///run/valkey.sock"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert describe(url) == shown


@pytest.mark.parametrize(
    ("current", "missing"),
    [("", "Ktx"), ("AKE", ""), ("A", "K"), ("Kx", "t"), ("Ktx", ""), ("KEg$lshztxe", "")],
)
def test_the_flag_for_all_stands_for_most_others(current: str, missing: str) -> None:
    assert missing_flags(current) == missing
