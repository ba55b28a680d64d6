"""What the page weighs on its way to a buyer, and that nothing of its first sight is fetched late."""

from __future__ import annotations

import gzip
import posixpath
import re
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"
FIRST_SIGHT_JS = 60_000
"""Bytes, gzipped, of all modules that the list of events needs."""

STYLES = 15_000
IMPORT = re.compile(r'^(?:import|export)\s+(?:[^"]*?from\s+)?"(\.[^"]+)"', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def needed_by(module: str) -> set[str]:
    """The module and all that it imports, not what it fetches later by `import()`."""
    found, open_ends = set[str](), [module]
    while open_ends:
        here = open_ends.pop()
        if here in found:
            continue
        found.add(here)
        source = COMMENT.sub("", (STATIC / here).read_text(encoding="utf-8"))
        open_ends += [
            posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
            for target in IMPORT.findall(source)
        ]
    return found


def weight(paths: set[str]) -> int:
    return sum(len(gzip.compress((STATIC / path).read_bytes(), 9)) for path in paths)


def test_the_first_sight_is_light() -> None:
    words = {"strings/en.js", "strings/faults/en.js"}
    modules = needed_by("main.js") | needed_by("buyer/home.js") | words
    assert weight(modules) <= FIRST_SIGHT_JS, sorted(modules)


def test_the_styles_are_light() -> None:
    sheets = {f"styles/{path.name}" for path in (STATIC / "styles").glob("*.css")}
    assert weight(sheets) <= STYLES


def test_the_index_asks_at_once_for_all_that_the_frame_needs() -> None:
    index = (STATIC / "index.html").read_text(encoding="utf-8")
    asked = set(re.findall(r'rel="modulepreload" href="static/([^"]+)"', index))
    assert asked == needed_by("main.js") - {"main.js"}


def test_no_code_or_style_stands_in_the_markup() -> None:
    index = (STATIC / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", index) == []


def crosses(here: str, there: str) -> bool:
    """Whether one audience's views lean on the other's: what both need stands in `ui` or `app`."""
    return {here.split("/")[0], there.split("/")[0]} == {"buyer", "staff"}


def test_every_module_stays_within_its_layer() -> None:
    """`main → shell → buyer | staff → app → ui → map | net → state → lib`; strings stand apart."""
    order = ("lib strings", "state", "map net", "ui", "app", "buyer staff", "shell", "main")
    ranks = {name: rank for rank, names in enumerate(order) for name in names.split()}
    upward = []
    for path in sorted(STATIC.rglob("*.js")):
        here = path.relative_to(STATIC).as_posix()
        if (rank := ranks.get(here.split("/")[0].removesuffix(".js"))) is None:
            continue  # the API's documentation, a page of its own
        source = COMMENT.sub("", path.read_text(encoding="utf-8"))
        for target in IMPORT.findall(source):
            there = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
            if crosses(here, there) or ranks[there.split("/")[0].removesuffix(".js")] > rank:
                upward.append(f"{here} → {there}")
    assert upward == []
