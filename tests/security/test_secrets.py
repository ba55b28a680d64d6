"""Nothing secret is written down: purchases with logs at their loudest, and every word searched."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from houseful.redis import connection
from houseful.settings import Settings
from houseful.valkey.embedded import EmbeddedValkey
from tests.stripe_double.server import StripeDouble
from tests.support.serving import Guest, Sale, Server

PASSWORDS = {
    "JWT": "jwt-secret-Zq81mXw2-and-some-more",
    "SMTP": "smtp-pass-Zq82mXw3",
    "Redis": "redis-pass-Zq83mXw4",
    "database": "database-pass-Zq84mXw5",
    "metrics": "metrics-token-Zq85mXw6",
    "Stripe key": "sk_test_Zq86mXw7abcdefghijkl",
    "webhook": "whsec_Zq87mXw8abcdefghijkl",
}
CARDS = ("4242424242424242", "4000000000000002", "4000002500003155")


@dataclass
class Loud:
    """A server process that logs all there is, and what must not be in it."""

    url: str
    settings: Settings
    redis_url: str
    written: Path
    secrets: dict[str, str] = field(default_factory=lambda: dict(PASSWORDS))
    answers: list[str] = field(default_factory=list)

    def found(self, text: str) -> list[str]:
        return [name for name, secret in self.secrets.items() if secret in text]


@contextmanager
def loud_server(directory: Path, binary: Path | None, **more: str) -> Iterator[Loud]:
    """`houseful serve` as one would start it, with a password on everything that can have one."""
    with EmbeddedValkey(directory / "valkey", binary=binary) as valkey:
        asyncio.run(protect(valkey.url))
        redis_url = with_password(valkey.url)
        environment = {
            **{name: value for name, value in os.environ.items() if "HOUSEFUL" not in name},
            "HOUSEFUL_DATA_DIR": str(directory / "data"),
            "HOUSEFUL_LOG_LEVEL": "debug",
            "HOUSEFUL_LOG_FORMAT": "json",
            "HOUSEFUL_JWT_SECRET": PASSWORDS["JWT"],
            "HOUSEFUL_METRICS_TOKEN": PASSWORDS["metrics"],
            "HOUSEFUL_SMTP_URL": f"smtp://mailer:{PASSWORDS['SMTP']}@127.0.0.1:1",
            "HOUSEFUL_DEMO_EVENTS": "false",
            "REDIS_URL": redis_url,
            **more,
        }
        written = directory / "log"
        with written.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "houseful", "serve", "--port", "0"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
            )
        try:
            given = {"jwt_secret": SecretStr(PASSWORDS["JWT"]), "data_dir": directory / "data"}
            yield Loud(address_in(written), Settings(**given), redis_url, written)
        finally:
            process.terminate()
            process.wait(20)


async def protect(url: str) -> None:
    client = connection.connect(url)
    await client.config_set("requirepass", PASSWORDS["Redis"])
    await client.aclose()


def with_password(url: str) -> str:
    return url.replace("://", f"://:{PASSWORDS['Redis']}@", 1)


def address_in(written: Path) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        # The log names other addresses before, such as Stripe's, whose account is asked for at start.
        found = re.search(r" is at (http://[\d.]+:\d+)", written.read_text())
        if found:
            return found[1]
        time.sleep(0.05)
    raise AssertionError(f"it did not start:\n{written.read_text()}")


async def go_shopping(loud: Loud, payments: list[dict[str, Any]]) -> None:
    """Sign in, watch by header and by ticket, hold, pay each way, ask for mail, do wrong."""
    server = Server(loud.url, loud.settings, loud.redis_url, None, lambda: None)
    sale = server.add_event()

    async def keep(answer: httpx2.Response) -> None:
        await answer.aread()
        if answer.status_code >= 400:
            loud.answers.append(answer.text)

    async with server.user(check_answer=keep) as guest:
        loud.secrets["token"] = guest.token
        loud.secrets["signature of the token"] = guest.token.rpartition(".")[2]
        await watch(guest, sale, loud)
        for number, payment in enumerate(payments):
            seat = sale.seats[number]
            await guest.held(sale, seat)
            answer = await guest.http.post(
                "/bookings",
                json={
                    "eventId": sale.id,
                    "seatIds": [seat],
                    "contact": {"email": "a@example.com"},
                    **payment,
                },
                headers={"Idempotency-Key": f"booking-{uuid.uuid4()}"},
            )
            assert answer.status_code in (201, 202, 402), answer.text
            note_secret(loud, answer.json()["data"] or {})
            reference = (answer.json()["data"] or {}).get("bookingReference")
            if answer.status_code == 201:
                await guest.http.post(f"/bookings/{reference}/email", json={"to": "a@example.com"})
        await guest.http.post(
            "/webhooks/stripe", content=b"{}", headers={"Stripe-Signature": "t=1"}
        )
        await guest.http.get("/metrics", headers={"Authorization": "Bearer wrong"})
        await guest.http.get("/bookings", headers={"Authorization": f"Bearer {guest.token}x"})


def note_secret(loud: Loud, data: dict[str, Any]) -> None:
    if data.get("clientSecret"):
        loud.secrets["client secret"] = data["clientSecret"]


async def watch(guest: Guest, sale: Sale, loud: Loud) -> None:
    ticket = await guest.ticket()
    loud.secrets["socket ticket"] = ticket
    offered = {"subprotocols": ["houseful.v1", f"ticket.{ticket}"], "additional_headers": {}}
    async with guest.live(sale) as live:
        await live.next("hello")
    async with guest.live(sale, **offered) as live:
        await live.next("hello")


def judge(loud: Loud) -> None:
    log = loud.written.read_text()
    assert "payment_started" in log, "it was loud enough"
    assert "DEBUG" in log.upper()
    assert loud.found(log) == []
    for text in loud.answers:
        assert loud.found(text) == []
    assert loud.found(log + loud.secrets["token"]) == ["token", "signature of the token"]


@pytest.mark.long
def test_a_purchase_at_the_demo_gateway_writes_down_no_secret(
    tmp_path: Path, redis_binary: Path | None
) -> None:
    with loud_server(tmp_path, redis_binary) as loud:
        loud.secrets |= {f"card {number[-4:]}": number for number in CARDS}
        payments = [{"paymentMethod": "demo", "card": {"number": number}} for number in CARDS]
        asyncio.run(go_shopping(loud, payments))
        judge(loud)


def test_a_purchase_with_stripe_writes_down_no_secret(
    tmp_path: Path, redis_binary: Path | None
) -> None:
    double = StripeDouble().start()
    environment = {
        "STRIPE_SECRET_KEY": PASSWORDS["Stripe key"],
        "STRIPE_PUBLISHABLE_KEY": "pk_test_12345",
        "STRIPE_WEBHOOK_SECRET": PASSWORDS["webhook"],
        "STRIPE_API_BASE": double.url,
    }
    with contextlib.closing(double), loud_server(tmp_path, redis_binary, **environment) as loud:
        tokens = ("pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequiredOnSetup")
        payments = [{"paymentMethod": "stripe", "paymentToken": token} for token in tokens]
        asyncio.run(go_shopping(loud, payments))
        assert "client secret" in loud.secrets
        judge(loud)


@pytest.mark.parametrize("command", ["doctor", pytest.param("serve", marks=pytest.mark.long)])
def test_what_is_wrong_is_said_without_the_password(command: str, tmp_path: Path) -> None:
    """Nothing of this answers: each part says so, and none says with which password."""
    environment = {
        **{name: value for name, value in os.environ.items() if "HOUSEFUL" not in name},
        "HOUSEFUL_DATA_DIR": str(tmp_path / "data"),
        "HOUSEFUL_JWT_SECRET": PASSWORDS["JWT"],
        "HOUSEFUL_METRICS_TOKEN": PASSWORDS["metrics"],
        "HOUSEFUL_SMTP_URL": f"smtp://mailer:{PASSWORDS['SMTP']}@127.0.0.1:1",
        "HOUSEFUL_LOG_LEVEL": "debug",
        "HOUSEFUL_PORT": "0",
        "REDIS_URL": f"redis://:{PASSWORDS['Redis']}@127.0.0.1:1/0",
        "DATABASE_URL": f"postgresql://houseful:{PASSWORDS['database']}@127.0.0.1:1/x",
        "STRIPE_SECRET_KEY": PASSWORDS["Stripe key"],
        "STRIPE_PUBLISHABLE_KEY": "pk_test_12345",
        "STRIPE_WEBHOOK_SECRET": PASSWORDS["webhook"],
    }
    done = subprocess.run(
        [sys.executable, "-m", "houseful", command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "127.0.0.1:1" in said
    assert [name for name, secret in PASSWORDS.items() if secret in said] == []
