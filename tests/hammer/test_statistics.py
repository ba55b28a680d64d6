"""Percentiles of merged counts."""

from __future__ import annotations

import pickle
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from houseful.hammer.statistics import Histogram, bucket_of, top_of


def filled(values: list[float]) -> Histogram:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    return histogram


@given(st.integers(0, 10**9))
def test_a_bucket_holds_its_numbers_and_is_at_most_a_thirty_second_wide(number: int) -> None:
    top = top_of(bucket_of(number))
    assert number <= top <= number + number / 32
    assert bucket_of(top) == bucket_of(number)
    assert bucket_of(top + 1) == bucket_of(number) + 1


def test_percentiles_of_parts_from_several_processes_are_those_of_the_whole() -> None:
    dice = random.Random(7)
    values = [dice.expovariate(20) for _ in range(9_000)]
    parts = [filled(values[begin::3]) for begin in range(3)]
    merged = Histogram()
    for part in parts:
        merged.merge(pickle.loads(pickle.dumps(part)))
    whole = filled(values)
    assert merged.buckets == whole.buckets
    assert (merged.count, merged.max_s) == (9_000, max(values))
    values.sort()
    for share in (0.5, 0.9, 0.99):
        exact = values[int(9_000 * share) - 1]
        found = merged.percentile(share)
        assert found is not None
        assert exact - 1e-6 <= found <= exact * 1.04


def test_nothing_has_no_percentiles_and_one_value_is_all_of_them() -> None:
    assert Histogram().percentile(0.5) is None
    assert Histogram().summary()["p99"] is None
    one = filled([0.25])
    assert one.percentile(0.5) == one.percentile(0.99) == one.max_s == 0.25


def test_many_of_the_same_are_counted_at_once_and_a_stepping_clock_counts_as_nothing() -> None:
    histogram = Histogram()
    histogram.add(0.002, 500)
    histogram.add(-3.0)
    assert histogram.count == 501
    assert histogram.summary()["mean"] == pytest.approx(1.996, abs=0.001)
    assert histogram.percentile(0.001) == 0
