"""All HTTP operations: the routes of `server.app` and the documents are made of this one table."""

from __future__ import annotations

from server.web import account, analytics, bookings, docs, events, health, reservations, webhooks
from server.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *events.OPERATIONS,
    *reservations.OPERATIONS,
    *bookings.OPERATIONS,
    *webhooks.OPERATIONS,
    *account.OPERATIONS,
    *analytics.OPERATIONS,
    *health.OPERATIONS,
    *docs.OPERATIONS,
)
