"""A real SMTP server on this machine that keeps what it is given, and says no when told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class Office:
    """A mail server's back room: keeps what came, and says no when told to."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.was_encrypted: list[bool] = []
        self.users: list[bytes] = []
        self.answer_to_recipient = ""
        self.answer_to_data = "250 kept"
        self.is_silent = False
        self.hangs_up_at_quit = False

    @property
    def mails(self) -> list[EmailMessage]:
        """What came, in order."""
        found = [parsed(bytes(one.content or b"")) for one in self.envelopes]
        return [mail for mail in found if isinstance(mail, EmailMessage)]

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hangs_up_at_quit and server.transport:
            server.transport.abort()
        return "221 Bye"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answer_to_recipient:
            return self.answer_to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.is_silent:
            await asyncio.Event().wait()
        if self.answer_to_data.startswith("2"):
            self.envelopes.append(envelope)
            self.was_encrypted.append(session.ssl is not None)
        return self.answer_to_data

    def authenticate(self, server: Any, session: Any, envelope: Any, way: str, data: Any) -> Any:
        self.users.append(data.login)
        return AuthResult(success=data.password == b"p@ss:word", handled=False)


@cache
def parsed(content: bytes) -> Any:
    """Once, though tests look again and again until a mail is there."""
    return message_from_bytes(content, policy=default)


@asynccontextmanager
async def smtp_server(office: Office, port: int = 0, **options: Any) -> AsyncIterator[int]:
    """A listening server; gives its port, and closes every connection at the end."""
    loop = asyncio.get_running_loop()
    tls_from_the_start = options.pop("tls_from_the_start", None)
    protocols: list[SMTP] = []

    def protocol() -> SMTP:
        protocols.append(SMTP(office, loop=loop, **options))
        return protocols[-1]

    server = await loop.create_server(protocol, "127.0.0.1", port, ssl=tls_from_the_start)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        handlers = [one._handler_coroutine for one in protocols if one._handler_coroutine]
        for one in protocols:
            if one.transport:
                one.transport.close()
        for task in handlers:
            task.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await server.wait_closed()
