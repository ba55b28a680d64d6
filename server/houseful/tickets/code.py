"""The words a ticket is known by: the signed text in its QR code, and a short code to type.

The QR text is `HF1.` and base32 of

    key id (2 bytes) | varint ticket | varint event | varint seat | varint year | varint number |
    Ed25519 signature over "HF1." and all before it (64 bytes)

which is upper-case alphanumeric throughout, so that a QR symbol stores 5.5 bits a character instead
of 8: about 125 characters, 41 × 41 modules at error correction M. A door can check it with nothing
but the public key and no network; whether the ticket was cancelled or used, the ledger says.
Never: holds a name, a price or anything else about a person.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from houseful.domain.errors import InvalidRequest
from houseful.domain.wording import shown

PREFIX: Final = "HF1."
SIGNATURE_LENGTH: Final = 64
KEY_ID_LENGTH: Final = 2
MAX_TEXT_LENGTH: Final = 256
"""Longer texts are refused unread; ours have about 125 characters."""
MIN_SEED_LENGTH: Final = 16

REFERENCE: Final = re.compile(r"BK-([0-9]{4})-([0-9]{6,12})")

TYPED_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: without I, L, O and U."""
TYPED_LENGTH: Final = 12
"""Six letters that prove (30 bits) and six that number the ticket."""
MAX_TYPED_ID: Final = 2**30 - 1
_TYPED_CONFUSIONS: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
_DOTS: Final = frozenset("._·•‧∙⋅・･。…,:;/|")
"""What people put between the groups besides dashes and spaces."""


class TicketRefused(InvalidRequest):
    """A text that is not a ticket of ours. `code` says why:

    `malformed_ticket` (not a ticket at all, or cut off) or `forged_ticket` (not signed by us).
    """

    code = "malformed_ticket"


@dataclass(frozen=True, slots=True)
class TicketClaims:
    """What a genuine QR code says."""

    ticket_id: int
    event_id: int
    seat_id: int
    booking_ref: str


class TicketVerifier:
    """Checks QR texts with the public key alone: what a door without a network needs."""

    def __init__(self, public_key: bytes) -> None:
        """`public_key`: the 32 raw bytes that `TicketSigner.public_key` gives.

        Raises InvalidRequest for anything else.
        """
        try:
            self._key = Ed25519PublicKey.from_public_bytes(public_key)
        except ValueError:
            raise InvalidRequest(
                f"expected a public key of 32 bytes, got {len(public_key)}"
            ) from None
        self.public_key = public_key
        self.key_id = hashlib.sha256(public_key).digest()[:KEY_ID_LENGTH]

    def verify(self, text: str) -> TicketClaims:
        """What `text` claims, once its signature holds. Raises TicketRefused.

        Lower case and surrounding space are forgiven, because scanners and people add them.
        """
        signed = _unpack(text.strip().upper())
        payload, signature = signed[:-SIGNATURE_LENGTH], signed[-SIGNATURE_LENGTH:]
        if payload[:KEY_ID_LENGTH] != self.key_id:
            raise TicketRefused(
                "This ticket was signed by another ticket office", code="forged_ticket"
            )
        try:
            self._key.verify(signature, PREFIX.encode() + payload)
        except InvalidSignature:
            raise TicketRefused("This ticket is not genuine", code="forged_ticket") from None
        return _claims(payload[KEY_ID_LENGTH:])


class TicketSigner(TicketVerifier):
    """Signs QR texts, and verifies them.

    Owns: its two keys, derived (HKDF-SHA256) from the server's signing secret, so that there is one
    secret to keep, and a ticket key that leaked would not give away the secret.
    """

    def __init__(self, seed: bytes, old_seeds: Sequence[bytes] = ()) -> None:
        """`seed`: the server's signing secret, at least 16 bytes. Raises InvalidRequest.

        Tickets signed with one of `old_seeds` hold too, until the secret is no longer named.
        """
        if len(seed) < MIN_SEED_LENGTH:
            raise InvalidRequest(
                f"expected a signing secret of at least {MIN_SEED_LENGTH} bytes, got {len(seed)}"
            )
        self._private = Ed25519PrivateKey.from_private_bytes(_derive(seed, b"signing 1"))
        self._typed_key = _derive(seed, b"typed code 1")
        self._older = [TicketSigner(old) for old in old_seeds]
        super().__init__(
            self._private.public_key().public_bytes(
                serialization.Encoding.Raw, serialization.PublicFormat.Raw
            )
        )

    def verify(self, text: str) -> TicketClaims:
        """As `TicketVerifier.verify`, with older keys as well."""
        named = _unpack(text.strip().upper())[:KEY_ID_LENGTH]
        for older in self._older:
            if named == older.key_id != self.key_id:
                return older.verify(text)
        return super().verify(text)

    def sign(self, ticket_id: int, event_id: int, seat_id: int, booking_ref: str) -> str:
        """The QR text; always the same for the same ticket (Ed25519 is deterministic).

        Raises InvalidRequest for a negative id or a reference that is not `BK-YYYY-NNNNNN`.
        """
        year, number = _reference_parts(booking_ref)
        payload = self.key_id + b"".join(
            _varint(value) for value in (ticket_id, event_id, seat_id, year, number)
        )
        signature = self._private.sign(PREFIX.encode() + payload)
        return PREFIX + base64.b32encode(payload + signature).decode().rstrip("=")

    def typed_code(self, ticket_id: int) -> str:
        """The ticket's short code for a person to read out and type: `9F3K-Q2X7-WM4D`.

        It is a synthetic-IV cipher of the number: the first half is a 30-bit MAC of it, which seeds
        the mask over the second half. So it needs no column in a table, tells nobody how many
        tickets were sold, and a wrong letter is found (a false one passes once in 10⁹ tries).
        Raises InvalidRequest for an id over 2³⁰ − 1.
        """
        if not 0 <= ticket_id <= MAX_TYPED_ID:
            raise InvalidRequest(f"expected a ticket id of 0 to {MAX_TYPED_ID}, got {ticket_id}")
        proof = self._mac(b"proof", ticket_id)
        letters = _letters(proof) + _letters(ticket_id ^ self._mac(b"mask", proof))
        return "-".join(letters[start : start + 4] for start in range(0, TYPED_LENGTH, 4))

    def read_typed_code(self, text: str) -> int:
        """The ticket id behind a typed code. O counts as 0, I and L as 1; case does not count,
        nor do dashes, dots and spaces of any kind.

        Raises TicketRefused: `malformed_ticket` for the wrong length or letters, `forged_ticket`
        for a code this server never gave out, a typing mistake included.
        """
        letters = _typed_letters(text[:MAX_TEXT_LENGTH])
        if len(letters) != TYPED_LENGTH or any(letter not in TYPED_ALPHABET for letter in letters):
            raise TicketRefused(f"expected a ticket code such as 9F3K-Q2X7-WM4D, got {shown(text)}")
        for signer in (self, *self._older):
            ticket_id = signer._typed_id(letters)
            if ticket_id is not None:
                return ticket_id
        raise TicketRefused(
            "This ticket code does not exist; is it typed right?", code="forged_ticket"
        )

    def ticket_in(self, text: str) -> int | None:
        """The ticket id of a printed code or a QR text; None for anything else."""
        try:
            if text.strip().upper().startswith(PREFIX):
                return self.verify(text).ticket_id
            return self.read_typed_code(text)
        except TicketRefused:
            return None

    def _typed_id(self, letters: str) -> int | None:
        """The ticket id if these twelve letters are a code of this key's."""
        proof = _number(letters[:6])
        ticket_id = _number(letters[6:]) ^ self._mac(b"mask", proof)
        expected = _letters(self._mac(b"proof", ticket_id))
        return ticket_id if hmac.compare_digest(expected, letters[:6]) else None

    def _mac(self, purpose: bytes, number: int) -> int:
        """30 bits of HMAC-SHA256."""
        digest = hmac.digest(self._typed_key, purpose + number.to_bytes(4, "big"), "sha256")
        return int.from_bytes(digest[:4], "big") & MAX_TYPED_ID


def _derive(seed: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"houseful ticket " + purpose).derive(seed)


def _typed_letters(text: str) -> str:
    """What was typed of a code, without dashes, dots, spaces and marks of any kind or width."""
    plain = unicodedata.normalize("NFKC", text)
    kept = [one for one in plain if one not in _DOTS and not _is_gap(one)]
    return "".join(kept).upper().translate(_TYPED_CONFUSIONS)


def _is_gap(one: str) -> bool:
    """Dashes (Pd, and the minus sign), spaces, controls and format marks."""
    return unicodedata.category(one) in {"Pd", "Zs", "Zl", "Zp", "Cc", "Cf"} or one == "\u2212"


def _letters(value: int) -> str:
    """30 bits → six letters of `TYPED_ALPHABET`, most significant first."""
    return "".join(TYPED_ALPHABET[value >> shift & 31] for shift in range(25, -1, -5))


def _number(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value << 5 | TYPED_ALPHABET.index(letter)
    return value


def _reference_parts(booking_ref: str) -> tuple[int, int]:
    found = REFERENCE.fullmatch(booking_ref)
    if found is None:
        raise InvalidRequest(
            f"expected a booking reference such as BK-2026-001234, got {shown(booking_ref)}"
        )
    return int(found[1]), int(found[2])


def _unpack(text: str) -> bytes:
    """`HF1.…` → payload and signature. Refuses every spelling but the one `sign` writes."""
    if not text.startswith(PREFIX) or len(text) > MAX_TEXT_LENGTH:
        raise TicketRefused(f"expected a ticket that starts with {PREFIX}, got {shown(text)}")
    body = text.removeprefix(PREFIX)
    try:
        raw = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError:
        raise TicketRefused("This code is damaged: it is not base32") from None
    if base64.b32encode(raw).decode().rstrip("=") != body:
        raise TicketRefused("This code is damaged: its last letter does not fit")
    if len(raw) <= KEY_ID_LENGTH + SIGNATURE_LENGTH:
        raise TicketRefused("This code is cut off")
    return raw


def _claims(payload: bytes) -> TicketClaims:
    """Only called once the signature holds, so a fault here means another version of ours."""
    values: list[int] = []
    value = shift = 0
    for byte in payload:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(value)
            value = shift = 0
    if len(values) != 5 or shift:
        raise TicketRefused("This code is damaged: its fields do not fit")
    ticket_id, event_id, seat_id, year, number = values
    return TicketClaims(ticket_id, event_id, seat_id, f"BK-{year:04d}-{number:06d}")


def _varint(value: int) -> bytes:
    """Unsigned LEB128."""
    if value < 0:
        raise InvalidRequest(f"expected an id ≥ 0, got {value}")
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
