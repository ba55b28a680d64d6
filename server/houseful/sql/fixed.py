"""Statements that are built once and run thousands of times, as SQLite's own driver takes them.

SQLAlchemy finds an already compiled statement, makes a context, a cursor and a result for each run:
70 µs around a statement that SQLite runs in 5. On SQLite a `fixed` one is compiled once for each set
of parameters, and its rows are named tuples with what our callers use of SQLAlchemy's results. On
PostgreSQL it is run as any other.

Owns: the compiled texts. Never: types that have to be converted, but for booleans.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Boolean
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

S = TypeVar("S")
Values = Mapping[str, Any]
Text = tuple[str, Callable[[Values], list[Any]]]
"""SQL, and what makes its positional arguments of the parameters."""


def fixed(statement: S) -> S:
    """The statement, which is kept for ever: for module constants and cached builders."""
    _FIXED[id(statement)] = Fixed(statement)
    return statement


def fixed_of(statement: object) -> Fixed | None:
    """How SQLite's driver takes it; None for any other statement."""
    return _FIXED.get(id(statement))


class Rows:
    """What a statement brought, whole: the part of SQLAlchemy's `CursorResult` that is used."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> list[Any]:
        return self._rows

    def first(self) -> Any:
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Any:
        """Raises ValueError for more than one row."""
        if len(self._rows) > 1:
            raise ValueError(f"expected one row at most, got {len(self._rows)}")
        return self.first()

    def one(self) -> Any:
        """Raises ValueError for none or more than one row."""
        (row,) = self._rows
        return row

    def scalars(self) -> list[Any]:
        return [row[0] for row in self._rows]

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        row = self.one_or_none()
        return None if row is None else row[0]


class Fixed:
    """One statement and its texts, by what it is given: an INSERT names the columns that come."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._texts: dict[tuple[Any, ...], Text] = {}
        self._row: Callable[[Sequence[Any]], Any] | None = None

    def execute(self, driver: sqlite3.Connection, dialect: Dialect, parameters: Any) -> Rows:
        """`parameters`: one mapping, or a list of them, run one by one. Raises what SQLAlchemy
        would, for both databases have the same errors."""
        try:
            return self._executed(driver, dialect, parameters)
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                "a fixed statement", None, error, sqlite3.Error, hide_parameters=True
            ) from error

    def _executed(self, driver: sqlite3.Connection, dialect: Dialect, parameters: Any) -> Rows:
        rows: list[Any] = []
        count = 0
        for values in parameters if isinstance(parameters, list) else (parameters or {},):
            shape = tuple(
                (name, len(value)) if isinstance(value, list) else name
                for name, value in values.items()
            )
            text = self._texts.get(shape)
            if text is None:
                text = self._texts[shape] = self._compiled(dialect, values)
            cursor = driver.execute(text[0], text[1](values))
            if cursor.description is not None:
                make = self._row or self._row_maker(len(cursor.description))
                rows += [make(row) for row in cursor]
            count += cursor.rowcount
        return Rows(rows, count)

    def _compiled(self, dialect: Dialect, values: Values) -> Text:
        compiled = self._statement.compile(dialect=dialect, column_keys=list(values))
        # what the tables say of columns that were not named; ours are plain values
        defaults = {column.key: column.default.arg for column in compiled.insert_prefetch}
        constants = {**compiled.params, **defaults}
        text, names = compiled.string, compiled.positiontup
        if any(isinstance(value, list) for value in values.values()):
            expanded = compiled.construct_expanded_state(dict(values))
            text, names = expanded.statement, expanded.positiontup
        sources = [_source(name, values, constants) for name in names]
        return text, lambda values: [source(values) for source in sources]

    def _row_maker(self, width: int) -> Callable[[Sequence[Any]], Any]:
        columns = list(self._statement.exported_columns)
        assert len(columns) == width, f"expected {width} columns, got {columns}"  # noqa: S101
        named: Any = namedtuple  # its stub wants the names to be known before the program runs
        kind = named("Row", [column.key for column in columns], rename=True)
        kind._mapping = property(kind._asdict)
        flags = [place for place, column in enumerate(columns) if isinstance(column.type, Boolean)]

        def converted(row: Sequence[Any]) -> Any:
            values = list(row)
            for place in flags:
                values[place] = None if values[place] is None else bool(values[place])
            return kind._make(values)

        self._row = converted if flags else kind._make
        return self._row


def _source(name: str, values: Values, constants: Values) -> Callable[[Values], Any]:
    """Where one argument comes from: a parameter, an item of a list, or the statement itself."""
    if name in values:
        return lambda given: given[name]
    of_list, _, place = name.rpartition("_")
    if isinstance(values.get(of_list), list):
        return lambda given: given[of_list][int(place) - 1]
    return lambda given: constants[name]


_FIXED: Final[dict[int, Fixed]] = {}
