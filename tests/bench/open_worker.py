"""A worker whose sockets may send any number of commands, so that fifty can keep it busy."""

from __future__ import annotations

import sys

from server.app import create_app
from server.realtime import commands
from server.worker import run

if __name__ == "__main__":
    commands.COMMANDS_PER_SECOND = commands.COMMAND_BURST = 1e12
    sys.exit(run(create_app))
