"""The Lua scripts: links each with its includes, and runs it by its digest.

Owns: the text and digest of every file in `lua/`. Never: what a script means; that is `seats`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from server.store.lane import lane_of

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


class Scripts:
    """All scripts of a folder, ready to run against one Redis; calls travel in its `lane`."""

    def __init__(
        self, client: Redis, root: Path, replaced: Mapping[str, str] | None = None
    ) -> None:
        self._lane = lane_of(client)
        self._scripts = {
            path.stem: link(root, path.stem, replaced) for path in sorted(root.glob("*.lua"))
        }

    async def run(self, name: str, keys: Sequence[str], args: Sequence[str | int]) -> Any:
        """The script's reply. Redis that lost its script cache is given the text again."""
        script = self._scripts[name]
        try:
            return await self._lane.ask("EVALSHA", script.digest, len(keys), *keys, *args)
        except NoScriptError:
            return await self._lane.ask("EVAL", script.text, len(keys), *keys, *args)
