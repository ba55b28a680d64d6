"""The reference for HTTP: a Starlette application with one empty route, served by plain uvicorn."""

from __future__ import annotations

import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from houseful.process.worker import run
from houseful.settings import Settings


async def empty(request: Request) -> Response:
    await request.body()
    return Response(b"{}", media_type="application/json")


def create_app(_: Settings) -> Starlette:
    return Starlette(routes=[Route("/", empty, methods=["GET", "POST"])])


if __name__ == "__main__":
    sys.exit(run(create_app, http="httptools"))
