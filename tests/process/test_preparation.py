"""Nothing is served before the parts the server stands on are fit."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from houseful.data_directory import prepare
from houseful.domain.errors import ConfigurationError
from houseful.ledger.upkeep import house
from houseful.ledger.upkeep.house import House
from houseful.process.preparation import prepare_database
from houseful.redis.capability import check_redis
from houseful.settings import Settings, load
from houseful.sql.database import Database
from houseful.valkey.embedded import EmbeddedValkey
from tests.stripe_double.fixture import stripe_double
from tests.stripe_double.server import StripeDouble
from tests.support.ports import free_port

__all__ = ["stripe_double"]


async def test_a_redis_that_comes_up_a_little_later_is_waited_for(valkey: EmbeddedValkey) -> None:
    port = free_port()
    waiting = asyncio.create_task(check_redis(f"redis://127.0.0.1:{port}", wait_s=20))
    done, _ = await asyncio.wait({waiting}, timeout=0.5)
    assert not done, "refused at once, it must try again"

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind = await asyncio.open_unix_connection(valkey.url.removeprefix("unix://"))
        await asyncio.gather(copy(reader, behind[1]), copy(behind[0], writer))

    async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while piece := await source.read(65536):
            target.write(piece)
        target.close()

    async with await asyncio.start_server(pass_on, "127.0.0.1", port):
        assert (await waiting).version


async def test_a_redis_that_stays_away_is_given_up_with_one_sentence() -> None:
    url = f"redis://:hunter2@127.0.0.1:{free_port()}"
    with pytest.raises(ConfigurationError, match=r"does not answer: .*unset it") as caught:
        await check_redis(url)

    assert "hunter2" not in caught.value.message


async def test_a_database_that_does_not_answer_is_one_sentence(
    valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:hunter2@127.0.0.1:{free_port()}/shop")
    with pytest.raises(ConfigurationError, match="database") as caught:
        await prepare_database(load(), valkey.url)

    assert "hunter2" not in caught.value.message
    assert "\n" not in caught.value.message


def test_a_directory_is_made_and_left_empty(data_dir: Path) -> None:
    prepare(data_dir / "deep")

    assert list((data_dir / "deep").iterdir()) == []


@pytest.fixture
def redis_url(redis_client: Redis, valkey: EmbeddedValkey) -> str:
    """A Redis that holds the seats of no other database."""
    return valkey.url


def stripe_settings(data_dir: Path, double: StripeDouble, key: str = "sk_test_1") -> Settings:
    return Settings(
        data_dir=data_dir,
        demo_events=False,
        stripe_secret_key=SecretStr(key),
        stripe_publishable_key="pk_test_1",
        stripe_api_base=double.url,
    )


async def bound(chosen: Settings) -> House:
    database = Database(chosen.sql_url())
    try:
        return await database.query(house.get)
    finally:
        await database.close()


async def test_a_database_is_bound_to_its_stripe_account_and_refuses_any_other(
    data_dir: Path, redis_url: str, stripe_double: StripeDouble
) -> None:
    chosen = stripe_settings(data_dir, stripe_double)
    await prepare_database(chosen, redis_url)
    first = await bound(chosen)
    assert (first.gateway, first.account, first.is_live) == ("stripe", "acct_double", False)
    assert len(first.house_id) == 32
    await prepare_database(chosen, redis_url)
    assert await bound(chosen) == first
    live = stripe_settings(data_dir, stripe_double, "sk_live_1")
    with pytest.raises(ConfigurationError, match="belongs to the Stripe account acct_double"):
        await prepare_database(live, redis_url)
    stripe_double.account.id = "acct_of_another_shop"
    with pytest.raises(ConfigurationError, match="acct_of_another_shop"):
        await prepare_database(chosen, redis_url)
    assert await bound(chosen) == first


async def test_a_database_that_sold_through_stripe_does_not_start_without_its_key(
    data_dir: Path, redis_url: str, stripe_double: StripeDouble
) -> None:
    await prepare_database(stripe_settings(data_dir, stripe_double), redis_url)
    bare = Settings(data_dir=data_dir, demo_events=False)
    with pytest.raises(ConfigurationError, match="STRIPE_SECRET_KEY is not set"):
        await prepare_database(bare, redis_url)
    meant = Settings(data_dir=data_dir, demo_events=False, allow_demo_after_stripe=True)
    await prepare_database(meant, redis_url)


async def test_while_stripe_is_away_a_bound_database_starts_in_its_own_mode_alone(
    data_dir: Path, redis_url: str, stripe_double: StripeDouble
) -> None:
    chosen = stripe_settings(data_dir, stripe_double)
    await prepare_database(chosen, redis_url)
    stripe_double.faults.add("lose_request", "*", times=None)
    await prepare_database(chosen, redis_url)
    with pytest.raises(ConfigurationError, match="live mode"):
        await prepare_database(stripe_settings(data_dir, stripe_double, "sk_live_1"), redis_url)


async def test_a_key_that_stripe_refuses_is_one_sentence(
    data_dir: Path, redis_url: str, stripe_double: StripeDouble
) -> None:
    with pytest.raises(ConfigurationError, match="Stripe refuses the key"):
        await prepare_database(stripe_settings(data_dir, stripe_double, "sk_wrong"), redis_url)
