"""What a run does: who watches, who buys, how fast, how long, and the bounds it stays in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from houseful.domain.errors import InvalidRequest
from houseful.domain.wording import shown
from houseful.hammer.client.address import Address

FATES: Final[dict[str, str]] = {
    "release": "give the hold back",
    "reserve": "keep the hold until the run ends",
    "abandon": "go away, and let the hold end by itself",
    "pay": "buy",
    "decline": "pay with a card that is declined",
    "cancel": "buy, then cancel and get the money back",
}
"""What a buyer may do with a hold."""

PAYING: Final = frozenset({"pay", "decline", "cancel"})
MIX: Final[Mapping[str, float]] = {"release": 70, "abandon": 10, "pay": 15, "decline": 5}


@dataclass(frozen=True, slots=True)
class Bound:
    """The most a run may be."""

    sockets: int
    changes_per_second: float
    duration_s: float


LOOPBACK: Final = Bound(sockets=20_000, changes_per_second=5_000, duration_s=3_600)
"""One address has 28,000 ports to come from; each grant is kept until the verdict."""

REMOTE: Final = Bound(sockets=5_000, changes_per_second=500, duration_s=900)
MOST_CHANGES: Final = 1_000_000
"""In one run: each grant is remembered until the verdict, some 300 bytes."""

SOCKETS_PER_USER: Final = 20
"""The server closes more of one user on one event and worker (4030)."""

MOST_PROCESSES: Final = 64


@dataclass(frozen=True, slots=True)
class RunPlan:
    """A whole run. `check` says what is wrong with it."""

    address: Address
    event_id: int | None = None
    viewers: int = 500
    buyers: int = 50
    duration_s: float = 60.0
    ramp_s: float = 5.0
    processes: int = 1
    mix: Mapping[str, float] = field(default_factory=lambda: dict(MIX))
    changes_per_second: float = 100.0
    seats_per_hold: int = 3
    hot_share: float = 0.5
    """The share of attempts that go for the few seats everyone wants."""
    standing_share: float = 0.2
    """The share of attempts at places of a standing area, where there are any."""
    best_share: float = 0.1
    """The share of attempts that leave the choice of seats to the server."""
    stale_share: float = 0.05
    """The share of attempts with a version that is known to be old: each must be refused."""
    socket_share: float = 0.5
    """The share of buyers who reserve and release over their live socket."""
    ticket_share: float = 0.1
    """The share of viewers who come with a one-time ticket, as browsers do."""
    binary_share: float = 0.3
    """The share of viewers who ask for the compact binary frames."""
    slow_readers: int = 0
    storm_every_s: float = 0.0
    storm_share: float = 1.0
    expiry_patience_s: float = 15.0
    """How long to wait at the end for abandoned holds; those that last longer are given back."""
    late_s: float = 1.0
    """How long after its deadline a hold may still show."""
    outage_patience_s: float = 10.0
    """How long the server may be gone before the run is given up."""
    seed: int = 1
    tokens: tuple[str, ...] = ()
    jwt_secret: str = ""
    jwt_claims: Mapping[str, str] = field(default_factory=dict)
    """`iss` and `aud`, where the server demands them."""
    allows_remote: bool = False

    @property
    def sockets(self) -> int:
        """The most connections at once: viewers, buyers' HTTP and live sockets, and ours."""
        return self.viewers + 2 * self.buyers + 12 * self.processes

    def check(self) -> RunPlan:
        """Itself. Raises InvalidRequest for the first thing that is out of bounds."""
        self._check_shape()
        address, bound = self.address, LOOPBACK
        if not address.is_loopback:
            if not self.allows_remote:
                raise InvalidRequest(
                    f"{address.host} is not this machine: expected a loopback address,"
                    " or --yes-remote if that server is yours to hammer"
                )
            bound = REMOTE
        place = "this machine" if bound is LOOPBACK else "a remote server"
        at_most(
            "sockets (viewers + 2 × buyers + 12 × processes)", self.sockets, bound.sockets, place
        )
        at_most("changes per second", self.changes_per_second, bound.changes_per_second, place)
        at_most("seconds", self.duration_s, bound.duration_s, place)
        whole = self.changes_per_second * self.duration_s
        at_most("changes (changes per second × duration)", whole, MOST_CHANGES, "one run")
        return self

    def _check_shape(self) -> None:
        between("--viewers", self.viewers, 0, 1_000_000)
        between("--buyers", self.buyers, 0, 1_000_000)
        between("--slow-readers", self.slow_readers, 0, self.viewers)
        between("--processes", self.processes, 1, MOST_PROCESSES)
        between("--duration", self.duration_s, 0.1, 1_000_000)
        between("--ramp", self.ramp_s, 0, self.duration_s)
        between("--changes-per-second", self.changes_per_second, 0.1, 1_000_000)
        between("--seats-per-hold", self.seats_per_hold, 1, 100)
        between("--late", self.late_s, 0, 60)
        between("--reconnect-storm", self.storm_every_s, 0, self.duration_s)
        shares = {
            "--hot-seats": self.hot_share,
            "--standing": self.standing_share,
            "--best": self.best_share,
            "--stale": self.stale_share,
            "--socket-buyers": self.socket_share,
            "--ticket-viewers": self.ticket_share,
            "--binary-viewers": self.binary_share,
            "--storm-share": self.storm_share,
        }
        for name, share in shares.items():
            between(name, share, 0, 1)
        if self.viewers + self.buyers == 0:
            raise InvalidRequest("expected at least one viewer or buyer, got none")
        check_mix(self.mix)
        if self.tokens and not self.jwt_secret:
            at_most(
                f"sockets for {len(self.tokens)} tokens, {SOCKETS_PER_USER} each",
                self.viewers + self.buyers + self.processes,
                SOCKETS_PER_USER * len(self.tokens),
                "one server",
            )

    def share(self, index: int) -> RunPlan:
        """What client process `index` of `processes` does of it."""

        def part(number: int) -> int:
            return number // self.processes + (index < number % self.processes)

        buyers = part(self.buyers)
        return replace(
            self,
            viewers=part(self.viewers),
            buyers=buyers,
            slow_readers=part(self.slow_readers),
            changes_per_second=self.changes_per_second * buyers / max(1, self.buyers),
            seed=self.seed * MOST_PROCESSES + index,
        )


def check_mix(mix: Mapping[str, float]) -> None:
    for fate, weight in mix.items():
        if fate not in FATES:
            raise InvalidRequest(f"--mix: expected {', '.join(FATES)}, got {shown(fate)}")
        if not 0 <= weight <= 1_000_000:
            raise InvalidRequest(f"--mix: expected a weight from 0 to 1000000, got {weight}")
    if not any(mix.values()):
        raise InvalidRequest("--mix: expected a weight above 0, got none")


def parse_mix(text: str) -> dict[str, float]:
    """`release=70,pay=20` → weights. Raises InvalidRequest."""
    mix: dict[str, float] = {}
    for pair in text.split(","):
        fate, _, weight = pair.strip().partition("=")
        try:
            mix[fate] = float(weight or "1")
        except ValueError:
            raise InvalidRequest(f"--mix: expected NAME=WEIGHT, got {shown(pair, 40)}") from None
    check_mix(mix)
    return mix


UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse_seconds(option: str, text: str) -> float:
    """`500ms`, `60s`, `2m`, `1h`, or a bare number of seconds. Raises InvalidRequest."""
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    try:
        seconds = float(number) * UNITS[text[len(number) :] or "s"]
    except (ValueError, KeyError):
        raise InvalidRequest(
            f"{option}: expected a time such as 30s, 2m or 500ms, got {shown(text, 40)}"
        ) from None
    between(option, seconds, 0, 1_000_000)
    return seconds


def between(name: str, number: float, least: float, most: float) -> None:
    if not least <= number <= most:  # also refuses NaN
        raise InvalidRequest(f"{name}: expected {least:g} to {most:g}, got {number:g}")


def at_most(what: str, number: float, most: float, place: str) -> None:
    if number > most:
        raise InvalidRequest(
            f"expected at most {most:,.10g} {what} against {place}, got {number:,.10g}"
        )
