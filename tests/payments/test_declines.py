"""What the buyer reads when a card says no."""

from __future__ import annotations

import pytest

from houseful.payments import declines


@pytest.mark.parametrize("code", ["lost_card", "stolen_card", "fraudulent", "made_up", "", None])
def test_a_code_the_buyer_may_not_know_reads_as_a_plain_decline(code: str | None) -> None:
    error = declines.declined(code)
    assert error.details == {"declineCode": "card_declined"}
    assert error.message == declines.SENTENCES["card_declined"]


@pytest.mark.parametrize("code", declines.SENTENCES)
def test_every_other_code_is_told_in_a_whole_sentence(code: str) -> None:
    error = declines.declined(code)
    assert error.details == {"declineCode": code}
    assert error.message[0].isupper()
    assert error.message.endswith(".")
    assert (error.status, error.retryable, error.same_key) == (402, True, True)
