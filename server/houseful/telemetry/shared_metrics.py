"""The files in which the workers of one machine count together: the supervisor's part of it.

Never: loads prometheus_client, of which the supervisor needs nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client's own variable."""


def share(directory: Path) -> dict[str, str]:
    """Make room for the workers' figures, empty; what to set for them."""
    directory.mkdir(parents=True, exist_ok=True)
    for left_over in directory.glob("*.db"):
        left_over.unlink()
    return {SHARED: str(directory)}


def forget(directory: Path, pid: int) -> None:
    """A worker ended: what it counted stays, what it had open does not."""
    for gauge in directory.glob(f"gauge_live*_{pid}.db"):
        gauge.unlink(missing_ok=True)
