"""Tables for spreadsheets: CSV that Excel and its kin open as it was meant.

A byte order mark says UTF-8. A cell that a spreadsheet would compute, or take for a date or a
number in another notation, begins with an apostrophe. Rules after OWASP's "CSV Injection" and what
Microsoft documents of Excel's data entry; both read 2026-11.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

FORMULA_STARTS: Final = frozenset("=+-@")
"""The first visible character of a formula, in any width: `＝` is one in Japanese editions."""

_PHONE: Final = re.compile(r"\+?[0-9()][0-9 ().\-/]{2,}")
_SPACED_NUMBER: Final = re.compile(r"\+[0-9()]+( [0-9()]+)+")
"""Two numbers with a space between are no formula: such a cell stays text."""

_MONTH: Final = (
    r"(jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sept?|oct|okt|nov|dec|dez|january|januar|february"
    r"|februar|march|märz|april|june|juni|july|juli|august|september|october|oktober|november"
    r"|december|dezember)"
)
_DATE_OR_NUMBER: Final = re.compile(
    r"\d{1,4}[-/:]\d{1,4}([-/:]\d{1,4})?|\d{1,4}\.\d{1,2}\.\d{0,4}|\d+([.,]\d+)?e[-+]?\d+"
    rf"|\d{{1,2}}[-./ ]*{_MONTH}([-./ ]*\d{{1,4}})?|{_MONTH}[-./ ]*\d{{1,4}}",
    re.IGNORECASE,
)
_AFTER_SEMICOLON: Final = re.compile(r"(;\s*)(?=\S)")
"""In half of Europe a semicolon begins the next cell."""


def csv_lines(rows: Iterable[Iterable[str]]) -> bytes:
    """RFC 4180 lines, every cell in quotes."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(
        [cell_text(cell) for cell in row] for row in rows
    )
    return out.getvalue().encode()


def cell_text(cell: str) -> str:
    """`cell`, made harmless where a spreadsheet would make something else of it."""
    pieces = _AFTER_SEMICOLON.split(cell)
    return "".join(piece if piece.startswith(";") else _harmless(piece) for piece in pieces)


def _harmless(text: str) -> str:
    if _SPACED_NUMBER.fullmatch(text):
        return text
    begins = _first_visible(text) in FORMULA_STARTS
    return f"'{text}" if begins or _DATE_OR_NUMBER.fullmatch(text) else text


def _first_visible(text: str) -> str:
    """The first character that is no space, control or format mark, in its plain form."""
    seen = next((one for one in text if unicodedata.category(one)[0] not in "ZC"), "")
    return unicodedata.normalize("NFKC", seen)[:1]


def phone_cell(number: str) -> str:
    """A telephone number that a spreadsheet leaves alone: neither summed up nor robbed of its 0.

    Only what stands between its digits changes: `+49-170-1234567` → `+49 170 1234567`, and one
    without anything between gets a space. What is no number is left to `cell_text`.
    """
    if not _PHONE.fullmatch(number):
        return number
    spaced = re.sub(r"[ .\-/]+", " ", number).strip()
    if " " in spaced:
        return spaced
    cut = -7 if len(spaced) > 9 else len(spaced) // 2
    return f"{spaced[:cut]} {spaced[cut:]}"
