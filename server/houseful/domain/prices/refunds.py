"""What of a sale goes back: which tickets, how much of each, and what the house keeps."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from houseful.domain.errors import Conflict, NotFound
from houseful.domain.prices.currencies import currency_of
from houseful.domain.prices.rounding import part


class Kind(StrEnum):
    """What a refund is of."""

    PART = "PART"
    """Some tickets of a booking that goes on."""
    WHOLE = "WHOLE"
    """What a booking that ended is owed: an amount."""
    REST = "REST"
    """All that the gateway still has of a payment, however much that is."""
    ELSEWHERE = "ELSEWHERE"
    """Given back at the payment service, not by us."""


class RefundState(StrEnum):
    """Where a refund stands."""

    DUE = "DUE"
    GIVEN = "GIVEN"
    """The gateway has it; looked at again for a month, because banks send money back."""
    FAILED = "FAILED"
    """The gateway will not give it, or the bank sent it back: a person must."""
    HELD = "HELD"
    """Too many that nobody ordered: a person decides."""


@dataclass(frozen=True, slots=True)
class RefundFee:
    """What the house keeps of each ticket that is given back: an amount, and a share of its price.

    Never more than was paid for it, and in the steps that the gateway can give back.
    """

    fixed_minor: int = 0
    basis_points: int = 0

    def of(self, paid_minor: int, currency: str) -> int:
        """Minor units kept of a ticket for which `paid_minor` was paid; a share rounds half up."""
        kept = self.fixed_minor + part(paid_minor, self.basis_points)
        step = currency_of(currency).step_minor
        return min(paid_minor, kept + -kept % step)


NO_FEE: Final = RefundFee()


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket of a booking as a refund sees it. `paid_minor`: what was paid for it after discounts;
    `is_back`: it was given back; `state` is the ticket's. `unit_id`: the table or box it was sold with,
    whole; a seat of it that nobody sits on has no ticket."""

    seat_id: int
    ticket_id: int | None
    paid_minor: int
    state: str | None
    is_back: bool
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """One ticket given back: `amount_minor` goes to the buyer, `fee_minor` stays. Without a ticket: a
    seat that nobody sat on, given back with its table."""

    seat_id: int
    ticket_id: int | None
    amount_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a refund comes to. `is_whole`: no ticket of the booking is left; then `amount_minor` has
    what belonged to no ticket too, such as a fee of the order."""

    lines: tuple[Returned, ...]
    amount_minor: int
    fee_minor: int
    is_whole: bool
    is_by_ticket: bool = False
    """Whether owners may give back single ones."""


def reckon(
    lines: Sequence[Line],
    wanted: Sequence[int] | None,
    *,
    left_minor: int,
    fee: RefundFee,
    currency: str,
) -> Reckoning:
    """The refund of the tickets `wanted`, by id; None means all that were not given back.

    `left_minor`: of what was paid, what was neither promised back nor kept as a fee so far.
    Raises NotFound for a ticket that is not the booking's, Conflict `whole_unit_only` for some tickets of
    a table or box that was sold whole.
    """
    unknown = sorted(set(wanted or ()) - {line.ticket_id for line in lines})
    if unknown:
        raise NotFound(f"the booking has no ticket {unknown[0]}", code="unknown_ticket")
    standing = [line for line in lines if not line.is_back]
    chosen = standing if wanted is None else _with_units(standing, set(wanted))
    returned = tuple(
        Returned(line.seat_id, line.ticket_id, line.paid_minor - kept, kept)
        for line in chosen
        for kept in [fee.of(line.paid_minor, currency)]
    )
    kept = sum(one.fee_minor for one in returned)
    is_whole = len(chosen) == len(standing)
    amount = left_minor - kept if is_whole else sum(one.amount_minor for one in returned)
    return Reckoning(returned, max(0, min(amount, left_minor)), kept, is_whole and bool(chosen))


def _with_units(lines: Sequence[Line], wanted: Set[int]) -> list[Line]:
    """The tickets wanted, and the seats that nobody sits on at their tables. Raises Conflict."""
    chosen = [line for line in lines if line.ticket_id in wanted]
    units = {line.unit_id for line in chosen} - {None}
    whole = [line for line in lines if line.ticket_id in wanted or line.unit_id in units]
    missing = [line.ticket_id for line in whole if line.ticket_id not in wanted | {None}]
    if missing:
        raise Conflict(
            "expected all tickets of a table or box that was sold whole, "
            f"missing {len(missing)} of them",
            code="whole_unit_only",
            details={"ticketIds": missing},
        )
    return whole
