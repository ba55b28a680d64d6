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
from houseful.tickets import fonts, pdf
from houseful.tickets.code import TicketSigner
from houseful.tickets.model import BookingDocument
from houseful.words.de import GERMAN

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
        assert f"A · {ticket.bare_seat}" in text
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
        "67.50 EUR",
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
    text = pages(pdf.render(with_holder(booking, "Jose\u0301\u202e \u200bA\u2069da\tX")))[0]
    assert "José Ada X" in text


def test_every_font_used_is_embedded(booking: BookingDocument) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf.render(booking)))
    fonts = [
        font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        (descendant,) = font["/DescendantFonts"]
        descriptor = descendant.get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
        assert "/ToUnicode" in font


SCRIPTS = {
    "Chinese": "李小龍",
    "Japanese": "さくら サクラ 桜",
    "Korean": "김민준",
    "Arabic": "أمينة بنت",
    "Hebrew": "דנה לוי",
    "Thai": "น้ำผึ้ง ศรีสุวรรณ",
    "Georgian": "ნინო",
    "Armenian": "Անի Պետրոսյան",
    "Devanagari": "प्रिया शर्मा",
    "Amharic": "ሰላም",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_name_is_printed_whole_in_the_script_of_its_holder(
    booking: BookingDocument, script: str
) -> None:
    name = SCRIPTS[script]
    _, missing = fonts.load().printable(name)
    if missing:
        pytest.skip("no font of this machine has this script; install fonts-noto-core and -cjk")
    data = pdf.render(with_holder(booking, name))
    with pypdfium2.PdfDocument(data) as document:
        assert name in document[0].get_textpage().get_text_range()
    nameless = images(pdf.render(with_holder(booking, "\N{ZERO WIDTH JOINER}")))[0]
    assert images(data)[0].tobytes() != nameless.tobytes()


def test_arabic_letters_are_joined_and_run_from_the_right() -> None:
    faces = fonts.load()
    if faces.printable("بنت")[1]:
        pytest.skip("no font of this machine has Arabic")
    (run,) = faces.shape("بنت", "Regular").runs
    assert [glyph.text for glyph in run.glyphs] == ["ت", "ن", "ب"]
    alone = [faces.shape(letter, "Regular").runs[0].glyphs[0].number for letter in "تنب"]
    assert not set(alone) & {glyph.number for glyph in run.glyphs}


def test_a_thai_mark_stands_over_its_letter_and_takes_no_room() -> None:
    faces = fonts.load()
    if faces.printable("ที่")[1]:
        pytest.skip("no font of this machine has Thai")
    assert faces.width("ที่", "Bold", 10) == faces.width("ท", "Bold", 10)


def test_a_title_and_its_year_keep_their_order_from_right_to_left(
    booking: BookingDocument,
) -> None:
    faces = fonts.load()
    if faces.printable("שלום")[1]:
        pytest.skip("no font of this machine has Hebrew")
    words = [
        "".join(glyph.text for glyph in run.glyphs) for run in faces.shape("שלום 2026", "Bold").runs
    ]
    assert "".join(words) == "2026 םולש"


NOWHERE = "\U000f1234"
"""A private letter that no font has."""


def test_letters_without_a_font_are_left_out_and_announced_on_the_page_and_in_the_log(
    booking: BookingDocument,
) -> None:
    with structlog.testing.capture_logs() as lines:
        text = pages(pdf.render(with_holder(booking, f"{NOWHERE}Li {NOWHERE}")))[0]
    assert "\nLi\n" in text
    assert "?" not in text
    assert "Letters that no font here has are left out. The code says all." in text
    assert [line["event"] for line in lines] == ["ticket_font_lacks"]
    assert lines[0]["characters"] == ["U+F1234"]


def test_a_name_of_which_no_letter_can_be_printed_leaves_a_dash(booking: BookingDocument) -> None:
    assert "HOLDER\n–\n" in pages(pdf.render(with_holder(booking, NOWHERE)))[0]


def test_a_page_without_such_letters_does_not_announce_any(booking: BookingDocument) -> None:
    first, second, _ = booking.tickets
    both = replace(booking, tickets=(replace(first, holder=NOWHERE), second))
    assert ["left out" in text for text in pages(pdf.render(both))] == [True, False]


def test_a_ticket_that_cost_nothing_says_so(booking: BookingDocument) -> None:
    free = replace(booking.tickets[0], paid_minor=0)
    text = pages(pdf.render(replace(booking, tickets=(free,), total_minor=0)))[0]
    assert "Free (0.00 EUR)" in " ".join(text.split())
    assert "75.00" not in text


def test_a_ticket_speaks_the_language_of_its_buyer(booking: BookingDocument) -> None:
    free = replace(booking.tickets[2], paid_minor=0, row_kind="table", row="T1")
    german = replace(booking, words=GERMAN, tickets=(free,), is_demo=True)
    data = pdf.render(german)
    text = pages(data)[0]
    for words in (
        "EINTRITT FÜR EINE PERSON",
        "Freitag, 9. Januar 2026",
        "19:30 Uhr (MEZ)",
        "TISCH",
        "TISCH UND PLATZ",
        "EINGANG",
        "Kostenlos",
        "0,00 EUR",
        "Eingeschränkte Sicht",
        "Karte 1 von 1",
        "ES WURDE NICHTS BEZAHLT",
        "Dieser Code gilt einmal",
    ):
        assert words in text
    assert "TABLE" not in text
    assert pypdf.PdfReader(io.BytesIO(data)).root_object["/Lang"] == "de"


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


def test_a_table_is_called_a_table_and_not_a_row(booking: BookingDocument) -> None:
    table = replace(booking.tickets[0], row="T1", row_kind="table")
    text = pages(pdf.render(replace(booking, tickets=(table,))))[0]
    assert "TABLE\nT1" in text
    assert "TABLE AND SEAT" in text
    assert "ROW" not in text


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
    for place in (font, font.parent):
        text = pages(pdf.render(with_holder(booking, "Ա ★ Li"), extra_fonts=[place]))[0]
        assert "Ա ★ Li" in text


def test_a_font_that_cannot_be_used_is_named(booking: BookingDocument, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"not a font")
    for path in (broken, tmp_path / "absent.ttf"):
        with pytest.raises(ConfigurationError, match=path.name):
            pdf.render(booking, extra_fonts=[path])
