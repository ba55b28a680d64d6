"""`houseful valkey`: one Valkey for several servers on a machine, closed to everybody else on it.

It listens on a socket in a directory that its owner alone may enter. On a port it asks for a
password, which is made once and lies beside the socket. Never: a password on a command line, where
`ps` shows it to all.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from houseful.data_directory import make_private
from houseful.domain.errors import ConfigurationError
from houseful.valkey.embedded import LONGEST_SOCKET_PATH, arguments

DIRECTORY: Final = "shared-valkey"
SOCKET: Final = "valkey.sock"
PASSWORD: Final = "password"  # noqa: S105 - a file's name
SETTINGS: Final = "valkey.conf"


def command(directory: Path, port: int | None) -> list[str]:
    """The arguments for Valkey; writes its settings file. Raises ConfigurationError."""
    socket = directory / SOCKET
    if len(bytes(socket)) > LONGEST_SOCKET_PATH:
        raise ConfigurationError(f"{socket} is too long for a socket; choose a shorter --data-dir")
    place = {"port": str(port or 0), "bind": "127.0.0.1", "dir": str(directory)}
    place |= {"unixsocket": str(socket), "unixsocketperm": "700"}
    settings = directory / SETTINGS
    make_private(settings)
    settings.write_text(f"requirepass {password(directory)}\n" if port else "")
    return [str(settings), *arguments(place)]


def password(directory: Path) -> str:
    """Made on first use."""
    file = directory / PASSWORD
    make_private(file)
    if not file.read_text():
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text()


def url(directory: Path) -> str:
    """What servers of this owner set as REDIS_URL; the password is in it where one is asked for."""
    has_password = "requirepass" in (directory / SETTINGS).read_text()
    login = f":{password(directory)}@" if has_password else ""
    return f"unix://{login}{directory / SOCKET}"
