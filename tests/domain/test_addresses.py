"""Who is counted as one client, and who is not counted."""

from __future__ import annotations

import pytest

from houseful.domain.addresses import NOBODY_KNOWS, Networks, Places, group_of


@pytest.mark.parametrize(
    ("host", "group"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("not an address", NOBODY_KNOWS),
        ("", NOBODY_KNOWS),
        (None, NOBODY_KNOWS),
    ],
)
def test_an_address_is_counted_with_those_of_one_subscriber(host: str | None, group: str) -> None:
    assert group_of(host) == group


def test_a_network_holds_its_addresses_and_no_other() -> None:
    networks = Networks(["127.0.0.0/8", "::1"])

    assert all(host in networks for host in ("127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"))
    assert not any(host in networks for host in ("128.0.0.1", "::2", "127.0.0.1.evil", "", None))
    assert "127.0.0.1" not in Networks([])


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="evil"):
        Networks(["evil"])


def test_places_are_taken_and_given_back_by_name() -> None:
    places = Places(2)

    assert [places.take("ann") for _ in range(3)] == [True, True, False]
    assert places.take("ben")
    places.give_back("ann")
    assert [places.take("ann") for _ in range(2)] == [True, False]


def test_no_bound_is_no_bound() -> None:
    places = Places(0)

    assert all(places.take("ann") for _ in range(1000))
