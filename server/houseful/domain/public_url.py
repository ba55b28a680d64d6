"""HOUSEFUL_PUBLIC_URL: where people reach the house, perhaps below a path that a proxy gives it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

OWN_PATHS: Final = frozenset(
    "analytics asyncapi.json auth bookings config demo demo-events discounts docs events favicon.ico"
    " healthz manifest.webmanifest metrics occupancy openapi.json payment-problems payments plans"
    " readiness readyz reports robots.txt static webhooks ws-tickets".split()
)
"""First parts of the server's paths. Below one of these, a path with the prefix and one without
could not be told apart."""

_PATH: Final = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")


def path_of(public_url: str | None) -> str:
    """`https://a.example/tickets/` → `/tickets`; "" for a house at the root."""
    return urlsplit(public_url or "").path.rstrip("/")


def fault_of(public_url: str) -> str | None:
    """Why the server cannot live at this address; None when it can."""
    try:
        parts = urlsplit(public_url)
        port = parts.port
    except ValueError:
        return "not an address"
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "not http(s)://host[:port]"
    if parts.username is not None or parts.query or parts.fragment:
        return "more than a host and a path"
    if not _PATH.fullmatch(parts.path):
        return "a path of other than plain letters and digits"
    first = path_of(public_url).split("/")[1:2]
    return f"a path below /{first[0]}, which is the server's own" if OWN_PATHS & {*first} else None
