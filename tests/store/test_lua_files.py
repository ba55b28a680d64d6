"""Each Lua file's header is a contract: it is parsed here and held against the body."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from houseful import paths
from houseful.domain.reasons import RESERVATION_REASONS, SEAT_REASONS
from houseful.domain.seats import PAYMENT_MS, TRANSITIONS
from houseful.store import deadline_index, limiter, seats
from houseful.store.scripts import INCLUDE, link

SCRIPTS = sorted(path.stem for path in paths.LUA.glob("*.lua"))
LIBRARY = sorted(path.name for path in (paths.LUA / "lib").glob("*.lua"))
VERDICTS = {"free", "mine", "held", "begun", "done"}
"""Words of the scripts' own reasoning, which never leave them."""


def header(name: str) -> dict[str, str]:
    text = (paths.LUA / f"{name}.lua").read_text(encoding="utf-8")
    lines = [line[2:].strip() for line in text.splitlines() if line.startswith("--")]
    fields: dict[str, str] = {"purpose": lines[0]}
    for line in lines:
        word, colon, rest = line.partition(":")
        if colon and word in {"Invariant", "KEYS", "ARGV", "RETURNS"}:
            fields[word] = rest.strip()
    return fields


def body(name: str) -> str:
    text = (paths.LUA / f"{name}.lua").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("--"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_header_says_purpose_invariant_keys_arguments_and_returns(name: str) -> None:
    fields = header(name)
    assert fields["purpose"].startswith(f"{name}: ")
    assert {"Invariant", "KEYS", "ARGV", "RETURNS"} <= fields.keys()


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_keys_and_arguments_named_are_the_ones_used(name: str) -> None:
    fields, text = header(name), link(paths.LUA, name).text
    named = len(fields["KEYS"].split())
    used = {int(number) for number in re.findall(r"KEYS\[(\d+)\]", text)}
    assert used == set(range(1, named + 1))
    arguments = re.sub(r"[()+*]", "", fields["ARGV"]).split()
    positions = {int(number) for number in re.findall(r"ARGV\[(\d+)\]", body(name))}
    assert max(positions, default=0) <= len(arguments)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_replies_named_are_the_ones_given(name: str) -> None:
    named = set(re.findall(r"\w+", header(name)["RETURNS"]))
    given = set(re.findall(r"return \{ '(\w+)'", body(name)))
    assert given == named


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_reason_given_is_in_the_vocabulary(name: str) -> None:
    quoted = set(re.findall(r"return (?:\w+ and )*'([a-z_]+)'", body(name)))
    quoted |= set(re.findall(r"return \{ 'refused', '(\w+)' \}", body(name)))
    assert quoted - VERDICTS <= SEAT_REASONS.keys() | RESERVATION_REASONS.keys()


def test_every_reason_of_the_vocabulary_is_given_by_some_script() -> None:
    text = "\n".join(link(paths.LUA, name).text for name in SCRIPTS)
    assert {reason for reason in SEAT_REASONS if f"'{reason}'" not in text} == set()
    assert {reason for reason in RESERVATION_REASONS if f"'{reason}'" not in text} == set()


def test_a_holds_bound_is_the_same_in_lua_and_in_the_table() -> None:
    text = (paths.LUA / "lib" / "reservations.lua").read_text(encoding="utf-8")
    assert re.findall(r"PAYMENT_MS = (\d+)", text) == [str(PAYMENT_MS)]
    assert "return created + 2 * hold_ms + PAYMENT_MS" in text


def test_each_transition_of_the_table_is_one_script_and_one_method() -> None:
    for name in TRANSITIONS:
        assert name in SCRIPTS
        assert callable(getattr(seats.SeatStore, name))


def test_every_script_is_run_by_the_store() -> None:
    source = Path(seats.__file__).read_text(encoding="utf-8")
    for module in (limiter, deadline_index):
        source += Path(module.__file__).read_text(encoding="utf-8")
    assert [name for name in SCRIPTS if f'"{name}"' not in source] == []


def test_every_library_file_is_included_and_every_include_exists() -> None:
    included = {
        Path(path).name
        for name in SCRIPTS
        for path in INCLUDE.findall((paths.LUA / f"{name}.lua").read_text(encoding="utf-8"))
    }
    assert sorted(included) == LIBRARY
    assert all("-- include" not in link(paths.LUA, name).text for name in SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_reads_a_clock_of_its_own(name: str) -> None:
    assert "TIME'" not in body(name)
    assert "os.time" not in link(paths.LUA, name).text


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_key_is_declared_or_made_of_one_under_the_event_s_hash_tag(name: str) -> None:
    """What `PREFIX ..` begins with lies in the slot of the keys that were declared."""
    text = link(paths.LUA, name).text
    declared = {"META", "STATE", "FEED", "DEADLINES", "CHECKOUTS", "KEYS"}
    made = set(re.findall(r"function (\w+_key)\(\w+\) return PREFIX \.\.", text))
    made |= set(re.findall(r"(\w+_key) = PREFIX \.\.", text))
    local = {
        word for word, of in re.findall(r"local (\w+) = (\w+)\W", text) if of in made | {"PREFIX"}
    }
    for key in re.findall(r"redis\.call\('[A-Z]+', *(?:books\.)?(\w+)", text):
        assert key in declared | made | local | {"PREFIX"}, key
