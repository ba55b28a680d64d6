"""`<seat-map>` in a real browser: what pointers, fingers and keys do to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Page

from tests.bench import map_bench
from tests.support import chromium

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(chromium.CHROMIUM is None, reason=chromium.WHERE_TO_GET_IT),
]
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 760}
Point = dict[str, float]


@pytest.fixture(scope="module")
def address() -> Any:
    with map_bench.serve() as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with map_bench.launch() as running:
        yield running


async def opened(browser: Browser, address: str, plan: str, **options: Any) -> Page:
    context = await browser.new_context(**{"viewport": DESK, "reduced_motion": "reduce", **options})
    context.set_default_timeout(15_000)
    page = await context.new_page()
    await map_bench.open_map(page, address, plan)
    return page


async def settled(page: Page) -> None:
    await page.evaluate("bench.settled()")


async def place_of(page: Page, seat: int) -> Point:
    point: Point = await page.evaluate("i => bench.map.clientPoint(i)", seat)
    return point


async def free_seat(page: Page, section: int = 0) -> int:
    seat: int = await page.evaluate(
        """s => { const { first, count } = bench.store.sections[s];
                  for (let i = first + (count >> 1); i < first + count; i++)
                    if (bench.store.isAvailable(i)) return i;
                  return -1; }""",
        section,
    )
    return seat


async def heard(page: Page, name: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = await page.evaluate(
        "name => bench.heard.filter(([type]) => type === name).map(([, detail]) => detail)", name
    )
    return told


async def test_a_click_selects_the_seat_under_it(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "theatre")
    seat = await free_seat(page)
    at = await place_of(page, seat)
    await page.mouse.click(at["clientX"] + 2, at["clientY"] - 2)
    assert await heard(page, "seat-activate") == [{"index": seat}]
    assert await page.evaluate("i => bench.store.mark[i]", seat) == 1


async def test_a_drag_moves_the_house_and_selects_nothing(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "theatre")
    await page.evaluate("bench.map.zoomToSeat(100)")
    await settled(page)
    before = await place_of(page, 100)
    await page.mouse.move(before["clientX"], before["clientY"])
    await page.mouse.down()
    await page.mouse.move(before["clientX"] + 60, before["clientY"] + 40, steps=5)
    await page.mouse.up()
    await settled(page)
    after = await place_of(page, 100)
    assert after["clientX"] - before["clientX"] == pytest.approx(60, abs=1)
    assert after["clientY"] - before["clientY"] == pytest.approx(40, abs=1)
    assert await heard(page, "seat-activate") == []


async def test_the_wheel_zooms_about_the_pointer(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "theatre")
    before = await place_of(page, 200)
    scale = await page.evaluate("bench.map.camera.scale")
    await page.mouse.move(before["clientX"], before["clientY"])
    await page.mouse.wheel(0, -120)
    await settled(page)
    after = await place_of(page, 200)
    assert await page.evaluate("bench.map.camera.scale") > scale * 1.2
    assert after["clientX"] == pytest.approx(before["clientX"], abs=1)
    assert after["clientY"] == pytest.approx(before["clientY"], abs=1)


async def test_far_away_a_tap_goes_to_the_section(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "stadium", viewport=PHONE, has_touch=True)
    seat = await free_seat(page, section=3)
    at = await place_of(page, seat)
    await page.touchscreen.tap(at["clientX"], at["clientY"])
    await settled(page)
    assert await heard(page, "section-activate") == [{"section": 3}]
    assert await heard(page, "seat-activate") == []
    assert await page.evaluate("bench.store.pitch * bench.map.camera.scale") >= 16


async def test_a_page_can_keep_the_view_when_a_section_is_tapped(
    browser: Browser, address: str
) -> None:
    page = await opened(browser, address, "stadium")
    await page.evaluate("bench.map.addEventListener('section-activate', e => e.preventDefault())")
    before = await page.evaluate("bench.map.camera")
    at = await place_of(page, await free_seat(page, section=3))
    await page.mouse.click(at["clientX"], at["clientY"])
    await settled(page)
    assert await heard(page, "section-activate") == [{"section": 3}]
    assert await page.evaluate("bench.map.camera") == before


async def test_a_finger_that_misses_takes_the_nearest_seat(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "theatre", viewport=PHONE, has_touch=True)
    await page.evaluate("bench.map.zoomToSeat(0)")
    await settled(page)
    at = await place_of(page, 0)  # the corner of the block: nothing beyond it
    await page.touchscreen.tap(at["clientX"] - 14, at["clientY"] - 14)
    assert await heard(page, "seat-activate") == [{"index": 0}]


async def test_two_fingers_zoom(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "theatre", viewport=PHONE, has_touch=True)
    scale = await page.evaluate("bench.map.camera.scale")
    devtools = await page.context.new_cdp_session(page)

    async def touch(kind: str, *points: tuple[int, int]) -> None:
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        await devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    await touch("touchStart", (180, 400), (210, 400))
    for spread in (10, 20, 30, 45):
        await touch("touchMove", (180 - spread, 400), (210 + spread, 400))
    await touch("touchEnd")
    await settled(page)
    assert await page.evaluate("bench.map.camera.scale") / scale == pytest.approx(4, rel=0.1)
    assert await heard(page, "seat-activate") == []


async def test_the_keyboard_walks_the_house_and_selects(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "theatre")
    await page.keyboard.press("Tab")
    start = await page.evaluate("Number(document.activeElement.dataset.seat)")
    await page.keyboard.press("ArrowRight")
    after = await page.evaluate("Number(document.activeElement.dataset.seat)")
    assert after == start + 1
    await page.keyboard.press("Home")
    first = await page.evaluate("Number(document.activeElement.dataset.seat)")
    assert await page.evaluate("i => bench.store.rows[bench.store.row[i]].first === i", first)
    await page.keyboard.press("PageDown")
    section = "bench.store.section[Number(document.activeElement.dataset.seat)]"
    assert await page.evaluate(section) == 1
    seat = await free_seat(page, section=1)
    await page.evaluate("i => bench.map.focusSeat(i)", seat)
    await page.keyboard.press("Enter")
    assert await heard(page, "seat-activate") == [{"index": seat}]
    active = page.locator(":focus")
    assert await active.get_attribute("aria-selected") == "true"
    label = await active.get_attribute("aria-label") or ""
    assert "Row " in label
    assert "45.00 EUR, selected" in label


async def test_the_cursor_is_brought_into_view(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "stadium")
    await page.keyboard.press("Tab")
    for key in ("PageDown", "PageDown", "End", "ArrowDown"):
        await page.keyboard.press(key)
        await settled(page)
        seat = await page.evaluate("Number(document.activeElement.dataset.seat)")
        at = await place_of(page, seat)
        assert 0 < at["clientX"] < DESK["width"]
        assert 0 < at["clientY"] < DESK["height"]


async def test_the_grid_follows_live_changes(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "theatre")
    seat = await free_seat(page)
    await page.evaluate("i => bench.map.focusSeat(i)", seat)
    cell = page.locator(f"[data-seat='{seat}']")
    assert "available" in (await cell.get_attribute("aria-label") or "")
    grid = page.get_by_role("grid")
    before = await grid.get_attribute("aria-label")
    await page.evaluate(
        "i => bench.store.applyChanges([[bench.store.idOf(i), 'BOOKED', 99]])", seat
    )
    assert "sold" in (await cell.get_attribute("aria-label") or "")
    assert await cell.get_attribute("aria-disabled") == "true"
    assert await grid.get_attribute("aria-label") != before


async def test_the_grid_says_how_large_the_section_is(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "stadium")
    await page.evaluate("bench.map.focusSeat(bench.store.sections[5].first)")
    grid = page.get_by_role("grid")
    rows = await page.evaluate("bench.store.sections[5].rowCount")
    assert await grid.get_attribute("aria-rowcount") == str(rows)
    assert await page.locator("[role=row]").count() < rows


async def test_a_hidden_map_draws_nothing_and_is_right_when_shown(
    browser: Browser, address: str
) -> None:
    page = await opened(browser, address, "theatre")
    seat = await free_seat(page)
    pixel = """i => { const at = bench.map.clientPoint(i);
        const canvas = document.querySelector(".map-base").getContext("2d");
        return Array.from(canvas.getImageData(at.clientX, at.clientY, 1, 1).data).join(); }"""
    free = await page.evaluate(pixel, seat)
    await page.evaluate("bench.map.hidden = true")
    await page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    await page.evaluate(
        "i => bench.store.applyChanges([[bench.store.idOf(i), 'BLOCKED', 99]])", seat
    )
    assert not await page.evaluate("bench.map.busy")
    await page.evaluate("bench.map.hidden = false")
    await page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    await settled(page)
    assert await page.evaluate(pixel, seat) != free


async def test_colours_follow_the_theme(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "theatre", color_scheme="light")
    light = await page.evaluate("bench.map.categoryColors")
    await page.evaluate(
        """() => { bench.repainted = new Promise(
             done => bench.map.addEventListener("palette-change", done, { once: true })); }"""
    )
    await page.emulate_media(color_scheme="dark")
    dark = await page.evaluate("bench.repainted.then(event => event.detail.categoryColors)")
    assert len(dark) == len(light)
    assert dark != light


async def test_the_map_has_no_accessibility_violations(browser: Browser, address: str) -> None:
    page = await opened(browser, address, "theatre", bypass_csp=True)
    await page.keyboard.press("Tab")
    await page.add_script_tag(content=AXE_SCRIPT)
    tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
    rules = {"page-has-heading-one": {"enabled": False}}
    found = await page.evaluate(
        "([tags, rules]) => axe.run({ include: 'seat-map' }, { runOnly: tags, rules })",
        [tags, rules],
    )
    assert [(violation["id"], violation["help"]) for violation in found["violations"]] == []
