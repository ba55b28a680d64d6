"""Commands of those who keep a server running: a Valkey, the doctor, backup and restore."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from houseful.domain.errors import ConfigurationError, InvalidRequest

DataDir = Annotated[
    Path | None, typer.Option(help="Where everything is stored.", show_default=".houseful")
]


def valkey(
    port: Annotated[
        int | None, typer.Option(help="Listen on this port of this machine too, with a password.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Run the Valkey that comes with Houseful by itself, for servers that share one."""
    from houseful import data_directory, settings
    from houseful.valkey import shared
    from houseful.valkey.embedded import find_binary

    directory = settings.load(data_dir=data_dir).data_dir.absolute() / shared.DIRECTORY
    data_directory.prepare(directory)
    binary = str(find_binary())
    command = shared.command(directory, port)
    print(f"REDIS_URL={shared.url(directory)}", flush=True)
    os.execv(binary, [binary, *command])  # noqa: S606 - signals go to Valkey


def doctor(data_dir: DataDir = None) -> None:
    """Try each part. Exit code 1 when one does not work; `warn` is for what sales still lack."""
    import asyncio

    from houseful import settings
    from houseful.readiness import checks

    chosen = settings.load(data_dir=data_dir)
    findings = asyncio.run(checks.examine(chosen, checks.BEFORE_START))
    marks = {"fine": "ok  ", "warning": "warn", "error": "NOT "}
    for finding in findings:
        print(f"{marks[finding.severity]} {finding.subject:<15} {finding.sentence}")
    if any(finding.severity == "error" for finding in findings):
        raise ConfigurationError("not everything is as it must be")


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not exist.")],
    data_dir: DataDir = None,
) -> None:
    """Write the database and the signing secret into one file; servers go on meanwhile."""
    from houseful import settings
    from houseful.process import restoring

    made = restoring.back_up(settings.load(data_dir=data_dir), file)
    print(f"{file}: {made['kind']}, schema {made['revision']}, {file.stat().st_size:,} bytes")


def restore(
    file: Annotated[Path | None, typer.Argument(help="What `houseful backup` wrote.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of a database with events.")
    ] = False,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="Take the database as it is, restored by other means.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Put a backup in place and empty Redis of what it knows; no server may run."""
    from houseful import settings
    from houseful.process import restoring

    if (file is None) != as_is:
        raise InvalidRequest("expected either a file or --as-is")
    chosen = settings.load(data_dir=data_dir)
    if file is None:
        count = restoring.adopt(chosen)
    else:
        count = restoring.restore(chosen, file.absolute(), replace=replace)
    print(f"restored; {count:,} keys of Redis are gone, and servers may start")
