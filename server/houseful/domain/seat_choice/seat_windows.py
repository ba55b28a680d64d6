"""The places within one block of seats where a party could sit side by side, and how good each is.

Order: rows before tables, no more wheelchair spaces than asked for and companion seats beside them,
fewest lone seats made, least mean distance to the focal point, runs that fit exactly, row order.
Wheelchair and companion seats go only to who asks for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from houseful.domain.seat_choice.lone_seats import FREE, LoneSeats
from houseful.domain.seat_choice.seat_blocks import Block, SeatBlocks

MOST: Final = 16
"""Windows kept of one block: no search wants more."""

Order = tuple[int, ...]
"""What windows are sorted by: tier, spare wheelchair spaces, seats beside them that are no companion
seats, lone seats (two numbers), distance, whether the run is longer; the last is the first seat."""

LONE: Final = 3
"""Where an order has the lone seats that the rule minds."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a party asks for. `categories` and `sections` are numbers of the plan's, None for any;
    `accessible` of the seats must be wheelchair spaces."""

    quantity: int
    categories: frozenset[int] | None = None
    sections: frozenset[int] | None = None
    accessible: int = 0
    prevents_lone_seats: bool = True


def least(block: Block, wish: Wish) -> Order:
    """No window of the block comes before this order."""
    return (block.tier, 0, 0, 0, 0, block.nearest * wish.quantity)


def mask(seats: SeatBlocks, wish: Wish) -> bytes:
    """A byte a seat: whether the wish allows it, free or not."""
    special = zip(seats.category, seats.accessible, seats.companion, strict=True)
    return bytes(
        (wish.categories is None or category in wish.categories)
        and (bool(wish.accessible) or not (accessible or companion))
        for category, accessible, companion in special
    )


def orders(
    seats: SeatBlocks,
    block: Block,
    piece: bytes | bytearray,
    allowed: bytes | bytearray,
    wish: Wish,
    mode: LoneSeats,
) -> list[Order]:
    """The order of every window of the block. `piece` and `allowed` are the block's states and mask."""
    count, length, reach = wish.quantity, len(piece), seats.reach
    minds_lone = wish.prevents_lone_seats and block.is_row
    found: list[Order] = []
    if piece.count(FREE) < count:
        return found
    for start, stop in runs(piece):
        for at in range(start, stop - count + 1):
            if allowed.find(0, at, at + count) >= 0:
                continue
            first = block.first + at
            spare = lacking = lone = other = 0
            if wish.accessible:
                spare, lacking = _accessible(seats, first, wish)
                if spare < 0:
                    continue
            if minds_lone:
                left, right = at - start == 1, stop - at - count == 1
                if left or right:
                    ends = (left and start == 0) + (right and stop == length)
                    inner = left + right - ends
                    lone, other = (
                        (inner, ends) if mode == LoneSeats.AISLE else (inner + ends, inner)
                    )
            away = reach[first + count] - reach[first]
            found.append(
                (block.tier, spare, lacking, lone, other, away, stop - start != count, first)
            )
    return found


def apart(found: list[Order], quantity: int) -> list[Order]:
    """The best of these windows, best first, none overlapping one before it."""
    found.sort()
    kept: list[Order] = []
    for order in found:
        if all(abs(order[-1] - other[-1]) >= quantity for other in kept):
            kept.append(order)
            if len(kept) == MOST:
                break
    return kept


def runs(piece: bytes | bytearray) -> list[tuple[int, int]]:
    """The maximal runs of free seats, as (start, stop)."""
    found = []
    start = piece.find(FREE)
    while start >= 0:
        stop = start + 1
        while stop < len(piece) and piece[stop] == FREE:
            stop += 1
        found.append((start, stop))
        start = piece.find(FREE, stop)
    return found


def _accessible(seats: SeatBlocks, first: int, wish: Wish) -> tuple[int, int]:
    """(wheelchair spaces over what is asked, seats of the others that are no companion seats)."""
    part = slice(first, first + wish.quantity)
    others = wish.quantity - wish.accessible
    spare = seats.accessible[part].count(1) - wish.accessible
    return spare, max(0, others - seats.companion[part].count(1))
