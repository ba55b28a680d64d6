"""REDIS_URL names one server, a cluster or the Sentinels of a primary."""

from __future__ import annotations

import pytest

from houseful.domain.errors import ConfigurationError
from houseful.redis.addresses import clustered, deployment, describe


@pytest.mark.parametrize("url", ["redis://cache:6379/0", "rediss://cache", "unix:///run/v.sock"])
def test_an_address_of_one_server_is_none_of_several(url: str) -> None:
    assert deployment(url) is None


def test_a_cluster_is_named_by_any_of_its_nodes() -> None:
    found = deployment("redis+cluster://me:hunter2@one:7000,two,[::1]:7002?ssl_ca_certs=a")
    assert found is not None
    assert (found.kind, found.nodes) == ("cluster", (("one", 7000), ("two", 6379), ("::1", 7002)))
    assert found.url_of(("::1", 7002)) == "redis://me:hunter2@[::1]:7002/0?ssl_ca_certs=a"


def test_a_primary_is_named_by_its_sentinels() -> None:
    found = deployment("rediss+sentinel://:pw@a,b:5000/my%20house/3?sentinel_password=x&timeout=1")
    assert found is not None
    assert (found.kind, found.nodes) == ("sentinel", (("a", 26379), ("b", 5000)))
    assert (found.service, found.sentinel_login) == ("my house", {"password": "x"})
    assert found.url_of(("c", 1)) == "rediss://:pw@c:1/3?timeout=1"


@pytest.mark.parametrize(
    ("url", "came"),
    [
        ("redis+cluster://", "another form"),
        ("redis+cluster://one:port", "one:port"),
        ("redis+cluster://one,,two", 'got ""'),
        ("redis+cluster://one/3", "/3"),
        ("redis+sentinel://one,two", "no name of the primary"),
        ("redis+sentinel://one/house/first", "/house/first"),
        ("redis+mesh://one", "another form"),
    ],
)
def test_an_address_that_is_none_says_what_was_expected(url: str, came: str) -> None:
    with pytest.raises(ConfigurationError, match=r"REDIS_URL: expected redis\+") as caught:
        deployment(url.replace("://", "://me:hunter2@"))
    assert came in caught.value.message
    assert "hunter2" not in caught.value.message


def test_a_node_of_a_cluster_gives_the_cluster_its_address() -> None:
    assert clustered("rediss://me:pw@one:7000") == "rediss+cluster://me:pw@one:7000"


def test_several_nodes_are_shown_without_their_password() -> None:
    assert describe("redis+sentinel://me:pw@a:1,b:2/house") == "redis+sentinel://a:1,b:2/house"
