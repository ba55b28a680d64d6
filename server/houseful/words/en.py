"""English."""

from __future__ import annotations

from houseful.domain import seat_names
from houseful.words.words import Words

ENGLISH = Words(
    language="en",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    date_pattern="{weekday} {day} {month} {year}",
    time_pattern="{time} {zone}",
    zones={},
    decimal_point=".",
    admit_one="ADMIT ONE",
    date_label="DATE",
    venue_label="VENUE",
    section_label="SECTION",
    seat_label="SEAT",
    holder_label="HOLDER",
    category_label="CATEGORY",
    price_label="PRICE",
    entrance_label="ENTRANCE",
    booking_label="BOOKING",
    bearer="Bearer",
    free="Free ({price})",
    ticket_of="Ticket {number} of {count}",
    one_person_once="This code admits one person once. Keep it to yourself until the door.",
    letters_left_out="Letters that no font here has are left out. The code says all.",
    demo_band="DEMO · NO MONEY WAS PAID",
    rows={"row": "ROW", "table": "TABLE", "booth": "BOOTH", "standing": "STANDING"},
    rows_and_seats={
        "row": "ROW AND SEAT",
        "table": "TABLE AND SEAT",
        "booth": "BOOTH AND SEAT",
    },
    restricted_view="Restricted view",
    accessible="Wheelchair accessible",
    companion="Companion seat",
    qr_title="{reference}: {place}",
    place_words=seat_names.ENGLISH,
    entrance_in_line="entrance {entrance}",
    hello="Hello,",
    hello_name="Hello {name},",
    subject_tickets="Your tickets for {event}",
    subject_moved="New date: {event}",
    subject_cancelled="Cancelled: your booking for {event}",
    tickets_attached="Your tickets are attached: one page a seat, each with its own code.",
    was_moved=(
        "{event} was planned for {before} and now starts on {now}. Your tickets and their codes "
        "stay valid; they are attached again with the new date."
    ),
    subject_returned="Tickets given back: {event}",
    subject_called_off="Called off: {event}",
    was_cancelled="Your booking {reference} was cancelled. Its tickets open no door any more.",
    was_returned=(
        "Of your booking {reference} these seats were given back: {places}. Their tickets open no "
        "door any more; the others stay valid and are attached."
    ),
    was_called_off=(
        "{event} does not take place. Your booking {reference} was cancelled, and its tickets open "
        "no door any more."
    ),
    money_goes_back="{amount} goes back the way you paid.",
    given_back="Given back",
    demo_notice="This is a demonstration. No money was paid.",
    when="When",
    where="Where",
    discount="Discount",
    order_fee="Order fee",
    total="Total",
    seats="Seats",
    ticket_code="code {code}",
    your_booking="Your booking: {url}",
    see_your_booking="See your booking",
    receipt_attached="Your receipt {number} is attached.",
    receipt="Receipt",
    credit_note="Credit note",
    receipt_number="Number",
    issued_on="Issued on",
    paid_on="Paid on",
    receipt_for="For",
    corrects="Corrects receipt {number}",
    tax_id="Tax id {number}",
    item="Item",
    price="Price",
    vat_rate="VAT",
    amount="Amount",
    net="Net",
    vat="VAT",
    gross="Gross",
    fee_inside="with a fee of {amount} inside",
    given_back_otherwise="Given back, for no single ticket",
    kept_of_it="Of what was paid for these tickets {amount} were kept, as was agreed.",
    page_of="Page {number} of {count}",
    calendar_booking="Booking {reference}",
    calendar_demo="DEMO: no money was paid",
    calendar_more="and {count} more",
    calendar_cancelled="Cancelled",
)
