"""How a mail leaves the house: through an SMTP server, or, with none set, into the log.

Owns: the translation of aiosmtplib's failures. What may pass is `Unavailable`, so that the outbox
tries again, our own server's faults included (a wrong password, a sender it does not know). What the
server refuses for good is `InvalidRequest`: the address `address_refused` or, in letters that it does not
take, `address_needs_smtputf8`; the mail `mail_refused`.
"""

from __future__ import annotations

import asyncio
import math
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from time import monotonic
from typing import Final, Literal, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import structlog

from houseful.domain.errors import ConfigurationError, InvalidRequest, Unavailable

STEP_TIMEOUT_S: Final = 15.0
"""For connecting and for each answer."""
WHOLE_TIMEOUT_S: Final = 60.0
"""For one mail, so that a server that answers just often enough cannot hold a worker."""
GOODBYE_TIMEOUT_S: Final = 2.0
GREETING_TIMEOUT_S: Final = 5.0
"""For a look whether the server is there; somebody waits for what is seen."""
RETRY_AFTER_S: Final = 30.0
REMEMBERED_S: Final = 600.0
"""What a server can do: a mail server that learned something else since is known to within this."""

SHAPE: Final = "smtp://[user:password@]host[:port][?tls=required|none] or smtps://…"

_log = structlog.get_logger(__name__)


class Mailer(Protocol):
    """Takes a mail over, or says why not."""

    async def send(self, message: EmailMessage) -> None:
        """Returns once the mail is in the next server's hands.

        Raises Unavailable (try again) or InvalidRequest (do not).
        """

    async def takes_any_alphabet(self) -> bool:
        """Whether it delivers to addresses such as 用户@例子.公司; True too while nobody knows."""


class ConsoleMailer:
    """The default: says in the log what would have been sent. Refuses no address."""

    async def takes_any_alphabet(self) -> bool:
        return True

    async def send(self, message: EmailMessage) -> None:
        _log.info(
            "mail",
            to=str(message["To"]),
            subject=str(message["Subject"]),
            message_id=str(message["Message-ID"]),
            attachments=[part.get_filename() for part in message.iter_attachments()],
        )


Tls = Literal["from_the_start", "required", "if_offered", "none"]


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where to hand mail in. The password never shows in a repr."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def from_url(cls, url: str) -> SmtpServer:
        """Reads `SHAPE`. Raises ConfigurationError, which never repeats the URL.

        `smtps` speaks TLS from the start (port 465). `smtp` upgrades (STARTTLS, port 587 with a
        user, else 25) if the server offers it; with a password it must, unless the server is this
        machine itself or the URL says `tls=none`.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ConfigurationError(f"expected {SHAPE}, got an address that is none") from None
        wish = parse_qs(parts.query).get("tls", [""])[-1]
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ConfigurationError(f"expected {SHAPE}, got {parts.scheme or 'no scheme'}://…")
        if wish not in ("", "required", "none") or (parts.scheme == "smtps" and wish == "none"):
            raise ConfigurationError(f"expected {SHAPE}, got tls={wish}")
        user = unquote(parts.username) if parts.username else None
        secure = parts.scheme == "smtps"
        tls: Tls = "if_offered"
        if secure:
            tls = "from_the_start"
        elif wish == "none":
            tls = "none"
        elif wish == "required" or (user and not _is_this_machine(parts.hostname)):
            tls = "required"
        return cls(
            host=parts.hostname,
            port=port or (465 if secure else 587 if user else 25),
            tls=tls,
            user=user,
            password=unquote(parts.password) if parts.password else None,
        )


class SmtpMailer:
    """Hands each mail to one SMTP server, over a connection of its own."""

    def __init__(self, server: SmtpServer, *, tls_context: ssl.SSLContext | None = None) -> None:
        """`tls_context`: whom to trust; by default whom the system trusts."""
        self._server = server
        self._tls_context = tls_context
        self._asking = asyncio.Lock()
        self._takes_any_alphabet = True
        self._asked_until_s = -math.inf

    async def send(self, message: EmailMessage) -> None:
        client = self._client()
        try:
            async with asyncio.timeout(WHOLE_TIMEOUT_S):
                await client.connect()
                await client.send_message(message)
            await _part(client)
        except aiosmtplib.SMTPNotSupported as failure:  # only of addresses: RFC 6531
            if not str(message["From"].addresses[0].addr_spec).isascii():  # then it is no buyer's
                raise _unavailable(
                    "(it lacks SMTPUTF8, which the sender's address needs)"
                ) from failure
            raise other_alphabet() from failure
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            said = refusal.recipients[0]
            if said.code >= 500:
                raise _refused("address", said) from refusal
            raise _unavailable(f"({said.code} {said.message[:200]})") from refusal
        except aiosmtplib.SMTPDataError as refusal:
            if refusal.code >= 500:
                raise _refused("mail", refusal) from refusal
            raise _unavailable(f"({refusal.code} {refusal.message[:200]})") from refusal
        except aiosmtplib.SMTPResponseException as refusal:
            raise _unavailable(f"({refusal.code} {refusal.message[:200]})") from refusal
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as failure:
            raise _unavailable(f"({type(failure).__name__})") from failure
        finally:
            client.close()
        _log.info("mail_sent", message_id=str(message["Message-ID"]))

    async def takes_any_alphabet(self) -> bool:
        """Whether the server has SMTPUTF8 (RFC 6531): asked, then remembered.

        A server that does not answer stops no sale; the mail waits for it and is refused then.
        """
        async with self._asking:
            if monotonic() > self._asked_until_s:
                try:
                    self._takes_any_alphabet = await self.greet()
                    self._asked_until_s = monotonic() + REMEMBERED_S
                except Unavailable:
                    self._takes_any_alphabet = True
                    self._asked_until_s = monotonic() + RETRY_AFTER_S
        return self._takes_any_alphabet

    async def greet(self) -> bool:
        """Connect and sign in as for a mail, and send none; whether the server has SMTPUTF8.

        Raises Unavailable.
        """
        client = self._client()
        try:
            await client.connect(timeout=GREETING_TIMEOUT_S)
            await client.ehlo(timeout=GREETING_TIMEOUT_S)
            has_smtputf8 = client.supports_extension("smtputf8")
            await _part(client)
        except aiosmtplib.SMTPResponseException as refusal:
            raise _unavailable(f"({refusal.code} {refusal.message[:200]})") from refusal
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as failure:
            raise _unavailable(f"({type(failure).__name__})") from failure
        finally:
            client.close()
        return has_smtputf8

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls == "from_the_start",
            start_tls={"required": True, "if_offered": None}.get(server.tls, False),
            tls_context=self._tls_context,
            timeout=STEP_TIMEOUT_S,
        )


def mailer(url: str | None, *, tls_context: ssl.SSLContext | None = None) -> Mailer:
    """The mailer for a setting; None means the console. Raises ConfigurationError."""
    if url is None:
        return ConsoleMailer()
    return SmtpMailer(SmtpServer.from_url(url), tls_context=tls_context)


def other_alphabet(field: str = "") -> InvalidRequest:
    return InvalidRequest(
        "expected an e-mail address in plain letters (a to z): this mail server delivers to no other",
        code="address_needs_smtputf8",
        field=field,
    )


def _refused(what: str, answer: aiosmtplib.SMTPResponseException) -> InvalidRequest:
    return InvalidRequest(
        f"The mail server refuses this {what} ({answer.code} {answer.message[:200]})",
        code=f"{what}_refused",
    )


def _unavailable(what: str) -> Unavailable:
    return Unavailable(f"The mail server did not take the mail {what}", retry_after_s=RETRY_AFTER_S)


async def _part(client: aiosmtplib.SMTP) -> None:
    """Say goodbye. The mail is taken, so nothing that goes wrong here may make it look untaken."""
    with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        await client.quit(timeout=GOODBYE_TIMEOUT_S)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
