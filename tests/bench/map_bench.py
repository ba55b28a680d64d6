"""How fast the seat map draws: 50,000 seats in headless Chromium without a GPU.

`python -m tests.bench.map_bench` prints the figures and exits 1 when one is over its bar.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from houseful.domain.plan import Plan
from houseful.plans import geometry
from houseful.plans.generator import arena, stadium, theatre
from tests.support import chromium

ROOT = Path(__file__).parents[2]
PLANS = {"stadium": stadium, "arena": arena, "theatre": theatre}
STREAM_MS = 10_000
REDRAWS = 120


@dataclass(frozen=True)
class Figure:
    """One measured value and the most it may be."""

    name: str
    value: float
    unit: str
    bar: float | None = None

    @property
    def is_over(self) -> bool:
        return self.bar is not None and self.value > self.bar

    def __str__(self) -> str:
        bar = "" if self.bar is None else f"  (at most {self.bar:g})"
        return (
            f"{self.name:<44}{self.value:8.1f} {self.unit}{bar}{'  OVER' if self.is_over else ''}"
        )


class _Handler(SimpleHTTPRequestHandler):
    """The repository's files and, as `/plans/NAME.json`, the demo venues."""

    def do_GET(self) -> None:
        name = self.path.removeprefix("/plans/").split(".")[0]
        if not self.path.startswith("/plans/") or name not in PLANS:
            super().do_GET()
            return
        body = _encoded(name)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the figures are the output."""


@functools.cache
def _encoded(name: str) -> bytes:
    plan: Plan = PLANS[name]()
    return json.dumps(geometry.encode(plan, 1)).encode()


@contextmanager
def serve() -> Iterator[str]:
    """The bench page's address while it is served on a free loopback port."""
    handler = functools.partial(_Handler, directory=str(ROOT))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{httpd.server_port}/tests/bench/map_bench.html"
        finally:
            httpd.shutdown()
            thread.join()


async def open_map(page: Page, address: str, plan: str) -> None:
    """The map of a demo venue, almost half of it sold."""
    await page.goto(f"{address}?plan=/plans/{plan}.json")
    await page.wait_for_selector("html[data-bench=ready]")
    await page.evaluate("bench.sell(0.45)")
    await page.evaluate("bench.settled()")


async def measure(page: Page, *, stream_ms: int = STREAM_MS) -> list[Figure]:
    """Every figure of one size of window and one plan."""
    figures = [Figure("open the store", await page.evaluate("bench.openedMs"), "ms")]
    for zoom, gap in (("far", 0.0), ("points", 5.0), ("shapes", 12.0), ("numbers", 30.0)):
        await page.evaluate(
            "gap => { bench.map.fit(); if (gap) bench.zoomToPitch(gap); return bench.settled(); }",
            gap,
        )
        times = await page.evaluate(f"bench.redraws({REDRAWS})")
        figures.append(Figure(f"full redraw, {zoom}, median", times["median"], "ms", 10))
        figures.append(Figure(f"full redraw, {zoom}, p95", times["p95"], "ms", 25))
    for zoom, gap in (("points", 5.0), ("shapes", 12.0)):
        await page.evaluate("gap => { bench.zoomToPitch(gap); return bench.settled(); }", gap)
        run = await page.evaluate(f"bench.stream({stream_ms})")
        figures += [
            Figure(f"1,000 changes/s while dragging, {zoom}, frame", run["median"], "ms", 17),
            Figure(f"1,000 changes/s while dragging, {zoom}, p95", run["p95"], "ms"),
            Figure(f"tasks over 50 ms meanwhile, {zoom}", run["long"], "", 1),
        ]
    heap = await page.evaluate("performance.memory.usedJSHeapSize / 2 ** 20")
    figures.append(Figure("heap", heap, "MB", 150))
    return figures


@asynccontextmanager
async def launch() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.CHROMIUM,
            args=[*chromium.ARGUMENTS, "--enable-precise-memory-info"],
        )
        yield browser
        await browser.close()


async def run(plan: str, width: int, height: int, scale: float) -> list[Figure]:
    with serve() as address:
        async with launch() as browser:
            page = await browser.new_page(
                viewport={"width": width, "height": height}, device_scale_factor=scale
            )
            await open_map(page, address, plan)
            return await measure(page)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plan", choices=PLANS, default="stadium")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--scale", type=float, default=1.0, help="device pixels per CSS pixel")
    arguments = parser.parse_args()
    figures = asyncio.run(run(arguments.plan, arguments.width, arguments.height, arguments.scale))
    for figure in figures:
        print(figure)
    return 1 if any(figure.is_over for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
