"""Pages bound into one PDF: the same bytes for the same pages, whenever it is made."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pydyf
import structlog

from houseful.tickets.embedding import EmbeddedFonts
from houseful.tickets.page import Page

_log = structlog.get_logger(__name__)


def written(
    pages: Sequence[Page],
    embedded: EmbeddedFonts,
    *,
    reference: str,
    title: str,
    author: str,
    language: str,
    size: tuple[float, float],
) -> bytes:
    """The PDF of `pages`, each `size` (width, height in points). Characters that no font has are
    logged under `reference`."""
    missing = set().union(*(page.missing for page in pages))
    if missing:
        points = sorted(f"U+{ord(character):04X}" for character in missing)
        _log.warning("ticket_font_lacks", reference=reference, characters=points)
    pdf = pydyf.PDF()
    resources = pydyf.Dictionary()
    embedded.write(pdf, resources)
    pdf.add_object(resources)
    for page in pages:
        pdf.add_object(page.stream)
        pdf.add_page(
            pydyf.Dictionary(
                {
                    "Type": "/Page",
                    "Parent": pdf.pages.reference,
                    "MediaBox": pydyf.Array([0, 0, *size]),
                    "Resources": resources.reference,
                    "Contents": page.stream.reference,
                    "Annots": pydyf.Array(_link(*link) for link in page.links),
                }
            )
        )
    pdf.info["Title"] = pydyf.String(title)
    pdf.info["Author"] = pydyf.String(author)
    pdf.info["Creator"] = pydyf.String("Houseful")
    pdf.catalog["Lang"] = pydyf.String(language)
    pdf.catalog["ViewerPreferences"] = "<</DisplayDocTitle true>>"
    out = io.BytesIO()
    pdf.write(out)
    return out.getvalue()


def _link(url: str, box: tuple[float, float, float, float]) -> pydyf.Dictionary:
    action = pydyf.Dictionary({"S": "/URI", "URI": pydyf.String(url)})
    return pydyf.Dictionary(
        {
            "Type": "/Annot",
            "Subtype": "/Link",
            "Rect": pydyf.Array(box),
            "Border": pydyf.Array([0, 0, 0]),
            "A": action,
        }
    )
