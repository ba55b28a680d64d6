"""What becomes of a mail: its states, as staff and buyer see them."""

from __future__ import annotations

from enum import StrEnum


class DeliveryState(StrEnum):
    """Where the last mail of a booking is."""

    WAITING = "waiting"
    """It is promised and was not tried yet."""
    DEFERRED = "deferred"
    """A mail server did not take it yet; it is tried again."""
    SENT = "sent"
    """The next mail server has it. A mailbox far away may still refuse it; nobody tells us."""
    REFUSED = "refused"
    """A mail server will not have it, or none took it for days. It is not tried again."""
    OFF = "off"
    """No mail server is set up here: nothing was sent."""
