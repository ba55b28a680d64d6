"""A worker with an application that needs nothing: for tests of the processes around it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from houseful.process.worker import run
from houseful.settings import Settings


def create_app(_: Settings) -> Any:
    """Answers every request with the worker's process id; `/die` ends the process at once.

    It is not ready while the file named by HOUSEFUL_TEST_WAIT_WHILE is there.
    """
    hindrance = os.environ.get("HOUSEFUL_TEST_WAIT_WHILE", "")
    while hindrance and Path(hindrance).exists():
        time.sleep(0.02)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
            return
        if scope["path"] == "/die":
            os._exit(3)
        body = str(os.getpid()).encode()
        headers = [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


if __name__ == "__main__":
    sys.exit(run(create_app, ws="none"))
