"""Room for many sockets in one process."""

from __future__ import annotations

import resource
from typing import Final

from houseful.domain.errors import InvalidRequest

OTHER_FILES: Final = 100


def make_room(sockets: int) -> None:
    """Raise this process's soft limit of open files. Raises InvalidRequest at the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = sockets + OTHER_FILES
    if hard != resource.RLIM_INFINITY and needed > hard:
        raise InvalidRequest(
            f"expected at most {hard - OTHER_FILES:,} sockets in one process (hard limit of open files:"
            f" {hard:,}), got {sockets:,}: use more --processes or raise it with `ulimit -Hn`"
        )
    if soft != resource.RLIM_INFINITY and needed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
