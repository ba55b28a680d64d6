"""Reports of revenue over HTTP, as JSON and as tables."""

from __future__ import annotations

from starlette.responses import Response

from houseful.domain.errors import InvalidRequest
from houseful.domain.numbers import whole
from houseful.domain.reports import Report, Span
from houseful.domain.wording import shown
from houseful.staff.reports import COLUMNS, EVERYTHING, report_view, rows
from houseful.staff.spreadsheet import BYTE_ORDER_MARK, csv_lines
from houseful.web.envelope import ok
from houseful.web.operations import LARGEST_ID, Call, Operation
from houseful.wire.reports import ReportBody


async def report_revenue(call: Call) -> Response:
    """The same sums whatever lines are told apart by."""
    span, found = await asked(call, "")
    headers = {"Cache-Control": "no-store"}
    return ok(report_view(span, found), "Report made successfully", headers=headers)


async def export_revenue(call: Call) -> Response:
    """One line a kind, day, event, category, ticket type and tax rate, unless `by` says fewer."""
    span, found = await asked(call, EVERYTHING)
    name = f"revenue-{span.first}-{span.last}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    content = BYTE_ORDER_MARK + csv_lines([COLUMNS, *rows(found)])
    return Response(content, headers=headers, media_type="text/csv; charset=utf-8")


async def asked(call: Call, by: str) -> tuple[Span, Report]:
    """What the query string wants. Raises InvalidRequest."""
    text = call.query("eventId")
    event_id = whole(text) if text else None
    if text and (event_id is None or not 1 <= event_id <= LARGEST_ID):
        raise InvalidRequest(f"eventId: expected an event's number, got {shown(text)}")
    return await call.context.staff.reports.revenue(
        call.query("from"), call.query("to"), event_id, call.query("by") or by
    )


WANTED = ("from", "to", "ofEvent", "by")
OPERATIONS = (
    Operation(
        "GET",
        "/reports/revenue",
        report_revenue,
        "Revenue of some days, refunds as lines below 0",
        role="venue",
        answers={200: ReportBody},
        parameters=WANTED,
    ),
    Operation(
        "GET",
        "/reports/revenue.csv",
        export_revenue,
        "The same as a table",
        role="venue",
        answers={200: "text/csv"},
        parameters=WANTED,
    ),
)
