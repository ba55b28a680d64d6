"""What DATABASE_URL may say beside its host: libpq's parameters, mapped for asyncpg or refused by name.

Sources, read 2026-11: PostgreSQL 17 documentation §32.1.2 "Parameter Key Words"; asyncpg 0.30
`connect_utils._parse_connect_dsn_and_args`, which reads the first table out of a DSN.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy.engine import URL

from houseful.domain.errors import ConfigurationError
from houseful.domain.numbers import whole

READ_BY_ASYNCPG: Final = frozenset(
    "sslmode sslcert sslkey sslrootcert sslcrl sslpassword sslnegotiation ssl_min_protocol_version"
    " ssl_max_protocol_version target_session_attrs passfile krbsrvname gsslib".split()
)
"""They travel in a DSN that says nothing else."""

SENT_TO_THE_SERVER: Final = {
    "application_name": "application_name",
    "fallback_application_name": "application_name",
    "options": "options",
}
"""They travel in the startup message under these names."""

IN_THE_URL: Final = frozenset({"host", "port", "prepared_statement_cache_size"})
"""SQLAlchemy's dialect reads these itself."""

OF_NO_EFFECT: Final[dict[str, frozenset[str]]] = {
    "channel_binding": frozenset({"disable", "prefer"}),
    "gssencmode": frozenset({"disable", "prefer"}),
    "client_encoding": frozenset({"utf8", "utf-8", "auto"}),
    "sslcompression": frozenset({"0"}),
    "sslsni": frozenset({"1"}),
    "load_balance_hosts": frozenset({"disable"}),
    "keepalives": frozenset(),
    "keepalives_idle": frozenset(),
    "keepalives_interval": frozenset(),
    "keepalives_count": frozenset(),
    "tcp_user_timeout": frozenset(),
}
"""What asyncpg does in any case; with values, no others can be had. Those without only tune."""

LONGEST_CONNECT_S: Final = 60


def connect_arguments(url: URL) -> tuple[URL, dict[str, Any]]:
    """(the URL without its parameters, what asyncpg's `connect` is given for them).

    Raises ConfigurationError naming a parameter that cannot be had. No value is shown: some are
    secret.
    """
    dsn: dict[str, str] = {}
    server: dict[str, str] = {}
    given: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for name, values in url.query.items():
        value = values if isinstance(values, str) else values[-1]
        if name in IN_THE_URL:
            kept[name] = values
        elif name in READ_BY_ASYNCPG:
            dsn[name] = value
        elif name in SENT_TO_THE_SERVER:
            server.setdefault(SENT_TO_THE_SERVER[name], value)
        elif name == "connect_timeout":
            given["timeout"] = _seconds(value)
        else:
            _require_no_effect(name, value)
    if dsn.get("sslrootcert") == "system":
        del dsn["sslrootcert"]
        given["ssl"] = _system_roots(dsn.pop("sslmode", "verify-full"))
    if dsn:
        given["dsn"] = f"postgresql:///?{urlencode(dsn)}"
    if server:
        given["server_settings"] = server
    return url.set(query=kept), given


def _require_no_effect(name: str, value: str) -> None:
    values = OF_NO_EFFECT.get(name)
    if values is None:
        known = {*READ_BY_ASYNCPG, *SENT_TO_THE_SERVER, *OF_NO_EFFECT, "connect_timeout"}
        raise _refused(name, f"one of the parameters {', '.join(sorted(known))}")
    if values and value.lower() not in values:
        raise _refused(name, f"nothing but {' or '.join(sorted(values))}")


def _refused(name: str, expected: str) -> ConfigurationError:
    return ConfigurationError(f"DATABASE_URL: {name}: expected {expected}; got another")


def _seconds(text: str) -> float:
    """libpq: 0 waits without end, which no buyer does; here it is our longest."""
    seconds = whole(text)
    if seconds is None:
        raise _refused("connect_timeout", "whole seconds")
    return float(min(seconds or LONGEST_CONNECT_S, LONGEST_CONNECT_S))


def _system_roots(mode: str) -> ssl.SSLContext:
    if mode != "verify-full":
        raise _refused("sslmode", "verify-full beside sslrootcert=system")
    return ssl.create_default_context()


def several_hosts(url: str) -> tuple[str, Mapping[str, Sequence[str]]]:
    """libpq's `//login@a:1,b:2/db` → the URL without hosts, and them as SQLAlchemy wants them."""
    scheme, _, rest = url.partition("://")
    authority, slash, tail = rest.partition("/")
    login, at, hosts = authority.rpartition("@")
    if "," not in hosts:
        return url, {}
    named = [host if ":" in host else f"{host}:5432" for host in hosts.split(",")]
    return f"{scheme}://{login}{at}{slash}{tail}", {"host": tuple(named)}
