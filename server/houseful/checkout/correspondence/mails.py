"""The mails of a booking: promised with what they tell of, sent by the outbox, and looked after.

Owns: who may have tickets sent where, how often, and what is on record of each mail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, cast

import structlog

from houseful.checkout.booking_transitions import EMAIL
from houseful.checkout.checkout_context import clock_ms
from houseful.checkout.correspondence.booking_documents import (
    STAFF,
    BookingDocuments,
    require_confirmed,
)
from houseful.checkout.correspondence.receipts import Receipts
from houseful.domain.delivery import DeliveryState
from houseful.domain.errors import (
    Forbidden,
    HousefulError,
    InvalidRequest,
    RateLimited,
    Unavailable,
)
from houseful.ledger import deliveries, outbox
from houseful.ledger.bookings import Booking
from houseful.ledger.deliveries import Delivery
from houseful.ledger.outbox import Job
from houseful.sql.database import Database, Session
from houseful.store.limiter import Limiter
from houseful.tickets import calendar, mail
from houseful.tickets.delivery import Mailer, other_alphabet
from houseful.tickets.mail import About, Occasion
from houseful.wire.codec import decode
from houseful.wire.email_address import email_address

log = structlog.get_logger(__name__)

GIVE_UP_MS: Final = 2 * 24 * 3_600_000
"""How long a mail is tried before it counts as refused."""
WINDOW_MS: Final = 3_600_000
PER_BOOKING, PER_USER, PER_RECIPIENT, PER_ADDRESS = 6, 12, 30, 120
"""Mails in an hour, over all workers: asked for about one booking, by one user, from one address of
the network (many people behind it), and sent of any kind to one mailbox."""

ABOUT: Final[dict[str, About]] = {
    "confirmed": "tickets",
    "again": "tickets",
    "moved": "moved",
    "returned": "returned",
    "cancelled": "cancelled",
    "called_off": "called_off",
}
"""What was promised → what the mail is about."""

MAILS: Final = "the mails"
"""In whose turn their papers are printed."""

ENDS: Final = frozenset({"cancelled", "called_off"})
"""What tells of the end of a booking."""

MOST_LOOK_UPS: Final = 100
"""Under way in one worker."""

Also = Callable[[Session, str], Awaitable[None]]


class BookingMails:
    """Promises and sends. `sends_mail`: a mail server is set up, else mails end in the log."""

    def __init__(
        self,
        database: Database,
        documents: BookingDocuments,
        receipts: Receipts,
        mailer: Mailer,
        limiter: Limiter,
        *,
        sender: str,
        sends_mail: bool,
    ) -> None:
        self._database = database
        self._documents = documents
        self._receipts = receipts
        self._mailer = mailer
        self._limiter = limiter
        self._sender = sender
        self.sends_mail = sends_mail
        self._finding: set[asyncio.Task[None]] = set()

    async def checked_address(self, text: str, field: str = "") -> str:
        """An address that mail can reach, as people write it. Raises InvalidRequest.

        Without a mail server every address that may exist is kept: nothing is sent to it.
        """
        address = email_address(text, field)
        if address.needs_smtputf8 and not await self._mailer.takes_any_alphabet():
            raise other_alphabet(field)
        return address.shown

    async def send(
        self,
        user: str,
        role: str,
        reference: str,
        to: str | None,
        *,
        network: str = "",
        also: Also | None = None,
    ) -> tuple[str, DeliveryState]:
        """Promise an e-mail with the tickets; its address, and what becomes of it.

        Buyers have their tickets sent to the booking's own address; another one is for staff to
        choose. `network` is where the buyer asks from, None for nobody to be counted; `also` writes
        in the same transaction, given the address. Raises NotFound, Conflict, InvalidRequest,
        Forbidden `other_recipient`, RateLimited.
        """
        booking = await self._documents.find(user, role, reference)
        require_confirmed(booking)
        own = address_of(booking)
        if not (to or own):
            raise InvalidRequest("expected an address, the booking has none", code="no_address")
        address = await self.checked_address(to or own)
        if role not in STAFF:
            if not own or address.casefold() != email_address(own).shown.casefold():
                raise Forbidden(
                    "expected the booking's own address: ask the venue to send it elsewhere",
                    code="other_recipient",
                )
            await self._admit("mail-user", user, PER_USER)
            if network:
                await self._admit("mail-network", network, PER_ADDRESS)
        await self._admit("mail-booking", reference, PER_BOOKING)
        await self._admit("mail-recipient", address.casefold(), PER_RECIPIENT)
        return address, await self._promise(booking, address, also)

    def find_soon(self, reference: str, email: str) -> None:
        """Mail the booking's tickets and link to its buyer, if both are known, after this returns.

        Nothing of it shows to the caller, in words or in time. Raises RateLimited when much is
        being looked for.
        """
        if len(self._finding) >= MOST_LOOK_UPS:
            raise RateLimited("too many look-ups at once", retry_after_s=1)
        task = asyncio.create_task(self._find(reference.strip().upper(), email), name="find")
        self._finding.add(task)
        task.add_done_callback(self._finding.discard)

    async def _find(self, reference: str, email: str) -> None:
        try:
            given = email_address(email).shown.casefold()
            booking = await self._documents.by_reference(reference)
            own = address_of(booking) if booking is not None else ""
            if booking is not None and own and email_address(own).shown.casefold() == given:
                await self.send(booking.user_id, "customer", reference, None)
        except HousefulError as error:
            log.info("booking_not_mailed", code=error.code)

    async def _admit(self, name: str, key: str, most: int) -> None:
        allowance = await self._limiter.attempt(name, key, limit=most, window_ms=WINDOW_MS)
        if not allowance.allowed:
            raise RateLimited(
                "these tickets were sent often enough for now",
                retry_after_s=allowance.reset_ms / 1000,
            )

    async def _promise(self, booking: Booking, address: str, also: Also | None) -> DeliveryState:
        state = DeliveryState.WAITING if self.sends_mail else DeliveryState.OFF

        async def write(session: Session) -> None:
            now = clock_ms()
            payload = {"about": "again", "to": address}
            (number,) = await outbox.promise(
                session, booking.id, [(EMAIL, payload, now)], now_ms=now
            )
            await deliveries.record(
                session, Delivery(number, booking.id, "again", address, state, "", now)
            )
            if also is not None:
                await also(session, address)

        await self._database.transact(write)
        return state

    async def deliver(self, job: Job, booking: Booking) -> None:
        """The outbox's handler: sends the promised mail. Raises what has it tried again."""
        about = str(job.payload["about"])
        address = str(job.payload.get("to") or address_of(booking))
        if not address or not is_due(about, booking):
            return
        try:
            await self._send(job, booking, about, address)
        except InvalidRequest as error:
            await self._record(job, address, DeliveryState.REFUSED, error.message)
        except (Unavailable, RateLimited) as error:
            if clock_ms() - job.created_at_ms > GIVE_UP_MS:
                await self._record(job, address, DeliveryState.REFUSED, error.message)
                return
            await self._record(job, address, DeliveryState.DEFERRED, error.message)
            raise
        else:
            sent = DeliveryState.SENT if self.sends_mail else DeliveryState.OFF
            await self._record(job, address, sent, "")

    async def _send(self, job: Job, booking: Booking, about: str, address: str) -> None:
        if self.sends_mail and about != "again":  # what was asked for is counted already
            await self._admit("mail-recipient", address.casefold(), PER_RECIPIENT)
        document = await self._documents.document(booking)
        is_void = document.is_cancelled
        pdf = None if is_void else await self._documents.printed(MAILS, document)
        about_tickets = ABOUT[about] == "tickets"
        receipt = await self._receipts.attached(MAILS, booking) if about_tickets else None
        seats = cast(list[int], job.payload.get("seats") or [])
        message = mail.compose(
            document,
            Occasion(
                ABOUT[about],
                int(str(job.payload.get("before") or 0)),
                await self._documents.places(booking, seats),
                int(str(job.payload.get("amount") or 0)),
            ),
            to=address,
            sender=self._sender,
            sent_at_ms=clock_ms(),
            delivery_id=str(job.id),
            pdf=pdf,
            receipt=receipt,
            ics=calendar.render(document),
        )
        await self._mailer.send(message)

    async def _record(self, job: Job, address: str, state: DeliveryState, problem: str) -> None:
        about, now = str(job.payload["about"]), clock_ms()
        if problem:
            log.warning("mail_not_sent", booking_id=job.booking_id, state=state, error=problem)
        row = Delivery(job.id, job.booking_id, about, address[:254], state, problem[:500], now)
        await self._database.transact(lambda session: deliveries.record(session, row))


def address_of(booking: Booking) -> str:
    """The buyer's address; empty when none was given."""
    return str((decode(booking.contact) or {}).get("email") or "")


def is_due(about: str, booking: Booking) -> bool:
    """Whether what a mail tells is still so: tickets of a booking that stands, the end of one."""
    has_ended = booking.ended_at_ms is not None
    return booking.confirmed_at_ms is not None and has_ended == (about in ENDS)
