"""The directory that everything of ours is stored in, and who may read it: its owner alone.

Owns: the permissions of the directory and of the files with people's names in them.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from houseful.domain.errors import ConfigurationError

DIRECTORY_MODE: Final = 0o700
FILE_MODE: Final = 0o600
OTHERS: Final = 0o077


def prepare(directory: Path) -> None:
    """Make the directory, closed to others, and write into it. Raises ConfigurationError.

    One that is there already keeps its permissions: it may be shared on purpose.
    """
    try:
        directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise ConfigurationError(
            f"cannot write to the data directory {directory}: {error.strerror};"
            " choose another with --data-dir or HOUSEFUL_DATA_DIR"
        ) from None


def make_private(file: Path) -> None:
    """Make the file if it is missing, and close it to others. SQLite gives its `-wal` the same mode."""
    file.parent.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, FILE_MODE))
    if not is_private(file):
        file.chmod(FILE_MODE)


def is_private(path: Path) -> bool:
    """Whether nobody but its owner may read or write it."""
    return not path.stat().st_mode & OTHERS
