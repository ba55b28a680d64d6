"""What the databases' errors mean: `Unavailable` where the database is at fault, else they pass.

A wrong statement of ours (a missing column, a broken constraint) is a bug or the caller's affair and
stays what it is. Everything else says that the database cannot serve now or not as configured.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from typing import Final

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from houseful.domain.errors import Unavailable

AWAY_STATES: Final[dict[str, str]] = {
    "08": "the connection was lost or refused",
    "25006": "it takes no writes: a standby",
    "25P03": "it ended a transaction that stood still",
    "28": "it refuses the user or the password",
    "3D": "it has no database of that name",
    "40": "a concurrent transaction went first",
    "42501": "the user may not do what it must",
    "53": "it is out of connections, memory or disk",
    "55P03": "a lock was not to be had in time",
    "57": "it is shutting down or starting, or cancelled the statement",
    "58": "its system failed",
    "XX": "it found itself broken",
}
"""SQLSTATE, or its class, → what it says of the database (PostgreSQL 18, appendix A)."""

_VALUES: Final = re.compile(
    r"\n(DETAIL|HINT|CONTEXT|QUERY): .*|(?<=query argument \$)(\d+): .*|: \"[^\n]*", re.DOTALL
)
"""Where a message turns to values; what follows is left out with it."""

Errors = tuple[type[BaseException], ...]


def asyncpg_errors(*names: str) -> Errors:
    """Of asyncpg, where it is loaded: a server on SQLite never does."""
    asyncpg = sys.modules.get("asyncpg")
    return tuple(getattr(asyncpg, name) for name in names) if asyncpg else ()


def library_errors(*others: type[BaseException]) -> Errors:
    """The roots of what the libraries raise, and `others`."""
    # SQLAlchemy hands on raw what asyncpg raises as it connects.
    raw = asyncpg_errors("PostgresError", "InterfaceError")
    return (*others, SQLAlchemyError, *raw, sqlite3.Error, OSError, TimeoutError)


def state_of(error: BaseException) -> str:
    """The SQLSTATE; empty where there is none."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""


def hide_values(context: ExceptionContext) -> None:
    """Listener of `handle_error`: what buyers typed stays out of every message and traceback.

    PostgreSQL quotes the row that breaks a constraint in DETAIL, and asyncpg the argument that
    does not fit; `hide_parameters` knows of neither.
    """
    original = context.original_exception
    for error in (context.sqlalchemy_exception, original, original.__cause__):
        if isinstance(error, asyncpg_errors("PostgresError")):
            error.detail = None  # type: ignore[attr-defined] # an attribute of asyncpg's errors
        if error is not None and error.args and isinstance(error.args[0], str):
            error.args = (_VALUES.sub("", error.args[0]), *error.args[1:])


def unavailable(error: BaseException) -> BaseException:
    """`Unavailable` for an error of `library_errors` that is the database's, else the error itself."""
    state = state_of(error)
    meaning = AWAY_STATES.get(state) or AWAY_STATES.get(state[:2])
    if meaning is None and not _is_away(error):
        return error
    said = str(getattr(error, "orig", None) or error) or type(error).__name__
    reason = f"{meaning} ({state}: {said})" if meaning else said
    return Unavailable("the database does not answer", reason=reason, retry_after_s=1)


def _is_away(error: BaseException) -> bool:
    """By its class, where no SQLSTATE says more."""
    if state_of(error):
        return getattr(error, "connection_invalidated", False)
    inner = getattr(error, "orig", None) or error
    if isinstance(inner, sqlite3.Error):
        # DatabaseError itself is a file that is no database, or a damaged one
        return isinstance(inner, sqlite3.OperationalError) or type(inner) is sqlite3.DatabaseError
    known = (
        OperationalError,
        InterfaceError,
        PoolTimeout,
        *asyncpg_errors("InterfaceError"),
        OSError,
    )
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or isinstance(error, (*known, TimeoutError))
