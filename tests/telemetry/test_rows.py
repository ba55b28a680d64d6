"""One bad row never hides the others, and does not go unnoticed."""

from __future__ import annotations

from structlog.testing import capture_logs

from houseful.telemetry.metrics import HAPPENINGS
from houseful.telemetry.rows import readable


def test_a_row_that_cannot_be_shown_is_left_out_logged_and_counted() -> None:
    counter = HAPPENINGS.labels("row_skipped")
    before = counter._value.get()
    with capture_logs() as lines:
        assert readable("number", ["1", "x", "3"], int) == [1, 3]
    assert [(line["event"], line["what"], line["error"]) for line in lines] == [
        ("row_skipped", "number", "ValueError")
    ]
    assert counter._value.get() == before + 1
