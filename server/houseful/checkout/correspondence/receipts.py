"""Receipts and credit notes: issued by the outbox, off the buyer's way, and printed when asked for.

A booking that cost something gets a receipt, a refund that was given a credit note; free bookings get
neither. A credit note stands when the bank sends the money back: the refund is still owed, and trying
it again makes no second one. A house without `Seller` issues nothing.
Owns: which papers a booking is due. Never: changes one that was issued.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from houseful.checkout.checkout_context import clock_ms
from houseful.checkout.correspondence.printer import Printer
from houseful.checkout.crash_points import Reached, nowhere
from houseful.domain.errors import NotFound
from houseful.domain.prices import receipts as papers
from houseful.domain.prices.pricing import PricedSeat, occupied
from houseful.domain.prices.receipts import Facts, Issued, Seller
from houseful.domain.zones import local
from houseful.ledger import claims, receipts
from houseful.ledger.bookings import Booking
from houseful.ledger.outbox import Job
from houseful.ledger.refunds import Refund
from houseful.sql.database import Database, Session
from houseful.wire.codec import decode


@dataclass(frozen=True, slots=True)
class House:
    """Who issues, by whose clocks; `seller` is None where nobody said who sells. `fonts` come before
    the system's."""

    seller: Seller | None
    timezone: str = "UTC"
    is_demo: bool = False
    fonts: tuple[Path, ...] = ()


class Receipts:
    """Issues papers and prints them."""

    def __init__(
        self,
        database: Database,
        house: House,
        now_ms: Callable[[], int] = clock_ms,
        reached: Reached = nowhere,
    ) -> None:
        self._database = database
        self._house = house
        self._now_ms = now_ms
        self._reached = reached
        self._printer: Printer[Issued] = Printer(self._render, "receipts")

    async def handle(self, _: Job, booking: Booking) -> None:
        """The outbox's handler."""
        await self.issue(booking)

    async def issue(self, booking: Booking) -> None:
        """Issue what the booking is due and has not; repeating it issues nothing more."""
        seller = self._house.seller
        if seller is None or not booking.total_minor or booking.confirmed_at_ms is None:
            return
        await self._database.transact(lambda session: self._issue_due(session, booking, seller))
        self._reached("after_receipt")

    async def _issue_due(self, session: Session, booking: Booking, seller: Seller) -> None:
        await receipts.lock(session, booking.id)
        seats = occupied((await claims.sold(session, [booking.id]))[booking.id])
        facts = await self._facts(session, booking)
        first = await receipts.get(session, booking.id, None)
        if first is None:
            fee, vat = booking.order_fee_minor, booking.order_fee_vat_basis_points
            paper = papers.receipt(seller, facts, seats, fee, vat)
            number = await self._issue(session, booking, None, paper)
        else:
            number = first.number
        for refund in await receipts.refunds_without(session, booking.id):
            await self._credit(session, booking, refund, seller, facts, seats, number)

    async def _credit(
        self,
        session: Session,
        booking: Booking,
        refund: Refund,
        seller: Seller,
        facts: Facts,
        seats: list[PricedSeat],
        corrects: str,
    ) -> None:
        back = await receipts.returned(session, refund.id)
        returned = [(seat, back[seat.seat_id]) for seat in seats if seat.seat_id in back]
        rest_vat = papers.rest_rate(
            booking.order_fee_minor,
            booking.order_fee_vat_basis_points,
            [seat.vat_basis_points for seat in seats],
        )
        paper = papers.credit_note(
            seller,
            facts,
            corrects,
            returned,
            refund.amount_minor,
            refund.fee_minor,
            booking.order_fee_minor,
            rest_vat,
        )
        await self._issue(session, booking, refund.id, paper)

    async def _issue(
        self, session: Session, booking: Booking, refund_id: int | None, paper: papers.Paper
    ) -> str:
        now, house = self._now_ms(), self._house
        series = papers.series_of(local(now, house.timezone).year, is_demo=house.is_demo)
        number = await receipts.issue(
            session, booking.id, refund_id, paper, series=series, now_ms=now
        )
        self._reached("after_receipt_number")
        return number

    async def _facts(self, session: Session, booking: Booking) -> Facts:
        event = await claims.facts(session, booking.event_id)
        return Facts(
            booking=booking.reference,
            buyer=str((decode(booking.contact) or {}).get("name") or ""),
            language=booking.language,
            currency=booking.currency,
            event=event.name if event else "",
            venue=event.venue if event else "",
            event_starts_at_ms=event.starts_at_ms if event else 0,
            event_timezone=event.timezone if event else self._house.timezone,
            timezone=self._house.timezone,
            paid_at_ms=booking.confirmed_at_ms or 0,
            discount_code=booking.discount_code or "",
            is_demo=self._house.is_demo,
        )

    async def pdf(self, who: str, booking: Booking, number: str | None) -> tuple[str, bytes]:
        """A paper's number and PDF: the booking's receipt, or the one of that number. Raises NotFound
        `unknown_receipt`, RateLimited, Unavailable."""
        found = await self._database.query(lambda s: receipts.get(s, booking.id, number))
        if found is None:
            raise NotFound(
                f"booking {booking.reference} has no receipt {number or 'yet'}",
                code="unknown_receipt",
            )
        return found.number, await self._printer.pdf(who, found)

    async def attached(self, who: str, booking: Booking) -> tuple[str, bytes] | None:
        """The receipt for a mail, issued now if the outbox has not; None where there is none."""
        await self.issue(booking)
        found = await self._database.query(lambda s: receipts.get(s, booking.id, None))
        return None if found is None else (found.number, await self._printer.pdf(who, found))

    def _render(self, issued: Issued) -> bytes:
        from houseful.tickets import receipt_pdf

        return receipt_pdf.render(issued, extra_fonts=self._house.fonts)
