"""Prepared frames are what a WebSocket library would have sent."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode

from houseful.wire import frames


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_a_prepared_frame_is_the_one_the_library_makes(length: int) -> None:
    payload = b"x" * length
    assert frames.prepare(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)
    assert frames.payload_of(frames.prepare(payload)) == payload


@pytest.mark.parametrize(("left_ms", "seconds"), [(600_000, 600), (599_600, 600), (-5, 0)])
def test_seconds_left_are_whole_and_never_negative(left_ms: int, seconds: int) -> None:
    assert frames.seconds_left(1_000_000 + left_ms, 1_000_000) == seconds
