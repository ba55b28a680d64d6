"""One bad row never hides the others, and does not go unnoticed."""

from __future__ import annotations

from dataclasses import dataclass

from structlog.testing import capture_logs

from houseful.telemetry.metrics import HAPPENINGS
from houseful.telemetry.rows import readable, skipped


@dataclass
class Row:
    id: int
    text: str


def test_a_row_that_cannot_be_shown_is_left_out_logged_counted_and_kept_until_it_can() -> None:
    counter = HAPPENINGS.labels("row_skipped")
    before = counter._value.get()
    rows = [Row(1, "1"), Row(2, "x"), Row(3, "3")]
    with capture_logs() as lines:
        assert readable("booking", rows, lambda row: int(row.text)) == [1, 3]
    assert [(line["event"], line["what"], line["id"], line["error"]) for line in lines] == [
        ("row_skipped", "booking", 2, "ValueError")
    ]
    assert counter._value.get() == before + 1
    assert "2" in skipped()["booking"]
    rows[1].text = "2"
    assert readable("booking", rows, lambda row: int(row.text)) == [1, 2, 3]
    assert "2" not in skipped().get("booking", [])
