# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lexicon, topics, rules and readings: the reviewable half of routing."""

from __future__ import annotations

from pathlib import Path

import pytest

from routing.language import CODES
from routing.lexicon import Lexicon, LexiconError
from routing.reading import languages_to_read, read
from routing.rules import RuleError, load_rules
from routing.sound import skeleton
from routing.text import fold, tokens
from routing.topics import TopicError, load_topics, patterns


def _found(lexicon: Lexicon, text: str, *languages: str) -> set[str]:
    return set(lexicon.find(tokens(fold(text)), languages or None))


@pytest.fixture
def small() -> Lexicon:
    lexicon = Lexicon()
    lexicon.add("en", "beat", "hit, beat*, black eye")
    lexicon.add("en", "list", "on .. list")
    lexicon.add("sw", "beat", "*piga*")
    lexicon.add("ar", "beat", "ضرب*")
    lexicon.add("en", "kidnap", "kidnap*, kidnapped")
    return lexicon


def test_whole_words_beginnings_and_phrases_are_found(small: Lexicon) -> None:
    assert _found(small, "he was BEATING me") == {"beat"}
    assert _found(small, "she has a black eye") == {"beat"}
    assert _found(small, "black cat, blue eye") == set()
    assert _found(small, "a hitman") == set()


def test_a_gap_skips_a_few_words_and_no_more(small: Lexicon) -> None:
    assert _found(small, "i am not on the white list") == {"list"}
    assert _found(small, "on one two three four list") == set()


def test_roots_are_found_inside_words_and_behind_particles(small: Lexicon) -> None:
    assert _found(small, "ananipiga") == {"beat"}
    assert _found(small, "وضربوني") == {"beat"}


def test_only_the_languages_asked_for_are_read(small: Lexicon) -> None:
    assert _found(small, "ananipiga", "en") == set()


def test_one_slip_in_a_long_word_is_forgiven(small: Lexicon) -> None:
    assert _found(small, "kidnaped") == {"kidnap"}
    assert _found(small, "kindapped") == {"kidnap"}


def test_a_broken_lexicon_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "xx.toml").write_text('language = "xx"\n[concepts]\nbeat = "hit, ?!"\n', encoding="utf-8")
    with pytest.raises(LexiconError, match=r"xx\.toml: beat"):
        Lexicon.load(tmp_path)


def test_every_language_has_a_lexicon_and_every_rule_its_concepts() -> None:
    topics = load_topics()
    lexicon = Lexicon.load(extra=patterns(topics))
    spoken = {language for those in lexicon._single.values() for language, _ in those}
    assert spoken == set(CODES) - {"other"}
    assert load_rules(known=lexicon.concepts)
    assert len(topics) == 25


def test_a_rule_on_an_unknown_concept_is_refused() -> None:
    with pytest.raises(RuleError, match="no lexicon knows"):
        load_rules(known={"beat"})


def test_a_topic_needs_labels_in_three_languages(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    path.write_text('[zoo]\nlabels = { en = "Zoo" }\n', encoding="utf-8")
    with pytest.raises(TopicError, match="zoo"):
        load_topics(path)


def test_an_office_may_add_a_topic_and_its_words_are_found(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    path.write_text('[zoo]\nlabels = { ar = "ح", en = "Zoo", fr = "Zoo" }\nen = "elephant*"\n', encoding="utf-8")
    lexicon = Lexicon.load(tmp_path / "none", patterns(load_topics(path)))
    assert _found(lexicon, "two elephants") == {"topic:zoo"}


def test_a_reading_quotes_words_as_written(small: Lexicon) -> None:
    reading = read("He HITS... he Hit me", small, ())
    assert reading.quote("beat") == ("Hit",)


def test_pleas_and_emoji_are_not_telling() -> None:
    lexicon = Lexicon()
    lexicon.add("en", "please", "please")
    reading = read("please help 🙏", lexicon, ())
    assert reading.telling_words == ["help"]
    assert reading.words == ("please", "help", "🙏")


def test_a_language_is_read_with_those_it_mixes_with() -> None:
    assert languages_to_read("ar-Latn") == frozenset({"ar-Latn", "fr", "en"})
    assert languages_to_read("ha", [("ha", 0.8), ("sw", 0.15), ("so", 0.02)]) == frozenset({"ha", "sw", "en"})
    assert languages_to_read("unsure") is None


@pytest.mark.parametrize(("latin", "other"), [("darabni", "ضربني"), ("rishwat", "رشوت"), ("beseat", "በሰዓት")])
def test_a_word_sounds_alike_in_both_scripts(latin: str, other: str) -> None:
    assert skeleton(fold(latin)) == skeleton(fold(other))
