"""Buyers with real browsers in front of a real shop.

Each shop is the server as it is started by hand (`python -m server serve`), with its own Valkey and
database. Every page that a test opens is watched: a script error, a refused resource or a breach of
the Content-Security-Policy fails the test that caused it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from houseful import settings
from houseful.web.auth import Tokens
from tests.support import chromium
from tests.support.databases import demo_data

CHROMIUM_ARGUMENTS = [*chromium.ARGUMENTS, "--host-resolver-rules=MAP shop.test 127.0.0.1"]
"""`shop.test` is the same server over plain http by a host name: no secure context, as 127.0.0.1 is."""

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 60
PATIENCE_MS = 20_000
"""How long a page may take for one step: generous, for machines that do much else besides."""
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
NOISE = re.compile("Failed to load resource|Cross-Origin-Opener-Policy header has been ignored")
"""What Chromium writes for every 4xx that a page asks for and handles (the status is our business), and
over plain http by a host name, where that header means nothing."""


IN_A_BROWSER = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.browser,
    pytest.mark.skipif(chromium.CHROMIUM is None, reason=chromium.WHERE_TO_GET_IT),
]
"""Every module here carries these marks."""


expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Shop:
    """A running server; `call` is a client beside the browser."""

    address: str
    log: Path

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        request = urllib.request.Request(
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                **({"Content-Type": "application/json"} if body is not None else {}),
                **({"Authorization": f"Bearer {token}"} if token else {}),
                **(headers or {}),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                return dict(json.load(error))

    def guest(self) -> str:
        token: str = self.call("POST", "/auth/guest")["data"]["token"]
        return token

    def reserve(self, token: str, event: int, *seats: dict[str, int]) -> dict[str, Any]:
        body = {"seats": list(seats), "sessionId": "session-1"}
        return self.call("POST", f"/events/{event}/reservations", body, token)

    def seat(self, event: int, seat_id: int) -> dict[str, Any]:
        """One seat as GET /events/{id}/seats shows it."""
        sections = self.call("GET", f"/events/{event}/seats", token=self.guest())["data"][
            "sections"
        ]
        return next(
            seat for section in sections for seat in section["seats"] if seat["id"] == seat_id
        )


@contextmanager
def run_shop(
    directory: Path, variables: Mapping[str, str] | None = None, **settings: object
) -> Iterator[Shop]:
    environment = {
        **os.environ,
        "HOUSEFUL_RESERVATIONS_PER_MINUTE": "10000",
        **{f"HOUSEFUL_{name.upper()}": str(value) for name, value in settings.items()},
        **(variables or {}),
    }
    data = str(directory / "data")
    shutil.copytree(demo_data(), data)
    log = directory / "houseful.telemetry.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "houseful", "serve", "--port", "0", "--data-dir", data],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Shop(wait_for_address(process, log), log)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_TIMEOUT_S
    while " is at http" not in (said := log.read_text(errors="replace")):
        alive = process.poll() is None and time.monotonic() < deadline
        assert alive, f"the shop did not start:\n{said}"
        time.sleep(0.05)
    return said.split(" is at ")[1].split()[0].rstrip("/")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Holds of ten minutes, as by default."""
    with run_shop(tmp_path_factory.mktemp("shop")) as running:
        choose_freely(running)
        yield running


@pytest.fixture(scope="session")
def hasty_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Holds of a few seconds."""
    with run_shop(tmp_path_factory.mktemp("hasty"), hold_seconds=4) as running:
        choose_freely(running)
        yield running


def choose_freely(shop: Shop) -> None:
    """The demo's theatre minds lone seats; most tests take any seats that others left."""
    token = Tokens(settings.load(data_dir=shop.log.parent / "data")).issue("setting", "venue")[0]
    body = {"reason": "Tests choose freely", "loneSeats": {"rule": "off"}}
    assert shop.call("PATCH", "/events/1", body, token)["statusCode"] == 200


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=chromium.CHROMIUM, args=CHROMIUM_ARGUMENTS
        )
        yield running
        await running.close()


@dataclass
class Visit:
    """One buyer's browser: a context and its first page, with what went wrong in them."""

    shop: Shop
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.shop.address}/#{path}")

    async def another_tab(self, path: str) -> Page:
        page = await self.context.new_page()
        await page.goto(f"{self.shop.address}/#{path}")
        return page

    async def token(self) -> str:
        text: str = await self.page.evaluate("localStorage['houseful.identity']")
        token: str = json.loads(text)["token"]
        return token

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on(
            "console",
            lambda message: (
                self.faults.append(f"console: {message.text}")
                if message.type in ("error", "warning") and not NOISE.search(message.text)
                else None
            ),
        )


Enter = Callable[..., Any]

REPORT_BREACHES = """
document.addEventListener("securitypolicyviolation", (breach) =>
  console.error(`CSP: ${breach.violatedDirective} ${breach.blockedURI}`));
"""


@pytest_asyncio.fixture(loop_scope="session")
async def enter(browser: Browser) -> AsyncIterator[Enter]:
    """`await enter(shop, **context options)` is a new buyer. At the end no page may have faults."""
    visits: list[Visit] = []

    async def come_in(shop: Shop, **options: Any) -> Visit:
        context = await browser.new_context(
            **{"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(PATIENCE_MS)
        await context.add_init_script(REPORT_BREACHES)
        visit = Visit(shop, context, await context.new_page())
        visit.watch(visit.page)
        context.on("page", visit.watch)
        visits.append(visit)
        return visit

    yield come_in
    faults = [fault for visit in visits for fault in visit.faults]
    for visit in visits:
        await visit.context.close()
    assert faults == []
