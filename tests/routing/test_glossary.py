# SPDX-License-Identifier: AGPL-3.0-or-later
"""The glossary: words of every language under shared senses, and what a reading makes of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from routing.features import SENSE_PAIRS, features
from routing.glossary import PREFIX, GlossaryError, read_glosses
from routing.language import CODES
from routing.lexicon import Lexicon
from routing.reading import languages_to_read, read
from routing.vocabulary import load_vocabulary

_SENSES = "sense\tgroup\ten\nlock\tact\tlock, locked\ndoor\thome\tdoor, doors\nnight\ttime\tnight\n"
_WITHOUT_FILE = {"en", "pcm", "other", "unsure"}
_LEAST = 800  # senses that each language has words for


@pytest.fixture(scope="module")
def vocabulary() -> Lexicon:
    return load_vocabulary()


def _files(folder: Path, glossary: str, senses: str = _SENSES) -> tuple[Path, Path]:
    (folder / "senses.tsv").write_text(senses, encoding="utf-8")
    (folder / "glossary").mkdir()
    (folder / "glossary" / "fr.tsv").write_text(glossary, encoding="utf-8")
    return folder / "senses.tsv", folder / "glossary"


def test_senses_and_their_words_are_read(tmp_path: Path) -> None:
    found = set(read_glosses(*_files(tmp_path, "sense\tforms\ndoor\tporte, portes\n")))
    assert ("en", "sense:lock", "lock, locked") in found
    assert ("fr", "sense:door", "porte, portes") in found


@pytest.mark.parametrize(
    ("glossary", "says"),
    [
        ("sense\tforms\nwindow\tfenetre\n", "fr.tsv:2: senses.tsv has no sense window"),
        ("sense\tforms\ndoor\n", "fr.tsv:2: needs 2 columns"),
        ("sense\tforms\ndoor\t \n", "fr.tsv:2: needs 2 columns"),
        ("word\tforms\n", "fr.tsv:1: columns must be sense forms"),
    ],
)
def test_a_broken_glossary_names_its_line(tmp_path: Path, glossary: str, says: str) -> None:
    with pytest.raises(GlossaryError, match=says):
        list(read_glosses(*_files(tmp_path, glossary)))


def test_every_language_has_words_for_most_senses() -> None:
    counts = Counter(language for language, _, _ in read_glosses())
    assert {code for code in CODES if code not in _WITHOUT_FILE} <= counts.keys()
    assert {language: count for language, count in counts.items() if count < _LEAST} == {}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "he locked the door at night"),
        ("fr", "il a fermé la porte à clé la nuit"),
        ("ar", "قفل الباب في الليل"),
        ("ha", "ya kulle kofa da dare"),
        ("so", "albaabka ayuu xiray habeenkii"),
        ("sw", "alifunga mlango usiku"),
        ("am", "ማታ በሩን ቆለፈው"),
        ("ti", "ብለይቲ ማዕጾ ዓጽዩ"),
        ("bn", "রাতে দরজা বন্ধ করে দেয়"),
        ("ur", "رات کو دروازہ بند کر دیا"),
        ("bn-Latn", "rate dorja bondho kore dey"),
        ("ur-Latn", "raat ko darwaza band kar diya"),
    ],
)
def test_the_same_thing_has_the_same_senses_in_every_language(vocabulary: Lexicon, language: str, text: str) -> None:
    senses = read(text, vocabulary, (), languages_to_read(language)).senses
    assert {PREFIX + "door", PREFIX + "night"} <= senses.keys()


def test_senses_are_no_concepts(vocabulary: Lexicon) -> None:
    reading = read("he locked the door at night", vocabulary, (), languages_to_read("en"))
    assert not [name for name in reading.found if name.startswith(PREFIX)]
    assert reading.quote(PREFIX + "door") == ("door",)


def test_arabic_particles_are_not_cut_from_urdu() -> None:
    lexicon = Lexicon()
    lexicon.add("ar", "sense:house", "بيت")
    lexicon.add("ur", "sense:house", "بيت")
    assert lexicon.find(["وبيتي"], {"ar"}) == {"sense:house": (0,)}
    assert lexicon.find(["وبيتي"], {"ur"}) == {}


def test_two_senses_near_each_other_are_one_feature_whichever_comes_first() -> None:
    lexicon = Lexicon()
    for sense in ("lock", "door", "night"):
        lexicon.add("en", PREFIX + sense, sense)
    index = {PREFIX + "door": 0, PREFIX + "lock": 1, PREFIX + "night": 2}
    there = features(read("lock the door", lexicon, ()), {}, index)
    back = features(read("door I lock", lexicon, ()), {}, index)
    far = features(read("lock the one and only other door", lexicon, ()), {}, index)
    assert np.array_equal(there.senses, back.senses)
    assert list(there.senses[:2]) == [0, 1]
    assert there.senses[2] >= 3
    assert list(there.sense_values) == [1.0, 1.0, 0.5]
    assert list(far.senses) == [0, 1]
    assert all(place < len(index) + SENSE_PAIRS for place in there.senses)


def test_a_message_without_known_words_has_no_senses() -> None:
    none = features(read("", Lexicon(), ()), {}, {})
    assert len(none.senses) == len(none.sense_values) == len(none.buckets) == 0
