# SPDX-License-Identifier: AGPL-3.0-or-later
"""The normaliser must survive any text, lose nothing that a person wrote, and make equal what sounds equal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.text import EXCERPT_PART, clean, excerpt, fold, script_of, tokens

# Characters that break naive code: marks without a base, controls, directions, joiners, surrogates, long ligatures.
HOSTILE = "\u3164\u1160\u0345\u0301\u0323\u0344\u0f73\u200b\u200d\u202e\u2066\u2069\ufe0f\ufdfa\ufdfb"
HOSTILE += "\x00\x1b\x85\u2028\ud83d\ude00\U000e0067"
TEXTS = st.one_of(
    st.text(max_size=200),
    st.text(alphabet=st.characters(exclude_categories=()), max_size=80),
    st.text(alphabet=st.sampled_from(HOSTILE + "aAeةأሀሐআ়া1٣ '"), max_size=60),
)


def says_something(text: str) -> bool:
    return any(unicodedata.category(char)[0] in "LNS" for char in text)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_no_text_makes_the_normaliser_raise_and_nothing_said_is_lost(text: str) -> None:
    for form in (clean(text), fold(text)):
        assert not says_something(text) or form
        assert form == form.strip()
        assert "  " not in form
    tokens(fold(text))
    assert len(script_of(clean(text))) == 4


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_cleaning_and_folding_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert fold(fold(text)) == fold(text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=60))
def test_case_and_unseen_characters_do_not_matter(text: str) -> None:
    assert fold(text.upper()) == fold(text)
    assert fold("\u200f".join(text)) == fold(text)
    assert fold(f"\u2067{text}\u2069\ufeff") == fold(text)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("heeeelp MEEE", "help me"),
        ("I need 1000 dinar", "i need 1000 dinar"),
        ("Élève à l’école, ça va", "eleve a l'ecole, ca va"),
        ("Ɗan uwa, ƙasa, ƴan Ɓera", "dan uwa, kasa, yan bera"),
        ("أُرِيدُ المُسَاعَدَةَ", "اريد المساعده"),
        ("ســــلام", "سلام"),
        ("ﺻﺎﻓﻲ", "صافي"),
        ("إلى مستشفى", "الي مستشفي"),
        ("کیا", "كيا"),
        ("ሠላም ሐኪም ኀይል ዓለም ፀሐይ", "ሰላም ሀኪም ሀይል አለም ጸሀይ"),
        ("٠١٢ ۳۴ ৫৬ ፩", "012 34 56 1"),
        ("Ｈｅｌｐ ｍｅ", "help me"),
        ("𝐡𝐞𝐥𝐩", "help"),
        ("STRASSE straße", "strasse strasse"),
    ],
)
def test_folding_makes_equal_what_people_exchange(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_bengali_and_ethiopic_letters_keep_their_vowels() -> None:
    assert fold("আমার বাচ্চা অসুস্থ") == "আমার বাচ্চা অসুস্থ"
    assert tokens(fold("আমার বাচ্চা")) == ["আমার", "বাচ্চা"]
    assert tokens("ኣብ ሊብያ፡ ኣለኹ።") == ["ኣብ", "ሊብያ", "ኣለኹ"]


def test_tokens_part_articles_keep_arabizi_digits_and_show_emoji() -> None:
    assert tokens(fold("J'ai besoin d'aide, don't go!")) == ["j", "ai", "besoin", "d", "aide", "dont", "go"]
    assert tokens(fold("3andi 7aja")) == ["3andi", "7aja"]
    assert tokens(fold("help 🆘🔥")) == ["help", "🆘", "🔥"]
    assert tokens("") == []


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("", "Zyyy"),
        ("123 !? 👍", "Zyyy"),
        ("help", "Latn"),
        ("ساعدوني help", "Arab"),
        ("ሓገዝ", "Ethi"),
        ("সাহায্য", "Beng"),
        ("помогите", "Cyrl"),
        ("मदद", "Deva"),
        ("𐎀", "Zzzz"),
    ],
)
def test_the_script_is_the_one_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script


def test_an_excerpt_keeps_both_ends_and_short_texts_whole() -> None:
    assert excerpt("short") == "short"
    long = "a" * 5_000 + "middle" + "b" * 5_000
    assert excerpt(long) == "a" * EXCERPT_PART + " " + "b" * EXCERPT_PART


@pytest.mark.parametrize("unit", ["x ", "\u0301\u0323", "\u0f73\u0301", "\ufdfa", "\u202e", "ሀ", "😀", "a\u0344"])
def test_a_hundred_thousand_characters_are_seen_to_their_middle(unit: str) -> None:
    half = unit * (50_000 // len(unit))
    assert "help" in tokens(fold(f"{half} help {half}"))
