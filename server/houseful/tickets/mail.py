"""The mails of a booking: plain text, HTML, the PDF and the calendar entry.

Never: lets a name or an address add a header, a recipient, markup or a link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Final, Literal

from houseful.tickets import calendar
from houseful.tickets.model import BookingDocument, Ticket, lines
from houseful.wire.email_address import EmailAddress, email_address, sender_of
from houseful.words import Words

LONGEST_NAME: Final = 80
"""Characters of a name that a mail greets with; longer ones are messages."""

_LINK: Final = re.compile(r"[:/@\\]|\w[.．。｡]\w{2,}")
"""What a mail program might make a link of: a scheme, a path, an address, a domain."""


About = Literal["tickets", "moved", "returned", "cancelled", "called_off"]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a mail is sent: `about` is `tickets`, `moved` (from `before_ms`), `returned` (the tickets of
    `places`, for `amount_minor`), `cancelled`, or `called_off` with its event."""

    about: About = "tickets"
    before_ms: int = 0
    places: tuple[str, ...] = ()
    amount_minor: int = 0

    def subject(self, document: BookingDocument) -> str:
        words = document.words
        sentence = {
            "tickets": words.subject_tickets,
            "moved": words.subject_moved,
            "returned": words.subject_returned,
            "called_off": words.subject_called_off,
            "cancelled": words.subject_cancelled,
        }[self.about]
        return one_line(sentence.format(event=document.event.name))

    def sentences(self, document: BookingDocument) -> list[str]:
        """What has happened, before the facts."""
        words, event = document.words, document.event
        if self.about == "tickets":
            said = [words.tickets_attached]
        elif self.about == "moved":
            before, now = (
                words.moment(event.local(at)) for at in (self.before_ms, event.starts_at_ms)
            )
            said = [words.was_moved.format(event=one_line(event.name), before=before, now=now)]
        elif self.about == "returned":
            places = "; ".join(one_line(place) for place in self.places)
            said = [words.was_returned.format(reference=document.reference, places=places)]
        else:
            what = words.was_called_off if self.about == "called_off" else words.was_cancelled
            event_name = one_line(event.name)
            said = [what.format(reference=document.reference, event=event_name)]
        goes_back = self._goes_back_minor(document)
        if goes_back and not document.is_demo:
            amount = words.money(goes_back, document.currency)
            said.append(words.money_goes_back.format(amount=amount))
        return [*said, words.demo_notice] if document.is_demo else said

    def _goes_back_minor(self, document: BookingDocument) -> int:
        if self.about in {"tickets", "moved"}:
            return 0
        return self.amount_minor if self.about == "returned" else document.last_refund_minor


def compose(
    document: BookingDocument,
    occasion: Occasion,
    *,
    to: str,
    sender: str,
    sent_at_ms: int,
    delivery_id: str,
    pdf: bytes | None,
    receipt: tuple[str, bytes] | None = None,
    ics: bytes,
) -> EmailMessage:
    """The message, ready to be sent.

    `sender` is `address` or `Name <address>`. `delivery_id` makes the Message-ID: give the same one
    when the same delivery is tried again, so that a mailbox that got it twice can show it once.
    `pdf` is None where no ticket is good any more; `receipt` is (number, PDF).
    Raises InvalidRequest for an address that is none.
    """
    sender_name, ours = sender_of(sender)
    message = EmailMessage(policy=SMTP)
    source = _address(ours, sender_name or document.event.venue)
    message["From"] = source
    message["To"] = _address(email_address(to), plain_name(document.holder))
    message["Subject"] = occasion.subject(document)
    message["Date"] = format_datetime(datetime.fromtimestamp(sent_at_ms / 1000, UTC))
    message["Message-ID"] = (
        f"<{document.reference}.{re.sub(r'[^A-Za-z0-9-]', '-', delivery_id)}@{source.domain}>"
    )
    message["Auto-Submitted"] = "auto-generated"
    said = occasion.sentences(document)
    if receipt is not None:
        said.append(document.words.receipt_attached.format(number=receipt[0]))
    message.set_content(_text(document, said))
    message.add_alternative(_html(document, said), subtype="html")
    name = document.reference
    if pdf is not None:
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{name}.pdf")
    if receipt is not None:
        number, page = receipt
        message.add_attachment(
            page, maintype="application", subtype="pdf", filename=f"{number}.pdf"
        )
    message.add_attachment(
        ics,
        maintype="text",
        subtype="calendar",
        filename=f"{name}.ics",
        params={"charset": "utf-8", "method": calendar.method(document)},
    )
    message["Content-Language"] = document.words.language  # after the parts, which take it away
    return message


def _address(address: EmailAddress, name: str) -> Address:
    local, _, domain = address.sent.rpartition("@")
    return Address(one_line(name), local, domain)  # as one text it may have ASCII alone


def one_line(text: str) -> str:
    """Control characters become spaces: a header has one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def plain_name(text: str) -> str:
    """A buyer's name where it greets somebody: empty for what is too long or looks like a link.

    Mail programs make links of bare addresses too, and the name is the one text of a mail that a
    stranger chooses (CWE-451).
    """
    name = one_line(text)
    return "" if len(name) > LONGEST_NAME or _LINK.search(name) else name


def _facts(document: BookingDocument) -> list[tuple[str, str]]:
    event, words = document.event, document.words
    place = ", ".join(part for part in (event.venue, event.address) if part)
    facts = [
        (words.when, words.moment(event.starts_at)),
        (words.where, place),
        (words.booking_label.capitalize(), document.reference),
    ]
    if document.discount_minor:
        off = words.money(-document.discount_minor, document.currency)
        facts.append((words.discount, off))
    if document.order_fee_minor:
        fee = words.money(document.order_fee_minor, document.currency)
        facts.append((words.order_fee, fee))
    facts.append((words.total, words.money(document.total_minor, document.currency)))
    if document.returned_minor and not document.is_cancelled:
        back = words.money(-document.returned_minor, document.currency)
        facts.append((words.given_back, back))
    return facts


def _greeting(document: BookingDocument) -> str:
    name = plain_name(document.holder)
    return document.words.hello_name.format(name=name) if name else document.words.hello


def _seat(ticket: Ticket, words: Words) -> str:
    place = one_line(ticket.place(words))
    if not ticket.entrance:
        return place
    return f"{place}, {words.entrance_in_line.format(entrance=one_line(ticket.entrance))}"


def _type(ticket: Ticket) -> str:
    return f", {one_line(ticket.ticket_type)}" if ticket.ticket_type else ""


def _code(ticket: Ticket, document: BookingDocument) -> str:
    """Nothing of a cancelled booking, whose codes open no door."""
    return "" if document.is_cancelled else document.words.ticket_code.format(code=ticket.code)


def _text(document: BookingDocument, said: list[str]) -> str:
    words = document.words
    seats = [
        ", ".join(
            part
            for part in (
                f"- {_seat(ticket, words)}{_type(ticket)}: "
                f"{words.money(ticket.price_minor, document.currency)}",
                _code(ticket, document),
            )
            if part
        )
        + "".join(f" ({notice})" for notice in ticket.notices(words))
        for ticket, _ in lines(document.tickets)
    ]
    link = words.your_booking.format(url=document.url)
    return "\n".join(
        [
            _greeting(document),
            "",
            *said,
            "",
            one_line(document.event.name),
            *(f"{label}: {one_line(value)}" for label, value in _facts(document)),
            "",
            *seats,
            *(["", link] if _is_link(document.url) else []),
            "",
        ]
    )


def _html(document: BookingDocument, said: list[str]) -> str:
    words = document.words
    cell = 'style="padding:4px 16px 4px 0;vertical-align:top"'
    soft = 'style="padding:4px 16px 4px 0;vertical-align:top;color:#5b6675"'
    facts = "".join(
        f"<tr><td {soft}>{escape(label)}</td><td {cell}>{escape(one_line(value))}</td></tr>"
        for label, value in _facts(document)
    )
    seats = "".join(
        f"<tr><td {cell}><strong>{escape(_seat(ticket, words) + _type(ticket))}</strong>"
        + "".join(f"<br>{escape(notice)}" for notice in ticket.notices(words))
        + f"</td><td {cell}>{escape(words.money(ticket.price_minor, document.currency))}</td>"
        f'<td {cell}><span style="font-family:monospace">{escape(_code(ticket, document))}</span>'
        "</td></tr>"
        for ticket, _ in lines(document.tickets)
    )
    link = (
        f'<p><a href="{escape(document.url)}">{escape(words.see_your_booking)}</a></p>'
        if _is_link(document.url)
        else ""
    )
    paragraphs = "".join(
        f'<p style="background:#ffc53d;color:#3d2b00;padding:8px 12px">{escape(sentence)}</p>'
        if sentence == words.demo_notice
        else f"<p>{escape(sentence)}</p>"
        for sentence in said
    )
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8"></head>'
        '<body style="font:16px/1.5 system-ui,sans-serif;color:#16202e;max-width:640px">'
        f"<p>{escape(_greeting(document))}</p>{paragraphs}"
        f'<h1 style="font-size:24px">{escape(one_line(document.event.name))}</h1>'
        f"<table>{facts}</table>"
        f'<h2 style="font-size:18px">{escape(words.seats)}</h2><table>{seats}</table>'
        f"{link}</body></html>\n"
    )


def _is_link(url: str) -> bool:
    """Only these may stand in a mail; anything else, `javascript:` above all, is left out."""
    return url.startswith(("https://", "http://")) and url.isprintable() and " " not in url
