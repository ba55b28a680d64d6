"""A client that has the map is told so in a few bytes, and never when it has an older one."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import httpx2
import pytest

from houseful.web.conditional import last_modified
from tests.support.serving import Guest, Sale, eventually


async def get(guest: Guest, sale: Sale, what: str = "seats", **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await guest.http.get(f"/events/{sale.id}/{what}", headers=named)


@pytest.mark.parametrize("what", ["seats", "status"])
async def test_the_same_etag_again_is_304_until_a_seat_changes(
    what: str, ann: Guest, sale: Sale
) -> None:
    etag = (await get(ann, sale, what)).headers["etag"]
    for wanted in (etag, etag.removeprefix("W/"), f'"x", {etag}', "*"):
        again = await get(ann, sale, what, if_none_match=wanted)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    await ann.held(sale, sale.seats[0])
    changed = await get(ann, sale, what, if_none_match=etag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


async def test_an_unknown_etag_gets_the_map(ann: Guest, sale: Sale) -> None:
    assert (await get(ann, sale, if_none_match='"other"')).status_code == 200


async def test_the_map_s_own_iso_timestamp_is_good_until_the_next_change(
    ann: Guest, sale: Sale
) -> None:
    for number in range(5):
        timestamp = (await get(ann, sale)).json()["data"]["timestamp"]
        assert (await get(ann, sale, if_modified_since=timestamp)).status_code == 304
        await ann.held(sale, sale.seats[number])
        # All five changes happen within a second or two: none of them may go unseen.
        assert (await get(ann, sale, if_modified_since=timestamp)).status_code == 200


async def test_last_modified_never_hides_a_second_change_in_the_same_second(
    ann: Guest, sale: Sale
) -> None:
    for number in range(5):
        before = (await get(ann, sale)).headers["last-modified"]
        await ann.held(sale, sale.seats[number])
        assert (await get(ann, sale, if_modified_since=before)).status_code == 200


async def test_last_modified_is_good_once_its_second_is_over(ann: Guest, sale: Sale) -> None:
    await ann.held(sale, sale.seats[0])
    changed_at = time.time()

    async def unmodified() -> bool:
        date = (await get(ann, sale)).headers["last-modified"]
        return (await get(ann, sale, if_modified_since=date)).status_code == 304

    await eventually(unmodified)
    date = (await get(ann, sale)).headers["last-modified"]
    assert abs(parsedate_to_datetime(date).timestamp() - changed_at) < 2


def test_last_modified_names_no_second_that_still_runs() -> None:
    assert last_modified(10_500, now_s=10) == "Thu, 01 Jan 1970 00:00:09 GMT"
    assert last_modified(10_500, now_s=11) == "Thu, 01 Jan 1970 00:00:10 GMT"


@pytest.mark.parametrize("write", [format_datetime, datetime.isoformat])
async def test_a_time_before_the_last_change_gets_the_map(
    write: object, ann: Guest, sale: Sale
) -> None:
    old = write(datetime(2020, 1, 1, tzinfo=UTC))  # type: ignore[operator]
    assert (await get(ann, sale, if_modified_since=old)).status_code == 200


@pytest.mark.parametrize("nonsense", ["yesterday", "", "2026-13-45T00:00:00Z", "0"])
async def test_a_time_that_is_none_gets_the_map(nonsense: str, ann: Guest, sale: Sale) -> None:
    assert (await get(ann, sale, if_modified_since=nonsense)).status_code == 200


async def test_the_etag_has_the_last_word_over_the_time(ann: Guest, sale: Sale) -> None:
    timestamp = (await get(ann, sale)).json()["data"]["timestamp"]
    answer = await get(ann, sale, if_none_match='"other"', if_modified_since=timestamp)
    assert answer.status_code == 200


async def test_the_map_may_be_kept_but_is_asked_for_each_time(ann: Guest, sale: Sale) -> None:
    answer = await get(ann, sale)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in answer.headers["vary"]
