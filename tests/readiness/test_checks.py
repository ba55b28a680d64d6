"""What is found of a server's parts: each is tried, and none hides another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from houseful.readiness import checks, outside, parts
from houseful.readiness.findings import FINDINGS, Finding
from houseful.redis.connection import connect
from houseful.settings import Settings
from houseful.valkey.embedded import EmbeddedValkey
from tests.payments.tills import API_KEY
from tests.stripe_double.fixture import stripe_double
from tests.stripe_double.server import StripeDouble
from tests.support.mail_office import Office, smtp_server
from tests.support.ports import free_port

__all__ = ["stripe_double"]


def codes(found: Sequence[Finding]) -> list[str]:
    return [finding.code for finding in found]


def configured(data_dir: Path, **given: Any) -> Settings:
    return Settings(data_dir=data_dir, **given)


def with_stripe(data_dir: Path, double: StripeDouble, **given: Any) -> Settings:
    known: dict[str, Any] = {
        "stripe_secret_key": SecretStr(API_KEY),
        "stripe_publishable_key": "pk_test_1",
        "stripe_webhook_secret": SecretStr("whsec_1"),
        "stripe_api_base": double.url,
    }
    return configured(data_dir, **known | given)


async def test_a_check_that_raises_hides_no_other(data_dir: Path) -> None:
    async def broken(_: Settings) -> Sequence[Finding]:
        raise ZeroDivisionError("secret-of-somebody")

    found = await checks.examine(
        configured(data_dir), {"broken": broken, "files": parts.files, "mail": outside.mail}
    )

    assert codes(found) == ["check_failed", "files_found", "mail_not_set"]
    assert found[0].severity == "error"
    assert "secret-of-somebody" not in found[0].sentence


async def test_mail_to_a_closed_port_is_an_error(data_dir: Path) -> None:
    url = SecretStr(f"smtp://127.0.0.1:{free_port()}")
    (found,) = await outside.mail(configured(data_dir, smtp_url=url))

    assert (found.code, found.severity) == ("mail_unreachable", "error")


@pytest_asyncio.fixture
async def smtp_port() -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            writer.write(b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 fine\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_a_mail_server_that_greets_is_fine_with_a_sender(
    data_dir: Path, smtp_port: int
) -> None:
    url = SecretStr(f"smtp://127.0.0.1:{smtp_port}")

    assert codes(await outside.mail(configured(data_dir, smtp_url=url))) == ["mail_sender_default"]
    named = configured(data_dir, smtp_url=url, mail_from="box@theatre.example")
    assert codes(await outside.mail(named)) == ["mail_accepted"]


@pytest.mark.parametrize("has_smtputf8", [True, False])
async def test_a_sender_in_another_alphabet_needs_a_mail_server_that_takes_it(
    data_dir: Path, has_smtputf8: bool
) -> None:
    async with smtp_server(Office(), enable_SMTPUTF8=has_smtputf8) as port:
        url = SecretStr(f"smtp://127.0.0.1:{port}")
        named = configured(data_dir, smtp_url=url, mail_from="Jörg <jörg@theatre.example>")
        (found,) = await outside.mail(named)
    assert found.code == ("mail_accepted" if has_smtputf8 else "mail_sender_needs_smtputf8")
    assert found.severity == ("fine" if has_smtputf8 else "error")


async def test_a_port_that_somebody_else_has_is_an_error(data_dir: Path) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert codes(await parts.port(configured(data_dir, port=port))) == ["port_taken"]
    assert codes(await parts.port(configured(data_dir, port=port))) == ["port_free"]


async def test_a_redis_that_forgets_at_a_restart_is_an_error(
    data_dir: Path, redis_binary: Path | None
) -> None:
    with EmbeddedValkey(data_dir, binary=redis_binary) as running:
        chosen = configured(data_dir, redis_url=SecretStr(running.url))
        assert codes(await parts.redis(chosen)) == ["redis_answers"]
        client = connect(running.url)
        await client.config_set("appendonly", "no")
        await client.aclose()
        assert codes(await parts.redis(chosen)) == ["redis_answers", "redis_not_durable"]


async def test_https_in_front_needs_a_proxy_that_is_trusted(data_dir: Path) -> None:
    url = "https://tickets.example"
    alone = configured(data_dir, public_url=url)
    behind = configured(data_dir, public_url=url, trusted_proxies=("10.0.0.0/8",))
    plain = configured(data_dir, public_url="http://tickets.example")

    assert codes(await outside.public_address(alone)) == ["proxies_not_trusted"]
    assert codes(await outside.public_address(behind)) == ["public_address_set"]
    assert codes(await outside.public_address(plain)) == ["public_address_insecure"]


async def test_a_key_that_stripe_takes_is_told_from_one_it_refuses(
    data_dir: Path, stripe_double: StripeDouble
) -> None:
    good = with_stripe(data_dir, stripe_double)
    wrong = with_stripe(
        data_dir,
        stripe_double,
        stripe_secret_key=SecretStr("sk_wrong"),
        stripe_publishable_key="pk_live_1",
    )
    mixed = with_stripe(data_dir, stripe_double, stripe_publishable_key="pk_live_1")

    assert codes(await outside.payments(good)) == ["stripe_test_mode"]
    assert codes(await outside.payments(wrong)) == ["stripe_refused"]
    assert codes(await outside.payments(mixed)) == ["stripe_test_mode", "stripe_keys_differ"]


async def test_a_stripe_that_cannot_be_reached_is_an_error(data_dir: Path) -> None:
    chosen = configured(
        data_dir,
        stripe_secret_key=SecretStr(API_KEY),
        stripe_publishable_key="pk_test_1",
        stripe_api_base=f"http://127.0.0.1:{free_port()}",
    )

    assert codes(await outside.payments(chosen)) == ["stripe_unreachable", "stripe_no_webhooks"]


async def test_what_sales_still_lack_is_a_warning(data_dir: Path) -> None:
    found = await checks.examine(configured(data_dir))

    assert not [finding for finding in found if finding.severity == "error"]
    lacking = {finding.subject for finding in found if finding.severity == "warning"}
    assert lacking == {"payments", "mail", "time zone", "public address", "secret"}


async def test_a_directory_that_others_may_read_is_told(data_dir: Path) -> None:
    for mode, code in ((0o755, "data_directory_open"), (0o700, "data_directory_private")):
        directory = data_dir / oct(mode)
        await asyncio.to_thread(lambda made=directory, its=mode: made.mkdir(its, parents=True))
        assert codes(await parts.data_directory(configured(directory))) == [code]


def test_every_finding_has_its_words_and_a_severity() -> None:
    for severity, sentence in FINDINGS.values():
        assert severity in ("fine", "warning", "error")
        assert sentence
