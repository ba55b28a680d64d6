"""What the server says, in each language."""

from __future__ import annotations

import string
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from houseful.words import LANGUAGES, in_language, preferred
from houseful.words.en import ENGLISH

SOME_DAY = datetime(2026, 7, 8, 18, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Vienna"))


def sentences(words: Any) -> dict[str, str]:
    """Field → sentence; those that are by kind of row, one each."""
    found: dict[str, str] = {}
    for field in fields(words):
        value = getattr(words, field.name)
        if isinstance(value, str):
            found[field.name] = value
        elif isinstance(value, dict) and field.name != "zones":
            found |= {f"{field.name}.{kind}": sentence for kind, sentence in value.items()}
    return found


def facts(sentence: str) -> set[str]:
    """What is filled in."""
    return {part[1] for part in string.Formatter().parse(sentence) if part[1]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_with_the_same_facts(language: str) -> None:
    own, english = sentences(LANGUAGES[language]), sentences(ENGLISH)
    assert own.keys() == english.keys()
    for name, sentence in own.items():
        assert sentence.strip() or name == "decimal_point", name
        assert facts(sentence) == facts(english[name]), name
    assert len(set(LANGUAGES[language].months)) == 12


@pytest.mark.parametrize(
    ("tag", "moment", "money"),
    [
        ("en", "Wednesday 8 July 2026, 20:30 CEST", "-22.50 EUR"),
        ("de-AT", "Mittwoch, 8. Juli 2026, 20:30 Uhr (MESZ)", "-22,50 EUR"),
    ],
)
def test_times_and_money_are_written_as_people_there_do(tag: str, moment: str, money: str) -> None:
    words = in_language(tag)
    assert (words.moment(SOME_DAY), words.money(-2250, "EUR")) == (moment, money)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH,fr;q=0.9", "de"),
        ("fr,de;q=0.8,en;q=0.9", "en"),
        ("en;q=0,de;q=0.1", "de"),
        ("fr, it;q=0.5", "en"),
        ("de;q=x, en", "en"),
        ("*", "en"),
        ("de;q=1," * 500, "de"),
    ],
)
def test_the_language_is_the_one_the_browser_asks_for_first(header: str, language: str) -> None:
    assert preferred(header) == language
