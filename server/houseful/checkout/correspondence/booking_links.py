"""The link to a booking that its mail and its page carry: it works on any device, for that booking.

Owns: how long a link holds, and whom it stands for.
"""

from __future__ import annotations

from typing import Final

from houseful.checkout.checkout_context import clock_ms
from houseful.domain.errors import Unauthenticated
from houseful.ledger import bookings, claims
from houseful.ledger.bookings import Booking
from houseful.ledger.claims import ClaimedEvent
from houseful.sql.database import Database, Session
from houseful.tickets.links import PREFIX, LinkSigner

HOLDS_AFTER_MS: Final = 30 * 24 * 3_600_000
"""A link holds until 30 days after the event begins: refunds and complaints come that late."""


class BookingLinks:
    """Makes and reads links. `public_url` without a slash at its end; empty for not known."""

    def __init__(self, database: Database, signer: LinkSigner, public_url: str) -> None:
        self._database = database
        self._signer = signer
        self._public_url = public_url

    def path(self, booking: Booking) -> str:
        """The address at which the page shows the booking to the holder of the link."""
        token = self._signer.token(booking.id, booking.user_id, booking.created_at_ms)
        return f"/#/bookings/{booking.reference}?link={token}"

    def url(self, booking: Booking) -> str:
        """For mails; empty where nobody said under which address buyers find us."""
        return f"{self._public_url}{self.path(booking)}" if self._public_url else ""

    async def owner(self, token: str, reference: str) -> str:
        """Whose booking `reference` is, for the holder of its link.

        Raises Unauthenticated `link_invalid`, the same for a booking that does not exist, and
        `link_expired`.
        """

        async def look(session: Session) -> tuple[Booking | None, ClaimedEvent | None]:
            found = await bookings.by_reference(session, reference)
            if found is None:
                return None, None
            return found, await claims.facts(session, found.event_id)

        booking, event = await self._database.query(look)
        if booking is None or not self._signer.holds(
            token, booking.id, booking.user_id, booking.created_at_ms
        ):
            raise Unauthenticated("expected a link to this booking", code="link_invalid")
        if event is not None and event.starts_at_ms + HOLDS_AFTER_MS <= clock_ms():
            raise Unauthenticated("the link was good until after the event", code="link_expired")
        return booking.user_id


def link_token(authorization: bytes) -> str | None:
    """The token of `Authorization: Bearer bk_…`, or None for another header."""
    scheme, _, token = authorization.decode("latin-1").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.startswith(PREFIX) else None
