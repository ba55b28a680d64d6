"""For every buyer: keyboard alone, a phone and a finger, a screen reader's rules, 320 pixels, German."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import DESK, IN_A_BROWSER, PHONE, Enter, Shop, Visit

pytestmark = IN_A_BROWSER

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TABS_AT_MOST = 60
NARROW = {"width": 320, "height": 640}


async def violations(page: Page) -> list[str]:
    await page.evaluate(AXE_SCRIPT.read_text() if hasattr(AXE_SCRIPT, "read_text") else AXE_SCRIPT)
    found: dict[str, Any] = await page.evaluate(
        "tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", TAGS
    )
    return [
        f"{fault['id']}: {fault['help']} ({node['html'][:160]}) {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


async def each_view(visit: Visit) -> Any:
    """Leads through all views, yielding the name of each as it stands."""
    page = visit.page
    await visit.open("/")
    await expect(page.locator(".card").first).to_be_visible()
    yield "home"
    await visit.open("/events/1")
    await expect(page.get_by_role("link", name="Select Seats")).to_be_visible()
    yield "event"
    await steps.to_row(visit, 2, 0)
    yield "seats"
    await steps.pick(page, 1)
    yield "seats picked"
    await steps.reserve(page)
    await expect(page.get_by_label("Full name")).to_be_visible()
    yield "checkout"
    await steps.confirm(page)
    await expect(page.locator(".field .fault:not(:empty)").first).to_be_visible()
    yield "checkout with faults"
    await steps.fill_in(page, steps.DECLINES)
    await steps.confirm(page)
    await expect(page.get_by_role("alert").first).to_be_visible()
    yield "declined"
    await steps.fill_in(page, steps.ASKS_THE_BANK)
    await steps.confirm(page)
    await expect(page.get_by_role("dialog")).to_be_visible()
    yield "bank"
    await page.get_by_role("button", name="Approve payment").click()
    await steps.is_confirmed(page)
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    yield "booking"
    await visit.open("/bookings")
    await expect(page.locator(".booking-row").first).to_be_visible()
    yield "bookings"
    await page.get_by_role("button", name="Settings").click()
    yield "settings"
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    yield "signed out"
    await visit.open("/nowhere")
    await expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    yield "missing"


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", DESK), ("dark", NARROW)], ids=["light desk", "dark phone"]
)
async def test_no_view_breaks_a_rule_of_wcag_2_2_aa_or_needs_scrolling_sideways(
    shop: Shop, enter: Enter, scheme: str, size: dict[str, int]
) -> None:
    visit = await enter(shop, color_scheme=scheme, viewport=size)
    faults = []
    async for name in each_view(visit):
        faults += [f"{name}: {fault}" for fault in await violations(visit.page)]
        width = await visit.page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            faults.append(f"{name}: {width} pixels wide")
    assert not faults, "\n".join(faults)


TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility()
    && !one.closest(".legend, .map-side, .unseen, table, .panel"))
  .map((one) => one.outerHTML.slice(0, 120))"""


async def test_at_320_pixels_german_needs_no_scrolling_sideways(shop: Shop, enter: Enter) -> None:
    """German words are longer."""
    visit = await enter(shop, viewport=NARROW, locale="de-DE")
    page = visit.page
    wide = []

    async def look(name: str) -> None:
        width = await page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            wide.append((name, width, await page.evaluate(TOO_WIDE)))

    for path in ("/", "/events/1", "/bookings", "/signin", "/no/such/page"):
        await visit.open(path)
        await expect(page.locator("main h1")).to_be_visible()
        await look(path)
    await visit.open("/events/1/seats")
    await expect(page.locator("seat-map")).to_be_visible()
    await look("map")
    await steps.to_row(visit, 2, 1)
    await look("list")
    await steps.pick(page, 1)
    await look("picked")
    await page.get_by_role("button", name="Plätze reservieren").click()
    await expect(page.locator(".timer-digits")).to_be_visible()
    await look("checkout")
    await page.get_by_label("Vor- und Nachname").fill("Donaudampfschifffahrtsgesellschaft")
    await page.get_by_label("E-Mail").fill("donaudampfschifffahrt@example.org")
    await page.get_by_label("Nummer einer Testkarte").fill(steps.DECLINES)
    await page.get_by_role("button", name="Buchung bestätigen").click()
    await expect(page.locator(".payment-error")).to_be_visible()
    await look("declined")
    await page.get_by_label("Nummer einer Testkarte").fill(steps.PAYS)
    await page.get_by_role("button", name="Buchung bestätigen").click()
    await expect(page.get_by_role("heading", name="Buchung bestätigt!")).to_be_visible()
    await look("booking")
    await page.get_by_role("button", name="Buchung stornieren").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await look("dialog")
    assert wide == []


MOVING = """() => document.getAnimations()
  .filter(a => a.effect.getComputedTiming().endTime > 5000)
  .map(a => a.effect.target.outerHTML)"""


async def test_what_moves_by_itself_ends_within_five_seconds(shop: Shop, enter: Enter) -> None:
    """WCAG 2.2.2; and a dot that breathes for ever keeps a tenth of a core busy."""
    visit = await enter(shop, reduced_motion="no-preference")
    page = visit.page
    await steps.to_row(visit, 2, 0)
    await steps.goes_live(page)
    await expect(page.locator(".live-dot")).to_be_visible()
    assert await page.evaluate(MOVING) == []

    await steps.pick(page, 1)
    await steps.reserve(page)
    await expect(page.get_by_label("Full name")).to_be_visible()
    assert await page.evaluate(MOVING) == []


async def tab_to(page: Page, text: str, also: str = "") -> None:
    """Presses Tab until the name of what has the focus starts with `text` and has `also` in it."""
    passed = []
    for _ in range(TABS_AT_MOST):
        await page.keyboard.press("Tab")
        name: str = await page.evaluate(
            """() => { const at = document.activeElement;
              return at.getAttribute('aria-label') ?? at.labels?.[0]?.innerText ?? at.innerText ?? ''; }"""
        )
        passed.append(name)
        if name.strip().startswith(text) and also in name:
            return
    raise AssertionError(f"Tab does not come to {text!r}, only to {passed}")


async def test_a_ticket_can_be_bought_with_the_keyboard_alone(shop: Shop, enter: Enter) -> None:
    visit = await enter(shop)
    page, keys = visit.page, visit.page.keyboard
    await visit.open("/")
    await expect(page.locator(".card").first).to_be_visible()
    await tab_to(page, "See ")
    await keys.press("Enter")
    await expect(page.get_by_role("link", name="Select Seats")).to_be_visible()
    await tab_to(page, "Select Seats")
    await keys.press("Enter")
    await expect(page.locator(".section-button").first).to_be_visible()
    await tab_to(page, "Boxes left")
    await keys.press("Enter")
    await tab_to(page, "Row ")
    await keys.press("Enter")
    await expect(page.locator(".seat-button").first).to_be_visible()
    await tab_to(page, "Row ", "free")
    await keys.press("Space")
    await expect(page.locator("#voice")).to_contain_text("selected. 1 of 10")
    await tab_to(page, "Reserve Seats")
    await keys.press("Enter")
    await expect(page.get_by_label("Full name")).to_be_visible()
    await tab_to(page, "Full name")
    await keys.type("Ada Buyer")
    await tab_to(page, "E-mail")
    await keys.type("ada@example.org")
    await tab_to(page, "Confirm Booking")
    await keys.press("Enter")
    await steps.is_confirmed(page)


async def test_the_map_itself_is_usable_from_the_keyboard(shop: Shop, enter: Enter) -> None:
    visit = await enter(shop)
    await visit.open("/events/1/seats")
    await steps.goes_live(visit.page)
    await visit.page.locator("seat-map [tabindex='0']").first.focus()
    await visit.page.keyboard.press("ArrowRight")
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.locator(".cart .ticket-line")).to_have_count(1)


async def test_a_ticket_can_be_bought_on_a_phone_by_touch(shop: Shop, enter: Enter) -> None:
    visit = await enter(shop, viewport=PHONE, has_touch=True, is_mobile=True)
    page = visit.page
    await visit.open("/events/1/seats")
    await expect(page.locator("seat-map")).to_be_visible()
    await expect(page.locator(".map-side")).to_be_in_viewport()
    finder = page.get_by_role("navigation", name="Find a seat by section")
    assert await finder.evaluate(
        "list => Boolean(list.compareDocumentPosition(document.querySelector('seat-map'))"
        " & Node.DOCUMENT_POSITION_FOLLOWING)"
    ), "a screen reader meets the list before the map"
    await page.get_by_role("button", name="List", exact=True).tap()
    await page.locator(".section-button").nth(3).tap()
    await page.locator(".row-button").first.tap()
    await steps.free(page).first.tap()
    await page.get_by_role("button", name="Map", exact=True).tap()
    await expect(page.locator("seat-map")).to_be_visible()
    index = await page.evaluate(
        """() => { const { store } = document.querySelector('seats-view').purchase.house.peek();
          const i = store.sections.at(-1).first;
          for (let k = i; k < store.count; k++)
            if (store.isAvailable(k) && !store.mark[k]) {
              document.querySelector('seat-map').zoomToSeat(k);
              return k;
            } }"""
    )
    await page.wait_for_function("() => !document.querySelector('seat-map').busy")
    point = await page.evaluate("i => document.querySelector('seat-map').clientPoint(i)", index)
    await page.touchscreen.tap(point["clientX"], point["clientY"])
    await expect(page.locator(".cart .badge")).to_have_text("2")
    await page.get_by_role("button", name="Show your seats").tap()
    await expect(page.locator(".cart .ticket-line")).to_have_count(2)
    await page.get_by_role("button", name="Reserve Seats").tap()
    await steps.fill_in(page)
    await page.get_by_role("button", name="Confirm Booking").tap()
    await steps.is_confirmed(page)


async def test_a_german_browser_is_spoken_to_in_german(shop: Shop, enter: Enter) -> None:
    visit = await enter(shop, locale="de-DE")
    await visit.open("/events/1")
    await expect(visit.page.get_by_role("link", name="Plätze auswählen")).to_be_visible()
    await expect(visit.page.locator(".prices")).to_contain_text("75,00\u00a0€")
    assert await visit.page.evaluate("document.documentElement.lang") == "de"
