"""The one rounding rule of every price: once per line, half up, the remainder on the last line.

All amounts are integers of minor units, 0 or more. `step` is the gateway's: amounts that are charged
are multiples of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

BASIS_POINTS: Final = 10_000
"""Hundredths of a percent in the whole."""


def half_up(amount: int, numerator: int, denominator: int, step: int = 1) -> int:
    """`amount × numerator / denominator`, to the nearest multiple of `step`; a half goes up."""
    whole = denominator * step
    return (2 * amount * numerator + whole) // (2 * whole) * step


def part(amount: int, basis_points: int, step: int = 1) -> int:
    """So many hundredths of a percent of `amount`."""
    return half_up(amount, basis_points, BASIS_POINTS, step)


def shares(weights: Sequence[int], total: int, step: int = 1) -> list[int]:
    """`total` split in proportion to `weights`, of which it is no more than the sum.

    Each share is rounded once, half up, and the last takes the remainder. No share falls below 0 or
    exceeds its weight: where roundings add up to more than the lines that follow could even out, the
    share is cut to what they can.
    """
    whole = sum(weights)
    found, left, behind = [], total, whole
    for weight in weights:
        behind -= weight
        exact = half_up(total, weight, whole, step) if whole else 0
        share = min(max(exact, left - behind), weight, left)
        found.append(share)
        left -= share
    return found


def spread(weights: Sequence[int], total: int) -> list[int]:
    """`total`, however large, in proportion to `weights`: the differences of running sums, so that no
    unit is lost; all of it to the last where no weight is above 0."""
    whole, reached, given, found = sum(weights), 0, 0, []
    for weight in weights:
        reached += weight
        due = half_up(total, reached, whole) if whole else 0
        found.append(due - given)
        given = due
    if found:
        found[-1] += total - given
    return found


def included(amount: int, basis_points: int) -> int:
    """The tax inside `amount`, at a rate in hundredths of a percent."""
    return half_up(amount, basis_points, BASIS_POINTS + basis_points)
