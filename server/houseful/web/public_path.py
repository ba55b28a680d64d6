"""HOUSEFUL_PUBLIC_URL with a path: the house lives below one, behind a proxy.

The page finds its place by itself (`static/lib/base.js`), and links in mails begin with the public
address. What is left is here: a proxy may take its path off what it hands on (nginx with
`proxy_pass http://houseful/;`) or not, so a request is understood with the path and without.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from houseful.web.middleware import App, Receive, Send


class PublicPath:
    """ASGI middleware, outermost: takes `path` off the paths that begin with it."""

    def __init__(self, app: App, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path == self._path:
            await redirect(send, f"{self._path}/")
            return
        if path.startswith(f"{self._path}/"):
            scope = {**scope, "path": path.removeprefix(self._path)}
            scope["raw_path"] = scope.get("raw_path", b"").removeprefix(self._path.encode())
        await self._app(scope, receive, send)


async def redirect(send: Send, path: str) -> None:
    """To a path of the same origin: no Host is looked at."""
    headers = [(b"location", path.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 308, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
