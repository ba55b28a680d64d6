"""A worker whose WebSockets are uvicorn's own, without our ASGI extension."""

from __future__ import annotations

import sys

from server.app import create_app
from server.worker import run

if __name__ == "__main__":
    sys.exit(run(create_app, ws="websockets-sansio"))
