"""The order in which a line of mixed directions is read: Unicode's bidirectional algorithm (UAX #9).

One paragraph on one line, without the explicit formatting characters of X1 to X8, which no name or
title on a ticket keeps. Rule numbers are those of the annex. Pure; indexes are of `str`.
"""

from __future__ import annotations

from typing import Final
from unicodedata import bidirectional

PAIRS: Final = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "「": "」", "『": "』", "【": "】"}
"""Opening → closing bracket (BidiBrackets.txt, the pairs that stand in names and titles)."""

MIRRORED: Final = {**PAIRS, **{closing: opening for opening, closing in PAIRS.items()}}
"""What is drawn for a bracket that stands in right-to-left text."""

_CLOSING: Final = {closing: opening for opening, closing in PAIRS.items()}
_STRONG: Final = ("L", "R")
_NEUTRAL: Final = frozenset({"ON", "WS", "S", "B"})
_INVISIBLE: Final = "BN"


def visual_runs(text: str) -> list[tuple[int, int, bool]]:
    """`(start, end, is_right_to_left)` of each stretch, from the left edge of the line."""
    if not text:
        return []
    levels = embedding_levels(text)
    runs: list[list[int]] = []
    for index, level in enumerate(levels):
        if runs and runs[-1][2] == level:
            runs[-1][1] = index + 1
        else:
            runs.append([index, index + 1, level])
    for level in range(max(levels), 0, -1):  # L2
        start = 0
        while start < len(runs):
            end = start
            while end < len(runs) and runs[end][2] >= level:
                end += 1
            runs[start:end] = reversed(runs[start:end])
            start = max(end, start + 1)
    return [(start, end, bool(level % 2)) for start, end, level in runs]


def embedding_levels(text: str) -> list[int]:
    """The level of each character; even is left to right."""
    original = [bidirectional(character) or "L" for character in text]
    base = next((int(kind != "L") for kind in original if kind in ("L", "R", "AL")), 0)
    kinds = _weak(original, _STRONG[base])
    _brackets(text, kinds, _STRONG[base])
    _neutral(kinds, _STRONG[base])
    levels = [_implicit(kind, base) for kind in kinds]
    for index in range(len(text) - 1, -1, -1):  # L1: white space at the end follows the paragraph
        if original[index] not in ("WS", "S", "B", _INVISIBLE):
            break
        levels[index] = base
    return levels


def _weak(original: list[str], outer: str) -> list[str]:
    """W1 to W7; `outer` is the direction around the line."""
    kinds = list(original)
    for index, kind in enumerate(kinds):  # W1; invisible characters go with what they follow
        if kind in ("NSM", _INVISIBLE):
            kinds[index] = kinds[index - 1] if index else outer
    strong = outer
    for index, kind in enumerate(kinds):  # W2, W3
        if kind in ("L", "R", "AL"):
            strong = kind
            kinds[index] = "R" if kind == "AL" else kind
        elif kind == "EN" and strong == "AL":
            kinds[index] = "AN"
    for index in range(1, len(kinds) - 1):  # W4
        before, kind, after = kinds[index - 1 : index + 2]
        if before == after and ((kind == "ES" and before == "EN") or kind == "CS"):
            kinds[index] = before if before in ("EN", "AN") else kind
    for start, end in _stretches(kinds, {"ET"}):  # W5
        if "EN" in (kinds[start - 1] if start else "", kinds[end] if end < len(kinds) else ""):
            kinds[start:end] = ["EN"] * (end - start)
    strong = outer
    for index, kind in enumerate(kinds):  # W6, W7
        if kind in ("ES", "ET", "CS"):
            kinds[index] = "ON"
        elif kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[index] = "L"
    return kinds


def _brackets(text: str, kinds: list[str], outer: str) -> None:
    """N0: both brackets of a pair take one direction."""
    for opening, closing in _pairs(text, kinds):
        inside = {_direction(kind) for kind in kinds[opening + 1 : closing]} - {""}
        if not inside:
            continue
        chosen = outer
        if outer not in inside:
            before = (_direction(kind) for kind in reversed(kinds[:opening]))
            chosen = next((found for found in before if found), outer)
        kinds[opening] = kinds[closing] = chosen


def _pairs(text: str, kinds: list[str]) -> list[tuple[int, int]]:
    """BD16: brackets that belong together, by where they open."""
    open_brackets: list[int] = []
    found: list[tuple[int, int]] = []
    for index, character in enumerate(text):
        if kinds[index] != "ON":
            continue
        if character in PAIRS:
            open_brackets.append(index)
        elif character in _CLOSING:
            matching = [at for at in open_brackets if text[at] == _CLOSING[character]]
            if matching:
                found.append((matching[-1], index))
                del open_brackets[open_brackets.index(matching[-1]) :]
    return sorted(found)


def _neutral(kinds: list[str], outer: str) -> None:
    """N1, N2: between two equal directions that one, else the line's."""
    for start, end in _stretches(kinds, _NEUTRAL):
        before = _direction(kinds[start - 1]) if start else outer
        after = _direction(kinds[end]) if end < len(kinds) else outer
        kinds[start:end] = [before if before == after else outer] * (end - start)


def _stretches(kinds: list[str], wanted: set[str] | frozenset[str]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for index, kind in enumerate(kinds):
        if kind not in wanted:
            continue
        if found and found[-1][1] == index:
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
    return found


def _direction(kind: str) -> str:
    """A kind as N0 and N1 see it: numbers count as right to left."""
    return {"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(kind, "")


def _implicit(kind: str, base: int) -> int:
    """I1, I2."""
    if base:
        return base + (kind in ("L", "EN", "AN"))
    return {"R": 1, "EN": 2, "AN": 2}.get(kind, 0)
