"""What can be found when the parts of a server are tried: one table of codes.

`houseful doctor` prints the sentences. Staff's page makes its own of code and parameters, in its
reader's language. Parameters are texts and numbers, and never a secret or part of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Severity = Literal["fine", "warning", "error"]
"""error: something does not work. warning: it works, but one does not sell for money like that."""

FINDINGS: Final[dict[str, tuple[Severity, str]]] = {
    "files_found": ("fine", "found in {directory}"),
    "files_missing": ("error", "expected the directory {directory}; install Houseful again"),
    "data_directory_private": ("fine", "{directory} is writable, and closed to others"),
    "data_directory_open": (
        "warning",
        "{directory} can be read by other users of this machine; chmod 700 it",
    ),
    "data_directory_unwritable": ("error", "{reason}"),
    "redis_answers": ("fine", "{software} {version}, {layout}, notifications {flags}"),
    "redis_embedded": ("fine", "embedded, not running now; `houseful` starts it"),
    "redis_unfit": ("error", "{reason}"),
    "redis_not_durable": (
        "error",
        "keeps no append-only file and has no replica: a restart forgets every hold;"
        " set appendonly yes",
    ),
    "database_answers": ("fine", "{kind} answers"),
    "database_not_made": ("fine", "SQLite, not made yet; `houseful` makes it"),
    "database_unreachable": ("error", "{reason}"),
    "rows_readable": ("fine", "every event can be shown"),
    "event_unreadable": ("error", "events that nobody is shown, see row_skipped in the log: {ids}"),
    "booking_unreadable": (
        "error",
        "bookings that lists leave out, see row_skipped in the log: {ids}",
    ),
    "discount_unreadable": (
        "error",
        "discount codes that lists leave out, see row_skipped in the log: {ids}",
    ),
    "act_unreadable": (
        "error",
        "lines of staff's log that it leaves out, see row_skipped in the server's: {ids}",
    ),
    "database_open": (
        "warning",
        "{file} can be read by other users of this machine; chmod 600 it",
    ),
    "port_free": ("fine", "{port} on {host} is free"),
    "port_serving": ("fine", "{port} on {host}: Houseful answers there"),
    "port_taken": ("error", "{reason}"),
    "stripe_demo": ("warning", "demo gateway: no money moves"),
    "stripe_accepted": ("fine", "Stripe accepts the key"),
    "stripe_test_mode": ("warning", "Stripe accepts the key, a test key: no money moves"),
    "stripe_keys_differ": (
        "error",
        "one key is for tests and one is live; take both from the same page",
    ),
    "stripe_refused": ("error", "Stripe refuses the key"),
    "stripe_unreachable": ("error", "Stripe does not answer"),
    "stripe_no_webhooks": (
        "warning",
        "without webhooks; set STRIPE_WEBHOOK_SECRET to hear of payments sooner",
    ),
    "mail_accepted": ("fine", "the server at {host}:{port} takes mail from {sender}"),
    "mail_not_set": ("warning", "HOUSEFUL_SMTP_URL is not set: no mail is sent"),
    "mail_sender_default": (
        "warning",
        "HOUSEFUL_MAIL_FROM is not set: mail from {sender} is not delivered",
    ),
    "mail_sender_needs_smtputf8": (
        "error",
        "the server at {host}:{port} lacks SMTPUTF8, which HOUSEFUL_MAIL_FROM {sender} needs:"
        " take an address in plain letters (a to z)",
    ),
    "mail_unreachable": ("error", "the server at {host}:{port} does not take mail: {reason}"),
    "seller_set": ("fine", "receipts are issued by {name}"),
    "seller_not_needed": ("fine", "HOUSEFUL_SELLER_NAME is not set: no receipts are made"),
    "seller_not_set": (
        "warning",
        "HOUSEFUL_SELLER_NAME is not set: nobody gets a receipt for their money",
    ),
    "seller_incomplete": (
        "warning",
        "receipts of {name} lack an address or a tax number:"
        " set HOUSEFUL_SELLER_ADDRESS and HOUSEFUL_SELLER_TAX_ID",
    ),
    "time_zone_set": ("fine", "{zone}"),
    "time_zone_not_set": ("warning", "HOUSEFUL_TIMEZONE is not set: times show in {zone}"),
    "public_address_set": ("fine", "{url}"),
    "public_address_not_set": (
        "warning",
        "HOUSEFUL_PUBLIC_URL is not set: mail cannot link to this server",
    ),
    "public_address_insecure": (
        "warning",
        "{url} is not https: cameras and payments need it",
    ),
    "proxies_not_trusted": (
        "error",
        "{url} is https, so a proxy stands in front, and HOUSEFUL_TRUSTED_PROXIES does not name it:"
        " all visitors count as one",
    ),
    "secret_set": ("fine", "tokens and tickets are signed with HOUSEFUL_JWT_SECRET"),
    "secret_generated": (
        "warning",
        "HOUSEFUL_JWT_SECRET is not set: tickets hold as long as the data directory is kept",
    ),
    "secret_unreadable": ("error", "{reason}"),
    "foreign_tokens_customers": (
        "fine",
        "tokens of {issuer} are accepted, for customers only",
    ),
    "foreign_tokens_staff": ("fine", "tokens of {issuer} are accepted, with their roles"),
    "check_failed": ("error", "could not be looked at ({reason})"),
}
"""Code → (severity, what it means with its parameters)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was seen of `subject`."""

    subject: str
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        return FINDINGS[self.code][0]

    @property
    def ok(self) -> bool:
        return self.severity == "fine"

    @property
    def sentence(self) -> str:
        return FINDINGS[self.code][1].format(**self.params)
