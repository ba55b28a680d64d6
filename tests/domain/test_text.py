"""Free text is kept in one form, and nothing in it can turn a line or a terminal around."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from houseful.domain.text import clean, has_ink, is_clean, visible


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("a\x00b", "ab"),
        ("  Ada\tLovelace\r\n", "Ada Lovelace"),
        ("A\u030asa", "Åsa"),
        ("\u202a+49 170 1234567\u202c", "+49 170 1234567"),
        ("\ufeffAda\u200b", "Ada"),
        ("x\u2028y", "x y"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\x9b31mred", "31mred"),
        ("half \ud800", "half"),
    ],
)
def test_what_is_kept_of_a_text(came: str, kept: str) -> None:
    assert clean(came) == kept


@given(st.text())
def test_what_is_kept_is_kept_again_and_holds_no_control(text: str) -> None:
    kept = clean(text)
    assert is_clean(kept)
    assert unicodedata.is_normalized("NFC", kept)
    assert not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in kept)


def test_joiners_and_spaces_alone_are_nothing_to_see() -> None:
    assert not has_ink("\u200d \u200c")
    assert has_ink("李")


def test_a_terminal_is_shown_escapes_and_not_obeying_them() -> None:
    assert visible("a\x1b[31m\u202eb\x9b\r\n\tc") == "a\\x1b[31m\\u202eb\\x9b\\x0d\n\tc"
