"""The guide: Markdown files in `static/docs/guide/`, each rendered once to a page with a menu and a search.

`index.md` is the front page, and the order of its links is the order of the menu.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from houseful import paths
from houseful.domain.errors import NotFound
from houseful.web.files import File, answer, in_memory
from houseful.web.operations import Call, Operation
from houseful.wire.codec import encode

if TYPE_CHECKING:
    from markdown_it.token import Token

HTML: Final = "text/html; charset=utf-8"
FOLDER: Final = paths.STATIC / "docs" / "guide"
TEMPLATE: Final = paths.STATIC / "docs" / "guide.html"
FRONT: Final = "index"

_LINK: Final = re.compile(r"^(?!\w+:|//|/)([\w-]+)\.md(#.*)?$")


@dataclass(frozen=True, slots=True)
class Section:
    """What one heading of a page stands over; `text` is plain, for the search."""

    page: str
    anchor: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One rendered page. `sections`: one per heading, in order."""

    name: str
    title: str
    body: str
    sections: tuple[Section, ...]


def address(name: str) -> str:
    """Where a page is served, from the root of the server."""
    return "docs" if name == FRONT else f"docs/{name}"


def root_from(name: str) -> str:
    """The root of the server as a page names it: links stay relative, so that any prefix works."""
    return "" if name == FRONT else "../"


def anchor(title: str) -> str:
    """`A hold's end` → `a-hold-s-end`."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def render(name: str, source: str) -> Page:
    """Markdown to HTML: raw HTML stays text, links between `.md` files lead to their pages."""
    from markdown_it import MarkdownIt  # at the first page that somebody reads

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(source)
    for token in tokens:
        # The policy allows no inline style, by which the parser would align a column.
        if style := token.attrs.pop("style", None):
            token.attrSet("class", f"is-{str(style).rpartition(':')[2]}")
        for child in token.children or ():
            _redirect(child, root_from(name))
    sections = tuple(_sections(name, tokens))
    body = markdown.renderer.render(tokens, markdown.options, {})
    body = body.replace("<table>", '<div class="scroll" tabindex="0"><table>')
    body = body.replace("</table>", "</table></div>")
    return Page(name, sections[0].title, body, sections)


def _redirect(token: Token, root: str) -> None:
    """Files link to each other as they lie in the folder; pages, as they are served."""
    for attribute in ("href", "src"):
        target = str(token.attrGet(attribute) or "")
        if match := _LINK.match(target):
            token.attrSet(attribute, f"{root}{address(match[1])}{match[2] or ''}")
        elif target.startswith("../"):
            token.attrSet(attribute, f"{root}static/docs/{target.removeprefix('../')}")
        elif target.startswith("/"):
            token.attrSet(attribute, f"{root}{target.removeprefix('/')}")


def _sections(page: str, tokens: list[Token]) -> Iterable[Section]:
    """Gives each heading its anchor, and yields what stands below it."""
    title, where, words = "", "", list[str]()
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            if title:
                yield Section(page, where, title, " ".join(words))
            title, words = tokens[number + 1].content.replace("`", ""), []
            where = anchor(title)
            token.attrSet("id", where)
        elif token.type in ("inline", "fence"):
            words.append(re.sub(r"[`*|]|\]\([^)]*\)|!?\[", "", token.content))
    yield Section(page, where, title or page, " ".join(words))


@cache
def pages() -> dict[str, Page]:
    """Every page by name, in the order of the front page's links."""
    front = (FOLDER / "index.md").read_text(encoding="utf-8")
    names = [FRONT, *dict.fromkeys(re.findall(r"\]\(([\w-]+)\.md\)", front))]
    return {name: render(name, _source(FOLDER / f"{name}.md")) for name in names}


def _source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def page_file(name: str) -> File:
    """One page in its frame. Raises NotFound."""
    page = pages().get(name)
    if page is None:
        raise NotFound("no such page of the guide")
    menu = "".join(
        f'<li><a href="{root_from(name)}{address(other.name)}"{_current(other.name == name)}>'
        f"{html.escape(other.title)}</a></li>"
        for other in pages().values()
    )
    filled = TEMPLATE.read_text(encoding="utf-8")
    parts = {"title": html.escape(page.title), "root": root_from(name), "menu": menu}
    for mark, text in (*parts.items(), ("body", page.body)):
        filled = filled.replace(f"{{{{{mark}}}}}", text)
    return in_memory(filled.encode(), HTML)


def _current(is_current: bool) -> str:
    return ' aria-current="page"' if is_current else ""


@cache
def search_file() -> File:
    """Every section: `[{path, page, title, text}]`; a path is from the server's root."""
    found = [
        {
            "path": f"{address(section.page)}#{section.anchor}",
            "page": page.title,
            "title": section.title,
            "text": section.text,
        }
        for page in pages().values()
        for section in page.sections
    ]
    return in_memory(encode(found), "application/json")


async def get_guide(call: Call) -> Response:
    return answer(call.request, page_file(FRONT))


async def get_guide_page(call: Call) -> Response:
    return answer(call.request, page_file(call.request.path_params["guide_page"]))


async def get_guide_search(call: Call) -> Response:
    return answer(call.request, search_file())


OPERATIONS = (
    Operation(
        "GET",
        "/docs",
        get_guide,
        "The guide's front page",
        role="public",
        answers={200: HTML, 304: None},
        parameters=("If-None-Match",),
    ),
    Operation(
        "GET",
        "/docs/search.json",
        get_guide_search,
        "The guide's sections, for its search",
        role="public",
        answers={200: "application/json", 304: None},
        parameters=("If-None-Match",),
    ),
    Operation(
        "GET",
        "/docs/{guide_page}",
        get_guide_page,
        "One page of the guide",
        role="public",
        answers={200: HTML, 304: None},
        parameters=("If-None-Match",),
    ),
)
