"""The reference for long answers: an ASGI function that sends the bytes of the file named by
`BENCH_BODY`, served by plain uvicorn. What it takes, the kernel and uvicorn take."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from houseful.process.worker import run
from houseful.settings import Settings


def create_app(_: Settings) -> Any:
    body = Path(os.environ["BENCH_BODY"]).read_bytes()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]

    async def send_bytes(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return send_bytes


if __name__ == "__main__":
    sys.exit(run(create_app, http="httptools", lifespan="off"))
