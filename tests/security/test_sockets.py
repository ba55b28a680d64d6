"""Malformed, oversized, flooding, slow and silent peers: each is shown the door, nobody else notices.

Every test ends with a buyer who opens a live socket, holds a seat and gives it back.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from houseful.transport.guarded_http import LINGER_BYTES
from houseful.transport.live_socket import FRAME_BURST
from houseful.wire.close_codes import CLOSE_CODES
from tests.security.raw import (
    BINARY,
    CLOSE,
    CONTINUED,
    PING,
    PONG,
    TEXT,
    Raw,
    frame,
    handshake,
    opened,
    raw,
    request,
)
from tests.support.serving import Guest, Sale, Server, eventually, running_server, serving
from tests.web.wire import check_frame

pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")
"""The server's thread does, while Hypothesis looks only at its own."""

IN_TIME_S = 5.0
"""In which the impatient server must have hung up; its own bounds are below a second."""

DOCUMENTED = {code for code, _, _ in CLOSE_CODES} | {1000, 1002, 1007, 1009}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, redis_binary: Path | None) -> Iterator[Server]:
    with running_server(
        tmp_path_factory.mktemp("sockets"),
        valkey_binary=redis_binary,
        reservations_per_minute=1_000_000,
        header_seconds=0.6,
        body_seconds=0.6,
    ) as running:
        yield running


@pytest.fixture(scope="module")
def sale(server: Server) -> Sale:
    return server.add_event()


@pytest_asyncio.fixture
async def ann(server: Server) -> AsyncIterator[Guest]:
    async with server.user("ann", check_frame=check_frame) as guest:
        yield guest


@pytest.fixture(autouse=True)
def no_fault_of_ours_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """uvicorn and asyncio log what a protocol or a task let fall."""
    yield
    faults = [each for each in caplog.get_records("call") if each.levelno >= logging.ERROR]
    assert not faults, "\n".join(each.getMessage() for each in faults)


@pytest_asyncio.fixture(autouse=True)
async def a_buyer_is_served_all_the_while(server: Server, sale: Sale) -> AsyncIterator[None]:
    """The positive control: one who watched from before the attack holds a seat after it."""
    async with server.user("buyer", check_frame=check_frame) as buyer, buyer.live(sale) as live:
        await live.next("hello")
        yield
        held = await buyer.held(sale, sale.seats[-1])
        assert sale.seats[-1] in [change[0] for change in (await live.next("seats"))["changes"]]
        await buyer.http.delete(f"/events/{sale.id}/reservations/{held['id']}")


# --- handshakes ---


@pytest.mark.parametrize(
    "changed",
    [
        {"Sec_WebSocket_Key": None},
        {"Sec_WebSocket_Key": "short"},
        {"Sec_WebSocket_Key": "ÿ" * 24},
        {"Sec_WebSocket_Version": None},
        {"Sec_WebSocket_Version": "12"},
        {"Sec_WebSocket_Version": "13, 8"},
        {"Connection": "close"},
        {"Upgrade": "h2c"},
        {"Upgrade": None},
        {"Sec_WebSocket_Extensions": "permessage-deflate; x=" + "y" * 2000},
        {"Sec_WebSocket_Protocol": ";;;,,,\x01"},
        {"Content_Length": "100"},
        {"Transfer_Encoding": "chunked"},
    ],
    ids=str,
)
async def test_a_malformed_handshake_is_answered_or_cut(
    changed: dict[str, str | None], ann: Guest, sale: Sale
) -> None:
    async with raw(ann.server) as connection:
        await connection.send(handshake(ann, sale, **changed))
        answer = await first_line(connection)
    assert answer is None or answer[:10] in (b"HTTP/1.1 4", b"HTTP/1.1 1")


async def first_line(connection: Raw) -> bytes | None:
    async with asyncio.timeout(IN_TIME_S):
        try:
            return await connection.reader.readline() or None
        except ConnectionError:
            return None


GARBAGE = {
    "nothing of HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "no such version": b"GET / HTTP/9.9\r\n\r\n",
    "a method of its own": b"STEAL / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n: a\r\n\r\n",
    "a header with a line feed": b"GET / HTTP/1.1\r\nA: b\n c\r\n\r\n",
    "zero bytes": bytes(1000),
    "two lengths": request(
        "POST", "/auth/guest", "Content-Length: 1", "Content-Length: 2", body=b"ab"
    ),
    "a length and chunks": request(
        "POST", "/auth/guest", "Content-Length: 3", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"
    ),
    "a negative length": request("POST", "/auth/guest", "Content-Length: -1"),
    "a chunk that is none": request(
        "POST", "/auth/guest", "Transfer-Encoding: chunked", body=b"zz\r\n"
    ),
    "an address without a path": request("CONNECT", "example.com:443"),
    "a star": request("GET", "*", "Connection: close"),
    "a path that is not ASCII": request("GET", "/\xff\xfe"),
    "a broken escape": request("GET", "/events/%zz/seats%", "Connection: close"),
    "an escaped zero": request("GET", "/bookings/%00", "Connection: close"),
    "dots": request("GET", "/static/../../../../etc/passwd", "Connection: close"),
    "escaped dots": request("GET", "/static/%2e%2e/%2e%2e/etc/passwd", "Connection: close"),
}


@pytest.mark.parametrize("name", GARBAGE)
async def test_what_is_no_good_http_is_refused(name: str, server: Server) -> None:
    async with raw(server) as connection:
        await connection.send(GARBAGE[name])
        answer = await connection.rest(IN_TIME_S)
    assert answer[:10] in (b"HTTP/1.1 4", b""), answer[:200]
    assert b"root:" not in answer


# --- frames ---

BAD_FRAMES: dict[str, tuple[bytes, int]] = {
    "a reserved bit": (frame(TEXT, b"{}", reserved=4), 1002),
    "all reserved bits": (frame(TEXT, b"{}", reserved=7), 1002),
    "no mask": (frame(TEXT, b"{}", masked=False), 1002),
    "an opcode for later": (frame(3, b"{}"), 1002),
    "a control opcode for later": (frame(11, b""), 1002),
    "no UTF-8": (frame(TEXT, b'"\xff\xfe"'), 1007),
    "half a character": (frame(TEXT, b"\xf0\x9f\x98"), 1007),
    "a surrogate": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "a ping in pieces": (frame(PING, b"a", fin=False), 1002),
    "a ping too long": (frame(PING, b"a" * 126), 1002),
    "a close too long": (frame(CLOSE, b"\x03\xe8" + b"a" * 124), 1002),
    "a close of one byte": (frame(CLOSE, b"\x03"), 1002),
    "a close with a code of none": (frame(CLOSE, b"\x03\xec"), 1002),
    "a close with bad text": (frame(CLOSE, b"\x03\xe8\xff"), 1007),
    "a piece of nothing": (frame(CONTINUED, b"{}"), 1002),
    "a message in a message": (frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"), 1002),
    "a binary message": (frame(BINARY, b"{}"), 4500),
    "a message of 17 KiB": (frame(TEXT, b" " * 17 * 1024), 4509),
    "a message of 65 KiB": (frame(TEXT, b" " * 65 * 1024), 1009),
    "a length of 2^62": (b"\x81\xff" + (1 << 62).to_bytes(8, "big") + bytes(4), 1009),
    "a length of 2^63": (b"\x81\xff" + (1 << 63).to_bytes(8, "big") + bytes(4), 1009),
    "pieces of 65 KiB": (
        frame(TEXT, b" " * 33_000, fin=False) + frame(CONTINUED, b" " * 33_000),
        1009,
    ),
    "pieces without end": (
        frame(TEXT, b"", fin=False) + frame(CONTINUED, b"", fin=False) * 200,
        4029,
    ),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
async def test_a_frame_that_is_not_allowed_ends_the_socket_with_its_code(
    name: str, ann: Guest, sale: Sale
) -> None:
    data, code = BAD_FRAMES[name]
    async with opened(ann, sale) as connection:
        await connection.send(data)
        assert await connection.close_code() == code


async def test_a_message_in_pieces_is_read(ann: Guest, sale: Sale) -> None:
    """The positive control of the above: what is allowed is answered."""
    text = b'{"type": "position", "ref": 1, "epoch": "x", "seq": 0}'
    async with opened(ann, sale) as connection:
        for byte in text[:-1]:
            first = TEXT if byte == text[0] else CONTINUED
            await connection.send(frame(first, bytes([byte]), fin=False))
        await connection.send(frame(PING, b"between") + frame(CONTINUED, text[-1:]))
        while b'"ok"' not in (await connection.frame())[1]:
            pass


@pytest.mark.parametrize("opcode", [PING, PONG])
async def test_a_flood_of_control_frames_ends_the_socket(
    opcode: int, ann: Guest, sale: Sale
) -> None:
    async with opened(ann, sale) as connection:
        await connection.send(frame(opcode, b"x" * 125) * (int(FRAME_BURST) + 20))
        assert await connection.close_code() == 4029


async def test_a_flood_of_commands_that_is_never_read_ends_the_socket(
    ann: Guest, sale: Sale
) -> None:
    async with opened(ann, sale) as connection:
        await connection.send(frame(TEXT, b'{"ref": 1}') * 5_000)
        assert await connection.close_code() == 4029


# --- commands ---

words = st.sampled_from(["type", "ref", "seats", "seatIds", "seatId", "version", "sessionId"])
numbers = st.integers(-(2**70), 2**70) | st.floats() | st.integers(1, 90)
texts = st.sampled_from(["reserve", "release", "extend", "position", "x" * 200]) | st.text()
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | texts, inner, max_size=5),
    max_leaves=12,
)
commands = st.fixed_dictionaries(
    {"type": texts, "ref": st.integers() | texts},
    optional={
        "seats": st.lists(st.fixed_dictionaries({"seatId": values, "version": values}), max_size=3)
        | values,
        "seatIds": st.lists(numbers, max_size=3) | values,
        "sessionId": texts | values,
        "reservationId": values,
        "epoch": texts | values,
        "seq": values,
    },
)
messages = (
    (commands | values).map(lambda value: json.dumps(value, allow_nan=True))
    | st.text(max_size=300)
    | st.integers(1, 5_000).map(lambda depth: "[" * depth)
    | st.integers(1, 2_000).map(lambda depth: '{"a":' * depth + "1" + "}" * depth)
)


DEEP = [
    f'{{"type": {value}, "ref": 1}}'
    for opening, closing in (("[", "]"), ('{"a":', "}"))
    for depth in (100, 255, 500, 900, 1_000)
    for value in (opening * depth + "1" + closing * depth,)
]


async def test_what_nests_deeper_than_it_can_be_shown_is_refused_with_a_reason(
    ann: Guest, sale: Sale
) -> None:
    async with ann.live(sale) as live:
        await live.next("hello")
        for text in DEEP:
            await live.socket.send(text)
            answer = await live.next("refused")
            assert answer["error"]["code"] == "malformed_json", answer
            assert len(answer["error"]["message"]) < 400


async def test_a_ref_that_is_none_is_answered_without(ann: Guest, sale: Sale) -> None:
    async with ann.live(sale) as live:
        await live.next("hello")
        for ref in ("true", "1.5", "[]", "null"):
            await live.socket.send(f'{{"type": "position", "epoch": "", "seq": 0, "ref": {ref}}}')
            answer = await live.next("refused")
            assert (answer["ref"], answer["error"]["code"]) == (None, "invalid_command")


async def test_whatever_is_said_is_answered_under_its_ref_or_ends_the_socket(
    ann: Guest, sale: Sale
) -> None:
    await say_all(ann, sale, await asyncio.to_thread(drawn, messages, 400))


@pytest.mark.long
async def test_whatever_is_said_10_000_times(ann: Guest, sale: Sale) -> None:
    await say_all(ann, sale, await asyncio.to_thread(drawn, messages, 10_000))


def drawn(strategy: st.SearchStrategy[str], count: int) -> list[str]:
    found: list[str] = []

    @seed(7)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(text: str) -> None:
        found.append(text)

    draw()
    return found


async def say_all(ann: Guest, sale: Sale, texts: list[str]) -> None:
    """Forty to a socket, which is what one may say at once; each gets an answer or a close."""
    kinds = set()
    for begin in range(0, len(texts), 40):
        async with ann.live(sale) as live:
            await live.next("hello")
            for text in texts[begin : begin + 40]:
                await live.socket.send(text)
                answer = await live.next()
                while answer["type"] not in ("ok", "refused"):
                    answer = await live.next()
                kinds.add(answer["type"])
    assert "refused" in kinds


# --- slow and silent peers ---


async def trickle(connection: Raw, data: bytes) -> bytes:
    """A byte now and then, for as long as the server listens; what it said at last."""

    async def feed() -> None:
        for byte in data:
            await connection.send(bytes([byte]))
            await asyncio.sleep(0.05)

    feeding = asyncio.create_task(feed())
    try:
        return await connection.rest(IN_TIME_S)
    finally:
        feeding.cancel()


ENDLESS = b"X-More: " + b"a" * 10_000
SLOW: dict[str, tuple[bytes, bytes]] = {
    "a request line": (b"", b"GET /events/1/seats/and/so/on/and/on" + b"/on" * 1000),
    "a head": (b"GET / HTTP/1.1\r\nHost: a\r\n", ENDLESS),
    "the head of a handshake": (
        b"GET /events/1/live HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
        ENDLESS,
    ),
    "a body": (
        request("POST", "/auth/guest", "Content-Length: 5000", "Content-Type: application/json"),
        b"{" * 5000,
    ),
    "a body in chunks": (
        request("POST", "/auth/guest", "Transfer-Encoding: chunked"),
        b"1\r\n{\r\n" * 1000,
    ),
    "trailers": (
        request("POST", "/auth/guest", "Transfer-Encoding: chunked", body=b"0\r\n"),
        ENDLESS,
    ),
    "empty lines": (b"", b"\r\n" * 1000),
    "empty lines after an answer": (request("GET", "/healthz"), b"\r\n" * 1000),
    "a second head": (request("GET", "/healthz"), ENDLESS),
}


@pytest.mark.parametrize("name", SLOW)
async def test_a_slow_client_is_cut(name: str, server: Server) -> None:
    quick, slow = SLOW[name]
    async with raw(server) as connection:
        await connection.send(quick)
        said = await trickle(connection, slow)
    if "answer" not in name and "second" not in name:
        assert said == b"" or said.startswith((b"HTTP/1.1 408 ", b"HTTP/1.1 201 ")), said[:200]


async def test_a_client_that_says_nothing_is_cut(server: Server) -> None:
    async with raw(server) as connection:
        assert b"408" in await connection.rest(IN_TIME_S)


async def test_a_slow_client_of_an_operation_that_wants_the_body_is_told_so(
    ann: Guest, sale: Sale
) -> None:
    headers = (f"Authorization: Bearer {ann.token}", "Content-Type: application/json")
    async with raw(ann.server) as connection:
        path = f"/events/{sale.id}/quote"
        await connection.send(request("POST", path, *headers, "Content-Length: 1000"))
        said = await trickle(connection, b"{" * 1000)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"too_slow"' in said


async def test_a_body_that_comes_in_time_piece_by_piece_is_read(ann: Guest, sale: Sale) -> None:
    """The positive control: pauses alone cut nobody."""
    body = json.dumps({"seatIds": [sale.seats[0]]}).encode()
    headers = (f"Authorization: Bearer {ann.token}", "Content-Type: application/json")
    length = f"Content-Length: {len(body)}"
    async with raw(ann.server) as connection:
        whole = request("POST", f"/events/{sale.id}/quote", *headers, length, body=body)
        for begin in range(0, len(whole), 80):
            await connection.send(whole[begin : begin + 80])
            await asyncio.sleep(0.02)
        assert (await connection.head()).startswith(b"HTTP/1.1 200 ")


async def test_a_connection_between_requests_is_kept(server: Server) -> None:
    """Longer than a head may take: browsers keep theirs for a minute."""
    async with raw(server) as connection:
        for _ in range(2):
            await connection.send(request("GET", "/healthz"))
            assert b"HTTP/1.1 200 " in await connection.head()
            await asyncio.sleep(1.0)


# --- sizes ---


@pytest.mark.parametrize(
    "head",
    [
        request("GET", "/healthz", "X: " + "a" * 40_000),
        request("GET", "/healthz?" + "a" * 40_000),
        request("GET", "/healthz", *[f"X-{number}: a" for number in range(4_000)]),
        b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 400_000,
    ],
    ids=["a long header", "a long address", "many headers", "a header without an end"],
)
async def test_a_large_head_is_refused(head: bytes, server: Server) -> None:
    async with raw(server) as connection:
        await connection.send(head)
        assert (await first_line(connection) or b"HTTP/1.1 431")[:12] == b"HTTP/1.1 431"


async def test_a_head_of_30_kb_is_read(server: Server) -> None:
    async with raw(server) as connection:
        await connection.send(request("GET", "/healthz", "X: " + "a" * 30_000))
        assert (await connection.head()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("framing", ["Content-Length: 90000", "Transfer-Encoding: chunked"])
async def test_a_large_body_is_refused_before_it_is_read(
    framing: str, ann: Guest, sale: Sale
) -> None:
    headers = (f"Authorization: Bearer {ann.token}", "Content-Type: application/json", framing)
    body = b" " * 90_000 if "Length" in framing else b"15f90\r\n" + b" " * 90_000
    async with raw(ann.server) as connection:
        await connection.send(request("POST", f"/events/{sale.id}/quote", *headers, body=body))
        assert (await connection.head()).startswith(b"HTTP/1.1 413 ")


async def test_who_goes_on_after_the_answer_is_cut(ann: Guest, sale: Sale) -> None:
    headers = (f"Authorization: Bearer {ann.token}", "Content-Length: 100000000")
    async with raw(ann.server) as connection:
        await connection.send(request("POST", f"/events/{sale.id}/quote", *headers))
        await connection.send(bytes(2 * LINGER_BYTES))
        assert (await connection.rest(IN_TIME_S)).startswith((b"HTTP/1.1 413 ", b""))


# --- half-open ---


async def test_sockets_whose_peers_vanish_are_let_go(
    ann: Guest, sale: Sale, server: Server
) -> None:
    """Cut without a word, mid-handshake, mid-frame and mid-message."""
    for rest in (b"", frame(TEXT, b"{}")[:3], frame(TEXT, b"{", fin=False), frame(CLOSE)[:1]):
        async with opened(ann, sale) as connection:
            await connection.send(rest)
            connection.writer.transport.abort()
    async with raw(server) as connection:
        await connection.send(handshake(ann, sale)[:-20])
        connection.writer.transport.abort()

    async def only_the_buyer_is_left() -> bool:
        async with ann.live(sale) as live:
            return (await live.next("hello"))["viewers"] == 2

    await eventually(only_the_buyer_is_left)


async def test_a_peer_that_does_not_answer_pings_is_let_go(
    ann: Guest, sale: Sale, server: Server
) -> None:
    """Half-open: the connection stands, and nobody is there. Ours waits 40 s, this one 0.4."""
    impatient = {"ws_ping_interval": 0.2, "ws_ping_timeout": 0.2}
    with serving(server.settings, **impatient) as (url, _):
        there = replace(ann, server=replace(server, url=url))
        async with there.live(sale) as answering, opened(there, sale) as silent:
            assert b"ping timeout" in await silent.rest(IN_TIME_S)
            await answering.ask(type="position", ref=1, epoch="x", seq=0)


async def test_without_the_guard_a_slow_client_is_not_cut(server: Server) -> None:
    """The positive control: uvicorn's own protocol waits, so it is ours that does not."""
    with serving(server.settings, http="httptools") as (url, _):
        async with raw(replace(server, url=url)) as connection:
            await connection.send(b"GET / HTTP/1.1\r\n")
            with pytest.raises(TimeoutError):
                await connection.rest(1.5)
