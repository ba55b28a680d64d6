"""The judge: it must see each wrong, and nothing in what is right."""

from __future__ import annotations

from tests.stripe_double.ledger import Ledger


def ledger(*entries: tuple[str, str, str, int]) -> Ledger:
    made = Ledger()
    for entry in entries:
        made.record(*entry)
    return made


def test_one_charge_a_booking_is_right() -> None:
    made = ledger(("charge", "pi_1", "1", 500), ("charge", "pi_2", "2", 500))
    assert made.violations() == []
    assert (made.balance("1"), made.balance("2")) == (500, 500)


def test_a_second_charge_that_was_given_back_is_right() -> None:
    made = ledger(
        ("charge", "pi_1", "1", 500), ("charge", "pi_2", "1", 500), ("refund", "pi_1", "1", 500)
    )
    assert made.violations() == []


def test_a_booking_paid_by_two_payments_is_seen() -> None:
    made = ledger(("charge", "pi_1", "1", 500), ("charge", "pi_2", "1", 500))
    assert made.violations() == ["booking 1 was paid 2 times"]


def test_a_payment_charged_twice_is_seen() -> None:
    made = ledger(("charge", "pi_1", "", 500), ("charge", "pi_1", "", 500))
    assert made.violations() == ["pi_1 was charged 2 times"]


def test_giving_back_more_than_was_paid_is_seen() -> None:
    made = ledger(("charge", "pi_1", "1", 500), ("refund", "pi_1", "1", 501))
    assert made.violations() == ["pi_1 gave back more than was paid"]
