"""A booking to print, and the keys that sign it."""

from __future__ import annotations

import pytest

from houseful.tickets.code import TicketSigner
from houseful.tickets.model import BookingDocument, EventFacts, Ticket

SEED = b"a signing secret of 32 bytes ...."
STARTS_AT_MS = 1_767_983_400_000
"""2026-01-09T18:30:00Z."""


@pytest.fixture
def signer() -> TicketSigner:
    return TicketSigner(SEED)


@pytest.fixture
def booking(signer: TicketSigner) -> BookingDocument:
    """Three seats in Vienna."""
    event = EventFacts(
        id=7,
        name="The Night Train",
        venue="Riverside Hall",
        starts_at_ms=STARTS_AT_MS,
        timezone="Europe/Vienna",
        address="4 Quay Street",
    )
    tickets = tuple(
        Ticket(
            id=100 + number,
            code=signer.typed_code(100 + number),
            qr=signer.sign(100 + number, 7, 5000 + number, "BK-2026-001234"),
            seat_id=5000 + number,
            section="Orchestra",
            row="A",
            seat=f"A{number}",
            category="PREMIUM",
            price_minor=7500,
            paid_minor=6750,
            holder="Ada Example",
            entrance="Door 2",
            has_restricted_view=number == 3,
        )
        for number in (1, 2, 3)
    )
    return BookingDocument(
        reference="BK-2026-001234",
        event=event,
        tickets=tickets,
        currency="EUR",
        total_minor=20250,
        discount_minor=2250,
        holder="Ada Example",
        email="ada@example.org",
        url="https://tickets.example.org/#/booking/BK-2026-001234",
        revised_at_ms=1_767_960_000_000,
    )
