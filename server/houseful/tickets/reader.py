"""Reads a ticket's QR code off one camera picture, for doors whose browser cannot.

Safari and Firefox have no BarcodeDetector, so their pages send small JPEG pictures here: 20 kB and
2 ms of a core each, where a decoder in WebAssembly would be 900 kB of foreign script that needs
`wasm-unsafe-eval`. A door asks the server about each ticket anyway, so it loses nothing offline.
"""

from __future__ import annotations

import io
from typing import Final

from houseful.domain.errors import InvalidRequest

MOST_BYTES: Final = 128 * 1024
MOST_PIXELS: Final = 1024 * 1024
"""The page sends 480 × 480; a picture says its size before it is unpacked."""


def read_qr(jpeg: bytes) -> str | None:
    """The text of the QR code in the picture, or None when there is none to be read.

    Raises InvalidRequest for anything but a JPEG of at most MOST_PIXELS. Takes 1 to 7 ms, without
    the interpreter's lock for most of it.
    """
    # Imported when the first door asks: most workers never decode a picture.
    import zxingcpp
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(jpeg), formats=("JPEG",))
        if picture.width * picture.height > MOST_PIXELS:
            raise InvalidRequest(
                f"expected a picture of at most {MOST_PIXELS} pixels,"
                f" got {picture.width} by {picture.height}",
                code="invalid_frame",
            )
        grey = picture.convert("L")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise InvalidRequest("expected a JPEG picture", code="invalid_frame") from None
    found = zxingcpp.read_barcodes(
        grey,
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        try_rotate=False,
        try_downscale=False,
    )
    return found[0].text if found else None
