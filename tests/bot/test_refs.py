# SPDX-License-Identifier: AGPL-3.0-or-later
"""A reference can be read out over a bad line: what is meant is found, and a slip finds nobody else's case."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.refs import _ALPHABET, new_ref, read_ref

refs = st.builds(new_ref)


def test_a_reference_is_two_groups_of_four_without_letters_that_are_misread() -> None:
    for _ in range(500):
        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", new_ref())


def test_references_do_not_repeat_or_follow_each_other() -> None:
    made = [new_ref() for _ in range(2000)]
    assert len(set(made)) == len(made)
    assert made != sorted(made)


@given(ref=refs)
def test_a_reference_reads_back_as_itself(ref: str) -> None:
    assert read_ref(ref) == ref


@given(ref=refs)
def test_case_spaces_dashes_and_marks_of_direction_do_not_matter(ref: str) -> None:
    assert read_ref(ref.lower()) == ref
    assert read_ref(f" {ref.replace('-', '')} ") == ref
    assert read_ref(ref.replace("-", " – ")) == ref
    assert read_ref(f"\u200f{ref}\u200e.") == ref


@pytest.mark.parametrize("zero", ["٠", "۰", "০", "०", "０"])
@given(ref=refs)
def test_digits_of_any_script_are_the_same_digits(zero: str, ref: str) -> None:
    typed = "".join(chr(ord(zero) + int(c)) if c.isdecimal() else c for c in ref)
    assert read_ref(typed) == ref


@given(ref=refs)
def test_a_letter_o_and_the_letters_i_and_l_are_taken_for_the_digits_they_look_like(ref: str) -> None:
    assert read_ref(ref.replace("0", "O").replace("1", "I")) == ref
    assert read_ref(ref.replace("0", "o").replace("1", "l")) == ref


@given(ref=refs, place=st.integers(0, 7), letter=st.sampled_from(_ALPHABET))
def test_one_wrong_character_is_always_noticed(ref: str, place: int, letter: str) -> None:
    plain = ref.replace("-", "")
    slip = plain[:place] + letter + plain[place + 1 :]
    assert (read_ref(slip) is None) == (slip != plain)


def test_nearly_every_swap_of_neighbours_is_noticed() -> None:
    missed = swaps = 0
    for _ in range(3000):
        plain = new_ref().replace("-", "")
        for place in range(7):
            swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
            if swapped != plain:
                swaps += 1
                missed += read_ref(swapped) is not None
    assert missed / swaps < 0.05


@pytest.mark.parametrize(
    "text",
    ["", "-", "K7M4-2QX", "K7M4-2QXTT", "hello", "مرحبا", "UUUU-UUUU", "K7M4 2QX!", "0" * 40, "\x00" * 8, "²²²²-²²²²x"],
)
def test_what_is_no_reference_is_read_as_none(text: str) -> None:
    assert read_ref(text) is None


@given(text=st.text(max_size=60))
def test_any_text_at_all_is_read_without_an_error(text: str) -> None:
    found = read_ref(text)
    assert found is None or read_ref(found) == found
