"""The straight way from a request to its operation, and from its answer to the wire.

Starlette tries its routes one after the other and wraps each answer in layers that turn exceptions
into answers. Operations raise none but bugs, so that a request whose path and method fit one goes
there at once; whatever fits none (404, 405, HEAD, files, sockets) takes Starlette's way. Under our own
protocol an answer that is ready goes out as it is, see `transport.guarded_http`.

Owns: the look-up, what every answer carries, and the one line that each request leaves in the log.
Never: how paths are written; patterns and converters are Starlette's own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from http import HTTPStatus
from logging import INFO
from time import perf_counter, time_ns
from typing import Any, Final

from starlette.convertors import Convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from houseful.telemetry.log import tell
from houseful.transport.guarded_http import EXTENSION
from houseful.web.clients import PROBES
from houseful.web.envelope import Ready, line
from houseful.web.files import AT_ROOT
from houseful.web.middleware import App, Message, Receive, Send, bind_id
from houseful.web.operations import Operation
from houseful.web.origins import Header, Origins
from houseful.wire.codec import iso

Scope = MutableMapping[str, Any]
QUIET: Final = frozenset((*PROBES, "/", *(f"/{name}" for name in AT_ROOT)))
"""Asked for by machines each few seconds, or files."""

Found = tuple[Operation, dict[str, Any]]

FOUND_PATHS, FOUND_LENGTH = 4096, 128
"""Paths remembered with what they lead to, and how long one may be: everybody at a sale asks for the
same few, and a stranger for as many long ones as our memory holds."""

Key = tuple[str, int]
"""Method and number of slashes: leaves two or three patterns to try."""


class Dispatch:
    """ASGI middleware, outermost, in front of all of Starlette's.

    `headers`: what every answer carries. `on_bug`: the answer to an operation that failed.
    """

    def __init__(
        self,
        app: App,
        operations: Sequence[Operation],
        headers: Sequence[tuple[bytes, bytes]],
        origins: Origins,
        on_bug: Callable[[Request, Exception], Awaitable[Response]],
    ) -> None:
        self._app = app
        self._headers = headers
        self._lines = b"".join(line(*header) for header in headers)
        self._origins = origins
        self._on_bug = on_bug
        self._fixed: dict[tuple[str, str], Operation] = {}
        self._found: dict[tuple[str, str], Found] = {}
        self._patterns: defaultdict[
            Key, list[tuple[re.Pattern[str], Mapping[str, Convertor[Any]], Operation]]
        ] = defaultdict(list)
        for operation in operations:
            self._add(operation, operation.route())

    def _add(self, operation: Operation, route: Route) -> None:
        if route.param_convertors:
            key = (operation.method, operation.path.count("/"))
            pattern = (route.path_regex, route.param_convertors, operation)
            self._patterns[key].append(pattern)
        else:
            self._fixed[operation.method, operation.path] = operation

    def find(self, method: str, path: str) -> Found | None:
        """The operation, and its path parameters, which are not the caller's to change."""
        found = self._found.get((method, path))
        if found is None:
            found = self._search(method, path)
            if found is not None and len(path) <= FOUND_LENGTH:
                if len(self._found) >= FOUND_PATHS:
                    self._found.clear()
                self._found[method, path] = found
        return found

    def _search(self, method: str, path: str) -> Found | None:
        fixed = self._fixed.get((method, path))
        if fixed is not None:
            return fixed, {}
        for pattern, convertors, operation in self._patterns.get((method, path.count("/")), ()):
            match = pattern.match(path)
            if match:
                texts = match.groupdict()
                return operation, {
                    name: convertors[name].convert(text) for name, text in texts.items()
                }
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # taken out, because it knows the request that holds it: a cycle for each is the collector's
        extension = scope.get("extensions", {}).pop(EXTENSION, None)
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        begin = perf_counter()
        asked = dict(scope["headers"])
        request_id = bind_id(asked.get(b"x-request-id"))
        more = [
            *self._origins.headers(asked.get(b"origin")),
            (b"x-request-id", request_id),
            (b"x-server-time", iso(time_ns() // 1_000_000).encode()),
        ]
        found = answer = None
        if scope["type"] == "http":
            answer = self._origins.preflight(scope["method"], asked)
            if answer is None and not scope.get("root_path"):
                found = self.find(scope["method"], scope["path"])
        path = scope["path"]
        if found is not None:
            operation, scope["path_params"] = found
            path = operation.template
            request = Request(scope, receive, send)
            try:
                answer = await operation.answer(request, asked)
            except Exception as error:  # noqa: BLE001 - every request is answered; a bug is logged
                answer = await self._on_bug(request, error)
        if answer is None:
            status = await self._by_starlette(scope, receive, send, more)
        else:
            status = answer.status_code
            await self._send(answer, more, extension, (scope, receive, send))
        remember(scope, path, status, begin)

    async def _send(
        self,
        answer: Response,
        more: Sequence[Header],
        extension: Any,
        way: tuple[Scope, Receive, Send],
    ) -> None:
        if extension is not None and isinstance(answer, Ready):
            last = b"".join([b"%b: %b\r\n" % header for header in more])
            await extension(
                answer.status_code, b"%b%b%b" % (answer.head(), self._lines, last), answer.body
            )
        else:
            answer.raw_headers += [*self._headers, *more]
            await answer(*way)

    async def _by_starlette(
        self, scope: Scope, receive: Receive, send: Send, more: Sequence[Header]
    ) -> int:
        """The status it was answered with; 101 for a socket, also one that was closed at once."""
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            kind = message["type"]
            if kind in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
                # a refused handshake has the fixed ones from its protocol
                fixed = self._headers if kind == "http.response.start" else ()
                message["headers"] = [*message.get("headers", ()), *fixed, *more]
            elif kind == "websocket.accept":
                status = HTTPStatus.SWITCHING_PROTOCOLS
            await send(message)

        await self._app(scope, receive, send_with_headers)
        return status


def remember(scope: Scope, path: str, status: int, begin: float) -> None:
    """The request's line in the log; none for files and probes."""
    if path in QUIET or path.startswith("/static/"):
        return
    facts: dict[str, int | str | float] = {"path": path[:FOUND_LENGTH], "status": int(status)}
    if scope["type"] == "websocket":
        for name, value in scope.get("path_params", {}).items():
            facts["path"] = str(facts["path"]).replace(f"/{value}/", f"/{{{name}}}/")
        if "houseful.close_code" in scope:
            facts["close_code"] = scope["houseful.close_code"]
    if "houseful.user" in scope:
        facts["user"] = scope["houseful.user"]
    ms = round((perf_counter() - begin) * 1000, 1)
    tell(INFO, "request", method=scope.get("method", "GET"), ms=ms, **facts)
