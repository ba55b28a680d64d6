"""Links that open one booking for their holder: a short token, signed with the server's secret.

A token is `bk_` and 32 characters of base64url: 8 bytes of the booking's id and 16 of an HMAC-SHA256
over the id, the buyer and the second of the purchase, so that a number that is given out again after a
restore of the database does not open with an old link. Former secrets are understood too.
Never: says how long it holds; that follows from the event, see `checkout.correspondence.booking_links`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "bk_"
ID_BYTES: Final = 8
MAC_BYTES: Final = 16
PURPOSE: Final = b"houseful booking link 1"
"""Keeps this key apart from those of sign-ins and tickets, which come from the same secret."""


class LinkSigner:
    """Signs and checks."""

    def __init__(self, secret: bytes, old_secrets: Sequence[bytes] = ()) -> None:
        self._keys = [
            hmac.digest(known, PURPOSE, hashlib.sha256) for known in (secret, *old_secrets)
        ]

    def token(self, booking_id: int, owner: str, created_at_ms: int) -> str:
        """The same one for the same booking, until the secret changes."""
        head = booking_id.to_bytes(ID_BYTES, "big")
        signed = head + _mac(self._keys[0], head, owner, created_at_ms)
        return PREFIX + base64.urlsafe_b64encode(signed).decode()

    def holds(self, token: str, booking_id: int, owner: str, created_at_ms: int) -> bool:
        """Whether the token was made for this booking, with our secret or a former one."""
        head = booking_id.to_bytes(ID_BYTES, "big")
        given = _bytes(token)
        made = [head + _mac(key, head, owner, created_at_ms) for key in self._keys]
        return any(hmac.compare_digest(given, one) for one in made)


def _mac(key: bytes, head: bytes, owner: str, created_at_ms: int) -> bytes:
    text = b"%b %d %b" % (head, created_at_ms // 1000, owner.encode())
    return hmac.digest(key, text, hashlib.sha256)[:MAC_BYTES]


def _bytes(token: str) -> bytes:
    """What the token says; empty for what is none."""
    text = token.removeprefix(PREFIX)
    if text == token or len(text) != (ID_BYTES + MAC_BYTES) * 4 // 3 or not text.isascii():
        return b""
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
