"""Nothing is served before the parts the server stands on are fit."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from houseful.data_directory import prepare
from houseful.domain.errors import ConfigurationError
from houseful.process.preparation import prepare_database
from houseful.redis.capability import check_redis
from houseful.settings import load
from houseful.valkey.embedded import EmbeddedValkey
from tests.support.ports import free_port


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
