"""What all SQLite engines of a test process share: the statements that SQLAlchemy has compiled.

Each test has a database of its own and so engines of their own, which would compile the same
statements anew; that took a quarter of the time of the tests of the checkout.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

STATEMENTS: Final = 4096


def share_compiled() -> None:
    """From now on, for engines made in this process. One dialect is as good as another of its class:
    it is a part of the key under which a statement is found."""
    shared: LRUCache[Any, Any] = LRUCache(STATEMENTS)

    def compiled(engine: Engine) -> Any:
        return shared if isinstance(engine.dialect, SQLiteDialect) else vars(engine)["own"]

    def keep(engine: Engine, own: Any) -> None:
        vars(engine)["own"] = own

    Engine._compiled_cache = property(compiled, keep)  # type: ignore[assignment]
    SQLiteDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    SQLiteDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
