"""The signed text of a QR code, and the code that is typed by hand."""

from __future__ import annotations

import base64

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from houseful.domain.errors import InvalidRequest
from houseful.tickets.code import (
    PREFIX,
    TYPED_ALPHABET,
    TicketClaims,
    TicketRefused,
    TicketSigner,
    TicketVerifier,
)

SIGNER = TicketSigner(b"a signing secret of 32 bytes ....")
OTHER = TicketSigner(b"the signing secret of other people")
IDS = st.integers(min_value=0, max_value=2**63 - 1)


def sample() -> str:
    return SIGNER.sign(123456, 7, 50234, "BK-2026-001234")


@given(IDS, IDS, IDS, st.integers(2000, 9999), st.integers(0, 10**9))
def test_a_signed_ticket_verifies_to_what_was_signed(
    ticket_id: int, event_id: int, seat_id: int, year: int, number: int
) -> None:
    reference = f"BK-{year}-{number:06d}"
    text = SIGNER.sign(ticket_id, event_id, seat_id, reference)
    assert SIGNER.verify(text) == TicketClaims(ticket_id, event_id, seat_id, reference)


def test_the_public_key_alone_verifies_offline() -> None:
    door = TicketVerifier(SIGNER.public_key)
    assert len(SIGNER.public_key) == 32
    assert door.verify(sample()).seat_id == 50234


def test_the_same_secret_gives_the_same_tickets_after_a_restart() -> None:
    again = TicketSigner(b"a signing secret of 32 bytes ....")
    assert again.sign(123456, 7, 50234, "BK-2026-001234") == sample()
    assert again.typed_code(5) == SIGNER.typed_code(5)


def test_lower_case_and_surrounding_space_are_forgiven() -> None:
    assert SIGNER.verify(f" {sample().lower()}\r\n") == SIGNER.verify(sample())


def test_a_ticket_of_another_office_is_called_foreign() -> None:
    with pytest.raises(TicketRefused) as refusal:
        SIGNER.verify(OTHER.sign(123456, 7, 50234, "BK-2026-001234"))
    assert refusal.value.code == "forged_ticket"


def test_a_foreign_signature_under_our_key_id_is_called_forged() -> None:
    foreign = _bytes(OTHER.sign(123456, 7, 50234, "BK-2026-001234"))
    with pytest.raises(TicketRefused) as refusal:
        SIGNER.verify(_text(SIGNER.key_id + foreign[2:]))
    assert refusal.value.code == "forged_ticket"


def test_no_single_flipped_bit_passes() -> None:
    raw = _bytes(sample())
    for place in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(TicketRefused):
            SIGNER.verify(_text(bytes(flipped)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HF1.",
        "HF2." + sample()[4:],
        "https://example.org/",
        sample()[:-1],
        sample()[:-8],
        sample()[:20],
        sample() + "A",
        sample() + "AAAAAAAA",
        sample().replace("A", "0"),
        sample()[:-1] + "=",
        "HF1." + "Ä" * 40,
        "HF1." + "A" * 100_000,
    ],
)
def test_anything_else_is_refused_as_malformed_or_forged(text: str) -> None:
    with pytest.raises(TicketRefused) as refusal:
        SIGNER.verify(text)
    assert refusal.value.code in {"malformed_ticket", "forged_ticket"}
    assert refusal.value.status == 400
    assert not refusal.value.retryable
    assert len(refusal.value.message) < 200


@given(st.text(max_size=300) | st.binary(min_size=60, max_size=150).map(lambda raw: _text(raw)))
def test_no_text_makes_verify_fail_in_another_way(text: str) -> None:
    with pytest.raises(TicketRefused):
        SIGNER.verify(text)


def test_each_ticket_has_one_spelling_only() -> None:
    """The last base32 letter has spare bits; a second spelling would be a second 'ticket'."""
    text = sample()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    accepted = []
    for letter in alphabet:
        try:
            SIGNER.verify(text[:-1] + letter)
        except TicketRefused:
            continue
        accepted.append(letter)
    assert accepted == [text[-1]]


def test_the_text_makes_a_symbol_of_low_density() -> None:
    for text in (sample(), SIGNER.sign(2**40, 2**30, 2**40, "BK-2026-999999999")):
        symbol = segno.make_qr(text, error="m")
        assert symbol.mode == "alphanumeric"
        assert symbol.version <= 6


def test_a_text_carries_nothing_about_a_person() -> None:
    assert len(_bytes(sample())) == 2 + 3 + 1 + 3 + 2 + 2 + 64


@pytest.mark.parametrize("reference", ["", "BK-26-001234", "BK-2026-12", "bk-2026-001234\n"])
def test_a_reference_of_another_form_is_not_signed(reference: str) -> None:
    with pytest.raises(InvalidRequest, match="booking reference"):
        SIGNER.sign(1, 1, 1, reference)


def test_a_negative_id_is_not_signed() -> None:
    with pytest.raises(InvalidRequest, match="≥ 0"):
        SIGNER.sign(-1, 1, 1, "BK-2026-001234")


def test_a_short_secret_and_a_wrong_public_key_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="at least 16 bytes, got 5"):
        TicketSigner(b"short")
    with pytest.raises(InvalidRequest, match="32 bytes, got 3"):
        TicketVerifier(b"abc")


@given(st.integers(0, 2**30 - 1))
def test_a_typed_code_leads_back_to_its_ticket(ticket_id: int) -> None:
    code = SIGNER.typed_code(ticket_id)
    assert SIGNER.read_typed_code(code) == ticket_id
    assert SIGNER.read_typed_code(code.replace("-", " ").lower()) == ticket_id
    assert SIGNER.read_typed_code(code.replace("0", "o").replace("1", "l")) == ticket_id


@pytest.mark.parametrize(
    "gap",
    [
        "",
        " ",
        ".",
        "\u00a0",
        "\u2009",
        "–",
        "—",
        "\u2011",
        "−",
        "·",
        "…",
        "\t",
        "\u200b",
        " - ",
        "－",
    ],
)
def test_dashes_dots_and_spaces_of_any_kind_are_forgiven(gap: str) -> None:
    code = SIGNER.typed_code(4711).replace("-", gap)
    assert SIGNER.read_typed_code(f"{gap}{code}{gap}") == SIGNER.ticket_in(code) == 4711
    wide = "".join(chr(ord(one) + 0xFEE0) if one.isalnum() else one for one in code)
    assert SIGNER.read_typed_code(wide) == 4711


def test_a_text_that_is_no_code_names_no_ticket() -> None:
    assert SIGNER.ticket_in("Ada Lovelace") is None
    assert SIGNER.ticket_in(SIGNER.sign(7, 1, 1, "BK-2026-001234")) == 7


def test_typed_codes_do_not_show_how_many_were_sold() -> None:
    codes = {SIGNER.typed_code(number) for number in range(1000)}
    assert len(codes) == 1000
    assert len({code[:4] for code in codes}) > 900
    assert len({code[-4:] for code in codes}) > 900


def test_no_single_mistyped_letter_passes() -> None:
    code = SIGNER.typed_code(4711)
    for place, right in enumerate(code):
        if right == "-":
            continue
        for wrong in set(TYPED_ALPHABET) - {right}:
            with pytest.raises(TicketRefused):
                SIGNER.read_typed_code(code[:place] + wrong + code[place + 1 :])


def test_a_typed_code_of_another_office_is_refused() -> None:
    with pytest.raises(TicketRefused) as refusal:
        SIGNER.read_typed_code(OTHER.typed_code(5))
    assert refusal.value.code == "forged_ticket"


@pytest.mark.parametrize("text", ["", "9F3K", "9F3K-Q2X7-WM4U", "9F3K-Q2X7-WM4D-0", "é" * 12])
def test_a_text_that_is_no_typed_code_is_refused(text: str) -> None:
    with pytest.raises(TicketRefused, match="expected a ticket code such as") as refusal:
        SIGNER.read_typed_code(text)
    assert refusal.value.code == "malformed_ticket"


def test_a_ticket_number_over_the_limit_gets_no_typed_code() -> None:
    with pytest.raises(InvalidRequest, match="got 1073741824"):
        SIGNER.typed_code(2**30)


def _bytes(text: str) -> bytes:
    body = text.removeprefix(PREFIX)
    return base64.b32decode(body + "=" * (-len(body) % 8))


def _text(raw: bytes) -> str:
    return PREFIX + base64.b32encode(raw).decode().rstrip("=")


def test_tickets_of_a_former_secret_hold_while_it_is_named() -> None:
    text, typed = sample(), SIGNER.typed_code(99)
    renewed = TicketSigner(
        b"the secret that came after it...", [b"a signing secret of 32 bytes ...."]
    )
    assert renewed.verify(text) == SIGNER.verify(text)
    assert renewed.read_typed_code(typed) == 99
    assert renewed.sign(1, 2, 3, "BK-2026-001234") != SIGNER.sign(1, 2, 3, "BK-2026-001234")
    forgetful = TicketSigner(b"the secret that came after it...")
    with pytest.raises(TicketRefused, match="another ticket office"):
        forgetful.verify(text)
    with pytest.raises(TicketRefused, match="does not exist"):
        forgetful.read_typed_code(typed)
