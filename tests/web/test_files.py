"""The page's files: packed as the client can take them, and not sent again when it has them."""

from __future__ import annotations

import gzip

import brotli
import pytest

from tests.support.serving import Guest
from tests.web.conftest import Join

PATH = "/static/main.js"


@pytest.fixture
async def guest(join: Join) -> Guest:
    return await join()


async def fetch(guest: Guest, accepted: str, **headers: str) -> tuple[int, str, bytes]:
    """(status, coding, the bytes as they came)."""
    given = {"Accept-Encoding": accepted, **headers}
    async with guest.http.stream("GET", PATH, headers=given) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
        return answer.status_code, answer.headers.get("content-encoding", ""), raw


async def test_files_come_packed_as_the_client_can_take_them(guest: Guest) -> None:
    _, coding, plain = await fetch(guest, "identity")
    assert coding == ""
    _, coding, packed = await fetch(guest, "gzip, deflate, br, zstd")
    assert (coding, brotli.decompress(packed)) == ("br", plain)
    _, coding, zipped = await fetch(guest, "gzip, br;q=0")
    assert (coding, gzip.decompress(zipped)) == ("gzip", plain)
    assert len(packed) < len(zipped) < len(plain)


async def test_a_file_that_the_client_has_is_not_sent_again(guest: Guest) -> None:
    etag = (await guest.http.get(PATH)).headers["etag"]
    assert await fetch(guest, "br", **{"If-None-Match": etag}) == (304, "", b"")
    status, _, body = await fetch(guest, "br", **{"If-None-Match": '"another"'})
    assert status == 200
    assert body
