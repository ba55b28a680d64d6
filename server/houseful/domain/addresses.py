"""Clients by network address: who counts as one, who is not counted, and how many are here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

NOBODY_KNOWS: Final = "unknown"
"""The group of peers without an address that can be read."""


class Networks:
    """A set of addresses and networks, `"127.0.0.0/8"` or `"::1"`; raises ValueError for others."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(map(ip_network, texts))

    def __contains__(self, host: str | None) -> bool:
        if not self._networks or host is None:
            return False
        try:
            address = ip_address(host)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


def group_of(host: str | None) -> str:
    """Who is counted together: an IPv4 address, or the /64 that one IPv6 subscriber has."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return NOBODY_KNOWS
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address) >> 64 << 64, 64)))


class Places:
    """At most `most` at once under each name; 0 means any number."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken: Counter[str] = Counter()

    def take(self, name: str) -> bool:
        """Take a place, if there is one."""
        if self.most and self._taken[name] >= self.most:
            return False
        self._taken[name] += 1
        return True

    def give_back(self, name: str) -> None:
        self._taken[name] -= 1
        if self._taken[name] <= 0:
            del self._taken[name]
