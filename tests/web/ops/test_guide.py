"""The guide: every page is there, every link in it leads somewhere, and its search finds what it says."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urldefrag, urljoin

import pytest

from houseful import paths
from houseful.domain.errors import NotFound
from houseful.web.ops import guide
from houseful.web.table import OPERATIONS

ROOT = "http://houseful.test/"
FIXED = {operation.path for operation in OPERATIONS if "{" not in operation.path} | {"/"}
NAMES = list(guide.pages())


def html_of(name: str) -> str:
    return guide.page_file(name).plain.decode()


def links(name: str) -> list[str]:
    """Every address that a page names, as a browser would ask for it."""
    found = re.findall(r'(?:href|src)="([^"]+)"', html_of(name))
    return [urljoin(ROOT + guide.address(name), unescape(link)) for link in found]


def leads_nowhere(link: str) -> bool:
    place, anchor = urldefrag(link)
    if not place.startswith(ROOT):
        return False
    path = "/" + place.removeprefix(ROOT)
    if path.startswith("/static/"):
        return not (paths.STATIC / path.removeprefix("/static/")).is_file()
    name = next((name for name in NAMES if f"/{guide.address(name)}" == path), None)
    if name is None:
        return path not in FIXED
    return bool(anchor) and f'id="{anchor}"' not in html_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    assert [link for link in links(name) if leads_nowhere(link)] == []


@pytest.mark.parametrize("link", ["docs/nothing", "docs/staff#nothing", "static/docs/nothing.png"])
def test_a_link_that_leads_nowhere_is_seen(link: str) -> None:
    assert leads_nowhere(ROOT + link)


def test_every_file_of_the_guide_is_in_its_menu() -> None:
    assert {path.stem for path in guide.FOLDER.glob("*.md")} == set(NAMES)


def test_a_page_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        guide.page_file("../../secret")


@pytest.mark.parametrize("name", NAMES)
def test_no_page_carries_a_style_that_the_policy_refuses(name: str) -> None:
    assert not re.search(r"<[^>]*\sstyle=", html_of(name))


def test_markup_in_the_text_stays_text() -> None:
    page = guide.render("x", "# A <b>title</b>\n\n<script>alert(1)</script>\n")
    assert "<script>" not in page.body
    assert "&lt;script&gt;" in page.body


def test_no_cell_of_a_table_holds_three_figures() -> None:
    """A table is for reading down a column: one figure, and perhaps what it is compared with."""
    crowded = []
    for name in NAMES:
        for cell in re.findall(r"<td[^>]*>(.*?)</td>", html_of(name), re.DOTALL):
            plain = unescape(re.sub(r"<code>.*?</code>|<[^>]+>", "", cell))
            if len(re.findall(r"\d[\d,.]* ?(?:ms|s|%|MB|KB|GB|µs|times)\b", plain)) > 2:
                crowded.append((name, plain))
    assert crowded == []


def test_paths_and_tests_that_the_guide_names_exist() -> None:
    checkout = paths.STATIC.parent
    missing = []
    for name in NAMES:
        source = (guide.FOLDER / f"{name}.md").read_text(encoding="utf-8")
        for path in re.findall(
            r"(?:server/houseful|tests|static|lua)/[\w./-]+\.(?:py|js|lua|css|md)", source
        ):
            if not (checkout / path).exists():
                missing.append((name, path))
    assert missing == []
