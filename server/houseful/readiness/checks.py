"""Tries each part that a sale needs: the checks behind `houseful doctor` and "ready to sell?".

Owns: the list of checks. Never: repairs, or ends because of what a check raised.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from houseful.readiness import outside, parts, stored
from houseful.readiness.findings import Finding
from houseful.settings import Settings

log = structlog.get_logger(__name__)

Check = Callable[[Settings], Awaitable[Sequence[Finding]]]

CHECK_WITHIN_S: Final = 15.0
"""For one check: longer than what it calls waits by itself."""

CHECKS: Final[dict[str, Check]] = {
    "files": parts.files,
    "data directory": parts.data_directory,
    "redis": parts.redis,
    "database": parts.database,
    "payments": outside.payments,
    "mail": outside.mail,
    "receipts": outside.receipts,
    "time zone": outside.time_zone,
    "public address": outside.public_address,
    "secret": outside.secret,
    "foreign tokens": outside.foreign_tokens,
}
"""What a running server can say of itself: subject → its check."""

BEFORE_START: Final[dict[str, Check]] = {
    **CHECKS,
    "port": parts.port,
    stored.SUBJECT: stored.rows,
}
"""What can be said from beside it: a server holds its own port, and knows what its lists left out."""


async def examine(chosen: Settings, checks: dict[str, Check] = CHECKS) -> list[Finding]:
    """Look at everything at once; what one check raises hides no other."""
    found = await asyncio.gather(
        *(_findings(subject, check, chosen) for subject, check in checks.items())
    )
    return [finding for each in found for finding in each]


async def _findings(subject: str, check: Check, chosen: Settings) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(CHECK_WITHIN_S):
            return await check(chosen)
    except Exception as error:
        log.debug("check_failed", subject=subject, exc_info=error)
        # its text may quote a URL with a password that nothing could take apart
        return [Finding(subject, "check_failed", {"reason": type(error).__name__})]
