"""Latencies as counts in buckets: they add up across processes, and percentiles come from the sum.

A bucket is at most 1/32 of its value wide (the log-linear layout of HdrHistogram), so a percentile is
too high by 3 % at most; count, sum and maximum are exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

SUB_BITS: Final = 5
"""32 buckets per doubling."""


def bucket_of(value_us: int) -> int:
    """The bucket of a number of microseconds; below 32 each number has its own."""
    shift = value_us.bit_length() - SUB_BITS - 1
    return value_us if shift < 0 else (shift << SUB_BITS) + (value_us >> shift)


def top_of(bucket: int) -> int:
    """The largest number of microseconds in a bucket."""
    if bucket < 1 << (SUB_BITS + 1):
        return bucket
    shift = (bucket >> SUB_BITS) - 1
    return (((bucket & (1 << SUB_BITS) - 1) + (1 << SUB_BITS) + 1) << shift) - 1


@dataclass
class Histogram:
    """How often each latency was seen. Times go in and come out in seconds."""

    buckets: Counter[int] = field(default_factory=Counter)
    count: int = 0
    total_s: float = 0.0
    max_s: float = 0.0

    def add(self, seconds: float, times: int = 1) -> None:
        """Negative ones, which only a stepping clock makes, count as 0."""
        seconds = max(0.0, seconds)
        self.buckets[bucket_of(int(seconds * 1e6))] += times
        self.count += times
        self.total_s += seconds * times
        self.max_s = max(self.max_s, seconds)

    def merge(self, other: Histogram) -> None:
        self.buckets.update(other.buckets)
        self.count += other.count
        self.total_s += other.total_s
        self.max_s = max(self.max_s, other.max_s)

    def percentile(self, share: float) -> float | None:
        """Seconds that `share` (0 to 1) of all stay within; None when nothing was seen."""
        if not self.count:
            return None
        wanted = max(1, -(-self.count * share // 1))
        seen = 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= wanted:
                return min(top_of(bucket) / 1e6, self.max_s)
        return self.max_s

    def summary(self) -> Mapping[str, float | int | None]:
        """What the report says of it, in milliseconds."""
        ms = {name: self.percentile(share) for name, share in SHARES.items()}
        return {
            "count": self.count,
            **{name: None if at is None else round(at * 1000, 3) for name, at in ms.items()},
            "max": round(self.max_s * 1000, 3) if self.count else None,
            "mean": round(self.total_s / self.count * 1000, 3) if self.count else None,
        }


SHARES: Final = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
