"""What an event keeps of a ticket that is given back, and whether owners may give back single ones."""

from __future__ import annotations

from houseful.checkout.checkout_context import clock_ms
from houseful.domain.prices.currencies import check_reduction
from houseful.domain.prices.money import from_wire, to_wire
from houseful.domain.prices.refunds import RefundFee
from houseful.ledger import audit, refunds
from houseful.sales.catalog import Catalog
from houseful.sql.database import Database, Session
from houseful.wire.staff import RefundTermsBody, RefundTermsRequest


class RefundTerms:
    """Reads and writes them."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    async def get(self, event_id: int) -> RefundTermsBody:
        """Raises NotFound."""
        event = await self._catalog.event(event_id)
        fee, is_by_ticket = await self._database.query(lambda s: refunds.terms(s, event_id))
        return {
            "feePerTicket": to_wire(fee.fixed_minor, event.currency),
            "feePercent": fee.basis_points / 100,
            "byTicket": is_by_ticket,
            "currency": event.currency,
        }

    async def put(self, event_id: int, asked: RefundTermsRequest, *, who: str) -> RefundTermsBody:
        """Raises NotFound, InvalidRequest for an amount that the gateway cannot give."""
        event = await self._catalog.event(event_id)
        fixed = from_wire(asked.feePerTicket, event.currency)
        if fixed:
            check_reduction(fixed, event.currency)
        fee = RefundFee(fixed, round(asked.feePercent * 100))

        async def work(session: Session) -> None:
            await refunds.set_terms(session, event_id, fee, is_by_ticket=asked.byTicket)
            await audit.write(
                session,
                who=who,
                act="change_refund_terms",
                at_ms=clock_ms(),
                event_id=event_id,
                reason=asked.reason,
                details={
                    "feeMinor": fee.fixed_minor,
                    "feeBasisPoints": fee.basis_points,
                    "byTicket": asked.byTicket,
                },
            )

        await self._database.transact(work)
        return await self.get(event_id)
