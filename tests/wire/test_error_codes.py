"""The table of codes: one for each thing that can be wrong."""

from __future__ import annotations

from houseful.wire.error_codes import error_codes


def test_no_code_is_another_s_words_in_another_order() -> None:
    codes = list(error_codes())
    assert len({frozenset(code.split("_")) for code in codes}) == len(codes)
