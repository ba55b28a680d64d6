"""All benchmarks, or those named, and the table of the README's "Numbers" made of what they found.

    python -m tests.bench [--quick] [--long] [NAME ...]

`--quick` is for seeing that they run: fewer viewers, shorter. `--long` holds the sustained fan-out for
ten minutes. A C compiler is used where there is one, for the floor of fan-out; none is needed.
"""

from __future__ import annotations

import argparse
import time

from houseful.telemetry import log
from tests.bench import (
    best,
    bookings,
    cold_map,
    edge,
    expiry,
    fanout,
    reserve,
    rest,
    script_cost,
    start,
    viewers,
)
from tests.bench.rig import LOAD_CORE, Numbers, pin

BENCHES = {
    "fanout": fanout.run,
    "reserve": reserve.run,
    "bookings": bookings.run,
    "script_cost": script_cost.run,
    "best": best.run,
    "cold_map": cold_map.run,
    "viewers": viewers.run,
    "expiry": expiry.run,
    "rest": rest.run,
    "start": start.run,
    "edge": edge.run,
}


def table(numbers: Numbers) -> str:
    lines = ["| what | here | beside it, in the same run | command |", "| --- | --- | --- | --- |"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in numbers.rows])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(BENCHES)}; all without any")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--long", action="store_true")
    given = parser.parse_args()
    unknown = set(given.names) - set(BENCHES)
    if unknown:
        parser.error(f"expected names of {', '.join(BENCHES)}, got {', '.join(sorted(unknown))}")
    log.configure("console", "error")
    pin(LOAD_CORE)
    numbers = Numbers()
    for name in given.names or BENCHES:
        begin = time.monotonic()
        BENCHES[name](numbers, quick=given.quick, long=given.long)
        print(f"{name}: {time.monotonic() - begin:.0f} s", flush=True)
    print(table(numbers))


if __name__ == "__main__":
    main()
