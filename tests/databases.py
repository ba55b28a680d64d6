"""Which database the suite runs on: SQLite, or PostgreSQL with HOUSEFUL_TEST_DATABASE=postgresql."""

from __future__ import annotations

import atexit
import os
from functools import cache
from pathlib import Path

from tests.postgres import Postgres

IS_POSTGRESQL = os.environ.get("HOUSEFUL_TEST_DATABASE") == "postgresql"


@cache
def shared_postgres() -> Postgres:
    """One server for this test process."""
    server = Postgres()
    server.start()
    atexit.register(server.remove)
    return server


def fresh_database(directory: Path, name: str = "houseful.db") -> str:
    """The URL of a new, empty database; a file of SQLite lies in `directory`."""
    if IS_POSTGRESQL:
        return shared_postgres().new_database()
    return f"sqlite:///{directory.absolute() / name}"
