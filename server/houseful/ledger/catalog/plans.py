"""Seating plans in SQL: written once at import, read whole when an event opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, insert, select

from houseful.domain.plan import Area, Category, LeftOut, Plan, Row, Seat, Section
from houseful.ledger.counters import advance
from houseful.ledger.models import PLAN, SEAT, SECTION
from houseful.sql.database import Session
from houseful.wire.codec import decode, encode

CHUNK = 5_000
"""Seats per statement: bounds memory while a stadium is written."""


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan with the ids its seats got."""

    plan_id: int
    first_seat_id: int
    plan: Plan


async def add(session: Session, plan: Plan) -> int:
    """Store `plan` and return its id. Its seats get the next contiguous ids, in plan order."""
    count = plan.seat_count
    first = await advance(session, "seat", count) - count + 1
    focal_point = list(plan.focal_point) if plan.focal_point else None
    result = await session.execute(
        insert(PLAN)
        .values(
            name=plan.name,
            width=plan.width,
            height=plan.height,
            first_seat_id=first,
            seat_count=count,
            categories=_text([asdict(item) for item in plan.categories]),
            areas=_text([asdict(item) for item in plan.areas]),
            floors=_text(plan.floors),
            focal_point=_text(focal_point),
            zone_focal_points=_text(plan.zone_focal_points),
            left_out=_text([asdict(item) for item in plan.left_out]),
            source=plan.source,
        )
        .returning(PLAN.c.id)
    )
    plan_id: int = result.scalar_one()
    seat_id = first
    for ordinal, section in enumerate(plan.sections):
        section_id = await _add_section(session, plan_id, ordinal, section)
        rows = list(_seat_rows(section, plan_id, section_id, seat_id))
        for start in range(0, len(rows), CHUNK):
            await session.execute(insert(SEAT), rows[start : start + CHUNK])
        seat_id += len(rows)
    return plan_id


async def _add_section(session: Session, plan_id: int, ordinal: int, section: Section) -> int:
    result = await session.execute(
        insert(SECTION)
        .values(
            plan_id=plan_id,
            ordinal=ordinal,
            name=section.name,
            floor=section.floor,
            zone=section.zone,
            entrance=section.entrance,
            outline=_text(section.outline),
            rows=_text([_row_text(row) for row in section.rows]),
        )
        .returning(SECTION.c.id)
    )
    section_id: int = result.scalar_one()
    return section_id


def _seat_rows(
    section: Section, plan_id: int, section_id: int, seat_id: int
) -> Iterable[dict[str, Any]]:
    for row in section.rows:
        for seat in row.seats:
            yield {
                "id": seat_id,
                "plan_id": plan_id,
                "section_id": section_id,
                "row_label": row.label,
                "label": seat.label,
                "guid": seat.guid,
                "x": seat.x,
                "y": seat.y,
                "category": seat.category,
                "flags": seat.flags,
                "gap_after": seat.gap_after,
            }
            seat_id += 1


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """A plan in a list. `categories`: (name, how many seats), in plan order."""

    plan_id: int
    name: str
    seat_count: int
    categories: tuple[tuple[str, int], ...]
    left_out: tuple[LeftOut, ...] = ()


async def list_all(session: Session, plan_id: int | None = None) -> list[PlanSummary]:
    """Every plan, newest first, or that one."""
    mine = PLAN.c.id == plan_id if plan_id is not None else PLAN.c.id > 0
    counted: dict[int, dict[int, int]] = {}
    counts = select(SEAT.c.plan_id, SEAT.c.category, func.count()).group_by(
        SEAT.c.plan_id, SEAT.c.category
    )
    if plan_id is not None:
        counts = counts.where(SEAT.c.plan_id == plan_id)
    for id_, category, count in await session.execute(counts):
        counted.setdefault(id_, {})[category] = count
    found = await session.execute(
        select(PLAN.c.id, PLAN.c.name, PLAN.c.seat_count, PLAN.c.categories, PLAN.c.left_out)
        .where(mine)
        .order_by(PLAN.c.id.desc())
    )
    return [
        PlanSummary(
            id_,
            name,
            seats,
            tuple(
                (item["name"], counted.get(id_, {}).get(ordinal, 0))
                for ordinal, item in enumerate(decode(categories))
            ),
            _left_out(left_out),
        )
        for id_, name, seats, categories, left_out in found
    ]


async def load(session: Session, plan_id: int) -> StoredPlan | None:
    """The plan as it was added, or None."""
    head = (await session.execute(select(PLAN).where(PLAN.c.id == plan_id))).one_or_none()
    if head is None:
        return None
    sections = (
        await session.execute(
            select(SECTION).where(SECTION.c.plan_id == plan_id).order_by(SECTION.c.ordinal)
        )
    ).all()
    last = head.first_seat_id + head.seat_count - 1
    columns = (SEAT.c.guid, SEAT.c.label, SEAT.c.x, SEAT.c.y, SEAT.c.category, SEAT.c.flags)
    found = await session.execute(
        select(*columns, SEAT.c.gap_after)
        .where(SEAT.c.id.between(head.first_seat_id, last))
        .order_by(SEAT.c.id)
    )
    seats = [Seat(*row) for row in found.all()]
    plan = Plan(
        name=head.name,
        width=head.width,
        height=head.height,
        categories=tuple(Category(**item) for item in decode(head.categories)),
        sections=tuple(_sections(sections, seats)),
        areas=tuple(_area(item) for item in decode(head.areas)),
        floors=tuple(decode(head.floors)),
        focal_point=_point(decode(head.focal_point)),
        zone_focal_points=tuple((zone, x, y) for zone, x, y in decode(head.zone_focal_points)),
        source=head.source,
        left_out=_left_out(head.left_out),
    )
    return StoredPlan(plan_id, head.first_seat_id, plan)


def _left_out(text: str) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(**item) for item in decode(text))


def _row_text(row: Row) -> list[object]:
    rest = [row.entrance, row.least, row.most]
    while rest and not rest[-1]:
        rest.pop()
    return [row.label, row.kind, len(row.seats), *rest]


def _sections(found: Sequence[Any], seats: Sequence[Seat]) -> Iterable[Section]:
    start = 0
    for item in found:
        rows = []
        for label, kind, count, *rest in decode(item.rows):
            rows.append(Row(label, tuple(seats[start : start + count]), kind, *rest))
            start += count
        outline = tuple((x, y) for x, y in decode(item.outline))
        yield Section(item.name, tuple(rows), item.floor, outline, item.zone, item.entrance)


def _area(item: dict[str, Any]) -> Area:
    return Area(**{**item, "points": tuple((x, y) for x, y in item["points"])})


def _point(item: list[float] | None) -> tuple[float, float] | None:
    return (item[0], item[1]) if item else None


def _text(value: object) -> str:
    return encode(value).decode()
