"""The mail that brings a buyer the tickets: plain text, HTML, the PDF and the calendar entry.

Never: lets a name or an address add a header, a recipient or markup.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Final

from houseful.domain.money import to_wire
from houseful.tickets.model import BookingDocument
from houseful.wire.email_address import email_address


def compose(
    document: BookingDocument,
    *,
    to: str,
    sender: str,
    sent_at_ms: int,
    delivery_id: str,
    pdf: bytes,
    ics: bytes,
) -> EmailMessage:
    """The message, ready to be sent.

    `sender` is `address` or `Name <address>`. `delivery_id` makes the Message-ID: give the same one
    when the same delivery is tried again, so that a mailbox that got it twice can show it once.
    Raises InvalidRequest for an address that is none.
    """
    sender_name, sender_address = parseaddr(_one_line(sender))
    message = EmailMessage(policy=SMTP)
    source = _address(sender_address, sender_name or document.event.venue, is_ours=True)
    message["From"] = source
    message["To"] = _address(to, document.holder)
    message["Subject"] = _one_line(f"Your tickets for {document.event.name}")
    message["Date"] = format_datetime(datetime.fromtimestamp(sent_at_ms / 1000, UTC))
    message["Message-ID"] = (
        f"<{document.reference}.{re.sub(r'[^A-Za-z0-9-]', '-', delivery_id)}@{source.domain}>"
    )
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(document))
    message.add_alternative(_html(document), subtype="html")
    name = document.reference
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{name}.pdf")
    message.add_attachment(
        ics,
        maintype="text",
        subtype="calendar",
        filename=f"{name}.ics",
        params={"charset": "utf-8", "method": "PUBLISH"},
    )
    return message


def _address(text: str, name: str, *, is_ours: bool = False) -> Address:
    return Address(_one_line(name), addr_spec=email_address(text, is_ours=is_ours).sent)


def _one_line(text: str) -> str:
    """Control characters become spaces: a header has one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _money(amount_minor: int, document: BookingDocument) -> str:
    return f"{to_wire(amount_minor, document.currency)} {document.currency}"


def _facts(document: BookingDocument) -> list[tuple[str, str]]:
    event = document.event
    place = ", ".join(part for part in (event.venue, event.address) if part)
    facts = [
        ("When", f"{event.local_date}, {event.local_time} {event.zone_label}"),
        ("Where", place),
        ("Booking", document.reference),
    ]
    if document.discount_minor:
        facts.append(("Discount", f"-{_money(document.discount_minor, document)}"))
    return [*facts, ("Total", _money(document.total_minor, document))]


def _greeting(document: BookingDocument) -> str:
    return f"Hello {_one_line(document.holder)}," if document.holder else "Hello,"


INTRODUCTION: Final = "Your tickets are attached: one page a seat, each with its own code."
DEMO_NOTICE: Final = "This is a demonstration. No money was paid."


def _text(document: BookingDocument) -> str:
    seats = [
        f"- {_one_line(ticket.place)}: {_money(ticket.price_minor, document)}, code {ticket.code}"
        + "".join(f" ({notice})" for notice in ticket.notices)
        for ticket in document.tickets
    ]
    return "\n".join(
        [
            _greeting(document),
            "",
            INTRODUCTION,
            *([DEMO_NOTICE] if document.is_demo else []),
            "",
            _one_line(document.event.name),
            *(f"{label}: {_one_line(value)}" for label, value in _facts(document)),
            "",
            *seats,
            *(["", f"Your booking: {document.url}"] if _is_link(document.url) else []),
            "",
        ]
    )


def _html(document: BookingDocument) -> str:
    cell = 'style="padding:4px 16px 4px 0;vertical-align:top"'
    soft = 'style="padding:4px 16px 4px 0;vertical-align:top;color:#5b6675"'
    facts = "".join(
        f"<tr><td {soft}>{escape(label)}</td><td {cell}>{escape(_one_line(value))}</td></tr>"
        for label, value in _facts(document)
    )
    seats = "".join(
        f"<tr><td {cell}><strong>{escape(_one_line(ticket.place))}</strong>"
        + "".join(f"<br>{escape(notice)}" for notice in ticket.notices)
        + f"</td><td {cell}>{escape(_money(ticket.price_minor, document))}</td>"
        f'<td {cell}><span style="font-family:monospace">{escape(ticket.code)}</span></td></tr>'
        for ticket in document.tickets
    )
    demo = (
        f'<p style="background:#ffc53d;color:#3d2b00;padding:8px 12px">{DEMO_NOTICE}</p>'
        if document.is_demo
        else ""
    )
    link = (
        f'<p><a href="{escape(document.url)}">See your booking</a></p>'
        if _is_link(document.url)
        else ""
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"></head>'
        '<body style="font:16px/1.5 system-ui,sans-serif;color:#16202e;max-width:640px">'
        f"<p>{escape(_greeting(document))}</p><p>{INTRODUCTION}</p>{demo}"
        f'<h1 style="font-size:24px">{escape(_one_line(document.event.name))}</h1>'
        f'<table>{facts}</table><h2 style="font-size:18px">Seats</h2><table>{seats}</table>'
        f"{link}</body></html>\n"
    )


def _is_link(url: str) -> bool:
    """Only these may stand in a mail; anything else, `javascript:` above all, is left out."""
    return url.startswith(("https://", "http://")) and url.isprintable() and " " not in url
