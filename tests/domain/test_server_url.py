"""A password that is not encoded never shows, whatever its characters make of the URL."""

from __future__ import annotations

import pytest

from houseful.domain.errors import ConfigurationError
from houseful.domain.server_url import check_login, is_plain

SECRET = "hunter"


@pytest.mark.parametrize(
    "url",
    [
        "redis://cache:6379/0",
        "redis://:pw@cache",
        "redis://me:p%40ss%2Fw@[::1]:6379/1?timeout=2",
        "rediss+cluster://me:pw@one:7000,two,[::1]:7002",
        "postgresql://me:pw@/shop?host=/run/postgresql",
        "postgresql+asyncpg://me:pw@db.example:5432/shop?application_name=a@b",
        "redis://me:a:b@cache",
    ],
)
def test_an_encoded_login_is_taken(url: str) -> None:
    check_login("REDIS_URL", url)


@pytest.mark.parametrize(
    "password",
    [
        "hunter/2x",
        "hunter@2x",
        "hunter#2x",
        "hunter?2x",
        "hun/ter:hunter@x",
        "hunter[2",
        "hunter@/2",
        "@hunter/",
    ],
)
@pytest.mark.parametrize("scheme", ["redis", "rediss+cluster", "redis+sentinel", "postgresql"])
def test_one_that_is_not_is_refused_and_not_shown(scheme: str, password: str) -> None:
    url = f"{scheme}://me:{password}@db.example:6379/0"
    assert not is_plain(url)
    with pytest.raises(ConfigurationError, match=r"X_URL: .* percent-encoded") as caught:
        check_login("X_URL", url)
    assert SECRET not in caught.value.message
    assert "db.example" not in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "",
        "cache:6379",
        "redis://a:port",
        "redis://a:0",
        "redis://a:99999",
        "redis://a b",
        "redis://a,b:x",
    ],
)
def test_what_is_no_address_is_none(url: str) -> None:
    assert not is_plain(url)
