"""What a browser withholds does not keep a buyer from a ticket, and a step that throws can be left.

Only Chromium can be had here: what Firefox, Safari, plain http and blocked storage lack is taken away.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import Route, expect

from tests.browser import steps
from tests.browser.conftest import IN_A_BROWSER, Enter, Shop

pytestmark = IN_A_BROWSER

MISSING = """
for (const [owner, ...names] of [
  [Crypto.prototype, "randomUUID"],
  [AbortSignal, "any", "timeout"],
  [globalThis, "BroadcastChannel", "Notification", "AudioContext", "OffscreenCanvas", "BarcodeDetector"],
  [globalThis, "structuredClone", "caches", "cookieStore", "scheduler", "requestIdleCallback"],
  [Navigator.prototype, "clipboard", "locks", "vibrate", "storage", "serviceWorker", "wakeLock", "share"],
  [HTMLElement.prototype, "showPopover", "hidePopover", "popover"],
  [Document.prototype, "startViewTransition"],
]) for (const name of names) delete owner[name];
"""
"""All that some browser lacks that can draw the page otherwise."""

THROWING = """
const deny = () => { throw new DOMException("denied", "SecurityError"); };
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
  Object.defineProperty(globalThis, name, { get: deny });
for (const name of ["BroadcastChannel", "AudioContext"])
  globalThis[name] = class { constructor() { deny(); } };
globalThis.Notification = class {
  static permission = "granted";
  static requestPermission() { return Promise.reject(new TypeError("denied")); }
  constructor() { throw new TypeError("Illegal constructor"); }
};
Navigator.prototype.vibrate = deny;
CanvasRenderingContext2D.prototype.getImageData =
OffscreenCanvasRenderingContext2D.prototype.getImageData = (_x, _y, width, height) => {
  const noise = new ImageData(width, height);
  return crypto.getRandomValues(noise.data), noise;
};
"""
"""All that is there and refuses, as with storage blocked and fingerprints resisted."""

FULL = """
Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
"""


@pytest.mark.parametrize(
    ("row", "withheld"),
    [(9, MISSING), (10, THROWING), (11, FULL)],
    ids=["missing", "throwing", "storage full"],
)
async def test_a_ticket_can_be_bought_without_what_a_browser_may_withhold(
    shop: Shop, enter: Enter, row: int, withheld: str
) -> None:
    visit = await enter(shop)
    page = visit.page
    await page.add_init_script(withheld)
    await visit.open("/")
    await page.get_by_role("button", name="Settings").click()
    await expect(page.locator("#settings")).to_be_visible()
    await page.get_by_label("Appearance").select_option("light")
    await visit.open("/bookings")
    await expect(page.locator("#settings")).not_to_be_visible()
    await steps.to_checkout(visit, 0, row, 1)
    sound = page.get_by_role("button", name="Sound at one minute")
    await sound.click()
    await expect(sound).to_have_attribute("aria-pressed", "true")
    await steps.fill_in(page)
    await steps.confirm(page)
    await steps.is_confirmed(page)
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()


async def test_a_ticket_can_be_bought_over_plain_http_by_a_host_name(
    shop: Shop, enter: Enter
) -> None:
    """No secure context: `crypto.randomUUID` is not there, and Confirm hung for ever."""
    named = replace(shop, address=shop.address.replace("127.0.0.1", "shop.test"))
    visit = await enter(named)
    await steps.to_checkout(visit, 0, 11, 1)
    assert await visit.page.evaluate("[isSecureContext, typeof crypto.randomUUID]") == [
        False,
        "undefined",
    ]
    await steps.fill_in(visit.page)
    await steps.confirm(visit.page)
    await steps.is_confirmed(visit.page)


async def test_a_step_of_the_purchase_that_throws_says_so_and_can_be_taken_again(
    shop: Shop, enter: Enter
) -> None:
    visit = await enter(shop)
    page = visit.page
    await steps.to_row(visit, 0, 9)
    await steps.pick(page, 1)
    await page.evaluate(
        """() => { const { selection } = document.querySelector("seats-view").purchase;
          const good = selection.getReservationPayload;
          selection.getReservationPayload = () => {
            selection.getReservationPayload = good;
            throw new Error("a fault of ours");
          }; }"""
    )
    await steps.reserve(page)
    await steps.toast(page, "Something in this page broke")
    await steps.reserve(page)
    await expect(page.get_by_label("Full name")).to_be_visible()
    await steps.fill_in(page)
    await page.evaluate(
        """() => { globalThis.good = [crypto.randomUUID, crypto.getRandomValues];
          crypto.randomUUID = crypto.getRandomValues = () => { throw new Error("no numbers"); }; }"""
    )
    await steps.confirm(page)
    await steps.toast(page, "Something in this page broke")
    await expect(page.get_by_role("button", name="Confirm Booking")).to_be_enabled()
    await page.evaluate("[crypto.randomUUID, crypto.getRandomValues] = good")
    await steps.confirm(page)
    await steps.is_confirmed(page)
    assert len(visit.faults) == 2, visit.faults
    visit.faults.clear()


async def test_a_view_that_throws_leaves_a_way_on(shop: Shop, enter: Enter) -> None:
    visit = await enter(shop)
    page = visit.page
    await visit.open("/signin")
    await expect(page.get_by_role("button", name="Sign in as guest")).to_be_visible()
    await page.evaluate(
        """() => { customElements.get("signin-view").prototype.render = () => {
          throw new Error("a fault of ours"); }; }"""
    )
    await visit.open("/")
    await expect(page.locator(".card").first).to_be_visible()
    await visit.open("/signin")
    await expect(page.get_by_role("heading", name="That did not work")).to_be_visible()
    await page.get_by_role("link", name="All events").click()
    await expect(page.locator(".card").first).to_be_visible()
    assert len(visit.faults) == 1, visit.faults
    visit.faults.clear()


async def test_an_answer_that_cannot_be_read_leaves_a_way_on(shop: Shop, enter: Enter) -> None:
    """As from a hotel's sign-in page, which answers everything with its own HTML."""
    visit = await enter(shop)
    page = visit.page

    async def another_page(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/html", body="<h1>Sign in</h1>")

    await page.route("**/plans/**", another_page)
    await visit.open("/events/1/seats")
    await expect(page.get_by_role("heading", name="That did not work")).to_be_visible()
    await page.unroute("**/plans/**")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.locator("seat-map")).to_be_visible()
    visit.faults.clear()
