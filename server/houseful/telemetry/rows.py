"""Lists of what is stored: one row that cannot be shown never hides the others.

Every door checks what it takes, but rows outlive the rules they were taken by. What is wrong with one
is logged with its id and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

from houseful.telemetry.metrics import HAPPENINGS

log = structlog.get_logger(__name__)
Row = TypeVar("Row")
View = TypeVar("View")


def readable(what: str, rows: Iterable[Row], view: Callable[[Row], View]) -> list[View]:
    """The views of all rows that have one; `what` names them in the log."""
    views: list[View] = []
    for row in rows:
        try:
            views.append(view(row))
        except (ValueError, TypeError, LookupError, ArithmeticError, OSError) as error:
            HAPPENINGS.labels("row_skipped").inc()
            log.error("row_skipped", what=what, id=_id_of(row), error=type(error).__name__)
    return views


def _id_of(row: object) -> object:
    first = row[0] if isinstance(row, tuple) and row else row
    return getattr(first, "id", None)
