"""The saga and the hold in virtual time, under faults at every await.

`pytest tests/simulation` runs 20 seeds: the controls it has too go red within 15. `pytest -m long
tests/simulation -n 2` runs 10,000 and all controls. A red seed is seen again with
`python -m tests.simulation --seed N --trace`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from houseful.valkey.embedded import EmbeddedValkey
from tests.simulation.controls import CONTROLS
from tests.simulation.run import Simulation

SEEDS = 20
QUICK = ("another house's money is ours", "versions begin anew", "a claim outlives its booking")
"""Controls that the short run has too."""


@pytest.fixture(scope="module")
def simulation(valkey: EmbeddedValkey) -> Iterator[Simulation]:
    opened = Simulation(Path(valkey.url.removeprefix("unix://")))
    yield opened
    opened.close()


def red(simulation: Simulation, first: int, last: int) -> list[str]:
    reports = [simulation.run(seed) for seed in range(first, last)]
    return [f"{report.line}: {report.problems}" for report in reports if report.problems]


def test_whatever_goes_wrong_all_is_right_once_it_is_quiet(simulation: Simulation) -> None:
    assert red(simulation, 0, SEEDS) == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, 10_000, 1_000))
def test_ten_thousand_seeds(simulation: Simulation, first: int) -> None:
    assert red(simulation, first, first + 1_000) == []


def test_the_same_seed_tells_the_same_story(simulation: Simulation) -> None:
    """Both seeds kill a process under way, whose people go on in the order they came."""
    for seed in (7, 17):
        once, *again = (simulation.run(seed, trace=True) for _ in range(4))
        for other in again:
            assert once.lines == other.lines
            assert once.trace == other.trace
        assert simulation.run(seed + 1).trace != once.trace


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in CONTROLS],
)
def test_a_guard_taken_out_is_noticed(simulation: Simulation, name: str) -> None:
    control = CONTROLS[name]
    for seed in range(control.within):
        found = simulation.run(seed, hurt=control.take_out).problems
        if any(control.word in problem for problem in found):
            assert seed < SEEDS or simulation.run(seed).problems == []
            return
    raise AssertionError(f"no seed below {control.within} noticed")
