"""The QR symbol decodes to what was signed, read back from the SVG itself."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import zxingcpp
from PIL import Image, ImageDraw

from houseful.tickets import qr
from houseful.tickets.model import BookingDocument

SVG = "{http://www.w3.org/2000/svg}"
BAR = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def painted(svg: str, scale: int = 4) -> Image.Image:
    """The SVG's dark path, drawn bar by bar on its white ground."""
    root = ElementTree.fromstring(svg)
    side = int(root.attrib["viewBox"].split()[2]) * scale
    image = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(image)
    dark = next(path for path in root.iter(f"{SVG}path") if path.attrib["fill"] == "#000")
    assert BAR.sub("", dark.attrib["d"]) == ""
    for x, y, length, back in ((int(n) for n in bar) for bar in BAR.findall(dark.attrib["d"])):
        assert length == back
        corner = (x * scale, y * scale)
        draw.rectangle((*corner, (x + length) * scale - 1, (y + 1) * scale - 1), fill=0)
    return image


def test_the_svg_decodes_to_the_signed_text(booking: BookingDocument) -> None:
    for ticket in booking.tickets:
        found = zxingcpp.read_barcodes(painted(qr.svg(ticket.qr)))
        assert [code.text for code in found] == [ticket.qr]


def test_a_symbol_with_a_tenth_of_it_dirty_still_decodes(booking: BookingDocument) -> None:
    text = booking.tickets[0].qr
    image = painted(qr.svg(text))
    side = image.width
    ImageDraw.Draw(image).rectangle((side // 2, side // 2, side * 0.7, side * 0.7), fill=255)
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [text]


def test_a_symbol_half_covered_does_not_decode(booking: BookingDocument) -> None:
    image = painted(qr.svg(booking.tickets[0].qr))
    ImageDraw.Draw(image).rectangle((0, 0, image.width // 2, image.height), fill=255)
    assert not zxingcpp.read_barcodes(image)


def test_the_quiet_zone_is_white_and_four_modules_wide(booking: BookingDocument) -> None:
    image = painted(qr.svg(booking.tickets[0].qr), scale=1)
    inner = image.crop((4, 4, image.width - 4, image.height - 4))
    assert image.getcolors() == [
        (count + (image.width**2 - inner.width**2 if value == 255 else 0), value)
        for count, value in inner.getcolors() or []
    ]


def test_the_svg_carries_its_title_for_screen_readers_and_escapes_it() -> None:
    text = qr.svg("HF1.A", title="Row <A> & seat 1")
    assert ElementTree.fromstring(text).findtext(f"{SVG}title") == "Row <A> & seat 1"


def test_the_svg_passes_a_strict_content_security_policy() -> None:
    text = qr.svg("HF1.A")
    assert "style" not in text
    assert "script" not in text
    assert "href" not in text
