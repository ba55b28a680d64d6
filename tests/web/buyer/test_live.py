"""The live socket with a real client: who may, what comes, what commands do, how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from houseful.realtime import holder_notifier
from houseful.redis import connection
from houseful.settings import Settings
from houseful.store.seats import SeatStore
from houseful.store.ws_tickets import TICKET_TTL_S, key_of
from houseful.web.buyer import live as live_module
from houseful.wire.binary import decode_seats
from houseful.wire.codec import parse_iso
from tests.support.serving import Guest, Live, Sale, Server, eventually, running_server, small_plan
from tests.web.conftest import Join

SETTINGS = Settings.model_fields
MESSAGE_LIMIT, SOCKETS_PER_USER = (
    SETTINGS[name].default for name in ("max_message_bytes", "sockets_per_user")
)
HELLO = {"type", "event", "epoch", "seq", "serverTime", "resumed", "viewers"}


def reserve(seats: dict[int, dict[str, Any]], *seat_ids: int, **more: Any) -> dict[str, Any]:
    wanted = [{"seatId": seat_id, "version": seats[seat_id]["version"]} for seat_id in seat_ids]
    return {"type": "reserve", "ref": "r1", "seats": wanted, "sessionId": "s"} | more


async def refusal(guest: Guest, sale: Sale, **options: Any) -> int:
    """With which code the server closes a socket opened like this."""
    async with guest.live(sale, **options) as live:
        return await live.close_code()


# --- connecting ---


async def test_the_first_frame_is_hello(ann: Guest, sale: Sale) -> None:
    async with ann.live(sale) as live:
        hello = await live.next()
        assert live.socket.subprotocol == "houseful.v1"
    assert set(hello) == HELLO
    assert (hello["type"], hello["event"]) == ("hello", sale.id)
    assert (hello["resumed"], hello["viewers"]) == (False, 1)


async def test_a_ticket_opens_one_socket(ann: Guest, sale: Sale) -> None:
    ticket = await ann.ticket()
    offered = ["houseful.v1", f"ticket.{ticket}"]
    options = {"subprotocols": offered, "additional_headers": {}}
    async with ann.live(sale, **options) as live:
        assert (await live.next())["type"] == "hello"
        assert live.socket.subprotocol == "houseful.v1", "the ticket is not echoed"
    assert await refusal(ann, sale, **options) == 4501


async def test_a_ticket_is_good_for_a_minute(ann: Guest, sale: Sale, server: Server) -> None:
    ticket = await ann.ticket()
    client = connection.connect(server.redis_url)
    assert 0 < await client.pttl(key_of(ticket)) <= TICKET_TTL_S * 1000 == 60_000
    await client.pexpire(key_of(ticket), 1)

    async def gone() -> bool:
        return not await client.exists(key_of(ticket))

    await eventually(gone)
    await client.aclose()
    options = {"subprotocols": ["houseful.v1", f"ticket.{ticket}"], "additional_headers": {}}
    assert await refusal(ann, sale, **options) == 4501


@pytest.mark.parametrize(
    "options",
    [
        {"additional_headers": {}},
        {"additional_headers": {"Authorization": "Bearer nonsense"}},
        {"additional_headers": {}, "subprotocols": ["houseful.v1", "ticket.nonsense"]},
        {"additional_headers": {}, "subprotocols": ["houseful.v1", "ticket."]},
    ],
)
async def test_nobody_watches_without_a_token_or_ticket(
    options: dict[str, Any], ann: Guest, quiet_sale: Sale
) -> None:
    assert await refusal(ann, quiet_sale, **options) == 4501


async def test_a_page_of_this_host_may_watch(ann: Guest, quiet_sale: Sale, server: Server) -> None:
    async with ann.live(quiet_sale, origin=server.url) as live:
        assert (await live.next())["type"] == "hello"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_site_may_not(origin: str, ann: Guest, quiet_sale: Sale) -> None:
    assert await refusal(ann, quiet_sale, origin=origin) == 4503


@pytest.mark.parametrize("event", [999_999, 0, 2**53 + 1])
async def test_an_unknown_event_is_not_to_be_asked_for_again(event: int, ann: Guest) -> None:
    assert await refusal(ann, Sale(event, range(0))) == 4504


async def test_one_user_has_a_bounded_number_of_sockets(ann: Guest, ben: Guest, sale: Sale) -> None:
    async with asyncio.TaskGroup() as group:
        enough = asyncio.Event()
        here = asyncio.Semaphore(0)

        async def watch() -> None:
            async with ann.live(sale) as live:
                await live.next("hello")
                here.release()
                await enough.wait()

        for _ in range(SOCKETS_PER_USER):
            group.create_task(watch())
        for _ in range(SOCKETS_PER_USER):
            await here.acquire()
        assert await refusal(ann, sale) == 4030
        async with ben.live(sale) as live:
            assert (await live.next("hello"))["viewers"] == SOCKETS_PER_USER + 1
        enough.set()

    async def room() -> bool:
        async with ann.live(sale) as live:
            try:
                return (await live.next())["type"] == "hello"
            except ConnectionClosed:
                return False

    await eventually(room)


# --- what is pushed ---


async def test_everybody_sees_at_once_that_a_seat_is_taken_and_given_back(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    async with ben.live(sale) as live:
        hello = await live.next("hello")
        held = await ann.held(sale, sale.seats[0])
        taken = await live.next("seats")
        assert (taken["epoch"], taken["seq"]) == (hello["epoch"], hello["seq"] + 1)
        seat_id, status, version, until = taken["changes"][0]
        assert (seat_id, status, until) == (sale.seats[0], "RESERVED", held["expiresAt"])
        await ann.http.delete(f"/events/{sale.id}/reservations/{held['id']}")
        freed = await live.next("seats")
        assert freed["changes"] == [[sale.seats[0], "AVAILABLE", version + 1, None]]


async def test_a_sold_seat_is_shown_as_booked_and_while_it_is_paid_for_as_reserved(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    async with ben.live(sale) as live:
        await live.next("hello")
        await ann.bought(sale, sale.seats[0])
        while live.seen[-1].get("changes", [[0, ""]])[0][1] != "BOOKED":
            await live.next("seats")
        statuses = [frame["changes"][0][1] for frame in live.seen if frame["type"] == "seats"]
        assert set(statuses) <= {"RESERVED", "BOOKED"}


async def test_only_the_owner_hears_of_a_reservation(ann: Guest, ben: Guest, sale: Sale) -> None:
    async with ann.live(sale) as mine, ann.live(sale) as my_tab, ben.live(sale) as other:
        for live in (mine, my_tab, other):
            await live.next("hello")
        held = await ann.held(sale, *sale.seats[:2])
        for live in (mine, my_tab):
            told = await live.next("reservation", state="granted")
            assert (told["id"], told["seatIds"]) == (held["id"], list(sale.seats[:2]))
            assert told["expiresAt"] == held["expiresAt"]
            assert told["expiresInSeconds"] == 600
        await ann.http.patch(f"/events/{sale.id}/reservations/{held['id']}")
        assert (await mine.next("reservation"))["state"] == "extended"
        await ann.http.delete(f"/events/{sale.id}/reservations/{held['id']}")
        released = await mine.next("reservation", state="released")
        assert (released["expiresInSeconds"], released["reason"]) == (0, None)
        answer = await other.ask(type="position", ref=1, **position(other.seen[0]))
        assert answer["type"] == "ok", "everything before it has come"
        assert "reservation" not in {frame["type"] for frame in other.seen}
        assert ann.name not in json.dumps(other.seen)


async def test_the_owner_hears_that_a_hold_ended_when_it_ends(
    join: Join, brief_holds: Server
) -> None:
    sale = brief_holds.add_event()
    cid, dan = await join(at=brief_holds), await join(at=brief_holds)
    async with cid.live(sale) as mine, dan.live(sale) as other:
        held = await cid.held(sale, sale.seats[0])
        ended = await mine.next("reservation", state="expired")
        late_ms = parse_iso(ended["serverTime"]) - parse_iso(held["expiresAt"])
        assert 0 <= late_ms < 1000
        while (await other.next("seats"))["changes"][0][1] != "AVAILABLE":
            pass


async def test_who_comes_later_hears_of_what_it_still_holds(ann: Guest, sale: Sale) -> None:
    held = await ann.held(sale, sale.seats[4])
    async with ann.live(sale) as live:
        await live.next("hello")
        told = await live.next("reservation")
    assert (told["state"], told["id"], told["seatIds"]) == ("granted", held["id"], [sale.seats[4]])


# --- commands ---


def position(frame: dict[str, Any]) -> dict[str, Any]:
    return {"epoch": frame["epoch"], "seq": frame["seq"]}


async def test_after_a_part_was_given_back_the_owner_hears_of_the_rest_again_and_that_it_ends_soon(
    ann: Guest, sale: Sale, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        holder_notifier, "EXPIRING_MS", SETTINGS["hold_seconds"].default * 1000 - 700
    )
    first, second = sale.seats[:2]
    async with ann.live(sale) as live:
        await live.next("hello")
        hold = await ann.held(sale, first, second)
        await ann.http.post(
            f"/events/{sale.id}/reservations/{hold['id']}/release", json={"seatIds": [first]}
        )
        await live.next("reservation", state="released")
        async with ann.live(sale) as later:
            again = await later.next("reservation", state="granted")
            assert (again["id"], again["seatIds"]) == (hold["id"], [second])
            for socket in (live, later):
                warned = await socket.next("reservation", state="expiring")
                assert (warned["id"], warned["seatIds"]) == (hold["id"], [second])


async def test_a_socket_that_opens_in_the_last_minute_of_a_hold_hears_so(
    ann: Guest, sale: Sale, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = await ann.held(sale, sale.seats[0])
    monkeypatch.setattr(live_module, "EXPIRING_MS", SETTINGS["hold_seconds"].default * 1000)
    async with ann.live(sale) as live:
        assert (await live.next("reservation", state="expiring"))["id"] == hold["id"]


async def test_a_socket_reserves_extends_and_releases_with_the_data_of_http(
    ann: Guest, sale: Sale
) -> None:
    seats = await ann.seats(sale)
    async with ann.live(sale) as live:
        granted = await live.ask(**reserve(seats, *sale.seats[:2]))
        assert granted["type"] == "ok"
        data = granted["data"]
        assert set(data) == {
            *("id", "reservedSeatIds", "expiresAt", "expiresInSeconds"),
            *("priceList", "total"),
        }
        assert data["reservedSeatIds"] == list(sale.seats[:2])
        extended = await live.ask(type="extend", ref="r2", reservationId=data["id"])
        assert extended["data"]["id"] == data["id"]
        released = await live.ask(type="release", ref="r3", seatIds=[sale.seats[0]])
        assert released["data"] == {"releasedSeatIds": [sale.seats[0]], "failedSeats": []}
    now = await ann.seats(sale)
    assert [now[seat]["status"] for seat in sale.seats[:2]] == ["AVAILABLE", "RESERVED"]


async def test_a_command_takes_what_it_can_and_names_the_rest(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    seats = await ben.seats(sale)
    await ann.held(sale, sale.seats[0])
    async with ben.live(sale) as live:
        some = await live.ask(**reserve(seats, *sale.seats[:2]))
        assert some["data"]["reservedSeatIds"] == [sale.seats[1]]
        none = await live.ask(**reserve(seats, sale.seats[0], ref=2))
        failed = [{"seatId": sale.seats[0], "reason": "Seat is reserved", "code": "reserved"}]
        assert some["data"]["failedSeats"] == failed
        assert (none["type"], none["error"]["code"]) == ("refused", "conflict")
        assert none["data"] == {"failedSeats": failed}
        mine = await live.ask(type="release", ref=3, seatIds=[sale.seats[0]])
        assert (mine["type"], mine["error"]["code"]) == ("refused", "not_held")
    assert (await ben.seats(sale))[sale.seats[0]]["status"] == "RESERVED", "still ann's"


async def test_six_extensions_in_one_write_are_all_done(ann: Guest, sale: Sale) -> None:
    held = await ann.held(sale, sale.seats[0])
    async with ann.live(sale) as live:
        await live.next("hello")
        for ref in range(6):
            await live.say(type="extend", ref=ref, reservationId=held["id"])
        answers = [await live.next(ref=ref) for ref in range(6)]
    assert [one["type"] for one in answers] == ["ok"] * 6
    deadlines = [one["data"]["expiresAt"] for one in answers]
    assert deadlines == sorted(deadlines)


async def test_another_s_reservation_cannot_be_extended(ann: Guest, ben: Guest, sale: Sale) -> None:
    held = await ann.held(sale, sale.seats[0])
    async with ben.live(sale) as live:
        answer = await live.ask(type="extend", ref=1, reservationId=held["id"])
    assert answer["error"]["code"] == "unknown_reservation"
    assert (await ben.seats(sale))[sale.seats[0]]["reservedUntil"] == held["expiresAt"]


async def test_commands_count_against_the_same_limit_as_http(ann: Guest, sale: Sale) -> None:
    seats = await ann.seats(sale)
    async with ann.live(sale) as live:
        for number in range(5):
            done = await live.ask(**reserve(seats, sale.seats[number], ref=number))
            assert done["type"] == "ok"
        refused = await live.ask(**reserve(seats, sale.seats[7], ref=7))
    assert refused["error"]["code"] == "rate_limited"
    assert refused["error"]["retryable"] is True
    assert (await ann.reserve(sale, sale.seats[8])).status_code == 429


BAD_COMMANDS: dict[str, Any] = {
    "a list": [],
    "a number": 7,
    "null": None,
    "nothing": {},
    "no type": {"ref": 1},
    "an unknown type": {"type": "steal", "ref": 1},
    "a type that is none": {"type": ["reserve"], "ref": 1},
    "no ref": {"type": "release", "seatIds": [1]},
    "a ref that is none": {"type": "release", "ref": {}, "seatIds": [1]},
    "no seats": {"type": "reserve", "ref": 1, "seats": [], "sessionId": "s"},
    "no session": {"type": "reserve", "ref": 1, "seats": [{"seatId": 1, "version": 1}]},
    "text as seat": {"type": "release", "ref": 1, "seatIds": ["1"]},
    "true as seat": {"type": "release", "ref": 1, "seatIds": [True]},
    "a float as seat": {"type": "release", "ref": 1, "seatIds": [1.0]},
    "a negative reservation": {"type": "extend", "ref": 1, "reservationId": -1},
    "a huge reservation": {"type": "extend", "ref": 1, "reservationId": 2**60},
    "a negative position": {"type": "position", "ref": 1, "epoch": "x", "seq": -1},
}


async def test_a_message_that_is_no_command_is_refused_and_the_socket_lives(
    ann: Guest, quiet_sale: Sale
) -> None:
    before = await ann.seats(quiet_sale)
    async with ann.live(quiet_sale) as live:
        await live.next("hello")
        for name, command in BAD_COMMANDS.items():
            await live.socket.send(json.dumps(command))
            answer = await live.next()
            assert answer["type"] == "refused", name
            assert answer["error"]["code"] == "invalid_command", name
        for text in ("", "{", "reserve", "[1,"):
            await live.socket.send(text)
            answer = await live.next()
            assert (answer["ref"], answer["error"]["code"]) == (None, "malformed_json")
        good = await live.ask(type="position", ref="good", **position(live.seen[0]))
        assert good["type"] == "ok"
    assert await ann.seats(quiet_sale) == before


@pytest.mark.parametrize(
    ("seat_ids", "code"),
    [([2**53], "unknown_seat"), (list(range(1, 12)), "too_many_seats"), ([1, 1], "duplicate_seat")],
)
async def test_seats_that_cannot_be_meant_are_refused(
    seat_ids: list[int], code: str, ann: Guest, quiet_sale: Sale
) -> None:
    wanted = [{"seatId": seat_id, "version": 1} for seat_id in seat_ids]
    async with ann.live(quiet_sale) as live:
        answer = await live.ask(type="reserve", ref=1, seats=wanted, sessionId="s")
        assert answer["error"]["code"] == code
        answer = await live.ask(type="release", ref=2, seatIds=seat_ids)
        assert answer["error"]["code"] == code


# --- resuming ---


async def test_who_comes_back_gets_exactly_what_it_missed(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    async with ben.live(sale) as live:
        await live.next("hello")
        await ann.held(sale, sale.seats[0])
        known = await live.next("seats")
    await ann.held(sale, sale.seats[1])
    await ann.held(sale, sale.seats[2])
    await ben.seats(sale)
    async with ben.live(sale, f"?epoch={known['epoch']}&since={known['seq']}") as live:
        hello = await live.next()
        assert (hello["type"], hello["resumed"]) == ("hello", True)
        missed: list[int] = []
        while len(missed) < 2:
            frame = await live.next()
            assert frame["type"] == "seats"
            assert frame["seq"] > known["seq"]
            missed += [change[0] for change in frame["changes"]]
        assert missed == list(sale.seats[1:3])
        assert frame["seq"] == hello["seq"]


async def test_who_missed_nothing_gets_nothing(ann: Guest, sale: Sale) -> None:
    async with ann.live(sale) as live:
        known = await live.next("hello")
    async with ann.live(sale, f"?epoch={known['epoch']}&since={known['seq']}") as live:
        assert (await live.next())["resumed"] is True
        await live.ask(type="position", ref=1, **position(known))
        assert [frame["type"] for frame in live.seen] == ["hello", "ok"]


@pytest.mark.parametrize(
    "query", ["?epoch=other&since=0", "?epoch={epoch}&since=999999", "?epoch={epoch}&since=-1",
              "?epoch={epoch}&since=x", "?epoch={epoch}&since=%C2%B2", "?epoch={epoch}",
              "?since=0", "?epoch={epoch}&since=" + "9" * 5000],
)  # fmt: skip
async def test_a_position_that_means_nothing_here_begins_anew(
    query: str, ann: Guest, quiet_sale: Sale
) -> None:
    async with ann.live(quiet_sale) as live:
        epoch = (await live.next("hello"))["epoch"]
    async with ann.live(quiet_sale, query.replace("{epoch}", epoch)) as live:
        assert (await live.next("hello"))["resumed"] is False


async def test_a_refusal_says_over_the_socket_what_it_says_over_http(
    ann: Guest, sale: Sale
) -> None:
    """`sameKey`, the rate limit's numbers and the seats stand in `error` of both."""
    asked: dict[str, Any] = {
        "seats": [{"seatId": 999_999_999, "version": 0}],
        "sessionId": "s",
    }
    told = (await ann.http.post(f"/events/{sale.id}/reservations", json=asked)).json()["error"]
    async with ann.live(sale) as live:
        await live.ask(type="reserve", ref="r", **asked)
        frame = live.seen[-1]
        assert {"message": frame["error"]["message"], **told} == frame["error"]
        asked["seats"] = [{"seatId": sale.seats[0], "version": 10**12}]
        for number in range(SETTINGS["reservations_per_minute"].default + 1):
            await live.ask(type="reserve", ref=number, **asked)
        limited = live.seen[-1]["error"]
    over_http = (await ann.http.post(f"/events/{sale.id}/reservations", json=asked)).json()["error"]
    assert limited["code"] == over_http["code"] == "rate_limited"
    assert limited.keys() - {"message"} == over_http.keys()
    assert (limited["sameKey"], limited["remaining"]) == (True, 0)


async def test_position_sends_what_is_missing_or_a_resync(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    async with ben.live(sale) as live:
        start = await live.next("hello")
        await ann.held(sale, sale.seats[0])
        await live.next("seats")
        await live.say(type="position", ref=1, **position(start))
        again = await live.next()
        assert (again["type"], again["changes"][0][0]) == ("seats", sale.seats[0])
        assert (await live.next(ref=1))["data"] == position(again)
        await live.say(type="position", ref=2, epoch="other", seq=0)
        resync = await live.next()
        assert (resync["type"], resync["epoch"]) == ("resync", start["epoch"])
        assert (await live.next(ref=2))["type"] == "ok"


async def test_an_event_that_was_rebuilt_tells_its_viewers_to_fetch_it_again(
    join: Join, brief_holds: Server
) -> None:
    sale = brief_holds.add_event()
    cid = await join(at=brief_holds)
    async with cid.live(sale) as live:
        hello = await live.next("hello")
        client = connection.connect(brief_holds.redis_url)
        await client.flushall()
        await client.aclose()
        resync = await live.next("resync")
        assert resync["epoch"] != hello["epoch"]
    await cid.held(sale, sale.seats[0])


# --- endings ---


async def test_a_message_over_16_kib_ends_the_socket(ann: Guest, quiet_sale: Sale) -> None:
    async with ann.live(quiet_sale) as live:
        await live.socket.send(json.dumps({"ref": "x" * MESSAGE_LIMIT}))
        assert await live.close_code() == 4509


async def test_the_limit_counts_bytes(ann: Guest, quiet_sale: Sale) -> None:
    async with ann.live(quiet_sale) as live:
        await live.socket.send('"' + "é" * (MESSAGE_LIMIT // 2) + '"')
        assert await live.close_code() == 4509


async def test_a_message_of_16_kib_is_read(ann: Guest, quiet_sale: Sale) -> None:
    async with ann.live(quiet_sale) as live:
        await live.next("hello")
        await live.socket.send(" " * (MESSAGE_LIMIT - 2) + "{}")
        assert (await live.next())["error"]["code"] == "invalid_command"


async def test_a_binary_message_ends_the_socket(ann: Guest, quiet_sale: Sale) -> None:
    async with ann.live(quiet_sale) as live:
        await live.socket.send(b'{"type": "position"}')
        assert await live.close_code() == 4500


async def test_a_flood_ends_the_socket(ann: Guest, quiet_sale: Sale) -> None:
    async with ann.live(quiet_sale) as live:
        try:
            for _ in range(200):
                await live.socket.send("{}")
        except ConnectionClosed:
            pass
        assert await live.close_code() == 4029


async def test_forty_messages_at_once_are_no_flood(ann: Guest, quiet_sale: Sale) -> None:
    async with ann.live(quiet_sale) as live:
        await live.next("hello")
        for _ in range(40):
            await live.socket.send("{}")
        for _ in range(40):
            assert (await live.next())["type"] == "refused"


async def test_the_socket_ends_with_its_token(join: Join, quiet_sale: Sale, server: Server) -> None:
    dan = await join("dan")
    dan.token = server.token("dan", ttl_s=2)
    async with dan.live(quiet_sale) as live:
        assert (await live.next())["type"] == "hello"
        assert await live.close_code() == 4501


async def test_a_server_that_stops_asks_its_viewers_to_come_back(
    tmp_path_factory: pytest.TempPathFactory, redis_binary: Any
) -> None:
    directory = tmp_path_factory.mktemp("stopping")
    with running_server(directory, valkey_binary=redis_binary) as server:
        sale = server.add_event()
        async with server.user() as guest, guest.live(sale) as live:
            await live.next("hello")
            await asyncio.to_thread(server.stop)
            assert 4000 <= await live.close_code() <= 4004


async def test_a_client_of_another_subprotocol_gets_none(ann: Guest, quiet_sale: Sale) -> None:
    url = f"ws://{ann.server.host}/events/{quiet_sale.id}/live"
    headers = {"Authorization": f"Bearer {ann.token}"}
    async with connect(url, proxy=None, additional_headers=headers) as socket:
        assert socket.subprotocol is None
        assert (await Live(socket).next())["type"] == "hello"


async def test_a_compact_and_a_json_viewer_fold_to_the_same_map_under_load(
    server: Server, ann: Guest
) -> None:
    """Changes from many hands, and a compact viewer that comes back to a merged frame."""
    sale = server.add_event(small_plan(10, 20))
    base = min(seat["version"] for seat in (await ann.seats(sale)).values())
    words = ["AVAILABLE", "RESERVED", "BOOKED", "BLOCKED"]
    folded: dict[str, dict[int, tuple[str, int]]] = {"json": {}, "binary": {}}

    def fold(name: str, message: str | bytes) -> int:
        if isinstance(message, bytes):
            _, seq, rows = decode_seats(message, base)
            told = [(sale.seats[0] + index, words[code], v) for index, code, v, _ in rows]
        else:
            frame = json.loads(message)
            seq = frame["seq"] if frame["type"] in ("hello", "seats") else 0
            told = [(seat, word, v) for seat, word, v, _ in frame.get("changes", ())]
        for seat, word, version in told:
            if version > folded[name].get(seat, ("", 0))[1]:
                folded[name][seat] = (word, version)
        return int(seq)

    async def follow(name: str, live: Live, until: Callable[[], bool]) -> int:
        seq = 0
        while not until():
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    seq = max(seq, fold(name, await live.socket.recv()))
        return seq

    async def change(store: SeatStore, seats: Sequence[int]) -> None:
        for seat in seats:
            await store.block(sale.id, [seat])
            if seat % 3 == 0:
                await store.unblock(sale.id, [seat])

    protocols = {"json": "houseful.v1", "binary": "houseful.v1.bin"}
    async with server.catalog() as catalog, AsyncExitStack() as stack:
        store = catalog._seats
        lives = {
            name: await stack.enter_async_context(ann.live(sale, subprotocols=[protocol]))
            for name, protocol in protocols.items()
        }
        assert lives["binary"].socket.subprotocol == "houseful.v1.bin"
        changes = asyncio.gather(*(change(store, sale.seats[n:200:4]) for n in range(4)))
        positions = await asyncio.gather(
            *(follow(name, live, changes.done) for name, live in lives.items())
        )
        await lives["binary"].socket.close()
        await change(store, sale.seats[200:300])
        epoch = (await store.snapshot(sale.id)).epoch
        query = f"?epoch={epoch}&since={positions[1]}"
        back = ann.live(sale, query, subprotocols=["houseful.v1.bin"])
        lives["binary"] = await stack.enter_async_context(back)

        async def agree() -> bool:
            for name, live in lives.items():
                deadline = asyncio.get_running_loop().time() + 0.1
                loop = asyncio.get_running_loop()
                await follow(name, live, lambda: loop.time() > deadline)  # noqa: B023
            truth = await ann.seats(sale)
            expected = {
                seat: (found["status"], found["version"])
                for seat, found in truth.items()
                if found["version"] > base
            }
            return len(expected) == 300 and folded == {"json": expected, "binary": expected}

        await eventually(agree)
