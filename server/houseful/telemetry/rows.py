"""Lists of what is stored: one row that cannot be shown never hides the others.

Every door checks what it takes, but rows outlive the rules they were taken by. What is wrong with one
is logged with its id, counted, and kept in `skipped` for staff until the row can be shown again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, TypeVar

import structlog

from houseful.telemetry.metrics import HAPPENINGS

log = structlog.get_logger(__name__)
Row = TypeVar("Row")
View = TypeVar("View")
Kind = Literal["event", "booking", "discount", "audit entry"]

REMEMBERED: Final = 100
"""Rows of a kind; a table that is broken throughout is told by fewer."""

_skipped: Final[dict[Kind, set[str]]] = {}


def readable(what: Kind, rows: Iterable[Row], view: Callable[[Row], View]) -> list[View]:
    """The views of all rows that have one; `what` names them in the log."""
    views: list[View] = []
    known = _skipped.get(what)
    for row in rows:
        try:
            views.append(view(row))
        except (ValueError, TypeError, LookupError, ArithmeticError, OSError) as error:
            HAPPENINGS.labels("row_skipped").inc()
            log.error("row_skipped", what=what, id=_id_of(row), error=type(error).__name__)
            known = _skipped.setdefault(what, set())
            if len(known) < REMEMBERED:
                known.add(str(_id_of(row)))
        else:
            if known:
                known.discard(str(_id_of(row)))
    return views


def skipped() -> Mapping[Kind, list[str]]:
    """The ids of what this process could not show when it last tried, by kind."""
    return {what: sorted(ids) for what, ids in _skipped.items() if ids}


def _id_of(row: object) -> object:
    first = row[0] if isinstance(row, tuple) and row else row
    return getattr(first, "id", None)
