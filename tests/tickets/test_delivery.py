"""Mail handed to a real SMTP server on this machine, and what happens when it is not there."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from houseful.domain.errors import ConfigurationError, InvalidRequest, Unavailable
from houseful.tickets import delivery
from houseful.tickets.delivery import ConsoleMailer, SmtpMailer, SmtpServer, mailer
from houseful.tickets.mail import Occasion, compose
from houseful.tickets.model import BookingDocument
from tests.support.mail_office import Office, smtp_server

Serve = Callable[..., Awaitable[int]]


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def serve(office: Office) -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> int:
            return await stack.enter_async_context(smtp_server(office, **options))

        yield start


@pytest.fixture
def message(booking: BookingDocument) -> EmailMessage:
    return letter(booking, "ada@example.org")


def letter(booking: BookingDocument, to: str) -> EmailMessage:
    return compose(
        booking,
        Occasion(),
        to=to,
        sender="tickets@houseful.example",
        sent_at_ms=1_767_960_000_000,
        delivery_id="17",
        pdf=b"%PDF" + bytes(40_000),
        ics=b"BEGIN:VCALENDAR\r\n",
    )


@pytest.fixture
def contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS for a server on 127.0.0.1 that vouches for itself, and for a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    path = tmp_path / "server.pem"
    path.write_bytes(
        pem
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_a_mail_arrives_whole(office: Office, serve: Serve, message: EmailMessage) -> None:
    port = await serve()
    await mailer(f"smtp://127.0.0.1:{port}").send(message)
    (envelope,) = office.envelopes
    assert envelope.mail_from == "tickets@houseful.example"
    assert envelope.rcpt_tos == ["ada@example.org"]
    assert isinstance(envelope.content, bytes)
    arrived = message_from_bytes(envelope.content, policy=default)
    assert arrived["Message-ID"] == message["Message-ID"]
    assert isinstance(arrived, EmailMessage)
    pdf, _ = arrived.iter_attachments()
    assert pdf.get_payload(decode=True) == b"%PDF" + bytes(40_000)


async def test_during_an_outage_sending_is_unavailable_and_works_again_after(
    office: Office, message: EmailMessage
) -> None:
    async with smtp_server(office) as port:
        sender = mailer(f"smtp://127.0.0.1:{port}")
        await sender.send(message)
    with pytest.raises(Unavailable) as failure:
        await sender.send(message)
    assert failure.value.retryable
    assert failure.value.retry_after_s
    async with smtp_server(office, port=port):
        await sender.send(message)
    assert len(office.envelopes) == 2


async def test_a_server_that_falls_silent_is_given_up(
    office: Office, serve: Serve, message: EmailMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "WHOLE_TIMEOUT_S", 0.3)
    office.is_silent = True
    port = await serve()
    async with asyncio.timeout(5):
        with pytest.raises(Unavailable, match="TimeoutError"):
            await mailer(f"smtp://127.0.0.1:{port}").send(message)


async def test_a_server_that_is_not_ready_yet_is_tried_again(
    office: Office, serve: Serve, message: EmailMessage
) -> None:
    sender = mailer(f"smtp://127.0.0.1:{await serve()}")
    office.answer_to_data = "451 try later"
    with pytest.raises(Unavailable, match="451 try later"):
        await sender.send(message)
    office.answer_to_recipient = "450 mailbox busy"
    with pytest.raises(Unavailable, match="450"):
        await sender.send(message)
    assert office.envelopes == []


@pytest.mark.parametrize(
    ("answer", "code"), [("550 no such mailbox", "mail_refused"), ("552 too large", "mail_refused")]
)
async def test_a_mail_refused_for_good_is_not_tried_again(
    answer: str, code: str, office: Office, serve: Serve, message: EmailMessage
) -> None:
    office.answer_to_data = answer
    with pytest.raises(InvalidRequest, match=answer) as refusal:
        await mailer(f"smtp://127.0.0.1:{await serve()}").send(message)
    assert refusal.value.code == code


async def test_an_address_refused_for_good_is_not_tried_again(
    office: Office, serve: Serve, message: EmailMessage
) -> None:
    office.answer_to_recipient = "550 no such mailbox"
    with pytest.raises(InvalidRequest, match="550") as refusal:
        await mailer(f"smtp://127.0.0.1:{await serve()}").send(message)
    assert refusal.value.code == "address_refused"
    assert not refusal.value.retryable


async def test_a_server_that_hangs_up_after_taking_the_mail_has_taken_it(
    office: Office, serve: Serve, message: EmailMessage
) -> None:
    office.hangs_up_at_quit = True
    await mailer(f"smtp://127.0.0.1:{await serve()}").send(message)
    assert len(office.envelopes) == 1


async def test_user_and_password_of_the_url_are_given(
    office: Office, serve: Serve, message: EmailMessage
) -> None:
    port = await serve(authenticator=office.authenticate, auth_require_tls=False)
    await mailer(f"smtp://box%40office:p%40ss%3Aword@127.0.0.1:{port}").send(message)
    assert office.users[-1] == b"box@office"
    assert len(office.envelopes) == 1


async def test_a_wrong_password_is_unavailable_and_shows_nowhere(
    office: Office, serve: Serve, message: EmailMessage
) -> None:
    port = await serve(authenticator=office.authenticate, auth_require_tls=False)
    with pytest.raises(Unavailable, match="535") as failure:
        await mailer(f"smtp://box:sesame@127.0.0.1:{port}").send(message)
    assert "sesame" not in failure.value.message
    assert office.envelopes == []


async def test_an_offered_upgrade_to_tls_is_taken(
    office: Office,
    serve: Serve,
    message: EmailMessage,
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server_tls, client_tls = contexts
    port = await serve(tls_context=server_tls)
    await mailer(f"smtp://127.0.0.1:{port}", tls_context=client_tls).send(message)
    assert office.was_encrypted == [True]


async def test_tls_from_the_start_works(
    office: Office,
    serve: Serve,
    message: EmailMessage,
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server_tls, client_tls = contexts
    port = await serve(tls_from_the_start=server_tls)
    await mailer(f"smtps://127.0.0.1:{port}", tls_context=client_tls).send(message)
    assert len(office.envelopes) == 1


async def test_a_server_whose_certificate_nobody_vouches_for_gets_no_mail(
    office: Office,
    serve: Serve,
    message: EmailMessage,
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server_tls, _ = contexts
    port = await serve(tls_from_the_start=server_tls)
    with pytest.raises(Unavailable):
        await mailer(f"smtps://127.0.0.1:{port}").send(message)
    assert office.envelopes == []


async def test_where_tls_is_required_a_server_without_it_gets_no_mail(
    office: Office, serve: Serve, message: EmailMessage
) -> None:
    port = await serve()
    with pytest.raises(Unavailable):
        await mailer(f"smtp://127.0.0.1:{port}?tls=required").send(message)
    assert office.envelopes == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 25, "if_offered")),
        ("smtp://u:p@mail.example", SmtpServer("mail.example", 587, "required", "u", "p")),
        ("smtp://u:p@mail.example?tls=none", SmtpServer("mail.example", 587, "none", "u", "p")),
        ("smtp://u:p@localhost:2525", SmtpServer("localhost", 2525, "if_offered", "u", "p")),
        ("smtp://mail.example?tls=required", SmtpServer("mail.example", 25, "required")),
        ("smtps://u@mail.example", SmtpServer("mail.example", 465, "from_the_start", "u")),
        ("smtp://[::1]:25", SmtpServer("::1", 25, "if_offered")),
    ],
)
def test_a_url_says_where_and_how_safely(url: str, server: SmtpServer) -> None:
    assert SmtpServer.from_url(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://u:sesame@mail.example:99999",
        "smtp://u:sesame@mail.example:abc",
        "smtp://u:sesame@mail.example?tls=maybe",
        "smtps://u:sesame@mail.example?tls=none",
    ],
)
def test_a_url_that_is_wrong_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match="expected smtp://") as refusal:
        mailer(url)
    assert "sesame" not in refusal.value.message


def test_a_password_does_not_show_in_a_repr() -> None:
    assert "sesame" not in repr(SmtpServer.from_url("smtp://u:sesame@mail.example"))
    assert isinstance(mailer("smtp://u:sesame@mail.example"), SmtpMailer)


@pytest.mark.parametrize("has_smtputf8", [True, False])
async def test_an_address_in_any_alphabet_is_for_a_server_with_smtputf8(
    has_smtputf8: bool, office: Office, serve: Serve, booking: BookingDocument
) -> None:
    port = await serve(enable_SMTPUTF8=has_smtputf8)
    post = mailer(f"smtp://127.0.0.1:{port}")
    assert await post.takes_any_alphabet() is has_smtputf8
    message = letter(booking, "用户@例子.公司")
    if has_smtputf8:
        await post.send(message)
        assert office.envelopes[0].rcpt_tos == ["用户@xn--fsqu00a.xn--55qx5d"]
        return
    with pytest.raises(InvalidRequest) as refusal:
        await post.send(message)
    assert refusal.value.code == "address_needs_smtputf8"
    assert office.envelopes == []


async def test_a_sender_that_the_server_has_no_letters_for_is_no_fault_of_the_buyer_s(
    office: Office, serve: Serve, booking: BookingDocument
) -> None:
    """The mail waits until the house has another sender."""
    post = mailer(f"smtp://127.0.0.1:{await serve(enable_SMTPUTF8=False)}")
    message = letter(booking, "ada@example.org")
    del message["From"]
    message["From"] = Address("Jörg", "jörg", "theatre.example")
    with pytest.raises(Unavailable, match="SMTPUTF8"):
        await post.send(message)


async def test_what_the_mail_server_can_do_is_asked_once_and_remembered_for_a_while(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with smtp_server(office, enable_SMTPUTF8=False) as port:
        post = mailer(f"smtp://127.0.0.1:{port}")
        assert not await post.takes_any_alphabet()
    assert not await post.takes_any_alphabet(), "remembered"
    monkeypatch.setattr(delivery, "monotonic", lambda: monotonic() + delivery.REMEMBERED_S)
    assert await post.takes_any_alphabet(), "nobody answers, which stops no sale"


async def test_without_a_mail_server_every_address_may_buy() -> None:
    assert await mailer(None).takes_any_alphabet()


async def test_without_a_server_the_log_says_what_would_have_been_sent(
    message: EmailMessage,
) -> None:
    sender = mailer(None)
    assert isinstance(sender, ConsoleMailer)
    with structlog.testing.capture_logs() as lines:
        await sender.send(message)
    (line,) = lines
    assert line["event"] == "mail"
    assert line["to"] == "Ada Example <ada@example.org>"
    assert line["subject"] == "Your tickets for The Night Train"
    assert line["attachments"] == ["BK-2026-001234.pdf", "BK-2026-001234.ics"]
    assert line["message_id"] == "<BK-2026-001234.17@houseful.example>"
