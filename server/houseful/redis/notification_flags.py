"""Which keyspace notifications we live on; apart, for those who start a server and load no redis-py."""

from typing import Final

NOTIFICATION_FLAGS: Final = "Ktx"
"""K: keyspace channels, t: stream commands (xadd on the feed), x: expired (the lease)."""
