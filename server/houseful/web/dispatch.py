"""The straight way from a request to its operation, and from its answer to the wire.

Starlette tries its routes one after the other and wraps each answer in layers that turn exceptions
into answers. Operations raise none but bugs, so that a request whose path and method fit one goes
there at once; whatever fits none (404, 405, HEAD, files, sockets) takes Starlette's way. Under our own
protocol an answer that is ready goes out as it is, see `realtime.guarded_http`.

Owns: the look-up. Never: how paths are written; patterns and converters are Starlette's own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any

from starlette.convertors import Convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from houseful.transport.guarded_http import EXTENSION
from houseful.web.envelope import Ready, line
from houseful.web.middleware import App, Receive, Send, bind_id
from houseful.web.operations import Operation

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
        on_bug: Callable[[Request, Exception], Awaitable[Response]],
    ) -> None:
        self._app = app
        self._headers = headers
        self._lines = b"".join(line(*header) for header in headers)
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

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        # taken out, because it knows the request that holds it: a cycle for each is the collector's
        extension = scope.get("extensions", {}).pop(EXTENSION, None)
        found = None
        if scope["type"] == "http" and not scope.get("root_path"):
            found = self.find(scope["method"], scope["path"])
        if found is None:
            await self._app(scope, receive, send)
            return
        operation, scope["path_params"] = found
        asked = dict(scope["headers"])
        request_id = bind_id(asked.get(b"x-request-id"))
        request = Request(scope, receive, send)
        try:
            answer = await operation.answer(request, asked)
        except Exception as error:  # noqa: BLE001 - every request is answered; a bug is logged
            answer = await self._on_bug(request, error)
        if extension is not None and isinstance(answer, Ready):
            head = b"%b%bx-request-id: %b\r\n" % (answer.head(), self._lines, request_id)
            await extension(answer.status_code, head, answer.body)
        else:
            answer.raw_headers += [*self._headers, (b"x-request-id", request_id)]
            await answer(scope, receive, send)
