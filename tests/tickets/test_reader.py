"""Tickets read off a camera's pictures, as doors without a BarcodeDetector send them."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageFilter

from houseful.domain.errors import InvalidRequest
from houseful.tickets import qr
from houseful.tickets.model import BookingDocument
from houseful.tickets.reader import MOST_BYTES, read_qr
from tests.tickets.test_qr import painted


def photo(text: str, side: int = 200, turn: float = 20, *, is_dark: bool = False) -> Image.Image:
    """A ticket in front of a camera: small, turned, out of focus, on a grey wall."""
    code = painted(qr.svg(text)).resize((side, side))
    wall = Image.effect_noise((480, 480), 40)
    wall.paste(code.rotate(turn, expand=True, fillcolor=255), (110, 90))
    found = wall.filter(ImageFilter.GaussianBlur(0.8))
    return found.point(lambda grey: 255 - grey) if is_dark else found


def jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=70)
    return out.getvalue()


@pytest.mark.parametrize("turn", [0, 20, 90, 160])
@pytest.mark.parametrize("is_dark", [False, True], ids=["plain", "inverted"])
def test_a_ticket_in_a_picture_is_read(booking: BookingDocument, turn: int, is_dark: bool) -> None:
    text = booking.tickets[0].qr
    picture = jpeg(photo(text, turn=turn, is_dark=is_dark))
    assert len(picture) < MOST_BYTES
    assert read_qr(picture) == text


def test_a_picture_of_a_wall_has_no_code() -> None:
    assert read_qr(jpeg(Image.effect_noise((480, 480), 100))) is None


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP"])
def test_only_jpeg_is_unpacked(kind: str) -> None:
    out = io.BytesIO()
    Image.new("L", (9, 9)).save(out, kind)
    with pytest.raises(InvalidRequest, match="JPEG") as caught:
        read_qr(out.getvalue())
    assert caught.value.code == "invalid_frame"


def test_what_is_no_picture_or_cut_off_is_refused() -> None:
    whole = jpeg(Image.new("L", (480, 480)))
    for wrong in (b"", b"\xff\xd8\xff", b"hello", whole[: len(whole) // 2], whole[:20] + b"x" * 99):
        with pytest.raises(InvalidRequest):
            read_qr(wrong)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(InvalidRequest, match="at most 1048576 pixels, got 4096 by 4096"):
        read_qr(jpeg(Image.new("L", (4096, 4096))))
