"""How many parties a second one core finds the best seats for, in a house of 50,000 that fills up.

    python -m tests.bench best [--quick]

Choosing alone, without network, Redis or a hold: parties of one to six, each taking what it is shown.
"""

from __future__ import annotations

import random
import time

from houseful.domain.seat_choice.best_seats import BestSeats
from houseful.domain.seat_choice.lone_seats import LoneSeats
from houseful.domain.seat_choice.seat_blocks import SeatBlocks
from houseful.domain.seat_choice.seat_windows import Wish
from houseful.plans.generator import stadium
from tests.bench.rig import Numbers

SEATS = 50_000
RESERVED = 1
LIMIT_PER_ACCOUNT = 100
"""What seats.io allows an account a second, by its own pages."""


def parties_per_second(parties: int, seed: int = 1) -> tuple[float, int]:
    """(parties seated per second of CPU time, seats of the house)."""
    blocks = SeatBlocks(stadium())
    status = bytearray(blocks.seat_count)
    best, dice = BestSeats(blocks, status), random.Random(seed)
    wishes = [Wish(dice.choice((1, 2, 2, 2, 3, 4, 4, 5, 6))) for _ in range(parties)]
    for size in range(1, 7):
        best.together(Wish(size), LoneSeats.AISLE)  # the first of a kind builds its index
    begin = time.process_time()
    for number, wish in enumerate(wishes):
        (found,) = best.together(wish, LoneSeats.AISLE)
        best.set_aside(found.seats, number + 20)
        best.put_back(number)
        for index in found.seats:
            status[index] = RESERVED
    return parties / (time.process_time() - begin), blocks.seat_count


def run(numbers: Numbers, *, quick: bool, long: bool) -> None:
    rate, seats = parties_per_second(500 if quick else 3_000)
    numbers.add(
        f"best available: parties a second on one core, {seats:,} seats",
        f"{rate:,.0f}",
        f"seats.io's limit for an account: {LIMIT_PER_ACCOUNT}",
        "best",
    )
