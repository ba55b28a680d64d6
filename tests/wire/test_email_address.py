"""An address that is taken at checkout is one that a mail can be sent to, and to nobody else."""

from __future__ import annotations

import pytest

from houseful.domain.errors import InvalidRequest
from houseful.wire.email_address import email_address, sender_of


@pytest.mark.parametrize(
    ("text", "shown", "sent"),
    [
        (" o'neil+tickets@sub.example.org ", "o'neil+tickets@sub.example.org", None),
        ("Ada@EXAMPLE.org", "Ada@example.org", None),
        ("info@faß.de", "info@faß.de", "info@xn--fa-hia.de"),
        ("ada@bücher.example", "ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("a\x00da@example.org", "ada@example.org", None),
        ("box@theatre.local", "box@theatre.local", None),
    ],
)
def test_a_good_address_is_kept_and_sent_to_its_own_domain(
    text: str, shown: str, sent: str | None
) -> None:
    found = email_address(text)
    assert (found.shown, found.sent) == (shown, sent or shown)
    assert not found.needs_smtputf8


def test_a_local_part_in_another_script_needs_a_server_that_takes_it() -> None:
    assert email_address("jo\u0308rg@example.org").shown == "jörg@example.org"
    assert email_address("用户@例子.公司").needs_smtputf8


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "@example.org",
        "a..b@example.org",
        ".a@example.org",
        "ada@example",
        "ada@example..org",
        "ada@-example.org",
        "ada@1.2.3.4",
        "ada@[1.2.3.4]",
        "a da@example.org",
        '"a b"@example.org',
        "ada@example.org, eve@example.org",
        "Ada <ada@example.org>",
        "a@" + "x" * 64 + ".org",
        "a" * 65 + "@example.org",
    ],
)
def test_what_no_mail_can_reach_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"such as ada@example\.org") as caught:
        email_address(text, "contact.email")
    assert caught.value.code == "invalid_address"
    assert caught.value.message.startswith("contact.email: ")


def test_the_house_s_own_address_may_be_on_its_own_machine() -> None:
    assert email_address("tickets@localhost", is_ours=True).sent == "tickets@localhost"
    with pytest.raises(InvalidRequest):
        email_address("tickets@localhost")


@pytest.mark.parametrize(
    ("text", "name", "sent"),
    [
        ("tickets@localhost", "", "tickets@localhost"),
        (
            "Städtische Bühne <karten@bühne.example>",
            "Städtische Bühne",
            "karten@xn--bhne-0ra.example",
        ),
        ('"Box, Office" <a@example.org>', "Box, Office", "a@example.org"),
    ],
)
def test_a_sender_is_an_address_or_a_name_with_one(text: str, name: str, sent: str) -> None:
    found, address = sender_of(text)
    assert (found, address.sent) == (name, sent)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "a..b@example.org",
        "Box, Office <a@example.org>",
        "a@example.org, b@example.org",
        "Box\r\nBcc: eve@example.org <a@example.org>",
        "Box\x00 <a@example.org>",
    ],
)
def test_a_sender_that_no_mail_could_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        sender_of(text)
