"""All HTTP operations: the routes of `houseful.app` and the documents are made of this one table."""

from __future__ import annotations

from houseful.web.buyer import account, analytics, bookings, events, live, reservations
from houseful.web.operations import Operation
from houseful.web.ops import docs, guide, health, webhooks
from houseful.web.staff import (
    audit,
    cancellation,
    check_in,
    discounts,
    occupancy,
    payments,
    prices,
    readiness,
    refund_terms,
    reports,
    seats,
)
from houseful.web.staff import bookings as staff_bookings
from houseful.web.staff import events as staff_events

OPERATIONS: tuple[Operation, ...] = (
    *events.OPERATIONS,
    *live.OPERATIONS,
    *reservations.OPERATIONS,
    *bookings.OPERATIONS,
    *seats.OPERATIONS,
    *staff_bookings.OPERATIONS,
    *payments.OPERATIONS,
    *refund_terms.OPERATIONS,
    *cancellation.OPERATIONS,
    *reports.OPERATIONS,
    *check_in.OPERATIONS,
    *occupancy.OPERATIONS,
    *staff_events.OPERATIONS,
    *prices.OPERATIONS,
    *audit.OPERATIONS,
    *discounts.OPERATIONS,
    *readiness.OPERATIONS,
    *webhooks.OPERATIONS,
    *account.OPERATIONS,
    *analytics.OPERATIONS,
    *health.OPERATIONS,
    *docs.OPERATIONS,
    *guide.OPERATIONS,
)
