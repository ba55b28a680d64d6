"""Price lists in SQL: ticket types, cells and fees, read as `domain.prices.price_lists` knows them.

Owns: the rows of a list, which are written once. Never: which list an event sells at; that is the
event's own column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, bindparam, insert, select

from houseful.domain.errors import InvalidRequest, NotFound
from houseful.domain.prices.price_lists import Fees, NewPrices, Price, PriceList, TicketType
from houseful.domain.wording import shown
from houseful.ledger.models import EVENT, EVENT_PRICE, LIST_TYPE, PLAN, PRICE_LIST, TICKET_TYPE
from houseful.sql.database import Session
from houseful.sql.fixed import fixed
from houseful.wire.codec import decode


def _cells() -> Select[Any]:
    mine = EVENT_PRICE.c.event_id == PRICE_LIST.c.event_id
    listed = LIST_TYPE.c.event_id == EVENT_PRICE.c.event_id
    listed &= LIST_TYPE.c.price_list == EVENT_PRICE.c.price_list
    return (
        select(
            EVENT_PRICE.c.event_id,
            EVENT_PRICE.c.price_list.label("number"),
            EVENT.c.currency,
            EVENT_PRICE.c.category,
            EVENT_PRICE.c.ordinal,
            EVENT_PRICE.c.amount_minor,
            EVENT_PRICE.c.vat_basis_points.label("rate"),
            PRICE_LIST.c.starts_at_ms,
            PRICE_LIST.c.fee_per_ticket_minor,
            PRICE_LIST.c.fee_basis_points,
            PRICE_LIST.c.fee_per_order_minor,
            PRICE_LIST.c.vat_basis_points,
            PRICE_LIST.c.per_table,
            TICKET_TYPE.c.id,
            TICKET_TYPE.c.name,
            LIST_TYPE.c.note,
            LIST_TYPE.c.least,
            LIST_TYPE.c.most,
            LIST_TYPE.c.requires_id,
        )
        .join(EVENT, EVENT.c.id == EVENT_PRICE.c.event_id)
        .join(PRICE_LIST, mine & (PRICE_LIST.c.number == EVENT_PRICE.c.price_list))
        .join(TICKET_TYPE, TICKET_TYPE.c.id == EVENT_PRICE.c.ticket_type_id)
        .join(LIST_TYPE, listed & (LIST_TYPE.c.ticket_type_id == EVENT_PRICE.c.ticket_type_id))
        .order_by(LIST_TYPE.c.ordinal, TICKET_TYPE.c.id, EVENT_PRICE.c.ordinal)
    )


_CELLS = _cells()
_CURRENT = _CELLS.where(EVENT_PRICE.c.price_list.in_((EVENT.c.price_list, EVENT.c.next_price_list)))
_OF_EVENT = _CELLS.where(EVENT_PRICE.c.event_id == bindparam("event"))
_ONE = fixed(_OF_EVENT.where(EVENT_PRICE.c.price_list == bindparam("number")))

Lists = dict[tuple[int, int], PriceList]
"""By (event, number)."""


async def get(session: Session, event_id: int, number: int) -> PriceList | None:
    """One of the event's lists, or None."""
    rows = (await session.execute(_ONE, {"event": event_id, "number": number})).all()
    return _list(rows) if rows else None


async def of_event(session: Session, event_id: int) -> Lists:
    """All that the event ever had."""
    return _lists(await session.execute(_OF_EVENT, {"event": event_id}))


async def current(session: Session, where: Any = True) -> Lists:
    """The lists that events sell at, and those that are to begin; of events that `where`, a condition
    on EVENT, picks."""
    return _lists(await session.execute(_CURRENT if where is True else _CURRENT.where(where)))


def _lists(rows: Iterable[Any]) -> Lists:
    found: dict[tuple[int, int], list[Any]] = {}
    for row in rows:
        found.setdefault((row.event_id, row.number), []).append(row)
    return {key: _list(cells) for key, cells in found.items()}


def _list(rows: Iterable[Any]) -> PriceList:
    types: dict[int, TicketType] = {}
    prices: dict[tuple[str, int], Price] = {}
    ordinals: dict[int, str] = {}
    for row in rows:
        if row.id not in types:
            types[row.id] = TicketType(
                row.id, row.name, row.note, row.least, row.most, row.requires_id
            )
        prices[row.category, row.id] = Price(row.amount_minor, row.rate)
        ordinals[row.ordinal] = row.category
    fees = Fees(
        row.fee_per_ticket_minor,
        row.fee_basis_points,
        row.fee_per_order_minor,
        row.vat_basis_points,
    )
    ordered = dict(sorted(ordinals.items()))
    return PriceList(
        row.number,
        row.currency,
        tuple(types.values()),
        prices,
        ordered,
        fees,
        row.starts_at_ms,
        row.per_table,
    )


async def write(
    session: Session,
    event_id: int,
    number: int,
    new: NewPrices,
    ordinals: Mapping[str, int],
    *,
    who: str = "",
    now_ms: int = 0,
    starts_at_ms: int | None = None,
) -> None:
    """Store a list that was checked, and its ticket types. `ordinals`: category → index in the plan.

    A type that the event knows by its name keeps its id.
    """
    ids = await _type_ids(session, event_id, new)
    needed = {name: ids[other] for name, other in new.requires.items()}
    fees, mine = new.fees, {"event_id": event_id, "price_list": number}
    await session.execute(
        insert(PRICE_LIST).values(
            event_id=event_id,
            number=number,
            created_at_ms=now_ms,
            created_by=who,
            starts_at_ms=now_ms if starts_at_ms is None else starts_at_ms,
            fee_per_ticket_minor=fees.per_ticket_minor,
            fee_basis_points=fees.basis_points,
            fee_per_order_minor=fees.per_order_minor,
            vat_basis_points=fees.vat_basis_points,
            per_table=new.per_table,
        )
    )
    await session.execute(
        insert(LIST_TYPE),
        [
            {
                **mine,
                "ticket_type_id": ids[kind.name],
                "ordinal": ordinal,
                "note": kind.note,
                "least": kind.least,
                "most": kind.most,
                "requires_id": needed.get(kind.name),
            }
            for ordinal, kind in enumerate(new.types)
        ],
    )
    await session.execute(
        insert(EVENT_PRICE),
        [
            {
                **mine,
                "category": category,
                "ticket_type_id": ids[name],
                "ordinal": ordinals[category],
                "amount_minor": price.amount_minor,
                "vat_basis_points": price.vat_basis_points,
            }
            for (category, name), price in new.prices.items()
        ],
    )


async def _type_ids(session: Session, event_id: int, new: NewPrices) -> dict[str, int]:
    """Type name → id, made where the event has none of that name."""
    found = await session.execute(
        select(TICKET_TYPE.c.name, TICKET_TYPE.c.id).where(TICKET_TYPE.c.event_id == event_id)
    )
    ids: dict[str, int] = {row.name: row.id for row in found}
    for kind in new.types:
        if kind.name not in ids:
            made = await session.execute(
                insert(TICKET_TYPE)
                .values(event_id=event_id, name=kind.name)
                .returning(TICKET_TYPE.c.id)
            )
            ids[kind.name] = made.scalar_one()
    return ids


async def ordinals_of(session: Session, plan_id: int) -> dict[str, int]:
    """Category → its index in the plan. Raises NotFound."""
    found = await session.execute(select(PLAN.c.categories).where(PLAN.c.id == plan_id))
    categories: str | None = found.scalar_one_or_none()
    if categories is None:
        raise NotFound(f"expected an imported plan, got plan {plan_id}")
    return {item["name"]: ordinal for ordinal, item in enumerate(decode(categories))}


def require_categories(new: NewPrices, ordinals: Mapping[str, int]) -> None:
    """Raises InvalidRequest for prices of categories that the plan does not have."""
    unknown = sorted(set(new.categories) - set(ordinals))
    if unknown or not new.prices:
        raise InvalidRequest(
            f"expected prices for categories of {shown(sorted(ordinals), 200)}, got {shown(unknown)}"
        )
