"""The button that leaves a dialog says what stays as it is; "Cancel" never means keep."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static"
WORDS = re.compile(r'^ {2}"([\w.]+)":\s+"([^"]*)",$', re.MULTILINE)
DIALOG = re.compile(r"\b(?:act|ask)\(\{$.*?^\s*\}\);?$", re.MULTILINE | re.DOTALL)
"""A call that opens one, with what it is given."""

LEAVES = re.compile(r'keep: t\((?:"([\w.]+)"|`venue\.\$\{name\}\.(keep)`)\)')
BARE = {"Cancel", "Abbrechen", "Stornieren", "Go back", "Zurück", "OK", "Yes", "No", "Ja", "Nein"}
"""Beside a question, none of these says what becomes of it."""

SAYS_WHAT_STAYS = {
    "en": re.compile(r"^Keep \w|^(Change|Send) nothing$|^(Sign in|Add) no \w"),
    "de": re.compile(r"\w (behalten|lassen)$|^Nichts \w|^Keine?n? \w"),
}
PARTS = (".", "venue", "faults")


def words(language: str) -> dict[str, str]:
    """Key → text, of all sentences on one line."""
    files = [STATIC / "strings" / part / f"{language}.js" for part in PARTS]
    return dict(pair for file in files for pair in WORDS.findall(file.read_text("utf-8")))


def dialogs() -> list[str]:
    return [
        found
        for file in sorted(STATIC.rglob("*.js"))
        for found in DIALOG.findall(file.read_text("utf-8"))
    ]


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_button_says_cancel_without_what(language: str) -> None:
    bare = {key for key, text in words(language).items() if text in BARE}
    assert bare <= {"back"}, "the way back through the pages alone"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_button_that_keeps_says_what_it_keeps(language: str) -> None:
    found = words(language)
    keys = {match[0] for each in dialogs() for match in LEAVES.findall(each)} - {""}
    keys |= {"venue.keep", "venue.block.keep", "venue.unblock.keep", "booking.cancelKeep"}
    assert len(keys) >= 12
    for key in keys:
        assert SAYS_WHAT_STAYS[language].search(found[key]), (key, found[key])


def test_every_dialog_that_takes_something_away_names_what_stays() -> None:
    silent = [
        each
        for each in dialogs()
        if re.search(r'isDanger: true|tone: "warning"', each)
        if each.startswith("act(") and not LEAVES.search(each)
    ]
    assert silent == []


def test_the_scan_sees_a_dialog_that_does_not() -> None:
    silent = 'x = act({\n  title: t("a"),\n  isDanger: true,\n});\n'
    (found,) = DIALOG.findall(silent)
    assert not LEAVES.search(found)
