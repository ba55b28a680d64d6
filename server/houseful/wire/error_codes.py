"""Every `error.code` there is, for the documents: a client acts on these and never on prose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from houseful.domain import errors
from houseful.domain.errors import HousefulError
from houseful.domain.prices import tickets_chosen
from houseful.domain.prices.pricing import REFUSALS
from houseful.domain.reasons import RESERVATION_REASONS, SEAT_REASONS

IN_DATA: Final = ("failedSeats", "quote", "lone", "instead", "mayReturn", "apart")
"""Details of an error that stand in `data` and not in `error`."""

SPECIAL: dict[str, tuple[int, str]] = {
    "malformed_json": (400, "The body is not JSON."),
    "invalid_command": (400, "A message on the socket is no command."),
    "invalid_time_zone": (400, "Not an IANA time zone."),
    "other_time_zone": (400, "The venue is in another time zone."),
    "no_seats": (400, "No seat is named."),
    "too_many_seats": (400, "More seats than one person may hold."),
    "duplicate_seat": (400, "A seat is named twice."),
    "duplicate_area": (400, "A standing area is named twice."),
    "unit_heads": (
        400,
        "More people or fewer than the table or box is for; `least` and `most` say how many.",
    ),
    "standing_place": (400, "Standing places are asked for by number, in `areas`."),
    "amount_not_chargeable": (
        400,
        "The payment gateway cannot charge this amount; `least`, `most` and `step` say what it can.",
    ),
    "currency_not_chargeable": (400, "The payment gateway takes no payments in this currency."),
    "total_not_chargeable": (400, "The payment gateway cannot charge so much at once."),
    "link_invalid": (401, "Not a link to this booking."),
    "link_expired": (401, "The link was good until 30 days after the event."),
    "token_expired": (401, "The token was good once; get another."),
    "unknown_event": (404, "No such event."),
    "unknown_plan": (404, "No such plan, or it has another address now."),
    "unknown_seat": (404, "The event has no such seat."),
    "unknown_area": (404, "The event has no such standing area."),
    "unknown_unit": (404, "The event sells no such table or box whole."),
    "unknown_section": (404, "The plan has no such section."),
    "unknown_reservation": (404, "No such reservation, or not yours."),
    "method_not_allowed": (405, "The path has other methods; `Allow` names them."),
    "leaves_single_seat": (
        409,
        "The choice leaves a free seat alone; `instead` is the nearest that does not.",
    ),
    "whole_unit_only": (
        409,
        "A table or box is sold whole, and only part of it was named; `units` has it.",
    ),
    "table_in_use": (
        409,
        "Tables cannot be sold in another way while seats of them are held or sold; `seatIds`.",
    ),
    "best_available_not_found": (409, "No such seats are left; `apart` may have some."),
    "not_held": (409, "A seat to give back is not in that reservation; `seatIds` names it."),
    "area_full": (409, "Not so many places are free in the area; `failedAreas` says how many."),
    "sale_not_open": (409, "The sale has not begun."),
    "sale_closed": (409, "The sale is over."),
    "reservation_expired": (409, "The hold ended before the booking began."),
    "seats_unavailable": (409, "Seats are not held by this buyer any more."),
    "booking_ended": (409, "The booking under this key has ended; make a new key."),
    "not_cancellable": (409, "The booking cannot be cancelled."),
    "cancellation_closed": (409, "Too late to cancel online."),
    "not_confirmed": (409, "An unpaid or cancelled booking has no papers."),
    "prices_scheduled": (
        409,
        "Other prices are to begin already: `priceList`. Replace them, or withdraw them first.",
    ),
    "prices_not_scheduled": (409, "The price list is not one that is to begin."),
    "event_sold": (409, "Something of the event was sold; it can be hidden, not removed."),
    "discount_exists": (409, "There is a discount of that name."),
    "unknown_booking": (404, "No such booking, or not yours."),
    "unknown_ticket": (404, "The booking has no such ticket."),
    "already_used": (409, "The ticket was used; `usedAt` and `door` say when and where."),
    "ticket_void": (409, "The ticket was cancelled."),
    "ticket_disputed": (409, "Its buyer turned to the bank, which has not decided."),
    "ticket_of_the_demo": (409, "It was bought for no money, and this house takes money."),
    "payment_disputed": (409, "The payment is disputed at the bank, which decides first."),
    "ticket_used": (409, "One of the tickets opened a door; it is not given back."),
    "ticket_returned": (409, "One of the tickets was given back before."),
    "whole_booking_only": (409, "The event takes back whole bookings alone."),
    "refund_changed": (409, "The refund comes to another amount than was expected."),
    "refund_not_failed": (409, "The refund did not fail; there is nothing to try again."),
    "unknown_refund": (404, "The booking has no such refund."),
    "report_too_large": (400, "More lines than a report has; choose fewer days or dimensions."),
    "unknown_receipt": (404, "The booking has no receipt of that number, or none yet."),
    "not_called_off": (404, "The event takes place; nothing of it is being cancelled."),
    "foreign_payment": (409, "The payment was taken by another house on the same account."),
    "payment_of_a_booking": (409, "The payment paid for a booking; refund that."),
    "wrong_event": (409, "The ticket is for another event, which `event` names."),
    "other_event": (403, "A door's token is for one event, and this is another."),
    "not_checked_in": (409, "The ticket was not used."),
    "forged_ticket": (400, "Not a ticket of this ticket office: another's, mistyped or forged."),
    "invalid_frame": (400, "Not a picture that a door may send."),
    "malformed_ticket": (400, "Not a ticket at all, or damaged."),
    "idempotency_key_missing": (400, "POST /bookings needs an Idempotency-Key."),
    "idempotency_key_invalid": (
        400,
        "The key is not as it must be; of a booking, `booking-` and a UUID.",
    ),
    "card_not_accepted": (400, "Card data never comes to a server that uses Stripe."),
    "payment_token_missing": (400, "The gateway needs a token of the card."),
    "invalid_address": (400, "Not an e-mail address."),
    "address_needs_smtputf8": (
        400,
        "The mail server delivers to no address in other letters than a to z (it lacks SMTPUTF8).",
    ),
    "no_address": (400, "Neither the request nor the booking has an address."),
    "address_refused": (400, "The mail server refuses this address."),
    "mail_refused": (400, "The mail server refuses this mail."),
    "other_recipient": (403, "Buyers have tickets sent to the booking's own address alone."),
    **dict.fromkeys(
        (
            "amount_not_in_steps",
            "amount_too_large",
            "amount_too_small",
            "idempotency_error",
            "parameter_invalid_integer",
            "payment_intent_unexpected_state",
            "resource_missing",
        ),
        (400, "The payment gateway refused, in its own words."),
    ),
    "gateway_rejected": (400, "The payment gateway refused the request."),
    "charge_already_refunded": (400, "The payment was refunded before."),
    "webhook_refused": (400, "Not a webhook that we can trust."),
    "gateway_unknown": (503, "The payment's outcome is not known yet; the same key finds out."),
    "gateway_busy": (503, "The payment gateway takes no more at the moment."),
    "too_many_payments": (429, "Too many payments came to nothing, by this buyer or address."),
    "invalid_payment_token": (400, "The gateway does not know the token, or it was used before."),
    "unopened": (503, "The event's seats are being loaded."),
    "bad_handshake": (400, "A WebSocket handshake that is not as its standard says."),
    "outcome_unknown": (409, "The request under this key was cut off; look whether it was done."),
    "upgrade_required": (426, "The path is a socket; ask with Upgrade: websocket."),
    "malformed_http": (400, "Not HTTP/1.1 as its standard says; the connection is closed."),
    "too_slow": (408, "The request took too long to arrive; the connection is closed."),
    "header_too_large": (431, "The request's head is too large; the connection is closed."),
    "too_many_connections": (503, "No room for the connection; it is closed."),
    "internal": (500, "A fault of ours; the same request with the same key is safe."),
}
"""Codes beside those of the error classes: code → (status, what it means)."""


def error_codes() -> dict[str, tuple[int, str]]:
    """All codes of whole requests, by status: code → (status, what it means)."""
    found = {
        code: (404 if code == "unknown_reservation" else 409, f"{sentence}.")
        for code, sentence in RESERVATION_REASONS.items()
        if code != "unopened"
    }
    for kind in kinds(HousefulError):
        if kind is not errors.ConfigurationError:
            found[kind.code] = (kind.status, " ".join((kind.__doc__ or "").split()))
    refused = {**REFUSALS, **tickets_chosen.REFUSALS}.items()
    found.update((code, (400, f"{sentence}.")) for code, sentence in refused)
    found.update(SPECIAL)
    return dict(sorted(found.items(), key=lambda item: (item[1][0], item[0])))


def seat_codes() -> dict[str, str]:
    """The codes of single seats in `failedSeats`: code → sentence."""
    return dict(SEAT_REASONS)


def kinds(base: type[HousefulError]) -> Iterator[type[HousefulError]]:
    """Our error classes; those of single packages have their parents' codes."""
    for kind in base.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield kind
        yield from kinds(kind)


def in_data(details: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """(what of an error's details stands in `data`, what stands in `error`), whichever the door."""
    told = {name: value for name, value in details.items() if name in IN_DATA}
    return told, {name: value for name, value in details.items() if name not in IN_DATA}
