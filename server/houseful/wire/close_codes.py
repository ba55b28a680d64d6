"""With which codes the live socket is closed, and what a client should do then.

4000–4499: come back, after a pause that grows. 4500–4999: do not; asking again changes nothing.
"""

from __future__ import annotations

from typing import Final

COME_BACK, TOO_SLOW, TOO_FAST, TOO_MANY = 4000, 4008, 4029, 4030
BAD_MESSAGE, UNAUTHENTICATED, FORBIDDEN, NO_EVENT, TOO_BIG = 4500, 4501, 4503, 4504, 4509

CLOSE_CODES: Final[tuple[tuple[int, str, str], ...]] = (
    (COME_BACK, "going_away", "The server restarts or cannot serve now. 4000 to 4004 mean this."),
    (TOO_SLOW, "too_slow", "The client did not read fast enough. Come back and resume."),
    (
        TOO_FAST,
        "too_many_messages",
        "Over 40 messages at once or 10 a second for long, or a flood of pings or pieces.",
    ),
    (
        TOO_MANY,
        "too_many_sockets",
        "Too many sockets of the user on this event, or of the address; close some.",
    ),
    (
        BAD_MESSAGE,
        "bad_message",
        "A binary message, or any on a socket for staff. Commands are JSON.",
    ),
    (UNAUTHENTICATED, "unauthenticated", "No ticket or token that holds, or it expired; get one."),
    (
        FORBIDDEN,
        "forbidden",
        "The page's origin may not open sockets here, or the role is not staff's.",
    ),
    (NO_EVENT, "unknown_event", "There is no such event."),
    (
        TOO_BIG,
        "message_too_big",
        "A message over 16 KiB (a setting). Over four times that the code is 1009.",
    ),
)
"""(code, name, meaning), in order."""
