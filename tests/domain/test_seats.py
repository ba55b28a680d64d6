"""The vocabulary of seats is whole: statuses, moves, reasons, and what clients see of them."""

from __future__ import annotations

import itertools

from houseful import paths
from houseful.domain.reasons import RESERVATION_REASONS, SEAT_REASONS, sentence
from houseful.domain.seats import TRANSITIONS, WIRE_STATUS, WIRE_STATUS_CODE, SeatStatus


def test_every_move_is_a_script_of_that_name() -> None:
    for move in TRANSITIONS:
        assert (paths.LUA / f"{move}.lua").is_file(), move


def test_every_status_has_a_name_and_a_number_for_clients() -> None:
    assert set(WIRE_STATUS) == set(WIRE_STATUS_CODE) == {status.value for status in SeatStatus}
    for one, other in itertools.combinations(WIRE_STATUS, 2):
        same_name = WIRE_STATUS[one] == WIRE_STATUS[other]
        assert same_name == (WIRE_STATUS_CODE[one] == WIRE_STATUS_CODE[other])


def test_nobody_sees_that_a_seat_is_being_paid_for() -> None:
    assert WIRE_STATUS[SeatStatus.PAYING] == WIRE_STATUS[SeatStatus.RESERVED] == "RESERVED"


def test_every_status_can_be_left_and_reached() -> None:
    starts = {start for froms, _ in TRANSITIONS.values() for start in froms}
    ends = {end for _, end in TRANSITIONS.values()}
    assert starts >= set(SeatStatus)
    assert ends == set(SeatStatus)


def test_the_contract_s_three_sentences_stand_word_for_word() -> None:
    assert SEAT_REASONS["reserved"] == "Seat is reserved"
    assert SEAT_REASONS["booked"] == "Seat is booked"
    assert SEAT_REASONS["stale_version"] == "Seat was modified by another user (stale version)"


def test_a_code_has_one_sentence() -> None:
    assert not set(SEAT_REASONS) & set(RESERVATION_REASONS)
    for code in (*SEAT_REASONS, *RESERVATION_REASONS):
        assert sentence(code)
