"""The house as staff watch it: figures that are the truth, pushed, and kept over restarts."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from houseful.dashboard import dashboards
from houseful.domain.prices.money import from_wire
from houseful.ledger import minutes
from houseful.ledger.models import BOOKING, BOOKING_SEAT, EVENT_BLOCK, TICKET
from houseful.redis import connection
from houseful.sql.database import Database
from houseful.staff import reporting
from houseful.store.seats import SeatStore
from tests.support.plain_http import PlainClient
from tests.support.serving import Guest, Live, Sale, Server, eventually, running_server
from tests.support.sessions import reading
from tests.support.staff import act, given
from tests.web.wire import check_frame

COUNTS = ("total", "available", "reserved", "paying", "booked", "blocked", "checkedIn")
STATES = {"A": "available", "R": "reserved", "P": "paying", "B": "booked", "X": "blocked"}


@asynccontextmanager
async def watching(
    guest: Guest, path: str, *, ticket: bool = False, url: str | None = None
) -> AsyncIterator[Live]:
    """A staff socket, by header or by ticket."""
    headers = {} if ticket else {"Authorization": f"Bearer {guest.token}"}
    protocols = ["houseful.v1"] + ([f"ticket.{await guest.ticket()}"] if ticket else [])
    host = (url or guest.server.url).removeprefix("http://")
    async with connect(
        f"ws://{host}{path}",
        proxy=None,
        subprotocols=protocols,  # type: ignore[arg-type]
        additional_headers=headers,
    ) as socket:
        yield Live(socket, check_frame)


async def occupancy(venue: Guest, sale: Sale) -> dict[str, Any]:
    found: dict[str, Any] = await given(await venue.http.get(f"/events/{sale.id}/occupancy"))
    return found


def fold(state: dict[str, Any], frame: dict[str, Any]) -> dict[str, Any]:
    """A page's copy of the state after one more frame."""
    if frame["full"]:
        return dict(frame["data"])
    new = {**state, **frame["data"]}
    for rows in ("sections", "categories"):
        changed = {row["name"]: row for row in frame["data"].get(rows, ())}
        new[rows] = [changed.get(row["name"], row) for row in state[rows]]
    new["activity"] = [*frame["data"].get("activity", ()), *state["activity"]][:30]
    return new


async def recount(server: Server, sale: Sale) -> dict[str, Any]:
    """The figures once more, from SQL and Redis alone, by other code than the server's."""
    client, database = connection.connect(server.redis_url), Database(server.settings.sql_url())
    try:
        snapshot = await SeatStore(client).snapshot(sale.id)
        async with reading(database) as session:
            bookings = (await session.execute(BOOKING.select())).all()
            seats = (await session.execute(BOOKING_SEAT.select())).all()
            tickets = (await session.execute(TICKET.select())).all()
            blocks = (await session.execute(EVENT_BLOCK.select())).all()
    finally:
        await client.aclose()
        await database.close()
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("", "Orchestra", "Balcony")}
    known = {record.seat_id: record.status for record in snapshot.records}
    in_use = {row.seat_id for row in tickets if row.event_id == sale.id and row.state == "USED"}
    sold = {row.id for row in bookings if row.event_id == sale.id and row.state == "CONFIRMED"}
    live = {row.seat_id for row in seats if row.booking_id in sold and row.live}
    assert {seat for seat, status in known.items() if status == "B"} == live
    blocked = {row.seat_id for row in blocks if row.event_id == sale.id}
    assert {seat for seat, status in known.items() if status == "X"} == blocked
    for place, seat in enumerate(sale.seats):
        for name in ("", "Orchestra" if place < len(sale.seats) // 2 else "Balcony"):
            counts[name]["total"] += 1
            counts[name][STATES[known.get(seat, "A")]] += 1
            counts[name]["checkedIn"] += seat in in_use
    return {
        "counts": {name: {key: c[key] for key in COUNTS} for name, c in counts.items()},
        "revenue": sum(row.total_minor for row in bookings if row.id in sold),
        "refunded": sum(row.refunded_minor for row in bookings if row.event_id == sale.id),
        "booked": sum(
            row.confirmed_at_ms is not None for row in bookings if row.event_id == sale.id
        ),
        "begun": sum(row.event_id == sale.id for row in bookings),
    }


def shown(state: dict[str, Any]) -> dict[str, Any]:
    """What a dashboard says, in the shape of `recount`."""
    rows = {"": state["totals"], **{row["name"]: row for row in state["sections"]}}
    money = sum(from_wire(row["revenue"], "EUR") for row in state["sections"])
    assert money == sum(from_wire(row["revenue"], "EUR") for row in state["categories"])
    assert money == from_wire(state["revenue"], "EUR")
    return {
        "counts": {name: {key: row[key] for key in COUNTS} for name, row in rows.items()},
        "revenue": money,
        "refunded": from_wire(state["refunded"], "EUR"),
        "booked": state["funnel"]["booked"],
        "begun": state["funnel"]["checkout"],
    }


async def test_each_change_moves_the_figures(venue: Guest, ann: Guest, sale: Sale) -> None:
    state = await occupancy(venue, sale)
    assert state["totals"] == dict.fromkeys(COUNTS, 0) | {"total": 80, "available": 80}
    hold = await ann.held(sale, *sale.seats[:3])
    await given(await act(venue, sale, "block", seatIds=[sale.seats[40]]))
    state = await occupancy(venue, sale)
    assert (state["totals"]["reserved"], state["totals"]["blocked"]) == (3, 1)
    assert [row["reserved"] for row in state["sections"]] == [3, 0]
    assert state["rates"]["reserved"] == 3
    assert state["expiringSoon"] == {"holds": 0, "seats": 0}
    assert (state["funnel"]["reserved"], state["funnel"]["booked"]) == (1, 0)
    kinds = [(item["kind"], item["section"], item["seats"]) for item in state["activity"]]
    assert kinds == [("blocked", "Balcony", 1), ("reserved", "Orchestra", 3)]
    await given(await ann.pay(sale, *hold["reservedSeatIds"]), 201)
    state = await occupancy(venue, sale)
    assert (state["totals"]["booked"], state["revenue"]) == (3, "225.00")
    assert [row["revenue"] for row in state["categories"]] == ["225.00", "0.00"]
    assert [row["price"] for row in state["categories"]] == ["75.00", "30.00"]
    assert state["activity"][0]["kind"] == "booked"
    assert (state["funnel"]["checkout"], state["funnel"]["booked"]) == (1, 1)


async def test_a_discount_is_shared_out_to_the_cent(venue: Guest, ann: Guest, sale: Sale) -> None:
    body = {"code": f"odd{sale.id}", "amount": "10.01", "currency": "EUR"}
    await given(await venue.http.post("/discounts", json=body), 201)
    seats = [sale.seats[0], sale.seats[40], sale.seats[41]]
    await ann.held(sale, *seats)
    await given(await ann.pay(sale, *seats, discountCode=body["code"]), 201)
    state = await occupancy(venue, sale)
    assert state["revenue"] == "124.99"
    assert [row["revenue"] for row in state["sections"]] == ["69.44", "55.55"]


async def test_refused_and_declined_attempts_are_counted(
    venue: Guest, ann: Guest, ben: Guest, sale: Sale
) -> None:
    await ann.held(sale, sale.seats[0])
    for _ in range(3):
        assert (await ben.reserve(sale, sale.seats[0])).status_code == 409
    assert (await ann.pay(sale, sale.seats[0], card="4000000000000002")).status_code == 402

    async def counted() -> bool:
        state = await occupancy(venue, sale)
        return (state["rates"]["refused"], state["rates"]["declined"]) == (3, 1)

    await eventually(counted)
    state = await occupancy(venue, sale)
    assert {"refused", "declined"} <= {item["kind"] for item in state["activity"]}
    assert state["totals"]["reserved"] == 1


async def test_a_flood_of_refusals_raises_an_alert(brief_holds: Server, ann: Guest) -> None:
    sale = brief_holds.add_event()
    async with brief_holds.user("vera", "venue") as vera, brief_holds.user("ben") as ben:
        seat = sale.seats[0]
        await given(await act(vera, sale, "block", seatIds=[seat]))
        for _ in range(21):
            await ben.reserve(sale, seat, versions={seat: 0})

        async def alarmed() -> bool:
            alerts = (await occupancy(vera, sale))["alerts"]
            return [alert["code"] for alert in alerts] == ["refusals_spike"]

        await eventually(alarmed)


async def test_holds_that_end_soon_are_said_before_they_do(brief_holds: Server) -> None:
    sale = brief_holds.add_event()
    async with brief_holds.user("vera", "venue") as vera, brief_holds.user("ben") as ben:
        async with watching(vera, f"/events/{sale.id}/occupancy") as live:
            await live.next("occupancy", full=True)
            await ben.held(sale, *sale.seats[:2])
            state = await occupancy(vera, sale)
            assert state["expiringSoon"] == {"holds": 1, "seats": 2}
            while "expired" not in [
                item["kind"] for item in (await live.next("occupancy"))["data"].get("activity", ())
            ]:
                pass
        state = await occupancy(vera, sale)
        assert state["expiringSoon"] == {"holds": 0, "seats": 0}
        assert (state["rates"]["expired"], state["totals"]["available"]) == (2, 80)


async def test_frames_carry_only_what_changed_and_fold_to_the_whole(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    async with watching(venue, f"/events/{sale.id}/occupancy", ticket=True) as live:
        hello = await live.next("hello")
        assert (hello["event"], hello["resumed"]) == (sale.id, False)
        state = fold({}, await live.next("occupancy"))
        await ann.bought(sale, sale.seats[0])
        while state["revenue"] != "75.00":
            frame = await live.next("occupancy")
            assert not frame["full"]
            assert "name" not in frame["data"]
            assert [row["name"] for row in frame["data"].get("sections", ())] in (
                [],
                ["Orchestra"],
            )
            state = fold(state, frame)
        await given(await act(venue, sale, "block", section="Balcony"))
        while state["totals"]["blocked"] != 40:
            state = fold(state, await live.next("occupancy"))
        frames = [frame for frame in live.seen if frame["type"] == "occupancy"]
        assert [frame["seq"] for frame in frames] == list(
            range(frames[0]["seq"], frames[0]["seq"] + len(frames))
        )
    now = await occupancy(venue, sale)
    for name in ("totals", "sections", "categories", "revenue", "activity"):
        assert state[name] == now[name], name


async def test_at_most_four_frames_a_second_are_sent(venue: Guest, ann: Guest, sale: Sale) -> None:
    async with watching(venue, f"/events/{sale.id}/occupancy") as live:
        await live.next("occupancy", full=True)
        begin = asyncio.get_running_loop().time()
        for start in range(30):
            section = sale.seats[start]
            await given(await act(venue, sale, "block", seatIds=[section]))
        while True:
            frame = await live.next("occupancy")
            if frame["data"].get("totals", {}).get("blocked") == 30:
                break
        seconds = asyncio.get_running_loop().time() - begin
        assert len(live.seen) - 2 <= 2 + seconds * 4


async def test_a_dashboard_that_comes_back_gets_what_it_missed(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    path = f"/events/{sale.id}/occupancy"
    async with watching(venue, path) as live:
        first = await live.next("occupancy", full=True)
    state = fold({}, first)
    await ann.bought(sale, sale.seats[0])
    query = f"?epoch={first['epoch']}&since={first['seq']}"
    async with watching(venue, path + query) as live:
        assert (await live.next("hello"))["resumed"]
        while state["revenue"] != "75.00":
            frame = await live.next("occupancy")
            assert not frame["full"]
            state = fold(state, frame)
    assert state["totals"] == (await occupancy(venue, sale))["totals"]
    for wrong in ("?epoch=nonsense&since=1", f"?epoch={first['epoch']}&since=99999", "?since=x"):
        async with watching(venue, path + wrong) as live:
            assert not (await live.next("hello"))["resumed"]
            assert (await live.next("occupancy"))["full"]


async def test_a_message_to_a_staff_socket_ends_it(venue: Guest, sale: Sale) -> None:
    async with watching(venue, f"/events/{sale.id}/occupancy") as live:
        await live.next("occupancy")
        await live.say(type="reserve")
        assert await live.close_code() == 4500


async def test_viewers_are_counted_over_all_sockets(
    venue: Guest, ann: Guest, ben: Guest, sale: Sale
) -> None:
    async def count(expected: int) -> None:
        async def is_so() -> bool:
            return (await occupancy(venue, sale))["viewers"] == expected

        await eventually(is_so)

    async with ann.live(sale), ben.live(sale):
        await count(2)
    await count(0)


async def test_the_overview_has_every_event_and_pushes_the_one_that_changed(
    venue: Guest, ann: Guest, sale: Sale, quiet_sale: Sale
) -> None:
    async with watching(venue, "/occupancy") as live:
        full = await live.next("overview")
        assert full["full"]
        rows = {row["eventId"]: row for row in full["data"]}
        assert {sale.id, quiet_sale.id} <= rows.keys()
        assert rows[sale.id]["totals"]["available"] == 80
        await ann.bought(sale, *sale.seats[:2])
        await given(await act(venue, sale, "block", seatIds=[sale.seats[9]]))
        row = rows[sale.id]
        while (row["totals"]["booked"], row["totals"]["blocked"]) != (2, 1):
            frame = await live.next("overview")
            assert not frame["full"]
            assert quiet_sale.id not in [one["eventId"] for one in frame["data"]]
            row = next((one for one in frame["data"] if one["eventId"] == sale.id), row)
        assert (row["revenue"], row["totals"]["reserved"]) == ("150.00", 0)
    starts = [one["startsAt"] for one in await given(await venue.http.get("/occupancy"))]
    assert starts == sorted(starts, key=datetime.fromisoformat)


async def wild(guest: Guest, venue: Guest, sale: Sale, luck: random.Random) -> None:
    """One buyer who takes, drops, buys and gives back at random, and a hand at the desk."""
    client = PlainClient(guest.server.url, guest.token)
    desk = PlainClient(guest.server.url, venue.token)
    try:
        for step in range(6):
            seats = luck.sample(list(sale.seats), 2)
            _, body = await client.ask("GET", f"/events/{sale.id}/seats")
            known = {s["id"]: s["version"] for p in body["data"]["sections"] for s in p["seats"]}
            wanted = {
                "seats": [{"seatId": seat, "version": known[seat]} for seat in seats],
                "sessionId": f"s{step}",
            }
            status, held = await client.ask("POST", f"/events/{sale.id}/reservations", wanted)
            if status != 201:
                continue
            got = held["data"]["reservedSeatIds"]
            what = luck.random()
            if what < 0.2:
                path = f"/events/{sale.id}/reservations/{held['data']['id']}"
                await client.ask("DELETE", path)
                continue
            if what < 0.3:
                continue
            answer = await guest.pay(
                sale, *got, card="4000000000000002" if what < 0.45 else "4242424242424242"
            )
            if answer.status_code != 201:
                continue
            reference = answer.json()["data"]["bookingReference"]
            if what > 0.8:
                path = f"/events/{sale.id}/bookings/{reference}/refund"
                await desk.ask("POST", path, {"reason": "wild"})
            elif what > 0.6:
                view = await given(await guest.http.get(f"/bookings/{reference}"))
                code = {"code": view["tickets"][0]["code"]}
                await desk.ask("POST", f"/events/{sale.id}/check-ins", code)
            block = {"seatIds": [luck.choice(sale.seats)], "reason": "wild"}
            await desk.ask("POST", f"/events/{sale.id}/{luck.choice(['block', 'unblock'])}", block)
    finally:
        await client.close()
        await desk.close()


async def test_figures_equal_a_recount_from_sql_and_redis_after_a_crowd(
    pair: tuple[Server, Server],
) -> None:
    """Over two server processes; the dashboards of both say the same."""
    server, other = pair
    sale = server.add_event()
    async with (
        server.user("vera", "venue") as vera,
        other.user("vera", "venue") as also_vera,
        watching(vera, f"/events/{sale.id}/occupancy") as here,
        watching(also_vera, f"/events/{sale.id}/occupancy") as there,
    ):
        states = [fold({}, await live.next("occupancy")) for live in (here, there)]
        async with asyncio.TaskGroup() as group:
            for number in range(6):
                group.create_task(crowd(pair[number % 2], vera, sale, number))
        expected: dict[str, Any] = {}

        async def agree() -> bool:
            expected.update(await recount(server, sale))
            said = [shown(await occupancy(one, sale)) for one in (vera, also_vera)]
            return said == [expected, expected]

        await eventually(agree)
        assert expected["counts"][""]["booked"] > 0
        assert expected["refunded"] > 0
        assert expected["counts"][""]["checkedIn"] > 0
        for live, state in zip((here, there), states, strict=True):
            while shown_or_none(state) != expected:
                state = fold(state, await live.next("occupancy"))


def shown_or_none(state: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return shown(state)
    except AssertionError:
        return None


async def crowd(at: Server, venue: Guest, sale: Sale, number: int) -> None:
    async with at.user(f"buyer-{number}") as guest:
        await wild(guest, venue, sale, random.Random(number))


async def counts_in_sql(server: Server, sale: Sale) -> tuple[int, int]:
    """(reserved, booked) of all minutes that were written, without asking the server."""
    database = Database(server.settings.sql_url())
    try:
        stored = await database.query(lambda session: minutes.of_event(session, sale.id, 0))
    finally:
        await database.close()
    return (
        sum(one.counts["reserved"] for one in stored),
        sum(one.counts["booked"] for one in stored),
    )


async def test_history_survives_a_restart_and_a_redis_that_lost_everything(
    tmp_path: Path, redis_binary: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "WRITE_EVERY_MS", 50)
    monkeypatch.setattr(dashboards, "MINUTES_EVERY_S", 0.05)
    with running_server(tmp_path, valkey_binary=redis_binary) as server:
        sale = server.add_event()
        async with server.user("ada") as ada, server.user("vera", "venue") as vera:
            await ada.bought(sale, *sale.seats[:2])
            await ada.held(sale, sale.seats[5])

            async def written() -> bool:
                return await counts_in_sql(server, sale) == (3, 2)

            await eventually(written)
            path = f"/events/{sale.id}/occupancy/history"
            before = await given(await vera.http.get(path))
            token = vera.token
    stored = {"database_url": server.settings.database_url} if server.settings.database_url else {}
    totals = {name: sum(row[name] for row in before) for name in ("reserved", "booked")}
    assert totals == {"reserved": 3, "booked": 2}
    last = before[-1]
    assert (last["bookedTotal"], last["held"], last["available"]) == (2, 1, 77)
    assert sum(from_wire(row["revenue"], "EUR") for row in before) == 15_000
    with running_server(tmp_path, valkey_binary=redis_binary, **stored) as server:
        client = connection.connect(server.redis_url)
        await client.flushall()
        await client.aclose()
        async with server.user("vera", "venue") as vera:
            vera.http.headers["Authorization"] = f"Bearer {token}"
            after = await given(await vera.http.get(path))
            assert [
                {key: row[key] for key in ("at", "reserved", "booked", "revenue")} for row in after
            ] == [
                {key: row[key] for key in ("at", "reserved", "booked", "revenue")} for row in before
            ]
            state = await occupancy(vera, sale)
            assert state["funnel"]["reserved"] == 2
            assert (state["totals"]["booked"], state["revenue"]) == (2, "150.00")


@pytest.mark.parametrize("span", ["0", "-1", "x", "99999999"])
async def test_a_wrong_span_of_history_is_refused(
    span: str, venue: Guest, quiet_sale: Sale
) -> None:
    answer = await venue.http.get(f"/events/{quiet_sale.id}/occupancy/history?minutes={span}")
    assert answer.status_code == 400
