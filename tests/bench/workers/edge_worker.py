"""A worker with one part of its own edge left out, which HOUSEFUL_TEST_WITHOUT names; see `edge`."""

from __future__ import annotations

import os
import sys
from typing import Any

from houseful.app import create_app
from houseful.process.worker import run
from houseful.web import dispatch

PARTS = ("nothing", "dispatch", "ready heads", "bounds")

if __name__ == "__main__":
    without = os.environ["HOUSEFUL_TEST_WITHOUT"]
    replaced: dict[str, Any] = {"http": "httptools"} if without == "bounds" else {}
    if without == "dispatch":  # Starlette finds the operation
        dispatch.Dispatch.find = lambda *_: None  # type: ignore[method-assign]
    elif without == "ready heads":  # ASGI's `send` takes each answer
        dispatch.EXTENSION = "none"
    sys.exit(run(create_app, **replaced))
