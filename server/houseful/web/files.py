"""The page's own files, served as they are written, and the headers that keep it safe.

Every file has an ETag of its content and is asked for again each time, which costs a 304. What is
sent is packed as tightly as brotli or gzip can, once per file and server.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import brotli
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from houseful.web.conditional import accepts, matches

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


AT_ROOT = ("favicon.ico", "robots.txt", "manifest.webmanifest")
"""Asked for by browsers and search engines unasked, at the top."""


LARGE: Final = 200_000
"""Bytes from which the tightest packing takes a second: the API's document."""


@dataclass(frozen=True)
class File:
    """One file in memory."""

    media_type: str
    etag: str
    plain: bytes

    @cached_property
    def zipped(self) -> bytes:
        return gzip.compress(self.plain, 9, mtime=0)

    @cached_property
    def brotli(self) -> bytes:
        """About a sixth smaller than `zipped`."""
        quality = 11 if len(self.plain) < LARGE else 9  # the loop waits: 1.6 s against 0.07
        packed: bytes = brotli.compress(self.plain, quality=quality)
        return packed

    def packed(self, request: Request) -> tuple[bytes, str]:
        """The smallest body that the client takes, and its coding ("" for none)."""
        choices = [(self.plain, "")]
        asked = dict(request.scope["headers"])
        if accepts(asked, "br"):
            choices.append((self.brotli, "br"))
        elif accepts(asked, "gzip", "*"):
            choices.append((self.zipped, "gzip"))
        return min(choices, key=lambda choice: len(choice[0]))


class Files:
    """All of `static/`, read once at start."""

    def __init__(self, root: Path) -> None:
        self._files = {
            f"/static/{path.relative_to(root).as_posix()}": load(path)
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.suffix in TYPES
        }

    def routes(self) -> list[Route]:
        return [
            Route("/", self._index, name="index"),
            Route("/static/{path:path}", self._file, name="static"),
            *(Route(f"/{name}", self._at_root, name=name) for name in AT_ROOT),
        ]

    async def _index(self, request: Request) -> Response:
        return answer(request, self._files.get("/static/index.html"))

    async def _at_root(self, request: Request) -> Response:
        return answer(request, self._files.get(f"/static/{request.url.path.rpartition('/')[2]}"))

    async def _file(self, request: Request) -> Response:
        return answer(request, self._files.get(request.url.path))


def answer(request: Request, file: File | None) -> Response:
    """The file, 304 when the client has it, 404 when there is none."""
    if file is None:
        return Response("no such file", 404, media_type="text/plain")
    headers = {"ETag": file.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if matches(request.headers.get("if-none-match", ""), file.etag):
        return Response(status_code=304, headers=headers)
    body, coding = file.packed(request)
    if coding:
        headers["Content-Encoding"] = coding
    return Response(body, headers=headers, media_type=file.media_type)


def load(path: Path) -> File:
    return in_memory(path.read_bytes(), TYPES[path.suffix])


def in_memory(plain: bytes, media_type: str) -> File:
    """`plain` under an ETag of its content."""
    return File(media_type, f'W/"{hashlib.sha256(plain).hexdigest()[:20]}"', plain)
