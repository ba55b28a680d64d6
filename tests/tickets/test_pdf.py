"""The PDF as a reader sees it: its pages, its words, its fonts, and the code at the door."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import structlog
import zxingcpp
from PIL import Image

from houseful.domain.errors import ConfigurationError
from houseful.tickets import pdf
from houseful.tickets.code import TicketSigner
from houseful.tickets.model import BookingDocument

NAMES = {
    "Latin": "Łukasz Çağrı Ñuñez-Őry",
    "Vietnamese": "Nguyễn Thị Minh Khai",
    "Greek": "Παναγιώτα Ελευθερίου",
    "Cyrillic": "Дмитрий Щербаков Їжакевич",
}


def pages(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def images(data: bytes, dpi: int = 150) -> list[Image.Image]:
    with pypdfium2.PdfDocument(data) as document:
        return [page.render(scale=dpi / 72).to_pil() for page in document]


def with_holder(booking: BookingDocument, holder: str) -> BookingDocument:
    return replace(booking, tickets=(replace(booking.tickets[0], holder=holder),))


def test_each_ticket_has_a_page_of_its_own(booking: BookingDocument) -> None:
    texts = pages(pdf.render(booking))
    assert len(texts) == 3
    for number, (text, ticket) in enumerate(zip(texts, booking.tickets, strict=True), 1):
        assert f"Ticket {number} of 3" in text
        assert ticket.seat in text
        assert ticket.code in text


def test_a_page_says_all_that_a_visitor_needs(booking: BookingDocument) -> None:
    text = pages(pdf.render(booking))[0]
    for words in (
        "The Night Train",
        "Riverside Hall",
        "4 Quay Street",
        "Friday 9 January 2026",
        "19:30 CET",
        "Orchestra",
        "PREMIUM",
        "75.00 EUR",
        "Ada Example",
        "Door 2",
        "BK-2026-001234",
    ):
        assert words in text


def test_the_code_on_each_page_decodes_to_the_signed_ticket(
    booking: BookingDocument, signer: TicketSigner
) -> None:
    for image, ticket in zip(images(pdf.render(booking)), booking.tickets, strict=True):
        codes = zxingcpp.read_barcodes(image)
        assert [code.text for code in codes] == [ticket.qr]
        assert signer.verify(codes[0].text).seat_id == ticket.seat_id


def test_the_code_still_reads_from_a_poor_print_and_with_the_demo_mark(
    booking: BookingDocument,
) -> None:
    image = images(pdf.render(replace(booking, is_demo=True)), dpi=72)[0]
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [booking.tickets[0].qr]


def test_the_code_is_drawn_as_vectors(booking: BookingDocument) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(booking)))
    assert all(not page.images for page in reader.pages)


def test_only_a_demo_booking_is_marked_as_demo(booking: BookingDocument) -> None:
    assert "NO MONEY WAS PAID" in pages(pdf.render(replace(booking, is_demo=True)))[0]
    assert "DEMO" not in pages(pdf.render(booking))[0]


def test_only_a_seat_with_a_restricted_view_says_so(booking: BookingDocument) -> None:
    assert ["Restricted view" in text for text in pages(pdf.render(booking))] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("script", NAMES)
def test_names_of_european_scripts_are_printed_whole(booking: BookingDocument, script: str) -> None:
    with structlog.testing.capture_logs() as lines:
        text = pages(pdf.render(with_holder(booking, NAMES[script])))[0]
    assert NAMES[script] in " ".join(text.split())
    assert not lines


def test_letters_come_composed_and_without_invisible_ones(booking: BookingDocument) -> None:
    text = pages(pdf.render(with_holder(booking, "Jose\u0301\u202e \u200bＡda\tX‑Y")))[0]
    assert "José Ada X-Y" in text


def test_every_font_used_is_embedded(booking: BookingDocument) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(booking)))
    used = {
        name: font.get_object()
        for page in reader.pages
        for name, font in page["/Resources"]["/Font"].items()
    }
    embedded = {
        name for name, font in used.items() if "/FontFile2" in font.get("/FontDescriptor", {})
    }
    assert embedded
    shown = reader.pages[0].get_contents()
    assert shown is not None
    for name in set(used) - embedded:
        lines = [line for line in shown.get_data().decode("latin-1").splitlines() if name in line]
        assert all("Tj" not in line for line in lines), "a font that is not embedded prints text"


def test_letters_without_a_font_are_announced_on_the_page_and_in_the_log(
    booking: BookingDocument,
) -> None:
    with structlog.testing.capture_logs() as lines:
        text = pages(pdf.render(with_holder(booking, "王小明 Li")))[0]
    assert "??? Li" in text
    assert "has no font for" in text
    assert [line["event"] for line in lines] == ["ticket_font_lacks"]
    assert lines[0]["characters"] == ["U+5C0F", "U+660E", "U+738B"]
    assert "王" not in str(lines)


def test_right_to_left_letters_are_announced_and_not_printed_backwards(
    booking: BookingDocument,
) -> None:
    text = pages(pdf.render(with_holder(booking, "שלום")))[0]
    assert "????" in text
    assert "has no font for" in text


def test_a_page_without_such_letters_does_not_announce_any(booking: BookingDocument) -> None:
    first, second, _ = booking.tickets
    both = replace(booking, tickets=(replace(first, holder="王"), second))
    assert ["no font for" in text for text in pages(pdf.render(both))] == [True, False]


def test_very_long_names_stay_inside_the_card(booking: BookingDocument) -> None:
    """What lies outside the card's outline is white, whatever the names are."""
    long = "Donaudampfschifffahrtsgesellschaftskapitän " * 12
    ticket = replace(
        booking.tickets[0],
        holder=long,
        section=long,
        row="W" * 40,
        seat="W" * 40,
        category="W" * 200,
        entrance=long,
        price_minor=10**15,
    )
    event = replace(booking.event, name=long, venue=long, address=long)
    image = images(pdf.render(replace(booking, event=event, tickets=(ticket,), is_demo=True)))[0]
    margin = int(pdf.MARGIN / 72 * 150) - 2
    frame = image.convert("L")
    frame.paste(255, (margin, margin, image.width - margin, image.height - margin))
    assert frame.getextrema() == (255, 255)
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [ticket.qr]


def test_a_seat_without_a_row_gives_its_room_to_the_others(booking: BookingDocument) -> None:
    text = pages(pdf.render(replace(booking, tickets=(replace(booking.tickets[0], row=""),))))[0]
    assert "ROW" not in text
    table = replace(booking.tickets[0], row="12", row_kind="table")
    assert "TABLE" in pages(pdf.render(replace(booking, tickets=(table,))))[0]


def test_the_same_booking_gives_the_same_bytes_from_many_threads(
    booking: BookingDocument,
) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda _: pdf.render(booking), range(8)))
    assert len(made) == 1


def test_an_operators_font_prints_what_ours_lacks(booking: BookingDocument) -> None:
    font = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if font is None:
        pytest.skip("no second TrueType font on this machine")
    text = pages(pdf.render(with_holder(booking, "Ա ★ Li"), extra_fonts=[font]))[0]
    assert "Ա ★ Li" in text


def test_a_font_that_cannot_be_used_is_named(booking: BookingDocument, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"not a font")
    for path in (broken, tmp_path / "absent.ttf"):
        with pytest.raises(ConfigurationError, match=path.name):
            pdf.render(booking, extra_fonts=[path])
