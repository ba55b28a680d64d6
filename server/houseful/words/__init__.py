"""What the server itself says to people, by language: on tickets, in mails, in calendar entries.

One module a language, each a whole `Words`, so that no sentence can be missing in one of them. The
pages' own words are static/strings/. Never: a sentence that a client acts on, which is a code.
"""

from __future__ import annotations

from typing import Final

from houseful.words.de import GERMAN
from houseful.words.en import ENGLISH
from houseful.words.words import Words

LANGUAGES: Final[dict[str, Words]] = {words.language: words for words in (ENGLISH, GERMAN)}
DEFAULT: Final = ENGLISH.language

__all__ = ["DEFAULT", "LANGUAGES", "Words", "in_language", "preferred"]


def in_language(tag: str) -> Words:
    """The words of a language tag (`de`, `de-AT`); English for one we do not speak."""
    return LANGUAGES.get(tag[:2].lower(), ENGLISH)


def preferred(accept_language: str) -> str:
    """The first of our languages by weight in an `Accept-Language` header (RFC 9110 §12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:1000].split(","):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if quality > 0:
            wanted.append((-quality, tag.strip()[:2].lower()))
    wanted.sort(key=lambda item: item[0])
    return next((language for _, language in wanted if language in LANGUAGES), DEFAULT)
