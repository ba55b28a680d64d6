"""URLs of servers with a login in them: taken as they are meant, or refused without a word of them.

A password with `@`, `/`, `?` or `#` in it must be percent-encoded. Where it is not, every reader cuts
the URL elsewhere, and the part of the password that became a host or a path shows in messages.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from houseful.domain.errors import ConfigurationError

_SPLIT: Final = re.compile(
    r"(?P<scheme>[a-z0-9+]+)://(?P<authority>[^/?#]*)(?P<tail>.*)", re.DOTALL
)
_HOSTS: Final = re.compile(
    r"(([A-Za-z0-9._~%-]+|\[[0-9A-Fa-f:.]+\])?(:[0-9]{1,5})?)"
    r"(,([A-Za-z0-9._~%-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?)*"
)


def check_login(variable: str, url: str) -> None:
    """Raises ConfigurationError naming `variable` and showing nothing of the URL."""
    if not is_plain(url):
        raise ConfigurationError(
            f"{variable}: expected scheme://[user:password@]host[:port]/…, where the user and the"
            " password are percent-encoded (@ is %40, : is %3A, / is %2F, ? is %3F, # is %23);"
            " got another form (not shown)"
        )


def is_plain(url: str) -> bool:
    """Whether everybody who reads it finds the same login and the same hosts in it."""
    found = _SPLIT.fullmatch(url)
    if found is None:
        return False
    login, at, hosts = found["authority"].rpartition("@")
    path, _, query = found["tail"].partition("?")
    if "@" in login or "@" in path or "#" in path or (not at and "@" in query):
        return False
    return _HOSTS.fullmatch(hosts) is not None and _has_port(url, hosts)


def _has_port(url: str, hosts: str) -> bool:
    if "," in hosts:
        return True  # the reader of several looks at each
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False
