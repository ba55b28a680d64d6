"""The rooms that are tried, and the tests that should notice a fault in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Room:
    """Files by a pattern from the checkout's root."""

    pattern: str
    tests: tuple[str, ...]

    def files(self) -> list[str]:
        return [str(path.relative_to(CHECKOUT)) for path in sorted(CHECKOUT.glob(self.pattern))]


ROOMS: Final[dict[str, Room]] = {
    "lua": Room("lua/**/*.lua", ("tests/store", "tests/checkout")),
    "domain": Room("server/houseful/domain/*.py", ("tests/domain", "tests/wire")),
    "store": Room("server/houseful/store/*.py", ("tests/store", "tests/sales")),
    "checkout": Room("server/houseful/checkout/*.py", ("tests/checkout", "tests/payments")),
    "ledger": Room("server/houseful/ledger/*.py", ("tests/ledger", "tests/checkout")),
    "payments": Room("server/houseful/payments/*.py", ("tests/payments", "tests/checkout")),
}

LEFT_OUT: Final = ("test_crashes.py", "killed_twice", "postgresql", "stadium", "test_scale.py")
"""Tests that run the code in other processes, where no mutant is, or start PostgreSQL for each."""

LONGEST_TEST_S: Final = 10.0
"""A test that takes longer is not asked."""
