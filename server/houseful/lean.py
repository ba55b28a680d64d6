"""Loads a library without what it would bring along in case somebody wants it.

structlog loads rich for coloured tracebacks, which ours are not (0.04 s); redis-py loads
OpenTelemetry for its own metrics, which we do not read (0.03 s); PyJWT loads cryptography for the
signatures of other issuers, which a command that signs with our secret has not to do with (0.06 s).
"""

from __future__ import annotations

import importlib
import sys


def load(module: str, *, without: str) -> None:
    """Import `module` as if the package `without` were not installed; what is loaded stays."""
    if without in sys.modules:
        importlib.import_module(module)
        return
    sys.modules[without] = None  # type: ignore[assignment] # the documented way to hide one
    try:
        importlib.import_module(module)
    finally:
        del sys.modules[without]
