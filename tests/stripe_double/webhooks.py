"""The courier of webhooks: signed, at least once, in no promised order, as Stripe's are.

On request worse: duplicated, held back and let go in any order, late, or lost.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2


def sign(raw_body: bytes, secret: str, at_s: int | None = None) -> str:
    """The `Stripe-Signature` header for a body."""
    at_s = int(time.time()) if at_s is None else at_s
    digest = hmac.new(secret.encode(), b"%d." % at_s + raw_body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={digest}"


@dataclass
class Route:
    """Where webhooks go and what befalls them on the way."""

    url: str
    secret: str
    copies: int = 1
    delay_s: float = 0.0
    drop: float = 0.0
    """Probability that an event is lost for good."""
    is_holding: bool = False
    """Keep events back until `flush`."""
    tries: int = 4
    pause_s: float = 0.1
    """Before the second try; doubles. Stripe itself goes on for three days."""


class Courier:
    """Takes events and delivers them in the loop it was started in."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self.route: Route | None = None
        self.held: list[dict[str, Any]] = []
        self.delivered: list[tuple[str, str, int]] = []
        """(event id, kind, HTTP status or 0) for every try."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: httpx2.AsyncClient | None = None

    def take(self, event: dict[str, Any]) -> None:
        """Deliver, hold or lose an event."""
        if self.route is None or self._random.random() < self.route.drop:
            return
        if self.route.is_holding:
            self.held.append(event)
            return
        self._start(event)

    def flush(self, order: Sequence[int] | None = None) -> None:
        """Let held events go; `order` lists their positions, repeated ones go twice."""
        chosen = [self.held[i] for i in order] if order is not None else list(self.held)
        self.held.clear()
        task = asyncio.get_running_loop().create_task(self._one_by_one(chosen))
        self._keep(task)

    async def close(self) -> None:
        """Drop what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.aclose()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._tasks

    def _start(self, event: dict[str, Any]) -> None:
        assert self.route is not None
        for _ in range(self.route.copies):
            self._keep(asyncio.get_running_loop().create_task(self._deliver(event)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one_by_one(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            await self._deliver(event)

    async def _deliver(self, event: dict[str, Any]) -> None:
        route = self.route
        assert route is not None
        await asyncio.sleep(route.delay_s)
        for attempt in range(route.tries):
            status = await self._post(route, event)
            self.delivered.append((event["id"], event["type"], status))
            if 200 <= status < 300:
                return
            await asyncio.sleep(route.pause_s * 2**attempt)

    async def _post(self, route: Route, event: dict[str, Any]) -> int:
        body = json.dumps(event).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": sign(body, route.secret),
        }
        self._http = self._http or httpx2.AsyncClient(timeout=10, trust_env=False)
        try:
            return (await self._http.post(route.url, content=body, headers=headers)).status_code
        except httpx2.HTTPError:
            return 0
