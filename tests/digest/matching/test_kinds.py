"""Every kind of interest is a record in each of two rooms."""

from dataclasses import fields

import pytest

from digest.matching.kinds import KINDS as QUERY_KINDS
from digest.matching.kinds.base import QueryKind, Technique
from subscriptions.interests.kinds import KINDS as INTEREST_KINDS
from subscriptions.models import Interest

pytestmark = pytest.mark.one_database


def test_both_rooms_know_the_same_kinds():
    assert QUERY_KINDS.keys() == INTEREST_KINDS.keys()


@pytest.mark.parametrize("kinds", [QUERY_KINDS, INTEREST_KINDS])
def test_a_kind_is_found_by_its_own_key_which_its_column_can_hold(kinds):
    assert [kind.key for kind in kinds.values()] == list(kinds)
    assert all(len(key) <= Interest._meta.get_field("kind").max_length for key in kinds)


def test_no_two_kinds_have_the_same_code_for_their_reasons_or_that_of_what_is_only_near():
    codes = [kind.code for kind in QUERY_KINDS.values()]

    assert len({*codes, "near"}) == len(codes) + 1


def test_whatever_can_be_followed_by_a_button_can_be_unfollowed_by_one():
    assert all(False in kind.statements for kind in QUERY_KINDS.values() if True in kind.statements)


def test_what_is_found_by_its_name_says_which_names_papers_bear():
    (left_out,) = (field.default for field in fields(QueryKind) if field.name == "names")

    for kind in QUERY_KINDS.values():
        assert (kind.names is not left_out) == (kind.technique in (Technique.NAME, Technique.TOPIC))


def test_every_kind_is_asked_for_in_one_way():
    ways = {key: [kind.typed is not None, kind.is_pasted] for key, kind in INTEREST_KINDS.items()}

    assert [key for key, asked in ways.items() if not any(asked)] == ["topic"]  # It is ticked.
    assert not [key for key, asked in ways.items() if all(asked)]
