"""The Lua scripts: links each with its includes, and runs it by its digest.

Owns: the text and digest of every file in `lua/`. Never: what a script means; that is `seats`.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from redis.exceptions import NoScriptError

from houseful.redis.command_router import Client, CommandRouter
from houseful.telemetry.metrics import SCRIPT_SECONDS

INCLUDE = re.compile(r"^-- include (?P<path>\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Script:
    """One linked script and its SHA-1, by which Redis knows it."""

    name: str
    text: str
    digest: str


def link(root: Path, name: str, replaced: Mapping[str, str] | None = None) -> Script:
    """Put the included files in the place of their include lines.

    `replaced` gives other texts for included files or for the script itself, which is how tests
    fake the clock and remove guards.
    """
    replaced = replaced or {}

    def text_of(path: str) -> str:
        return replaced.get(path) or (root / path).read_text(encoding="utf-8")

    text = INCLUDE.sub(lambda match: text_of(match["path"]), text_of(f"{name}.lua"))
    return Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def link_all(root: Path, replaced: Mapping[str, str] | None = None) -> dict[str, Script]:
    """Every script of a folder, by name."""
    return {path.stem: link(root, path.stem, replaced) for path in sorted(root.glob("*.lua"))}


linked = cache(link_all)
"""As the files are when first asked for."""


class Scripts:
    """All scripts of a folder, ready to run against one Redis."""

    def __init__(
        self, client: Client, root: Path, replaced: Mapping[str, str] | None = None
    ) -> None:
        self.router = CommandRouter(client)
        self._scripts = link_all(root, replaced) if replaced else linked(root)
        self._timers = {name: SCRIPT_SECONDS.labels(name) for name in self._scripts}

    async def run(
        self, name: str, keys: Sequence[str], args: Sequence[str | int], *, stamped: bool = False
    ) -> Any:
        """The script's reply. Redis that lost its script cache is given the text again. `stamped`:
        the script is told which process it runs in, see lua/lib/meta.lua."""
        script = self._scripts[name]
        declared = (*keys, absent(keys[0])) if self.router.is_cluster else keys
        rest = (len(declared), *declared, *args)
        begin = time.perf_counter()
        send = self.router.send
        try:
            reply = await send(keys[0], "EVALSHA", script.digest, *rest, stamped=stamped)
        except NoScriptError:
            reply = await send(keys[0], "EVAL", script.text, *rest, stamped=stamped)
        self._timers[name].observe(time.perf_counter() - begin)
        return reply


def absent(key: str) -> str:
    """A key beside `key` that never exists.

    While a slot moves to another node, its node turns a script away at once if a declared key is
    not there, but fails in the midst of one that reaches for such a key itself, after it has written
    others. With this key declared every script is turned away before it begins, until the slot has
    arrived.
    """
    return f"{key}:absent"
