"""Which webhooks are believed, and what is read from them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from stripe import WebhookSignature

from houseful.payments import webhooks
from houseful.payments.webhooks import WebhookEvent, WebhookRefused, verify
from tests.stripe_double.webhooks import sign

SECRET = "whsec_test"
NOW_S = 1_800_000_000
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.succeeded",
    "created": NOW_S,
    "livemode": False,
    "data": {"object": {"id": "pi_1", "object": "payment_intent", "status": "succeeded"}},
}
BODY = json.dumps(EVENT).encode()


def signed(body: bytes = BODY, secret: str = SECRET, at_s: int = NOW_S) -> str:
    return sign(body, secret, at_s)


def test_a_genuine_webhook_is_read() -> None:
    assert verify(BODY, signed(), SECRET, now_s=NOW_S) == WebhookEvent(
        id="evt_1",
        kind="payment_intent.succeeded",
        object_id="pi_1",
        payment_id="pi_1",
        created_ms=NOW_S * 1000,
        is_live=False,
    )


def test_what_stripes_own_library_signs_is_believed() -> None:
    header = WebhookSignature.generate_signature_header(BODY.decode(), SECRET, NOW_S)
    assert verify(BODY, header, SECRET, now_s=NOW_S).id == "evt_1"


def test_the_same_webhook_again_is_the_same_event() -> None:
    again = verify(BODY, signed(at_s=NOW_S + 60), SECRET, now_s=NOW_S + 60)
    assert again == verify(BODY, signed(), SECRET, now_s=NOW_S)


def test_a_webhook_signed_with_another_secret_is_refused() -> None:
    with pytest.raises(WebhookRefused, match="does not match"):
        verify(BODY, signed(secret="whsec_forged"), SECRET, now_s=NOW_S)


def test_a_webhook_whose_body_was_changed_is_refused() -> None:
    with pytest.raises(WebhookRefused, match="does not match"):
        verify(BODY.replace(b"pi_1", b"pi_2"), signed(), SECRET, now_s=NOW_S)


def test_a_body_encoded_anew_is_refused_because_its_bytes_differ() -> None:
    with pytest.raises(WebhookRefused, match="does not match"):
        verify(json.dumps(EVENT, indent=1).encode(), signed(), SECRET, now_s=NOW_S)


def test_an_old_signature_with_a_fresh_time_written_over_it_is_refused() -> None:
    replayed = signed(at_s=NOW_S - 3600).replace(str(NOW_S - 3600), str(NOW_S))
    with pytest.raises(WebhookRefused, match="does not match"):
        verify(BODY, replayed, SECRET, now_s=NOW_S)


@pytest.mark.parametrize("skew_s", [-300, -1, 0, 1, 300])
def test_a_webhook_within_five_minutes_either_way_is_believed(skew_s: int) -> None:
    assert verify(BODY, signed(at_s=NOW_S + skew_s), SECRET, now_s=NOW_S).id == "evt_1"


@pytest.mark.parametrize("skew_s", [-3600, -301, 301, 3600])
def test_a_webhook_from_longer_ago_or_further_ahead_is_refused(skew_s: int) -> None:
    with pytest.raises(WebhookRefused, match="at most 300 s from now"):
        verify(BODY, signed(at_s=NOW_S + skew_s), SECRET, now_s=NOW_S)


def test_stripes_own_library_believes_the_future_which_is_why_we_bound_it_ourselves() -> None:
    ahead = signed(at_s=4_000_000_000)
    assert WebhookSignature.verify_header(BODY, ahead, SECRET, tolerance=300)
    with pytest.raises(WebhookRefused):
        verify(BODY, ahead, SECRET)


def test_while_a_secret_is_rolled_either_signature_will_do() -> None:
    old, new = signed(secret="whsec_old"), signed()
    both = f"{old},{new.partition(',')[2]}"
    assert verify(BODY, both, SECRET, now_s=NOW_S).id == "evt_1"


def test_a_signature_that_holds_does_not_excuse_a_second_time() -> None:
    with pytest.raises(WebhookRefused, match="one t="):
        verify(BODY, f"{signed()},t={NOW_S}", SECRET, now_s=NOW_S)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        f"t={NOW_S}",
        "v1=00",
        "t=,v1=00",
        "t=x,v1=00",
        "t=-1,v1=00",
        "t=٣,v1=00",
        f"t={'9' * 400},v1=00",
        f"t={NOW_S},t={NOW_S},v1=00",
        f"t={NOW_S},v0=00",
        f"t={NOW_S},v1=é",
    ],
)
def test_a_header_that_is_none_is_refused(header: str | None) -> None:
    with pytest.raises(WebhookRefused):
        verify(BODY, header, SECRET, now_s=NOW_S)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"id": "evt_1"}',
        json.dumps({**EVENT, "id": 1}).encode(),
        json.dumps({**EVENT, "created": "soon"}).encode(),
        json.dumps({**EVENT, "data": {}}).encode(),
        json.dumps({**EVENT, "data": {"object": "pi_1"}}).encode(),
    ],
)
def test_a_well_signed_body_that_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookRefused):
        verify(body, signed(body), SECRET, now_s=NOW_S)


def test_a_body_over_the_limit_is_refused_before_it_is_hashed() -> None:
    with pytest.raises(WebhookRefused, match="at most"):
        verify(b"x" * (webhooks.MAX_BODY_BYTES + 1), signed(), SECRET, now_s=NOW_S)


def test_without_a_secret_nothing_is_verified() -> None:
    with pytest.raises(ValueError, match="webhook secret"):
        verify(BODY, sign(BODY, "", NOW_S), "", now_s=NOW_S)


@pytest.mark.parametrize(
    ("kind", "subject", "payment_id"),
    [
        ("charge.refunded", {"id": "ch_1", "object": "charge", "payment_intent": "pi_9"}, "pi_9"),
        ("refund.failed", {"id": "re_1", "object": "refund", "payment_intent": "pi_9"}, "pi_9"),
        ("charge.dispute.created", {"id": "dp_1", "object": "dispute"}, None),
        ("customer.created", {"id": "cus_1", "object": "customer"}, None),
    ],
)
def test_the_payment_concerned_is_found_in_any_object(
    kind: str, subject: dict[str, str], payment_id: str | None
) -> None:
    body = json.dumps({**EVENT, "type": kind, "data": {"object": subject}}).encode()
    event = verify(body, signed(body), SECRET, now_s=NOW_S)
    assert (event.kind, event.object_id, event.payment_id) == (kind, subject["id"], payment_id)
