"""What staff can do that the audit log keeps: one table, which the page has words for."""

from __future__ import annotations

from typing import Final

ACTS: Final[dict[str, str]] = {
    "add_discount": "Made a discount code",
    "add_event": "Put an event on",
    "add_plan": "Imported a seating plan",
    "block": "Took seats off sale",
    "cancel_event": "Called an event off, with all its bookings",
    "change_event": "Changed an event's name, times or prices",
    "change_refund_terms": "Changed what an event keeps of tickets given back",
    "check_in": "Let a ticket in",
    "dispute": "Heard of a disputed payment",
    "end_discount": "Ended a discount code",
    "export_bookings": "Took all bookings away as a table",
    "open_door": "Signed a phone in as a door",
    "refund_booking": "Cancelled a booking or tickets of it and gave the money back",
    "refund_payment": "Gave back a payment that belongs to no booking",
    "release_hold": "Gave somebody's hold back",
    "remove_demo": "Removed the demo's events",
    "remove_event": "Removed an event that sold nothing",
    "retry_refund": "Tried a refund that failed once more",
    "send_tickets": "Sent tickets by e-mail again",
    "unblock": "Put seats on sale again",
    "undo_check_in": "Took a check-in back",
    "withdraw_prices": "Took back prices that were to begin",
}
"""`act` → what was done. A test holds it equal to what the services write."""
