"""What REDIS_URL may say: one server, a cluster by any of its nodes, or a primary by its Sentinels.

    redis://user:password@host:6379/0        rediss:// the same with TLS, unix:///path
    redis+cluster://host:6379,host:6379      rediss+cluster:// with TLS
    redis+sentinel://host:26379,host:26379/mymaster[/db]      rediss+sentinel:// with TLS

Owns: the grammar, and how a URL is shown without its password. Never: connects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from houseful.domain.errors import ConfigurationError
from houseful.domain.numbers import whole
from houseful.domain.server_url import check_login, is_plain
from houseful.domain.wording import shown

Address = tuple[str, int]
"""(host, port) of one node."""

MANY: Final = re.compile(
    r"^(?P<scheme>rediss?)\+(?P<kind>cluster|sentinel)://(?:(?P<login>[^@/?]*)@)?"
    r"(?P<nodes>[^@/?]+)(?:/(?P<path>[^?]*))?(?:\?(?P<query>.*))?$"
)
DEFAULT_PORTS: Final = {"cluster": 6379, "sentinel": 26379}
EXPECTED: Final = {
    "cluster": "redis+cluster://host:port,host:port, without a database number",
    "sentinel": "redis+sentinel://host:port,host:port/name-of-the-primary[/database]",
}
SENTINEL_LOGIN: Final = ("sentinel_username", "sentinel_password")


@dataclass(frozen=True, slots=True)
class Deployment:
    """Several nodes that are reached as one. `service` is the name Sentinels know a primary by."""

    kind: str
    nodes: tuple[Address, ...]
    service: str
    scheme: str
    login: str
    database: str
    options: tuple[tuple[str, str], ...]

    def url_of(self, address: Address) -> str:
        """The plain URL of one node, with the login and options all of them share."""
        host, port = address
        at = f"{self.login}@" if self.login else ""
        shown = f"[{host}]" if ":" in host else host
        options = [(name, value) for name, value in self.options if name not in SENTINEL_LOGIN]
        query = f"?{urlencode(options)}" if options else ""
        return f"{self.scheme}://{at}{shown}:{port}/{self.database}{query}"

    @property
    def sentinel_login(self) -> dict[str, str]:
        """`username` and `password` for the Sentinels themselves, where they have their own."""
        known = dict(self.options)
        return {
            name.removeprefix("sentinel_"): known[name] for name in SENTINEL_LOGIN if name in known
        }


def deployment(url: str) -> Deployment | None:
    """What a URL of several nodes says; None for a plain one. Raises ConfigurationError."""
    kind = urlsplit(url).scheme.rpartition("+")[2]
    if "+" not in urlsplit(url).scheme:
        return None
    found = MANY.match(url)
    if found is None:
        raise _wrong(kind, "another form")
    kind, path = found["kind"], (found["path"] or "").strip("/")
    service, _, database = path.partition("/") if kind == "sentinel" else ("", "", path)
    if kind == "sentinel" and not service:
        raise _wrong(kind, "no name of the primary")
    if (kind == "cluster" and database not in ("", "0")) or whole(database or "0") is None:
        raise _wrong(kind, f"/{path}")
    return Deployment(
        kind=kind,
        nodes=tuple(_address(node, kind) for node in found["nodes"].split(",")),
        service=unquote(service),
        scheme=found["scheme"],
        login=found["login"] or "",
        database=database or "0",
        options=tuple(parse_qsl(found["query"] or "")),
    )


def check_url(url: str) -> None:
    """Raises ConfigurationError, showing nothing of it, for one whose password is not encoded."""
    if not url.startswith("unix:"):
        check_login("REDIS_URL", url)


def clustered(url: str) -> str:
    """The URL of the cluster that the plain `url`'s server is a node of."""
    return url.replace("://", "+cluster://", 1)


def describe(url: str) -> str:
    """`url` without its password, for messages and logs; of one that is none, the scheme."""
    parts = urlsplit(url)
    if parts.scheme != "unix" and not is_plain(url):
        return f"{parts.scheme}://…"
    if parts.scheme == "unix":
        return f"unix://{parts.path}"
    if "+" in parts.scheme:
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host or 'localhost'}:{parts.port or 6379}{parts.path}"


def _address(node: str, kind: str) -> Address:
    """`host`, `host:port` or `[v6]:port`."""
    try:
        parts = urlsplit(f"//{node.strip()}")
        host, port = parts.hostname, parts.port or DEFAULT_PORTS[kind]
    except ValueError:
        raise _wrong(kind, node) from None
    if not host:
        raise _wrong(kind, shown(node))
    return host, port


def _wrong(kind: str, came: str) -> ConfigurationError:
    expected = EXPECTED.get(kind, " or ".join(EXPECTED.values()))
    return ConfigurationError(f"REDIS_URL: expected {expected}; got {came}")
