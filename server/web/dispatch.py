"""The straight way from a request to its operation.

Starlette tries its routes one after the other and wraps each answer in two layers that turn its own
exceptions into answers. Operations raise none of those, so that a request whose path and method fit
one goes there at once; whatever fits none (404, 405, HEAD, files, sockets) takes Starlette's way.

Owns: the look-up. Never: how paths are written; patterns and converters are Starlette's own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from starlette.convertors import Convertor
from starlette.requests import Request
from starlette.routing import Route

from server.web.middleware import App, Receive, Send
from server.web.operations import Operation

Found = tuple[Operation, dict[str, Any]]
Key = tuple[str, int]
"""Method and number of slashes: leaves two or three patterns to try."""


class Dispatch:
    """ASGI middleware, innermost, in front of Starlette's router."""

    def __init__(self, app: App, operations: Sequence[Operation]) -> None:
        self._app = app
        self._fixed: dict[tuple[str, str], Operation] = {}
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
        """The operation, and its path parameters."""
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
        found = None
        if scope["type"] == "http" and not scope.get("root_path"):
            found = self.find(scope["method"], scope["path"])
        if found is None:
            await self._app(scope, receive, send)
            return
        operation, scope["path_params"] = found
        answer = await operation.answer(Request(scope, receive, send))
        await answer(scope, receive, send)
