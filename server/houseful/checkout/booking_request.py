"""What a buyer asks for in POST /bookings, checked, and how two requests are told apart."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, field, replace

from houseful.domain.errors import InvalidRequest
from houseful.domain.folding import searchable
from houseful.ledger.catalog.discounts import normalised
from houseful.wire.codec import encode

KEY_PATTERN = re.compile(
    r"booking-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Contact:
    """Where the tickets go."""

    name: str = ""
    email: str = ""
    phone: str | None = None

    @property
    def found_by(self) -> str:
        """What staff find the booking by."""
        return searchable((self.name, self.email), self.phone or "")


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """The body of POST /bookings. `payment_token` is what the gateway knows the card by,
    `expected_total` the price the buyer agreed to, as a decimal string in the event's currency."""

    event_id: int
    seat_ids: tuple[int, ...]
    payment_method: str
    payment_token: str = field(default="", repr=False)
    discount_code: str | None = None
    contact: Contact | None = None
    language: str = "en"
    """The buyer's, for the papers; what is bought is the same in any."""
    address: str = ""
    """Where it came from, for the limits per address; empty where none counts."""
    expected_total: str | None = None
    tickets: tuple[tuple[int, int], ...] = ()
    """(seat id, ticket type id) of seats that are not sold under their default type."""

    def check(self, max_seats: int) -> None:
        """Raises InvalidRequest saying what was expected."""
        if not 1 <= len(self.seat_ids) <= max_seats:
            raise InvalidRequest(
                f"expected 1 to {max_seats} seats, got {len(self.seat_ids)}",
                code="too_many_seats" if self.seat_ids else "no_seats",
            )
        if len(set(self.seat_ids)) != len(self.seat_ids):
            raise InvalidRequest("expected each seat once, got one twice", code="duplicate_seat")

    def paid_with(self, token: str) -> BookingRequest:
        """The same request with another card."""
        return replace(self, payment_token=token)

    @property
    def purchase(self) -> str:
        """SHA-256 of what is bought."""
        return _digest(self._bought())

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the whole request but the card.

        A page makes a new token at each click, and a second click must be answered as the first.
        """
        contact = asdict(self.contact) if self.contact else None
        agreed = [self.expected_total] if self.expected_total is not None else []
        return _digest([*self._bought(), self.payment_method, contact, *agreed])

    def _bought(self) -> list[object]:
        code = normalised(self.discount_code) if self.discount_code else None
        tickets = [sorted(self.tickets)] if self.tickets else []
        return [self.event_id, sorted(self.seat_ids), code, *tickets]


def _digest(value: object) -> str:
    return hashlib.sha256(encode(value)).hexdigest()


def check_key(key: str | None) -> str:
    """The idempotency key in lower case. Raises InvalidRequest.

    The draft standard writes header values as quoted strings; both spellings are accepted.
    """
    bare = (key or "").strip().strip('"')
    if not bare:
        raise InvalidRequest(
            "expected an Idempotency-Key header such as booking-<uuid>, got none",
            code="idempotency_key_missing",
        )
    if not KEY_PATTERN.fullmatch(bare):
        raise InvalidRequest("Invalid idempotency key format", code="idempotency_key_invalid")
    return bare.lower()
