"""All HTTP operations: the routes of `server.app` and the documents are made of this one table."""

from __future__ import annotations

from server.web import (
    account,
    analytics,
    bookings,
    docs,
    events,
    health,
    reservations,
    staff_bookings,
    staff_discounts,
    staff_doors,
    staff_occupancy,
    staff_programme,
    staff_seats,
    webhooks,
)
from server.web.operations import Operation

OPERATIONS: tuple[Operation, ...] = (
    *events.OPERATIONS,
    *reservations.OPERATIONS,
    *bookings.OPERATIONS,
    *staff_seats.OPERATIONS,
    *staff_bookings.OPERATIONS,
    *staff_doors.OPERATIONS,
    *staff_occupancy.OPERATIONS,
    *staff_programme.OPERATIONS,
    *staff_discounts.OPERATIONS,
    *webhooks.OPERATIONS,
    *account.OPERATIONS,
    *analytics.OPERATIONS,
    *health.OPERATIONS,
    *docs.OPERATIONS,
)
