"""A worker whose sockets may send any number of commands, so that fifty can keep it busy."""

from __future__ import annotations

import sys

from houseful.app import create_app
from houseful.process.worker import run
from houseful.realtime import commands

if __name__ == "__main__":
    commands.COMMANDS_PER_SECOND = commands.COMMAND_BURST = 1e12
    sys.exit(run(create_app))
