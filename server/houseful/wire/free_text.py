"""How request bodies take text: `FREE` beside any `str` that a person wrote, `WORD` for a program's.

`houseful.domain.text` has the rule. Bounds of length in the same annotation hold for the text as it
came, which is what the documents promise, and as it is kept: NFC makes some texts longer.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from houseful.domain.errors import InvalidRequest
from houseful.domain.text import clean, has_ink


def kept(value: object) -> object:
    """Text as it is kept, empty where nothing of it shows; what is no text is the next one's."""
    if not isinstance(value, str):
        return value
    text = clean(value)
    return text if has_ink(text) else ""


def _bounded_and_kept(value: object, bounds: ValidatorFunctionWrapHandler) -> object:
    bounds(value)
    return bounds(kept(value))


FREE: Final = WrapValidator(_bounded_and_kept)

Word = Annotated[str, Field(pattern=r"^[!-~]*$")]
"""A token, an id, a secret: visible ASCII, as programs write it."""


def free_text(text: str, field: str, most: int, *, least: int = 0) -> str:
    """The same for text outside of a body: a query string, an option. Raises InvalidRequest."""
    found = str(kept(text))
    longest = max(len(text), len(found))
    if len(found) < least or longest > most:
        expected = f"{least} to {most}" if least else f"at most {most}"
        message = f"{field}: expected {expected} characters, got {longest}"
        raise InvalidRequest(message, field=field)
    return found
