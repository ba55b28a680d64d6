"""What the page's API refuses the command refuses, with the same code, and neither changes anything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from houseful.cli import commands
from houseful.domain.errors import HousefulError
from houseful.settings import revealed
from tests.support.logs import to_standard_error
from tests.support.serving import Guest, Sale, Server
from tests.support.staff import audit, given, refused
from tests.web.staff.test_events import new_event, patch, pretix_plan

Command = Callable[..., Any]

NUL, LONG = "\x00 ", "x" * 201
YEAR_27, LAST_NIGHT = "0027-06-01T20:00:00Z", "9999-12-31T23:59:59-14:00"


@pytest.fixture
def command(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """`await command("event", "list")`: on the server's own database and Redis."""
    monkeypatch.setenv("DATABASE_URL", revealed(server.settings.database_url))
    monkeypatch.setenv("REDIS_URL", server.redis_url)
    place = ["--data-dir", str(server.settings.data_dir)]

    async def call(*arguments: str) -> None:
        await asyncio.to_thread(commands.app, [*arguments, *place], standalone_mode=False)

    yield call
    to_standard_error()


async def code_of(command: Command, *arguments: str) -> str:
    with pytest.raises(HousefulError) as caught:
        await command(*arguments)
    return caught.value.code


async def known(venue: Guest) -> tuple[Any, Any, Any]:
    """What staff set of plans, events and discounts: not what buyers of other tests still move."""
    plans, events, codes = [
        await given(await venue.http.get(at)) for at in ("/plans", "/events", "/discounts")
    ]
    for event in events:
        event.pop("availableSeats")
    for discount in codes:
        discount.pop("used")
    return plans, events, codes


@pytest.mark.parametrize(
    ("option", "field", "value", "code"),
    [
        ("--starts-at", "startsAt", YEAR_27, "invalid_request"),
        ("--starts-at", "startsAt", LAST_NIGHT, "invalid_request"),
        ("--starts-at", "startsAt", "tomorrow", "invalid_request"),
        ("--on-sale-at", "onSaleAt", "2031-01-01T00:00:00Z", "invalid_request"),
        ("--off-sale-at", "offSaleAt", "2030-02-01T00:00:00Z", "invalid_request"),
        ("--off-sale-at", "offSaleAt", LAST_NIGHT, "invalid_request"),
        ("--name", "name", NUL, "invalid_request"),
        ("--name", "name", LONG, "invalid_request"),
        ("--venue", "venue", "", "invalid_request"),
        ("--venue", "venue", LONG, "invalid_request"),
        ("--timezone", "timeZone", "Lisbon", "invalid_time_zone"),
        ("--currency", "currency", "euro", "invalid_request"),
        ("--currency", "currency", "XXX", "currency_not_chargeable"),
        ("--price", "prices", {"Hay": "12.50"}, "plan_refused"),
        ("--price", "prices", {"Hay": "0.30", "Straw": "8"}, "amount_not_chargeable"),
        ("--price", "prices", {"Hay": "-1", "Straw": "8"}, "invalid_request"),
        ("--price", "prices", {"Hay": "1.005", "Straw": "8"}, "invalid_request"),
    ],
)
async def test_both_doors_refuse_the_same_events(
    option: str,
    field: str,
    value: Any,
    code: str,
    venue: Guest,
    command: Command,
    tmp_path: Path,
) -> None:
    plan = await given(await venue.http.post("/plans", json=pretix_plan()), 201)
    usual = new_event(plan["planId"], startsAt="2030-01-09T19:30:00Z")
    before = await known(venue)
    refused(await venue.http.post("/events", json={**usual, field: value}), 400, code)

    file = tmp_path / "plan.json"
    file.write_text(json.dumps(pretix_plan()))
    options = {"--name": usual["name"], "--venue": usual["venue"], "--starts-at": usual["startsAt"]}
    if option != "--price":
        options[option] = value
    prices = value if option == "--price" else usual["prices"]
    said = [part for pair in options.items() for part in pair]
    priced = [part for name, price in prices.items() for part in ("--price", f"{name}={price}")]
    assert await code_of(command, "event", "import", str(file), *said, *priced) == code
    assert await known(venue) == before


@pytest.mark.parametrize(
    ("options", "body"),
    [
        (["--uses", "-3"], {"maxUses": -3}),
        (["--uses-per-user", "0"], {"maxUsesPerUser": 0}),
        (["--percent", "0"], {"percent": 0}),
        (["--amount", "5"], {"amount": "5"}),
        (["--ends-at", YEAR_27], {"endsAt": YEAR_27}),
        (["--starts-at", LAST_NIGHT], {"startsAt": LAST_NIGHT}),
        (
            ["--starts-at", "2030-01-02T00:00:00Z", "--ends-at", "2030-01-01T00:00:00Z"],
            {"startsAt": "2030-01-02T00:00:00Z", "endsAt": "2030-01-01T00:00:00Z"},
        ),
    ],
    ids=str,
)
async def test_both_doors_refuse_the_same_discounts(
    options: list[str], body: dict[str, Any], venue: Guest, command: Command
) -> None:
    before = await known(venue)
    usual = {"code": "BOTHDOORS", "percent": 10}
    refused(await venue.http.post("/discounts", json={**usual, **body}), 400, "invalid_request")
    add = ("discount", "add", "BOTHDOORS")
    rest = options if "--percent" in options else ["--percent", "10", *options]
    assert await code_of(command, *add, *rest) == "invalid_request"
    assert await known(venue) == before


@pytest.mark.parametrize("name", [NUL, "", "x" * 65, "\x1b"])
async def test_both_doors_refuse_the_same_discount_codes(
    name: str, venue: Guest, command: Command
) -> None:
    before = await known(venue)
    answer = await venue.http.post("/discounts", json={"code": name, "percent": 10})
    refused(answer, 400, "invalid_request")
    assert await code_of(command, "discount", "add", name, "--percent", "10") == "invalid_request"
    assert await known(venue) == before


async def test_both_doors_refuse_a_discount_for_an_event_that_is_none(
    venue: Guest, command: Command
) -> None:
    body = {"code": "NOWHERE", "percent": 10, "eventId": 99999}
    refused(await venue.http.post("/discounts", json=body), 404, "unknown_event")
    add = ("discount", "add", "NOWHERE", "--percent", "10", "--event", "99999")
    assert await code_of(command, *add) == "unknown_event"


@pytest.mark.parametrize("name", [NUL, "", LONG, "\u200b"])
async def test_both_doors_refuse_the_same_new_names(
    name: str, venue: Guest, quiet_sale: Sale, command: Command
) -> None:
    before = await known(venue)
    refused(await patch(venue, quiet_sale.id, name=name), 400, "invalid_request")
    assert await code_of(command, "event", "rename", str(quiet_sale.id), name) == "invalid_request"
    refused(await patch(venue, quiet_sale.id, name="x", reason=LONG * 3), 400, "invalid_request")
    reasoned = ("event", "rename", str(quiet_sale.id), "x", "--reason", LONG * 3)
    assert await code_of(command, *reasoned) == "invalid_request"
    assert await known(venue) == before


async def test_both_doors_know_the_same_events(venue: Guest, command: Command) -> None:
    refused(await patch(venue, 99999, hidden=True), 404, "unknown_event")
    remove = "/events/99999/remove"
    refused(await venue.http.post(remove, json={"reason": "x"}), 404, "unknown_event")
    for act in (["hide"], ["show"], ["remove"]):
        assert await code_of(command, "event", *act, "99999") == "unknown_event"
    assert await code_of(command, "event", "rename", "99999", "x") == "unknown_event"


async def test_both_doors_keep_an_event_that_sold_something(
    venue: Guest, ann: Guest, sale: Sale, command: Command
) -> None:
    await ann.bought(sale, sale.seats[0])
    answer = await venue.http.post(f"/events/{sale.id}/remove", json={"reason": "x"})
    refused(answer, 409, "event_sold")
    assert await code_of(command, "event", "remove", str(sale.id)) == "event_sold"
    assert await given(await ann.http.get(f"/events/{sale.id}"))


async def test_an_event_is_hidden_shown_renamed_and_removed_by_command(
    venue: Guest, ann: Guest, sale: Sale, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server that runs hears of it: its pages are told, and its log says who."""
    number, at = str(sale.id), f"/events/{sale.id}"
    async with ann.live(sale) as live:
        await live.next("hello")
        await command("event", "rename", number, " The  Gala\x00")
        await live.next("sale")
        assert (await given(await ann.http.get(at)))["name"] == "The Gala"
        await command("event", "hide", number, "--reason", "not yet")
        await live.next("sale")
    refused(await ann.http.get(at), 404, "unknown_event")
    await command("event", "list")
    assert "The Gala  (Town hall)  hidden\n" in capsys.readouterr().out
    await command("event", "show", number)
    acts = [(line["who"], line["act"], line["reason"]) for line in await audit(venue, sale)]
    assert acts == [
        ("cli", "change_event", "shown"),
        ("cli", "change_event", "not yet"),
        ("cli", "change_event", "renamed"),
    ]
    await command("event", "remove", number)
    refused(await patch(venue, sale.id, hidden=False), 404, "unknown_event")
