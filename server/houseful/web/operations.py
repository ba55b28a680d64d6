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

from houseful.checkout.correspondence.booking_links import link_token
from houseful.domain.errors import (
    Forbidden,
    HousefulError,
    InvalidRequest,
    NotFound,
    TooLarge,
    UnsupportedMediaType,
)
from houseful.domain.numbers import whole
from houseful.domain.text import is_clean
from houseful.domain.wording import shown
from houseful.telemetry import tracing
from houseful.telemetry.metrics import REQUEST_SECONDS, Histogram
from houseful.web.auth import DOOR, LAST_SECOND, User
from houseful.web.clients import admit_public
from houseful.web.context import Context
from houseful.web.envelope import failure
from houseful.web.keyed import PARAMETER, answered_once
from houseful.wire.codec import decode_foreign
from houseful.wire.commands import describe, place_of
from houseful.wire.free_text import free_text

log = structlog.get_logger(__name__)
Body = TypeVar("Body", bound=BaseModel)

LARGEST_ID = 2**53
"""JSON numbers are exact up to here; no id is larger."""


LONGEST_NAME = 200
"""Characters of a text in a path or a query string, where nothing else is said."""


class ShortInteger(IntegerConvertor):
    """`{…:int}` in paths: no id has more digits, and Python refuses to read thousands of them."""

    regex = "[0-9]{1,16}"


register_url_convertor("int", ShortInteger())


@cache
def _template(path: str) -> str:
    return path.replace(":int}", "}")


@cache
def timer(name: str, status_class: int) -> Histogram:
    """Where an operation's times are counted: found once, not with each request."""
    return REQUEST_SECONDS.labels(name, f"{status_class}xx")


NOBODY = User("", "customer", 0)
Role = Literal["public", "customer", "door", "venue", "admin"]
ALLOWED: dict[str, tuple[str, ...]] = {
    "customer": ("customer", "venue", "admin"),
    "door": (DOOR, "venue", "admin"),
    "venue": ("venue", "admin"),
    "admin": ("admin",),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through a handler."""

    request: Request
    context: Context
    user: User
    asked: Mapping[bytes, bytes]
    """The request's headers, names in lower case."""

    def id(self, name: str) -> int:
        """A path parameter. Raises NotFound for a number no id can be."""
        number: int = self.request.path_params[name]
        if not 1 <= number <= LARGEST_ID:
            raise no_such(name.removesuffix("_id"), number)
        return number

    def word(self, name: str) -> str:
        """A path parameter that names something. Raises NotFound for a text no name can be."""
        text: str = self.request.path_params[name]
        if len(text) > LONGEST_NAME or not is_clean(text):
            raise NotFound(f"no such {name}")
        return text

    def query(self, name: str, most: int = LONGEST_NAME) -> str:
        """A text of the query string, "" without one. Raises InvalidRequest when it is longer."""
        return free_text(self.request.query_params.get(name, ""), name, most)

    async def body(
        self, model: type[Body], *, optional: bool = False, limit: int | None = None
    ) -> Body:
        """The JSON body as `model`. Raises InvalidRequest and its kin."""
        raw = await self.raw_body(limit)
        if not raw and optional:
            return model()
        kind = self.asked.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind != b"application/json":
            got = kind.decode("latin-1")
            raise UnsupportedMediaType(f"expected Content-Type application/json, got {shown(got)}")
        try:
            return model.model_validate(decode_foreign(raw))
        except ValidationError as error:
            raise InvalidRequest(describe(error), field=place_of(error)) from None

    async def raw_body(self, limit: int | None = None) -> bytes:
        """As it came. Raises TooLarge before reading past `limit` bytes, else
        HOUSEFUL_MAX_BODY_BYTES. Asked again, it is remembered."""
        if limit is None:
            limit = self.context.settings.max_body_bytes
        announced = whole(self.asked.get(b"content-length", b"0"))
        if announced is not None and announced > limit:
            raise TooLarge(f"expected a body of at most {limit} bytes, got {announced}")
        read: bytes | None = self.request.scope.get("houseful.body")
        if read is not None:
            if len(read) > limit:
                raise TooLarge(f"expected a body of at most {limit} bytes, got {len(read)}")
            return read
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self.request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise TooLarge(f"expected a body of at most {limit} bytes, got more")
            if not message.get("more_body"):
                body = self.request.scope["houseful.body"] = b"".join(parts)
                return body


def no_such(thing: str, number: int) -> NotFound:
    """For a number that no id can be: as for one that none is."""
    return NotFound(f"no {thing} {number}", code=f"unknown_{thing}")


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Bare:
    """In an operation's answers: a JSON body of this model that stands outside the envelope."""

    model: type[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Paged:
    """In an operation's answers: a list of this model as `data`, with `page` beside it."""

    model: type[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path.

    `request`: the model of its JSON body, or the media type of one that is no JSON.
    `answers`: status → model of `data`, `Paged(model)`, `Bare(model)` or a media type for a body
    without envelope, or None for no body. `by_link`: the holder of the link to `{reference}` may too.
    `parameters`: names from `houseful.web.documents.parameters`. `errors`: statuses that do not follow
    from all this, see `houseful.web.documents.refusals`.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    role: Role = "customer"
    request: type[BaseModel] | str | None = None
    answers: Mapping[int, Any] = field(default_factory=dict)
    errors: tuple[int, ...] = ()
    parameters: tuple[str, ...] = ()
    by_link: bool = False

    @property
    def template(self) -> str:
        """The path as people write it: `/events/{event_id}`."""
        return _template(self.path)

    def route(self) -> Route:
        return Route(
            self.path, self.answer_by_route, methods=[self.method], name=self.handler.__name__
        )

    async def answer_by_route(self, request: Request) -> Response:
        """For requests that come by Starlette's way: HEAD, or below a root path."""
        return await self.answer(request, dict(request.scope["headers"]))

    async def answer(self, request: Request, asked: Mapping[bytes, bytes]) -> Response:
        """`asked`: the request's headers, names in lower case."""
        begin = time.perf_counter()
        with tracing.request_span(self.method, self.path, asked) as span:
            answer = await self._answer(request, asked)
            if span is not None:
                span.set_attribute("http.response.status_code", answer.status_code)
        seconds = time.perf_counter() - begin
        timer(self.handler.__name__, answer.status_code // 100).observe(seconds)
        return answer

    async def _answer(self, request: Request, asked: Mapping[bytes, bytes]) -> Response:
        context: Context = request.app.state.context
        try:
            user = NOBODY
            if self.role == "public":
                await admit_public(request, context)
            else:
                user = await self._user(asked.get(b"authorization", b""), context, request)
            call = Call(request, context, user, asked)
            if PARAMETER in self.parameters:
                return await answered_once(call, self.handler)
            return await self.handler(call)
        except HousefulError as error:
            if error.status >= 500:
                log.warning("request_failed", path=request.url.path, error=error.told)
            return failure(error)
        except ClientDisconnect:
            return Response(status_code=499)

    async def _user(self, authorization: bytes, context: Context, request: Request) -> User:
        token = link_token(authorization) if self.by_link else None
        if token is None:
            return self._authorize(authorization, context, request)
        await admit_public(request, context)
        owner = await context.links.owner(token, request.path_params["reference"])
        return User(owner, "customer", LAST_SECOND)

    def _authorize(self, authorization: bytes, context: Context, request: Request) -> User:
        user = context.tokens.verify_header(authorization.decode("latin-1"))
        request.scope["houseful.user"] = user.id
        if user.role not in ALLOWED[self.role]:
            raise Forbidden(f"expected the role {self.role}, got {user.role}")
        if user.role == DOOR and request.path_params.get("event_id") != user.event_id:
            raise Forbidden(f"expected a path of event {user.event_id}", code="other_event")
        return user
