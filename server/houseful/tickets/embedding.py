"""Fonts inside a PDF: only the glyphs that were shown, as composite fonts (ISO 32000-1 §9.7).

A face's glyphs are cut out by HarfBuzz's subsetter when the document is written, so text is shown
through `Shown`, which knows its glyph numbers only then. Copying and reading aloud get the
letters back through ToUnicode, and, where shaping moved them, through ActualText.
"""

from __future__ import annotations

from typing import Final

import pydyf
import uharfbuzz as hb

from houseful.tickets.fonts import Glyph, Line, Run
from houseful.tickets.typefaces import Typeface

_FLAGS: Final = (
    hb.SubsetFlags.NO_HINTING
    | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    | hb.SubsetFlags.DOWNGRADE_CFF2
    | hb.SubsetFlags.CFF_IDENTITY_CHARSET
)
_UNUSED: Final = "GSUB GPOS GDEF BASE STAT meta vhea vmtx VORG gasp kern name cmap post OS/2 DSIG"
"""Tables that a viewer does not read: shaping is done."""

UNREAD: Final = "\u200b"
"""What a glyph is copied as whose letter another glyph stands for: a space of no width."""

SYMBOLIC: Final = 4
"""Font descriptor flag (table 123): glyphs are found by number, not by a standard encoding."""


class EmbeddedFont:
    """One face as it stands in one document. Owns: the glyphs used so far."""

    def __init__(self, face: Typeface, number: int) -> None:
        self.name = f"F{number}"
        self._face = face
        self._used: dict[int, Glyph] = {}
        self._advances: dict[int, float] = {}
        self._new_number: dict[int, int] = {}

    def use(self, glyphs: tuple[Glyph, ...]) -> None:
        for glyph in glyphs:
            known = self._used.get(glyph.number)
            if known is None or (glyph.text and not known.text):
                self._used[glyph.number] = glyph

    def number(self, glyph: Glyph) -> int:
        """Its number in the subset, once `write` has been called."""
        return self._new_number[glyph.number]

    def default_advance(self, glyph: Glyph) -> float:
        """What the document's table of widths says, in thousandths."""
        known = self._advances.get(glyph.number)
        if known is None:
            units = self._face.font.get_glyph_h_advance(glyph.number)
            known = self._advances[glyph.number] = round(units * 1000 / self._face.upem, 3)
        return known

    def write(self, pdf: pydyf.PDF) -> pydyf.Dictionary:
        """Add the font with what it needs; returns its dictionary."""
        program = self._subset()
        is_cff = "CFF " in program.table_tags
        extra = {"Subtype": "/OpenType"} if is_cff else {"Length1": len(program.blob.data)}
        stream = _added(pdf, pydyf.Stream([program.blob.data], extra, compress=True))
        name = f"/HOUSEF+{self._face.path.stem.translate(_PLAIN)}-{self.name}"
        extents, scale = self._face.extents, 1000 / self._face.upem
        descriptor = _added(
            pdf,
            pydyf.Dictionary(
                {
                    "Type": "/FontDescriptor",
                    "FontName": name,
                    "Flags": SYMBOLIC,
                    "FontBBox": pydyf.Array([-1000, -500, 3000, 1500]),
                    "ItalicAngle": 0,
                    "Ascent": round(extents.ascender * scale),
                    "Descent": round(extents.descender * scale),
                    "CapHeight": 700,
                    "StemV": 80,
                    ("FontFile3" if is_cff else "FontFile2"): stream.reference,
                }
            ),
        )
        descendant = pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType0" if is_cff else "/CIDFontType2",
                "BaseFont": name,
                "CIDSystemInfo": "<</Registry (Adobe) /Ordering (Identity) /Supplement 0>>",
                "FontDescriptor": descriptor.reference,
                "W": self._widths(),
            }
        )
        if not is_cff:
            descendant["CIDToGIDMap"] = "/Identity"
        return pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": name,
                "Encoding": "/Identity-H",
                "DescendantFonts": pydyf.Array([_added(pdf, descendant).reference]),
                "ToUnicode": _added(pdf, self._to_unicode()).reference,
            }
        )

    def _subset(self) -> hb.Face:
        wanted = hb.SubsetInput()
        wanted.flags = _FLAGS
        for number in self._used:
            wanted.glyph_set.add(number)
        for table in _UNUSED.split():
            wanted.drop_table_tag_set.add(int.from_bytes(table.encode(), "big"))
        for axis in self._face.face.axis_infos:
            value = self._face.axes.get(axis.tag, axis.default_value)
            wanted.pin_axis_location(self._face.face, axis.tag, value)
        plan = hb.SubsetPlan(self._face.face, wanted)
        self._new_number = dict(plan.old_to_new_glyph_mapping.items())
        return plan.execute()

    def _widths(self) -> pydyf.Array:
        """Table 117: `first [width]` for each glyph."""
        widths = pydyf.Array()
        for glyph in sorted(self._used.values(), key=self.number):
            widths += [self.number(glyph), pydyf.Array([self.default_advance(glyph)])]
        return widths

    def _to_unicode(self) -> pydyf.Stream:
        """§9.10.3. Sections of at most 100 lines, as the CMap format demands."""
        lines = [
            f"<{self.number(glyph):04x}> <{(glyph.text or UNREAD).encode('utf-16-be').hex()}>"
            for glyph in sorted(self._used.values(), key=self.number)
        ]
        parts = [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CMapType 2 def /CMapName /Houseful def",
            "1 begincodespacerange <0000> <ffff> endcodespacerange",
        ]
        for start in range(0, len(lines), 100):
            section = lines[start : start + 100]
            parts += [f"{len(section)} beginbfchar", *section, "endbfchar"]
        parts.append("endcmap CMapName currentdict /CMap defineresource pop end end")
        return pydyf.Stream(["\n".join(parts)], compress=True)


class EmbeddedFonts:
    """The fonts of one document."""

    def __init__(self) -> None:
        self._fonts: dict[int, EmbeddedFont] = {}
        self._faces: list[Typeface] = []
        """Keeps each face alive while its address is its key."""

    def of(self, face: Typeface) -> EmbeddedFont:
        """The face's place in this document."""
        found = self._fonts.get(id(face))
        if found is None:
            self._faces.append(face)
            found = self._fonts[id(face)] = EmbeddedFont(face, len(self._faces))
        return found

    def write(self, pdf: pydyf.PDF, resources: pydyf.Dictionary) -> None:
        """Add all of them to the document and to a page's resources."""
        fonts = pydyf.Dictionary()
        for font in self._fonts.values():
            fonts[font.name] = _added(pdf, font.write(pdf)).reference
        resources["Font"] = fonts


class Shown(pydyf.Object):  # type: ignore[misc]
    """Operators that show a line at the text position; they are made when the document is written."""

    def __init__(self, line: Line, size: float, fonts: EmbeddedFonts) -> None:
        super().__init__()
        self._size = size
        self._runs = [(fonts.of(run.face), run) for run in line.runs]
        for font, run in self._runs:
            font.use(run.glyphs)

    @property
    def data(self) -> bytes:
        return "\n".join(self._run(font, run) for font, run in self._runs).encode()

    def _run(self, font: EmbeddedFont, run: Run) -> str:
        """Readers put right-to-left text in order themselves, and would turn an ActualText too."""
        shown = self._glyphs(font, run.glyphs)
        if run.is_rtl or run.is_plain:
            return shown
        actual = run.text.encode("utf-16-be").hex()
        return f"/Span <</ActualText <feff{actual}>>> BDC\n{shown}\nEMC"

    def _glyphs(self, font: EmbeddedFont, glyphs: tuple[Glyph, ...]) -> str:
        parts: list[str] = [f"/{font.name} {self._size:g} Tf"]
        pending = ""
        rise = 0.0
        for glyph in glyphs:
            if glyph.y != rise:
                parts += _shown(pending)
                pending, rise = "", glyph.y
                parts.append(f"{rise * self._size / 1000:.3f} Ts")
            back = font.default_advance(glyph) + glyph.x - glyph.advance
            pending += f"{_moved(-glyph.x)}<{font.number(glyph):04x}>{_moved(back)}"
        parts += _shown(pending)
        if rise:
            parts.append("0 Ts")
        return "\n".join(parts)


def _shown(pending: str) -> list[str]:
    return [f"[{pending}] TJ"] if pending else []


def _moved(thousandths: float) -> str:
    """A number inside TJ, which moves to the left; nothing when it would not be seen."""
    return f"{thousandths:.1f}" if abs(thousandths) >= 0.05 else ""


_PLAIN: Final = {ord(character): None for character in " []()<>{}/%#,"}


def _added(pdf: pydyf.PDF, thing: pydyf.Object) -> pydyf.Object:
    pdf.add_object(thing)
    return thing
