"""Guards of the product, each taken out: the simulation must notice, or it proves nothing.

`CONTROLS`: name → how to take it out, below which seed one goes red,
and a word of what that seed says.
`python -m tests.simulation --control NAME` looks for such a seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from unittest import mock

from houseful.checkout import charges
from houseful.checkout.completer import Completer
from houseful.checkout.outbox import Relay
from houseful.ledger import claims
from houseful.sales import catalog
from tests.simulation.house import House


@dataclass(frozen=True)
class Control:
    """A guard taken out: some seed below `within` goes red without it, and says `word`."""

    take_out: Callable[[House], Any]
    within: int
    word: str


def patched(where: Any, name: str, value: Any) -> Callable[[House], Any]:
    return lambda house: mock.patch.object(where, name, value)


async def nothing(*_: Any, **__: Any) -> int:
    return 0


def kept_before(house: House) -> Any:
    """A promise is marked kept before it is."""
    attempt = Relay._try

    async def early(self: Relay, job: Any) -> bool:
        self._parts.kept.add(job.id)
        await self._mark_kept()
        return await attempt(self, job)

    return mock.patch.object(Relay, "_try", early)


CONTROLS: Final = {
    "another house's money is ours": Control(
        patched(charges, "is_ours", lambda *_: True), 15, "I11"
    ),
    "versions begin anew": Control(patched(catalog, "VERSIONS_PER_GENERATION", 1), 15, "version"),
    "a claim outlives its booking": Control(patched(claims, "end", nothing), 15, "I10"),
    "promises are marked before they are kept": Control(kept_before, 60, "no mail"),
    "nobody goes on after a crash": Control(
        patched(Completer, "start_due", nothing), 30, "unfinished"
    ),
}
