"""What `transport` leans on inside uvicorn and websockets, by name: a release that moves one fails here.

Each entry is used by `guarded_http`, `protocol` or `live_socket`; the ceilings in pyproject.toml may
rise when these tests pass with the newer release.
"""

from __future__ import annotations

import asyncio
import inspect

import httptools
import pytest
from uvicorn import Config
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.websockets import websockets_sansio_impl
from uvicorn.server import ServerState
from websockets.http11 import Response
from websockets.server import ServerProtocol


async def nothing(scope: object, receive: object, send: object) -> None:
    """An application that is never asked."""


HTTP_METHODS = (
    "connection_made connection_lost data_received on_message_begin on_url on_header on_headers_complete"
    " on_body on_message_complete handle_websocket_upgrade send_400_response on_response_complete"
).split()
HTTP_STATE = "client cycle url headers scope parser loop transport expect_100_continue flow".split()
CYCLE_STATE = (
    "flow disconnected response_started response_complete default_headers keep_alive transport"
    " message_event on_response"
).split()
SOCKET_METHODS = "connection_lost data_received handle_connect stop_keepalive".split()
SOCKET_STATE = (
    "conn client connections handshake_initiated handshake_complete transport read_paused".split()
)


def missing(thing: object, names: list[str]) -> list[str]:
    return [name for name in names if not hasattr(thing, name)]


@pytest.fixture
async def config() -> Config:
    made = Config(nothing, http="httptools", ws="websockets-sansio", log_config=None)
    made.load()
    return made


async def test_uvicorn_s_http_protocol_has_the_parts_that_we_override_and_read(
    config: Config,
) -> None:
    protocol = httptools_impl.HttpToolsProtocol(config, ServerState(), {})
    assert missing(protocol, HTTP_METHODS) == []
    protocol.scope = {}  # type: ignore[typeddict-item]  # set by `on_message_begin`
    protocol.headers = []
    protocol.url = b""
    protocol.expect_100_continue = False
    assert missing(protocol, HTTP_STATE) == []
    assert isinstance(protocol.parser, httptools.HttpRequestParser)
    assert httptools_impl.STATUS_LINE[404].startswith(b"HTTP/1.1 404 ")


def test_a_request_s_cycle_has_the_state_that_an_answer_in_one_write_sets() -> None:
    source = inspect.getsource(httptools_impl.RequestResponseCycle.__init__)
    assert [
        name
        for name in CYCLE_STATE
        if f"self.{name} " not in source and f"self.{name}:" not in source
    ] == []


async def test_uvicorn_s_socket_protocol_has_the_parts_that_we_override_and_read(
    config: Config,
) -> None:
    state = ServerState()
    protocol = websockets_sansio_impl.WebSocketsSansIOProtocol(config, state, {})
    assert missing(protocol, SOCKET_METHODS) == []
    protocol.transport = asyncio.Transport()
    protocol.client = None
    assert missing(protocol, SOCKET_STATE) == []
    assert protocol.connections is state.connections


async def test_the_library_sends_each_answer_to_a_handshake_through_one_method(
    config: Config,
) -> None:
    """`HandshakeProtocol` puts its own in this place, on the instance."""
    protocol = websockets_sansio_impl.WebSocketsSansIOProtocol(config, ServerState(), {})
    assert isinstance(protocol.conn, ServerProtocol)
    sent: list[Response] = []
    protocol.conn.send_response = sent.append  # type: ignore[method-assign]
    source = inspect.getsource(websockets_sansio_impl.WebSocketsSansIOProtocol)
    assert "self.conn.send_response(" in source
    del protocol.conn.send_response
    assert protocol.conn.send_response.__func__ is ServerProtocol.send_response  # type: ignore[attr-defined]


def test_a_part_that_is_gone_is_named() -> None:
    assert missing(object(), ["transport", "__class__"]) == ["transport"]
