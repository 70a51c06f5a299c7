"""Token buckets: never more than they hold and what flows in, and all of that."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscriptions import limits
from subscriptions.limits import FOR_EVER, Limit
from tests.depth import examples

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=seconds) for seconds in (1, 60, 3600, 86_400))
_buckets = count(1)


@given(
    most=st.integers(1, 50),
    per=st.sampled_from([SECOND, MINUTE, HOUR, DAY]),
    steps=st.lists(
        st.tuples(st.floats(0, 1.5), st.integers(1, 70), st.floats(0, 1)), min_size=1, max_size=25
    ),  # after this part of the span so many are wanted, and this part of what was granted is given back
)
def test_in_no_time_more_is_granted_than_a_full_bucket_and_what_flows_in(most, per, steps):
    limit, value, now = Limit("letters", most, per), str(next(_buckets)), NOW
    used: list[tuple[datetime, int]] = []

    for part, wanted, unused in steps:
        now += part * per
        granted, _wait = limits.take_up_to([limit], value, wanted, now)
        limits.give_back([limit], value, int(granted * unused), now)
        used.append((now, granted - int(granted * unused)))

    for first, (begins, _) in enumerate(used):
        total = 0
        for ends, granted in used[first:]:
            total += granted
            assert total <= most + most * ((ends - begins) / per) + 1e-6


@given(most=st.integers(1, 500), per=st.sampled_from([SECOND, MINUTE, HOUR, DAY]), part=st.floats(0, 1))
def test_after_the_time_that_is_named_one_is_left_and_not_long_before(most, per, part):
    limit, value = Limit("letters", most, per), str(next(_buckets))
    limits.take_up_to([limit], value, most, NOW)
    later = NOW + part * per / most

    granted, wait = limits.take_up_to([limit], value, 1, later)

    if not granted:
        assert limits.take_up_to([limit], value, 1, later + wait - 3 * limits.ROUNDING)[0] == 0
        assert limits.take_up_to([limit], value, 1, later + wait)[0] == 1


@examples(30)
@given(most=st.integers(1, 500), per=st.sampled_from([SECOND, MINUTE, HOUR, DAY]), wanted=st.integers(1, 7))
def test_who_asks_whenever_there_may_be_one_gets_all_that_flows_in(most, per, wanted):
    limit, value, now, total = Limit("letters", most, per), str(next(_buckets)), NOW, 0
    limits.take_up_to([limit], value, most, NOW)

    while now < NOW + per * 20 / most:
        granted, wait = limits.take_up_to([limit], value, wanted, now)
        total += granted
        now += wait

    assert total >= 0.97 * most * ((now - NOW) / per) - 1


def test_of_several_limits_the_one_with_the_fewest_decides_and_no_other_loses_more():
    few, many = Limit("letters a minute", 3, MINUTE), Limit("letters a day", 5, DAY)

    granted = [limits.take_up_to([few, many], "site", 4, NOW + number * MINUTE)[0] for number in range(3)]

    assert granted == [3, 2, 0]


def test_what_never_fills_up_stays_empty():
    limit = Limit("letters of a day", 2, FOR_EVER)

    granted = [limits.take_up_to([limit], "site", 2, NOW + number * DAY)[0] for number in range(3)]

    assert granted == [2, 0, 0]


def test_a_process_whose_clock_is_behind_makes_no_bucket_fill_twice():
    limit = Limit("letters", 10, MINUTE)
    limits.take_up_to([limit], "site", 10, NOW)

    granted = [limits.take_up_to([limit], "site", 10, NOW + late)[0] for late in (MINUTE, timedelta(), MINUTE)]

    assert granted == [10, 0, 0]
