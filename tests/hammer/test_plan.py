"""What a run may be, and where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from houseful.domain.errors import InvalidRequest
from houseful.hammer import open_files
from houseful.hammer.client import address
from houseful.hammer.people.identities import mint, subject_of
from houseful.hammer.plan import RunPlan, parse_mix, parse_seconds
from houseful.settings import Settings
from houseful.web.auth import Tokens

HERE = RunPlan(address.parse("http://127.0.0.1:8000"))
THERE = replace(HERE, address=address.parse("https://tickets.example"))


@pytest.mark.parametrize(
    ("text", "authority", "is_loopback"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8000", True),
        ("http://localhost:80/", "localhost", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("https://tickets.example/shop", "tickets.example", False),
        ("http://192.168.1.5:8000", "192.168.1.5:8000", False),
        ("http://localhost.example", "localhost.example", False),
    ],
)
def test_an_address_is_this_machine_or_not(text: str, authority: str, is_loopback: bool) -> None:
    parsed = address.parse(text)
    assert (parsed.authority, parsed.is_loopback) == (authority, is_loopback)


@pytest.mark.parametrize(
    "text", ["", "127.0.0.1:8000", "ftp://a", "http://", "http://a:99999", "http://a/?q=1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="expected an address such as"):
        address.parse(text)


def test_another_machine_is_not_hammered_unless_asked_for() -> None:
    with pytest.raises(
        InvalidRequest, match=r"tickets\.example is not this machine: .*--yes-remote"
    ):
        THERE.check()
    assert replace(THERE, allows_remote=True).check().allows_remote


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (
            replace(HERE, viewers=20_000),
            "expected at most 20,000 sockets .* this machine, got 20,1",
        ),
        (replace(HERE, changes_per_second=6_000), "at most 5,000 changes per second"),
        (replace(HERE, duration_s=7_200), "at most 3,600 seconds"),
        (replace(HERE, duration_s=3_600, changes_per_second=500), "at most 1,000,000 changes "),
        (replace(THERE, allows_remote=True, viewers=6_000), "at most 5,000 sockets .* a remote"),
        (replace(THERE, allows_remote=True, changes_per_second=501), "at most 500 changes"),
    ],
)
def test_a_run_has_bounds_that_it_names(plan: RunPlan, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        plan.check()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"viewers": -1}, "--viewers: expected 0 to"),
        ({"viewers": 0, "buyers": 0}, "at least one viewer or buyer"),
        ({"slow_readers": 501}, "--slow-readers: expected 0 to 500, got 501"),
        ({"processes": 0}, "--processes: expected 1 to 64"),
        ({"ramp_s": 61.0}, "--ramp: expected 0 to 60"),
        ({"hot_share": 1.5}, "--hot-seats: expected 0 to 1, got 1.5"),
        ({"duration_s": float("nan")}, "--duration: expected"),
        ({"mix": {"steal": 1.0}}, '--mix: expected release, .* got "steal"'),
        ({"mix": {"pay": 0.0}}, "--mix: expected a weight above 0"),
    ],
)
def test_what_makes_no_sense_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        replace(HERE, **given).check()


def test_the_shares_of_all_processes_are_the_whole() -> None:
    plan = replace(HERE, viewers=501, buyers=50, processes=4, slow_readers=3)
    parts = [plan.share(index) for index in range(4)]
    assert sum(part.viewers for part in parts) == 501
    assert sum(part.buyers for part in parts) == 50
    assert sum(part.slow_readers for part in parts) == 3
    assert sum(part.changes_per_second for part in parts) == pytest.approx(100)
    assert len({part.seed for part in parts}) == 4
    assert all(part.slow_readers <= part.viewers for part in parts)


def test_times_and_mixes_are_read() -> None:
    assert [parse_seconds("-", text) for text in ("500ms", "60s", "2m", "1h", "1.5")] == [
        *(0.5, 60, 120, 3600, 1.5)
    ]
    assert parse_mix("release=3, pay") == {"release": 3.0, "pay": 1.0}
    for wrong in ("", "60x", "s", "-1s"):
        with pytest.raises(InvalidRequest, match="--ramp: expected"):
            parse_seconds("--ramp", wrong)
    with pytest.raises(InvalidRequest, match='expected NAME=WEIGHT, got "pay=lots"'):
        parse_mix("pay=lots")


def test_more_sockets_than_a_process_may_open_are_refused_before_the_run() -> None:
    with pytest.raises(InvalidRequest, match="use more --processes or raise it"):
        open_files.make_room(100_000_000)
    open_files.make_room(10)


def test_a_minted_token_is_one_that_the_server_accepts() -> None:
    tokens = Tokens(Settings(jwt_secret="a-secret-of-enough-length-for-hs256"))  # type: ignore[arg-type]
    token = mint("a-secret-of-enough-length-for-hs256", "hammer-1", {})
    user = tokens.verify(token)
    assert (user.id, user.role, subject_of(token)) == ("hammer-1", "customer", "hammer-1")


@pytest.mark.parametrize("token", ["", "a.b.c", "abc", "a.bnVsbA.c"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequest, match="expected a JSON Web Token"):
        subject_of(token)
