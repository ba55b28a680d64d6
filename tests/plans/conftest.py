"""Real plans, not ours to hand on: in `HOUSEFUL_PLANS`, or `shared/plans` beside the checkout."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[2].parent / "shared" / "plans"


@pytest.fixture
def real_plan() -> Callable[[str], bytes]:
    """The bytes of a real plan; skips where there is none."""
    folder = Path(os.environ.get("HOUSEFUL_PLANS") or BESIDE)

    def load(name: str) -> bytes:
        path = folder / f"{name}.json"
        if not path.exists():
            pytest.skip(f"{path.name} is not there; HOUSEFUL_PLANS names the folder of real plans")
        return path.read_bytes()

    return load
