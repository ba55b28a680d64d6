"""The clock that tests link into the scripts in the place of Redis's own."""

from __future__ import annotations

FAKE_CLOCK = {
    "lib/clock.lua": "local function now_ms() return tonumber(redis.call('GET', 'test:now')) end\n"
}
"""For `Scripts(..., replaced=FAKE_CLOCK)`; the time is what the key `test:now` says, in ms."""
