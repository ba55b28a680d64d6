"""A worker whose WebSockets are uvicorn's own, without our ASGI extension."""

from __future__ import annotations

import sys

from houseful.app import create_app
from houseful.process.worker import run

if __name__ == "__main__":
    sys.exit(run(create_app, ws="websockets-sansio"))
