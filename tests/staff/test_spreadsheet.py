"""What a spreadsheet makes of our table is what we wrote."""

from __future__ import annotations

import csv
import io

import pytest

from houseful.staff.spreadsheet import cell_text, csv_lines, phone_cell


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        " =1+1",
        "\t=1+1",
        "\u00a0=1+1",
        "\u200b=1+1",
        "\x00=1+1",
        "\u202e@x",
        "\n-1",
        "\r+1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "﹢1",
        "+49",
        "+49-170",
        "-x",
        "3-5",
        "1/2",
        "12.5.",
        "1E5",
        "MAR 3",
        "1 Dez",
        "10:30",
    ],
)
def test_a_cell_that_would_be_computed_is_marked_as_text(cell: str) -> None:
    assert cell_text(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "Ada",
        "75.00",
        "7500",
        "BK-2026-000001",
        "2026-01-09T12:00:00Z",
        "2026-01-09 20:00",
        "a=b",
        "Block B, row 3, seat 5",
        "+49 170 1234567",
        "(030) 1234",
        "Mara 3",
        "ada@example.org",
    ],
)
def test_other_cells_stay_themselves(cell: str) -> None:
    assert cell_text(cell) == cell


def test_what_follows_a_semicolon_is_a_cell_where_that_parts_them() -> None:
    assert cell_text("x;=1+1") == "x;'=1+1"
    assert cell_text("a; b; -c") == "a; b; '-c"


@pytest.mark.parametrize(
    ("number", "cell"),
    [
        ("+49 170 1234567", "+49 170 1234567"),
        ("0170 1234567", "0170 1234567"),
        ("+49-170-1234567", "+49 170 1234567"),
        ("030/123456", "030 123456"),
        ("+491701234567", "+49170 1234567"),
        ("01701234567", "0170 1234567"),
        ("+49 (0)170 1234567", "+49 (0)170 1234567"),
        ("12345", "12 345"),
        ("=1+1", "=1+1"),
        ("ask Ada", "ask Ada"),
    ],
)
def test_a_telephone_number_keeps_its_digits_and_is_no_sum(number: str, cell: str) -> None:
    assert phone_cell(number) == cell


def test_every_cell_is_quoted_and_read_back() -> None:
    rows = [["a", 'say "hi", you'], ["ü\n2", "=x"]]
    text = csv_lines(rows).decode()
    assert list(csv.reader(io.StringIO(text))) == [rows[0], ["ü\n2", "'=x"]]
    assert text.startswith('"a",')
