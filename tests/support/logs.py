"""Where the tests' own process logs to: standard error, as a server does.

Servers in threads log while tests run commands and look at standard output.
"""

from __future__ import annotations

import sys
from typing import Any

import structlog


def to_standard_error() -> None:
    """Without local variables: structlog's own default shows them all, for seconds."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("notset"),
        logger_factory=_now,
        cache_logger_on_first_use=False,
    )


def _now(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)  # of this moment: pytest puts its own there
