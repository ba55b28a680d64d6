"""One worker process: serves on the socket it was handed, and ends with the supervisor.

    python -m houseful.process SOCKET_FD READY_FD
    python -m houseful.process CONTROL_FD           the two come through this; see `early`

Settings come from the environment. Standard input is a pipe that the supervisor holds. One byte on
it, `PREPARE` or `SERVE`, says when Redis may be reached and whether this worker makes everything
ready first: by then it has loaded what it needs. When the pipe closes, the supervisor is gone, and
the worker shuts down as on SIGTERM.

The worker writes `READY` to the other pipe, or the one sentence why it cannot serve.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

import uvicorn

from houseful import settings
from houseful.domain.addresses import Networks
from houseful.domain.errors import HousefulError
from houseful.process.early import received
from houseful.telemetry import log, tracing
from houseful.transport.connection_limiter import ConnectionLimiter
from houseful.transport.guarded_http import GuardedHttp
from houseful.transport.keepalive import Keepalive
from houseful.transport.listening import BACKLOG, GRACEFUL_SHUTDOWN_S
from houseful.transport.protocol import HandshakeProtocol
from houseful.web.middleware import security_headers
from houseful.web.raw_responses import bare_answers

MESSAGE_ROOM: Final = 4
"""Times the bytes a message may have, so that the live socket can say with its own code that one has
more."""

PING_S: Final = 20.0
"""Between two pings, and for the pong: a peer that is gone is let go after 40 s."""

PREPARE: Final = b"p"
SERVE: Final = b"s"
READY: Final = b"ready"

KEEP_ALIVE_S: Final = 65
"""Longer than the 60 s of usual proxies, so that they close first and lose no request."""


class Server(uvicorn.Server):
    """Tells the supervisor when the application is up."""

    def __init__(self, config: uvicorn.Config, ready_fd: int) -> None:
        super().__init__(config)
        self._ready_fd = ready_fd

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        os.write(self._ready_fd, READY)
        os.close(self._ready_fd)


def configuration(app: Any, chosen: settings.Settings, **replaced: Any) -> uvicorn.Config:
    """How uvicorn serves `app`; `replaced` is for tests."""
    door = door_of(chosen)
    given = {"ws_ping_interval": PING_S, "ws_ping_timeout": PING_S, **replaced}
    keepalive = Keepalive(given["ws_ping_interval"], given["ws_ping_timeout"])
    return uvicorn.Config(
        app,
        **{
            "ws": partial(HandshakeProtocol, door, keepalive),
            "ws_max_size": MESSAGE_ROOM * chosen.max_message_bytes,
            "ws_per_message_deflate": False,  # costs 300 KB and a core per thousand viewers
            "http": partial(GuardedHttp, door),
            "lifespan": "on",
            "log_config": None,  # server.log has the say
            "access_log": False,
            "server_header": False,
            "backlog": BACKLOG,
            "proxy_headers": bool(chosen.trusted_proxies),
            "forwarded_allow_ips": list(chosen.trusted_proxies),
            "timeout_keep_alive": KEEP_ALIVE_S,
            "timeout_graceful_shutdown": GRACEFUL_SHUTDOWN_S,
            **given,
        },
    )


def door_of(chosen: settings.Settings) -> ConnectionLimiter:
    """What connections are counted against; proxies that we trust bring everybody."""
    headers = security_headers(uses_stripe=chosen.uses_stripe)
    return ConnectionLimiter(
        bare_answers(uses_stripe=chosen.uses_stripe),
        headers=[(name.decode(), value.decode()) for name, value in headers],
        most=chosen.max_connections,
        per_address=chosen.connections_per_address,
        uncounted=Networks((*chosen.uncounted_addresses, *chosen.trusted_proxies)),
        header_bytes=chosen.max_header_bytes,
        header_seconds=chosen.header_seconds,
        body_seconds=chosen.body_seconds,
    )


async def nothing(_: settings.Settings) -> None:
    """The preparation of an application that needs none."""


def run(
    create_app: Callable[[settings.Settings], Any],
    prepare: Callable[[settings.Settings], Coroutine[Any, Any, None]] = nothing,
    **replaced: Any,
) -> int:
    """Serve until told to stop; returns the exit code. `replaced` goes to `configuration`.

    `prepare` makes ready what all workers need, if the supervisor asks this one to.
    """
    descriptors = [int(text) for text in sys.argv[1:]]
    if len(descriptors) == 1:
        descriptors = received(descriptors[0])
        if not descriptors:
            return 0  # the command that started us has ended
    listening, ready_fd = socket.socket(fileno=descriptors[0]), descriptors[1]
    listening.setblocking(False)
    try:
        chosen = settings.load()
        log.configure(chosen.log_format, chosen.log_level)
        tracing.configure()
        config = configuration(create_app(chosen), chosen, **replaced)
        told = os.read(sys.stdin.fileno(), 1)
        if not told:
            return 0  # the supervisor is gone
        threading.Thread(target=_stop_with_supervisor, daemon=True).start()
        if told == PREPARE:
            asyncio.run(prepare(chosen))
    except HousefulError as error:
        os.write(ready_fd, error.told.encode())
        return 1
    server = Server(config, ready_fd)
    spare_the_collector()
    # before uvicorn listens to signals itself, and when it raises them anew at its end
    signal.signal(signal.SIGTERM, server.handle_exit)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve([listening]))
    return 0 if server.started else 1


def spare_the_collector() -> None:
    """What is loaded by now stays: it is not looked through again for each thousand viewers.

    With the usual thresholds ten thousand viewers joining cost dozens of full collections of 50 to
    100 ms, in each of which nobody is served.
    """
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _stop_with_supervisor() -> None:
    os.read(sys.stdin.fileno(), 1)  # returns when the supervisor's end closes
    os.kill(os.getpid(), signal.SIGTERM)
