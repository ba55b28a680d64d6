"""Run seeds: `python -m tests.simulation --seeds 0:10000`, or one again: `--seed 7 --trace`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from houseful.valkey.embedded import EmbeddedValkey
from tests.simulation.controls import CONTROLS
from tests.simulation.run import Simulation, untouched


def main() -> int:
    chosen = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    chosen.add_argument("--seeds", default="0:500", help="from:to, 0:500 by default")
    chosen.add_argument("--seed", type=int, help="this one alone")
    chosen.add_argument("--trace", action="store_true", help="say all that happened")
    chosen.add_argument("--control", choices=CONTROLS, help="without this guard; ends at red")
    given = chosen.parse_args()
    hurt = CONTROLS[given.control].take_out if given.control else untouched
    first, last = (int(part) for part in given.seeds.split(":"))
    seeds = range(first, last) if given.seed is None else [given.seed]
    began, red = time.monotonic(), 0
    with (
        tempfile.TemporaryDirectory(prefix="simulation-") as directory,
        EmbeddedValkey(Path(directory)) as valkey,
    ):
        simulation = Simulation(Path(valkey.url.removeprefix("unix://")))
        for seed in seeds:
            report = simulation.run(seed, trace=given.trace, hurt=hurt)
            if given.trace:
                print("\n".join(report.lines))
            if report.problems:
                red += 1
                print(report.line, *report.problems, sep="\n  ", flush=True)
                if given.control:
                    break
        simulation.close()
    took = time.monotonic() - began
    print(f"{len(seeds)} seeds, {red} red, {took:.1f} s; last trace {report.trace[:16]}")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
