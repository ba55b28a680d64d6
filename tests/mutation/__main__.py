"""Put small faults into the code and see whether the tests notice.

    python -m tests.mutation                              every mutant of every room: hours
    python -m tests.mutation checkout --sample 100 --seed 1
    python -m tests.mutation --guards                     the named guards

Prints the score and the survivors that `survivors.toml` does not explain; red if there is one. A mutant
is put into a fork of a process that has loaded and collected everything, and only tests that reach its
line are run, until one fails.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys

import pytest

from tests.mutation.guards import try_all
from tests.mutation.mutants import mutants_of
from tests.mutation.rooms import CHECKOUT, ROOMS
from tests.mutation.score import Score, Voice


def main() -> int:
    chosen = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    chosen.add_argument("rooms", nargs="*", help="all if none is named")
    chosen.add_argument("--sample", type=int, help="this many mutants a room, drawn by --seed")
    chosen.add_argument("--seed", type=int, default=1)
    chosen.add_argument("--only", default="", help="mutants with this in their name")
    chosen.add_argument("--budget", type=float, default=20, help="seconds of tests a mutant")
    chosen.add_argument("--wordy", action="store_true", help="say what became of each")
    chosen.add_argument("--guards", action="store_true", help="the named guards of guards.toml")
    given = chosen.parse_args()
    os.chdir(CHECKOUT)
    ours, theirs = multiprocessing.Pipe()
    fresh = os.fork()
    if fresh == 0:
        ours.close()
        from tests.mutation.trial import serve_fresh

        serve_fresh(theirs)
        os._exit(0)
    theirs.close()
    if given.guards:
        unnoticed = try_all(ours, given.only)
        ours.close()
        return 1 if unnoticed else 0
    from tests.mutation.trial import PYTEST, Bench

    unexplained = 0
    for name in given.rooms or ROOMS:
        made = [
            mutant
            for file in ROOMS[name].files()
            for mutant in mutants_of(CHECKOUT, file)
            if given.only in mutant.name
        ]
        drawn = made
        if given.sample is not None and given.sample < len(made):
            drawn = random.Random(given.seed).sample(made, given.sample)
        score = Score(f"{name}: {len(drawn)} of {len(made)} mutants", given.wordy)
        child = os.fork()
        if child == 0:
            score.say = Voice()
            bench = Bench(drawn, ours, given.budget, score)
            code = pytest.main([*PYTEST, *ROOMS[name].tests], plugins=[bench])
            if code not in (0, 5):
                score.say(f"pytest ended with {code}")
            os._exit(1 if score.unexplained or code not in (0, 5) else 0)
        unexplained += os.waitpid(child, 0)[1] != 0
    ours.close()
    os.waitpid(fresh, 0)
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
