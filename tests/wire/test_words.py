"""Every code that can reach a person has words in both languages, and none beside them.

A code that is added to a table of the server needs its words in `static/strings`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from houseful.dashboard.alerts import ALERTS
from houseful.domain.reasons import SEAT_REASONS
from houseful.payments.declines import SENTENCES
from houseful.readiness.findings import FINDINGS
from houseful.wire.close_codes import CLOSE_CODES
from houseful.wire.error_codes import error_codes

STRINGS = Path(__file__).parents[2] / "static" / "strings"
KEY = re.compile(r'^ {2}"([\w.]+)":', re.MULTILINE)


def codes(part: str, language: str, prefix: str) -> set[str]:
    """What stands after `prefix` in the keys of one file of words."""
    source = (STRINGS / part / f"{language}.js").read_text(encoding="utf-8")
    keys = KEY.findall(source)
    return {key.removeprefix(prefix) for key in keys if key.startswith(prefix)}


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_error_code_has_words(language: str) -> None:
    found = codes("faults", language, "fault.")
    assert found == {*error_codes(), "other", "invalid_request.field"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_decline_that_a_buyer_may_know_has_words(language: str) -> None:
    assert codes("faults", language, "decline.") == set(SENTENCES)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_close_code_has_words(language: str) -> None:
    assert codes("faults", language, "close.") == {str(code) for code, _, _ in CLOSE_CODES}


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_reason_of_a_seat_has_words(language: str) -> None:
    assert codes(".", language, "reason.") == {*SEAT_REASONS, "expired", "other"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_alert_of_staff_has_a_title_and_a_sentence(language: str) -> None:
    found = codes("venue", language, "venue.alert.")
    assert found == {word for code in ALERTS for word in (code, f"{code}.text")}


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_finding_that_is_not_fine_has_words(language: str) -> None:
    found = codes("venue", language, "venue.ready.") - {"guide"}
    assert found == {code for code, (severity, _) in FINDINGS.items() if severity != "fine"}
