"""What an HTTP operation is: its path, who may, what it takes and gives, and its handler.

The table of operations makes the routes and the OpenAPI document, so neither drifts from the other.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, TypeVar

import structlog
from pydantic import BaseModel, ValidationError
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from server import tracing
from server.codec import decode_foreign
from server.domain.errors import (
    Forbidden,
    HousefulError,
    InvalidRequest,
    NotFound,
    TooLarge,
    UnsupportedMediaType,
)
from server.metrics import REQUEST_SECONDS, Histogram
from server.realtime.commands import describe
from server.web.auth import User
from server.web.clients import admit_public
from server.web.context import Context
from server.web.envelope import failure

log = structlog.get_logger(__name__)
Body = TypeVar("Body", bound=BaseModel)

LARGEST_ID = 2**53
"""JSON numbers are exact up to here; no id is larger."""


class ShortInteger(IntegerConvertor):
    """`{…:int}` in paths: no id has more digits, and Python refuses to read thousands of them."""

    regex = "[0-9]{1,16}"


register_url_convertor("int", ShortInteger())


@cache
def timer(name: str, status_class: int) -> Histogram:
    """Where an operation's times are counted: found once, not with each request."""
    return REQUEST_SECONDS.labels(name, f"{status_class}xx")


NOBODY = User("", "customer", 0)
Role = Literal["public", "customer", "venue", "admin"]
ALLOWED: dict[str, tuple[str, ...]] = {
    "customer": ("customer", "venue", "admin"),
    "venue": ("venue", "admin"),
    "admin": ("admin",),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through a handler."""

    request: Request
    context: Context
    user: User

    def id(self, name: str) -> int:
        """A path parameter. Raises NotFound for a number no id can be."""
        number: int = self.request.path_params[name]
        if not 1 <= number <= LARGEST_ID:
            raise NotFound(f"no such {name.removesuffix('_id')}")
        return number

    async def body(
        self, model: type[Body], *, optional: bool = False, limit: int | None = None
    ) -> Body:
        """The JSON body as `model`. Raises InvalidRequest and its kin."""
        raw = await read_body(self.request, limit)
        if not raw and optional:
            return model()
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise UnsupportedMediaType(f"expected Content-Type application/json, got {kind!r}")
        try:
            return model.model_validate(decode_foreign(raw))
        except ValidationError as error:
            raise InvalidRequest(describe(error)) from None


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Bare:
    """In an operation's answers: a JSON body of this model that stands outside the envelope."""

    model: type[BaseModel]


@dataclass(frozen=True, slots=True)
class Paged:
    """In an operation's answers: a list of this model as `data`, with `page` beside it."""

    model: type[BaseModel]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path.

    `answers`: status → model of `data`, `Paged(model)`, `Bare(model)` or a media type for a body
    without envelope, or None for no body. `parameters`: names from `server.web.parameters`.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    role: Role = "customer"
    request: type[BaseModel] | None = None
    answers: Mapping[int, Any] = field(default_factory=dict)
    errors: tuple[int, ...] = ()
    parameters: tuple[str, ...] = ()

    def route(self) -> Route:
        return Route(self.path, self.answer, methods=[self.method], name=self.handler.__name__)

    async def answer(self, request: Request) -> Response:
        begin = time.perf_counter()
        name = f"{self.method} {self.path}"
        with tracing.request_span(name, request.headers, {"http.route": self.path}) as span:
            answer = await self._answer(request, request.app.state.context)
            if span is not None:
                span.set_attribute("http.response.status_code", answer.status_code)
        seconds = time.perf_counter() - begin
        timer(self.handler.__name__, answer.status_code // 100).observe(seconds)
        return answer

    async def _answer(self, request: Request, context: Context) -> Response:
        try:
            user = NOBODY
            if self.role == "public":
                await admit_public(request, context)
            else:
                user = self._authorize(request, context)
            return await self.handler(Call(request, context, user))
        except HousefulError as error:
            if error.status >= 500:
                log.warning("request_failed", path=request.url.path, error=error.message)
            return failure(error)
        except ClientDisconnect:
            return Response(status_code=499)

    def _authorize(self, request: Request, context: Context) -> User:
        given = dict(request.scope["headers"]).get(b"authorization")
        user = context.tokens.verify_header(None if given is None else given.decode("latin-1"))
        if user.role not in ALLOWED[self.role]:
            raise Forbidden(f"expected the role {self.role}, got {user.role}")
        return user


async def read_body(request: Request, limit: int | None = None) -> bytes:
    """The raw body. Raises TooLarge before reading past `limit` bytes, else HOUSEFUL_MAX_BODY_BYTES."""
    if limit is None:
        limit = request.app.state.context.settings.max_body_bytes
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise TooLarge(f"expected a body of at most {limit} bytes, got {announced}")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(f"expected a body of at most {limit} bytes, got more")
        parts.append(part)
    return b"".join(parts)
