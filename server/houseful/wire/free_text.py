"""How request bodies take text: `FREE` beside any `str` that a person wrote, `WORD` for a program's.

`houseful.domain.text` has the rule. Bounds of length in the same annotation count after it.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from houseful.domain.errors import InvalidRequest
from houseful.domain.text import clean, has_ink


def kept(value: object) -> object:
    """Text as it is kept, empty where nothing of it shows; what is no text is the next one's."""
    if not isinstance(value, str):
        return value
    text = clean(value)
    return text if has_ink(text) else ""


FREE: Final = BeforeValidator(kept)

Word = Annotated[str, Field(pattern=r"^[!-~]*$")]
"""A token, an id, a secret: visible ASCII, as programs write it."""


def free_text(text: str, field: str, most: int, *, least: int = 0) -> str:
    """The same for text outside of a body: a query string, an option. Raises InvalidRequest."""
    found = str(kept(text))
    if not least <= len(found) <= most:
        expected = f"{least} to {most}" if least else f"at most {most}"
        message = f"{field}: expected {expected} characters, got {len(found)}"
        raise InvalidRequest(message, field=field)
    return found
