"""The one judge of e-mail addresses, whichever door they come in by.

RFC 5321 and 6531 with IDNA 2008 (so that `faß.de` is `xn--fa-hia.de` and nobody else's domain), by
the library email-validator. No name server is asked: an outage of it must not stop a sale.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import getaddresses
from functools import cache
from types import ModuleType
from typing import Final

from houseful.domain.errors import InvalidRequest
from houseful.domain.text import clean, is_clean
from houseful.domain.wording import shown

OWN_DOMAINS: Final = ("local", "localhost", "test")
"""Of special use by RFC 6761; a house's own mail server may have one."""

SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address that may exist. `shown` is as people write it, `sent` has its domain in ASCII."""

    shown: str
    sent: str

    @property
    def needs_smtputf8(self) -> bool:
        """Only a server with that extension (RFC 6531) takes a mail to it."""
        return not self.sent.isascii()


def email_address(text: str, field: str = "", *, is_ours: bool = False) -> EmailAddress:
    """Raises InvalidRequest `invalid_address` saying what is wrong with it.

    A buyer's domain has a dot in it; that of a house's own address (`is_ours`) may have none.
    """
    library = _library()
    try:
        return _judged(text, is_ours=is_ours)
    except library.EmailNotValidError as error:
        place = f"{field}: " if field else ""
        raise InvalidRequest(
            f"{place}expected an e-mail address such as ada@example.org, got {shown(text, SHOWN)}."
            f" {error}",
            code="invalid_address",
            field=field,
        ) from None


def sender_of(text: str) -> tuple[str, EmailAddress]:
    """(name, address) of a house's own `address` or `Name <address>`; the name may be empty.

    Raises ValueError saying what is wrong with it.
    """
    if not is_clean(text):
        raise ValueError("It has control characters or spaces that no header of a mail takes.")
    name, address = found[0] if len(found := getaddresses([text])) == 1 else ("", text)
    return name, _judged(address, is_ours=True)


def _judged(text: str, *, is_ours: bool) -> EmailAddress:
    found = _library().validate_email(
        clean(text), check_deliverability=False, globally_deliverable=not is_ours, strict=True
    )
    return EmailAddress(found.normalized, f"{found.local_part}@{found.ascii_domain}")


@cache
def _library() -> ModuleType:
    """Loaded at the first address: its tables are a fortieth of what a server takes to start."""
    import email_validator

    for name in OWN_DOMAINS:
        email_validator.SPECIAL_USE_DOMAIN_NAMES.remove(name)  # the documented way to let one in
    return email_validator
