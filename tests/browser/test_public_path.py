"""A house below a path, behind a proxy that takes it off, with a mail server: everything that names an
address names the one that people reach."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import IN_A_BROWSER, PATIENCE_MS, Enter, Shop, Visit, run_shop
from tests.support.mail_office import Office, smtp_server
from tests.support.path_proxy import PathProxy, path_proxy
from tests.support.serving import eventually

pytestmark = IN_A_BROWSER


@dataclass(frozen=True)
class House:
    """A shop whose `address` is the proxy's, and the mail server it sends by."""

    shop: Shop
    proxy: PathProxy
    office: Office

    async def mail(self, count: int) -> Any:
        """The newest mail, once so many have come."""

        async def came() -> bool:
            return len(self.office.mails) >= count

        await eventually(came, PATIENCE_MS / 1000)
        return self.office.mails[-1]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    office = Office()
    async with path_proxy("/tickets") as proxy, smtp_server(office) as port:
        variables = {
            "HOUSEFUL_PUBLIC_URL": f"{proxy.address}/",
            "HOUSEFUL_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "HOUSEFUL_MAIL_FROM": "tickets@houseful.example",
        }
        with run_shop(tmp_path_factory.mktemp("below"), variables) as running:
            proxy.upstream = running.address
            yield House(replace(running, address=proxy.address), proxy, office)


async def file_of(page: Page, press: str) -> bytes:
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name=press).click()
    return (await (await waiting.value).path()).read_bytes()


async def is_asked_inside(visit: Visit, proxy: PathProxy) -> None:
    """What the browser fetches by itself is there too, and nothing was asked for outside of the path."""
    linked = "all => all.map((one) => fetch(one.href).then(({ status, url }) => [status, url]))"
    found = await visit.page.locator("link[rel=icon], link[rel=manifest]").evaluate_all(
        f"(all) => Promise.all(({linked})(all))"
    )
    assert len(found) == 2
    assert all(status == 200 and url.startswith(f"{proxy.address}/") for status, url in found)
    manifest = await visit.page.evaluate(
        "fetch(document.querySelector('link[rel=manifest]').href).then((answer) => answer.json())"
    )
    assert not manifest["start_url"].startswith("/")
    assert not any(icon["src"].startswith("/") for icon in manifest["icons"])
    assert proxy.strays == []


async def test_a_seat_is_bought_below_a_path_and_nothing_is_asked_outside_of_it(
    house: House, enter: Enter
) -> None:
    buyer = await enter(house.shop)
    page = buyer.page
    await steps.to_row(buyer, 0, 3)
    await steps.goes_live(page)
    await steps.pick(page, 1)
    await steps.reserve(page)
    await expect(page.locator(".timer-digits")).to_contain_text("09:5")
    await expect(page.get_by_text("Tickets are sent to this address.")).to_be_visible()
    await steps.fill_in(page)
    await steps.confirm(page)
    reference = await steps.is_confirmed(page)
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert page.url.startswith(f"{house.proxy.address}/#/bookings/")
    assert (await file_of(page, "Download Tickets (PDF)")).startswith(b"%PDF")
    assert b"BEGIN:VCALENDAR" in await file_of(page, "Add to calendar")

    link = await link_in(house, 1, reference)
    reader = await enter(house.shop)
    await reader.page.goto(link)
    await expect(reader.page.get_by_role("img", name="QR code")).to_be_visible()
    await is_asked_inside(reader, house.proxy)


async def link_in(house: House, count: int, reference: str) -> str:
    """The link to this booking in the newest of so many mails."""
    text = (await house.mail(count)).get_body(("plain",)).get_content()
    found = re.search(rf"{house.proxy.address}/#/bookings/{reference}\?link=\S+", text)
    assert found, text
    return found[0]


async def test_below_a_path_the_documents_and_the_staff_link_name_the_public_address(
    house: House, enter: Enter
) -> None:
    visit = await enter(house.shop)
    page = visit.page
    await page.goto(f"{house.proxy.address}/docs/api")
    await expect(page.locator("main article").first).to_be_visible()
    await page.goto(f"{house.proxy.address}/docs")
    await page.get_by_role("link", name="Houseful", exact=True).click()
    await expect(page.locator(".card").first).to_be_visible()
    assert (await asyncio.to_thread(house.shop.call, "GET", "/openapi.json"))["servers"] == [
        {"url": house.proxy.address}
    ]
    live = await asyncio.to_thread(house.shop.call, "GET", "/asyncapi.json")
    here = live["servers"]["here"]
    assert f"http://{here['host']}{here['pathname']}" == house.proxy.address
    said = re.search(r"For staff: (\S+)", house.shop.log.read_text(encoding="utf-8"))
    assert said
    assert said[1].startswith(f"{house.proxy.address}/#/venue?token=")
    await page.goto(said[1])
    await expect(page.locator(".venue-event-row").first).to_be_visible()
    await page.goto(f"{house.proxy.address}/#/venue/1")
    await expect(page.locator(".live-state")).to_contain_text("Live")
    assert house.proxy.strays == []


async def test_by_reference_and_address_a_new_link_is_mailed_and_nothing_is_given_away(
    house: House, enter: Enter
) -> None:
    visit = await enter(house.shop)
    page = visit.page
    before = len(house.office.mails)
    reference = await buys(visit)
    await house.mail(before + 1)
    stranger = await enter(house.shop, locale="de-DE")
    await stranger.open("/bookings")
    await stranger.page.get_by_role("link", name="Anderes Gerät? Buchung finden").click()
    await looks(
        stranger.page, reference, "someone@example.org", "Buchungsnummer", "Noch einmal senden"
    )
    said = stranger.page.get_by_role("status").filter(has_text="Wenn es diese Buchung gibt")
    await expect(said).to_be_visible()
    await page.goto(f"{house.proxy.address}/#/find")
    await looks(page, reference.lower(), "Ada@Example.org", "Booking reference", "Send it again")
    await expect(page.get_by_role("status").filter(has_text="If there is such a")).to_be_visible()
    link = await link_in(house, before + 2, reference)
    assert len(house.office.mails) == before + 2
    await stranger.page.goto(link)
    await expect(stranger.page.get_by_text(reference).first).to_be_visible()


async def looks(page: Page, reference: str, email: str, field: str, press: str) -> None:
    await page.get_by_label(field).fill(reference)
    await page.get_by_label("E-Mail" if press.startswith("Noch") else "E-mail").fill(email)
    await page.get_by_role("button", name=press).click()


async def buys(visit: Visit) -> str:
    await steps.to_checkout(visit, 0, 4, 1)
    await steps.fill_in(visit.page)
    await steps.confirm(visit.page)
    return await steps.is_confirmed(visit.page)
