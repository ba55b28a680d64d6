"""Ready to sell? For staff alone, as codes and parameters, and without a second look at once."""

from __future__ import annotations

from houseful.readiness.findings import FINDINGS
from tests.support.serving import Guest


async def test_staff_read_what_sales_still_lack(venue: Guest) -> None:
    data = (await venue.http.get("/readiness")).json()["data"]
    by_subject = {item["subject"]: item for item in data["items"]}

    assert not data["ready"]
    assert {"mail", "time zone", "public address", "payments", "secret"} <= by_subject.keys()
    assert by_subject["redis"]["ok"]
    assert by_subject["mail"] == {
        "subject": "mail",
        "code": "mail_not_set",
        "ok": False,
        "severity": "warning",
        "params": {},
    }
    assert all(item["code"] in FINDINGS for item in data["items"])


async def test_buyers_are_not_told(ann: Guest) -> None:
    assert (await ann.http.get("/readiness")).status_code == 403
