# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a model sees of words by their letters: pieces, consonants, and who stands beside whom."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.letters import BUCKETS, buckets, distinct, letters


def _shared(one: str, other: str) -> int:
    return len(np.intersect1d(letters(one).buckets, letters(other).buckets))


@pytest.mark.parametrize(
    ("near", "far"), [(("beating", "beaten"), ("beating", "clinic")), (("ضربني", "ضربوني"), ("ضربني", "عيادة"))]
)
def test_words_alike_share_pieces(near: tuple[str, str], far: tuple[str, str]) -> None:
    assert _shared(*near) > _shared(*far)


def test_the_same_sounds_in_two_scripts_meet() -> None:
    assert letters("darabni").sound == letters("ضربني").sound != 0


def test_numbers_are_read_by_their_length_alone() -> None:
    assert np.array_equal(letters("1234").buckets, letters("9876").buckets)
    assert not np.array_equal(letters("1234").buckets, letters("12").buckets)
    assert letters("1234").sound == 0


def test_it_matters_which_of_two_words_comes_first() -> None:
    there, back = buckets(["guard", "girl"]), buckets(["girl", "guard"])
    assert len(there) == len(back)
    assert not np.array_equal(there, back)


@given(st.lists(st.text(min_size=1, max_size=60), max_size=20))
def test_any_words_are_distinct_sorted_buckets(words: list[str]) -> None:
    found = buckets(words)
    assert found.tolist() == sorted(set(found.tolist()))
    assert all(0 <= bucket < BUCKETS for bucket in found)


@given(st.lists(st.integers(0, 50)))
def test_distinct_is_what_a_set_holds(numbers: list[int]) -> None:
    assert distinct(np.array(numbers, dtype=np.int64)).tolist() == sorted(set(numbers))
