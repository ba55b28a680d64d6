"""The page's modules import downwards: main → shell → buyer | staff → app → ui → map | net → state → lib."""

from __future__ import annotations

import re
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"
LAYERS = (
    ("main",),
    ("shell",),
    ("buyer", "staff"),
    ("app",),
    ("ui", "strings"),
    ("map", "net"),
    ("state",),
    ("lib",),
)
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
IMPORT = re.compile(
    r"""(?:^import\s[^;]*?from\s|^import\s|^export\s[^;]*?from\s|\bimport\()["'](\.[^"']+)["']""",
    re.M,
)
COMMENT = re.compile(r"/\*.*?\*/", re.S)


def room(path: Path, root: Path) -> str:
    return path.relative_to(root).parts[0].removesuffix(".js")


def wrong_ways(root: Path = STATIC) -> list[str]:
    found = []
    for module in sorted(root.rglob("*.js")):
        source = COMMENT.sub("", module.read_text())  # types may be named in comments
        for target in IMPORT.findall(source):
            here, there = room(module, root), room((module.parent / target).resolve(), root)
            if here != there and RANK[here] >= RANK[there]:
                found.append(f"{module.relative_to(root)} → {target}")
    return found


def test_no_module_imports_upwards_or_sideways() -> None:
    assert wrong_ways() == []


def test_a_module_that_imports_upwards_or_sideways_is_found(tmp_path: Path) -> None:
    for name, source in (
        ("lib/dom.js", 'import {\n  send,\n} from "../net/api.js";\n'),
        (
            "net/api.js",
            '/** @typedef {import("../app/app.js").App} App */\nexport const send = 1;\n',
        ),
        ("buyer/seats.js", 'export { desk } from "../staff/desk.js";\n'),
        ("app/app.js", 'const later = () => import("../buyer/seats.js");\n'),
        ("main.js", 'import "./app/app.js";\n'),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source)
    assert wrong_ways(tmp_path.resolve()) == [
        "app/app.js → ../buyer/seats.js",
        "buyer/seats.js → ../staff/desk.js",
        "lib/dom.js → ../net/api.js",
    ]
