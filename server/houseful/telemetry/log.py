"""Structured logs: one line per happening, JSON or for a console, with the ids of who caused it.

Get a logger with `structlog.get_logger()`, log words plus keys: `log.info("held", event_id=7)`.
Everything bound with `structlog.contextvars.bound_contextvars(request_id=…)` is on each line.
The libraries' own `logging` records take the same way. Never: a secret in the output.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import re
import sys
import time
from collections.abc import MutableMapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final, Literal

import structlog

from houseful.domain.text import visible
from houseful.wire.codec import encode, iso

HIDDEN: Final = "[hidden]"

OF_SEVERAL_LINES: Final = ("exception", "stack")
"""Laid out by us; in any other value a line feed could pass for a line of the log."""

_SECRET_NAMES: Final = re.compile(
    r"secret|token|password|authorization|cookie|api_?key|\bcard|ticket$", re.IGNORECASE
)
_SECRET_TEXTS: Final = re.compile(
    r"(?:sk|rk)_(?:live|test)_\w+"  # Stripe keys
    r"|whsec_\w+"  # Stripe webhook secrets
    r"|pi_\w+_secret_\w+"  # PaymentIntent client secrets
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*"  # JSON Web Tokens
    r"|(?<=ticket\.)[\w-]{16,}"  # one-time tickets of sockets, among their subprotocols
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # user:password inside a URL
)
_PLAIN: Final = re.compile(r"[A-Za-z0-9/-]*")
"""Names and paths: no text in which `_SECRET_TEXTS` or a terminal would find anything."""
_OWN_WAYS: Final = ("uvicorn", "uvicorn.error", "uvicorn.access")
"""Loggers that uvicorn's own configuration, where it was used before ours, keeps from the root."""

_CHATTY: Final = ("uvicorn.access", "uvicorn.error", "alembic", "aiosqlite")
"""Below warnings these tell of each connection or statement; a line costs 0.2 ms."""


def configure(style: Literal["json", "console"], level: str) -> None:
    """Send everything logged in this process to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        add_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        hide_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),  # below it: nothing is done
        cache_logger_on_first_use=True,
    )
    global _quick_style
    _quick_style = style
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering(style))
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(True)
    for name in _OWN_WAYS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.NOTSET)
        logger.propagate, logger.disabled = True, False
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def configure_for_command() -> None:
    """Warnings alone, on standard error: standard output is for what the command was asked for."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id")
"""Of the request that is being answered: set with each, read only for what is logged."""


def add_request_id(
    _logger: Any, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """And the process, of which a server has several."""
    entry["pid"] = os.getpid()
    request_id = REQUEST_ID.get(None)
    if request_id is not None:
        entry.setdefault("request_id", request_id)
    return entry


_quick_style: Literal["json", "console"] | None = None
"""How `tell` writes; None until `configure`, when structlog's own defaults have the say."""


Told = tuple[int, int, str, str | None, dict[str, Any]]
"""(ns since 1970, level, what, request id, facts)."""

TELL_WITHIN_S: Final = 0.02
"""A system call for each line would cost more than the line."""

_untold: list[Told] = []
_teller: asyncio.AbstractEventLoop | None = None
"""The loop that will write them; one that was closed before it did will not."""


def tell(level: int, what: str, **facts: object) -> None:
    """One line of what happens thousands of times a second, in the same words and fields.

    The way through structlog and logging costs 0.2 ms, which is as much as holding seats. Here the
    lines of `TELL_WITHIN_S` are made together and written at once, which costs a fortieth of it.
    Facts are numbers, short texts and seat ids, and nothing with a telling name.
    """
    if level < logging.getLogger().level:
        return
    if _quick_style is None:
        structlog.get_logger(__name__).log(level, what, **facts)
        return
    global _teller
    _untold.append((time.time_ns(), level, what, REQUEST_ID.get(None), facts))
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        _write_told()
        return
    if loop is not _teller:
        _teller = loop
        loop.call_later(TELL_WITHIN_S, _write_told)


def _write_told() -> None:
    global _teller
    _teller = None
    line_of = _json_line if _quick_style == "json" else _console_line
    sys.stderr.write("".join([line_of(*told) for told in _untold]))
    _untold.clear()


atexit.register(_write_told)


def _json_line(
    at_ns: int, level: int, what: str, request_id: str | None, facts: dict[str, Any]
) -> str:
    about = {
        "level": logging.getLevelName(level).lower(),
        "logger": __name__,
        "timestamp": iso(at_ns // 1_000_000),
        "message": what,
    }
    return f"{encode(_texts(request_id, facts) | about).decode()}\n"


def _console_line(
    at_ns: int, level: int, what: str, request_id: str | None, facts: dict[str, Any]
) -> str:
    texts = sorted(_texts(request_id, facts).items())
    said = " ".join([f"{name}={value!r}" for name, value in texts])
    word = logging.getLevelName(level).lower()
    return f"{iso(at_ns // 1_000_000)} [{word:<9}] {what:<30} {said}\n"


def _texts(request_id: str | None, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts without secrets, and whose request it was."""
    for name, value in facts.items():
        if isinstance(value, str) and not _PLAIN.fullmatch(value):
            facts[name] = _hidden(value)
    facts["pid"] = os.getpid()
    if request_id is not None:
        facts["request_id"] = request_id
    return facts


@lru_cache(maxsize=4096)
def _hidden(text: str) -> str:
    """The same users again and again."""
    return visible(_SECRET_TEXTS.sub(HIDDEN, text))


def _rendering(style: Literal["json", "console"]) -> list[structlog.typing.Processor]:
    last: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if style == "console"
        else [
            structlog.processors.EventRenamer("message"),  # an "event" is what seats are sold for
            structlog.processors.JSONRenderer(default=str),
        ]
    )
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,  # without local variables: they hold secrets
        hide_secrets,  # once more: exceptions quote URLs
        *last,
    ]


def hide_secrets(
    _logger: Any, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Values under telling names, and texts that look like keys, tokens or URL passwords."""
    entry.pop("color_message", None)  # uvicorn's second copy of its message
    for name, value in entry.items():
        entry[name] = _without_secrets(name, value)
    return entry


def _without_secrets(name: str, value: Any) -> Any:
    if value is not None and _SECRET_NAMES.search(name):
        return HIDDEN
    if isinstance(value, str):
        text = visible(_SECRET_TEXTS.sub(HIDDEN, value))
        return text if name in OF_SEVERAL_LINES else text.replace("\n", "\\n")
    if isinstance(value, dict):
        return {key: _without_secrets(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets("", inner) for inner in value]
    return value
