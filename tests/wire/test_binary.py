"""The compact frame: what goes in comes out, and what is none is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from houseful import paths
from houseful.wire.binary import Row, decode_seats, encode_seats, epoch_hash

BASE = 3_000_000
ROWS = st.dictionaries(
    st.integers(0, 60_000),
    st.tuples(
        st.integers(0, 3),
        st.integers(BASE, 2**53),
        st.just(0) | st.integers(1, 2**43),
    ),
    max_size=50,
).map(lambda found: [(index, *rest) for index, rest in found.items()])


@given(st.text(max_size=20), st.integers(0, 2**53), ROWS)
def test_every_frame_reads_back_as_it_was_written(epoch: str, seq: int, rows: list[Row]) -> None:
    payload = encode_seats(epoch, seq, BASE, rows)
    assert decode_seats(payload, BASE) == (epoch_hash(epoch), seq, sorted(rows))


@given(ROWS.filter(bool), st.data())
def test_half_a_frame_and_more_than_one_are_refused(rows: list[Row], data: st.DataObject) -> None:
    payload = encode_seats("e", 7, BASE, rows)
    cut = data.draw(st.integers(0, len(payload) - 1))
    for wrong in (payload[:cut], payload + b"\0"):
        with pytest.raises(ValueError):
            decode_seats(wrong, BASE)


def test_a_version_below_the_base_is_an_error() -> None:
    with pytest.raises(ValueError, match="from 0"):
        encode_seats("e", 1, BASE, [(0, 0, BASE - 1, 0)])


def test_the_frame_of_the_documents_is_what_is_sent() -> None:
    told = json.loads((paths.SCHEMAS / "golden.json").read_text())["binary"]
    rows = [tuple(row) for row in told["rows"]]
    payload = encode_seats(told["epoch"], told["seq"], told["versionBase"], rows)
    assert payload.hex() == told["hex"]


def test_it_is_a_tenth_of_the_json() -> None:
    rows = [(4000 + n, 1, BASE + 1, 1_767_960_000_000) for n in range(3)]
    assert len(encode_seats("0123456789ab", 512, BASE, rows)) < 30
