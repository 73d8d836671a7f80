# SPDX-License-Identifier: AGPL-3.0-or-later
"""Very long texts: short ones stay as they are, long ones keep their ends and what looks alarming between."""

from __future__ import annotations

from routing.condense import LONGEST, Condenser

_CONDENSE = Condenser({"raped", "اغتصب"}, {"kidnap"})


def test_a_text_of_common_length_stays_as_it_is() -> None:
    text = "he raped me " * 600
    assert _CONDENSE(text) == text


def test_a_word_in_the_middle_is_kept_with_its_neighbours() -> None:
    padding = " ".join(f"word{number}" for number in range(10_000))
    for said in ("they said the men Kidnapped my brother last night", "قالت انه اغتصب بنتي امس"):
        short = _CONDENSE(f"{padding} {said} {padding}")
        assert said in short
        assert len(short) < LONGEST


def test_repeats_do_not_fill_the_space() -> None:
    text = "raped " * 20_000 + "they kidnapped him " + "hello " * 20_000
    short = _CONDENSE(text)
    assert "kidnapped him" in short
    assert len(short) < LONGEST


def test_what_cannot_be_seen_hides_nothing() -> None:
    hidden = "\u202e" * 50_000 + "help" + "\u200b" * 50_000
    assert _CONDENSE(hidden) == "help"
