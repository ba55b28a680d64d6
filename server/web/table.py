"""All HTTP operations: the routes of `server.app` and the documents are made of this one table."""

from __future__ import annotations

from server.web import account, docs, events, health, reservations
from server.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *events.OPERATIONS,
    *reservations.OPERATIONS,
    *account.OPERATIONS,
    *health.OPERATIONS,
    *docs.OPERATIONS,
)
