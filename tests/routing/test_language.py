# SPDX-License-Identifier: AGPL-3.0-or-later
"""The language of a message decides what a frightened person reads next: every language, and honest doubt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.decision import UNSURE
from routing.language import CODES, Identifier
from routing.language.fallback import SecondOpinion
from routing.language.identifier import LEXICON, MODELS, PROFILES
from routing.language.lexicon import key, load_lexicon


@pytest.fixture(scope="module")
def identifier() -> Identifier:
    return Identifier.load()


PROBES = [
    ("ar", "Arab", "نبي نروح لبلادي ومعنديش فلوس كيف ندير"),
    ("ar", "Arab", "داير أعرف مكتب المنظمة وين في سبها"),
    ("ar", "Arab", "عايزة دكتور لابني تعبان اوي"),
    ("ar-Latn", "Latn", "nebbi nraw7 l bladi w ma 3andish flous"),
    ("ar-Latn", "Latn", "7ad ysa3dni el sawwag talab menni floos"),
    ("en", "Latn", "my brother is held in a house and they want money"),
    ("en", "Latn", "Where can I register for return to my country?"),
    ("pcm", "Latn", "abeg dem don lock us for one house dey find money"),
    ("fr", "Latn", "on m'a pris mon passeport et je veux rentrer au pays"),
    ("ha", "Latn", "don allah ina so in koma gida, bani da kudi"),
    ("am", "Ethi", "እባካችሁ እርዱኝ ልጄ ታሟል"),
    ("am", "Latn", "ebakachihu lije tamual hakim yet new yalew"),
    ("ti", "Ethi", "በጃኹም ሓግዙና ኣብ ቤት ማእሰርቲ ኣለና"),
    ("ti", "Latn", "bejakum hawey ab maesarti alo, hagzuna"),
    ("so", "Latn", "walaalkay waa la afduubay lacag bay rabaan"),
    ("bn", "Beng", "দালাল আমার পাসপোর্ট নিয়ে গেছে"),
    ("bn-Latn", "Latn", "dalal amar passport niye gese, deshe jete chai"),
    ("ur", "Arab", "ایجنٹ نے میرا پاسپورٹ لے لیا ہے مدد کریں"),
    ("ur-Latn", "Latn", "agent ne mera passport le liya hai aur paise mang raha hai"),
    ("sw", "Latn", "tafadhali nisaidieni mtoto wangu ni mgonjwa sana"),
    ("ff", "Latn", "mi yiɗi hootude leydi am, mi walaa kaalis"),
    ("other", "Cyrl", "Помогите, пожалуйста"),
    ("other", "Arab", "لطفا کمک کنید من در لیبی هستم و می‌خواهم برگردم"),
    ("other", "Latn", "vorrei tornare a casa, non ho più soldi"),
    ("other", "Latn", "ne b'a fɛ ka segin so, wari tɛ n bolo"),
    ("other", "Deva", "मेरी मदद करो"),
]


@pytest.mark.parametrize(("code", "script", "text"), PROBES)
def test_a_sentence_of_each_language_is_known(identifier: Identifier, code: str, script: str, text: str) -> None:
    guess = identifier.identify(text)
    assert (guess.code, guess.script) == (code, script)
    assert identifier.threshold <= guess.probability <= 1.0
    assert guess.likeliest[0] == (code, guess.probability)


def test_every_code_has_a_probe() -> None:
    assert {code for code, _, _ in PROBES} == set(CODES)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("aide", "fr"),
        ("HELP!!!", "en"),
        ("heeelp", "en"),
        ("Thanks 🙏", "en"),
        ("shukran", "ar-Latn"),
        ("nagode", "ha"),
        ("mahadsanid", "so"),
        ("msaada", "sw"),
        ("abeg", "pcm"),
        ("አዎ", "am"),
        ("hagzuni", "ti"),
        ("erdugn", "am"),
        ("sahajjo", "bn-Latn"),
        ("madad", "ur-Latn"),
        ("jaraama", "ff"),
        ("aiuto", "other"),
        ("সাহায্য", "bn"),
        ("ساعدوني", "ar"),
    ],
)
def test_one_word_that_only_one_language_writes_is_enough(identifier: Identifier, text: str, code: str) -> None:
    assert identifier.identify(text).code == code


SHARED = ["salam", "slm", "Assalamu alaikum", "alhamdulillah", "ok", "UNHCR", "Fatima", "Sabha", "ሰላም", "visa"]


@pytest.mark.parametrize("text", SHARED)
def test_one_word_that_many_languages_share_is_asked_about(identifier: Identifier, text: str) -> None:
    guess = identifier.identify(text)
    assert guess.code == UNSURE
    assert 2 <= len(guess.likeliest) <= 3


def test_history_settles_what_a_shared_word_leaves_open(identifier: Identifier) -> None:
    assert identifier.identify("salam", {"so": 0.9, "en": 0.1}).code == "so"
    assert identifier.identify("ok", {"ti": 1.0}).code == "ti"
    assert identifier.identify("ሰላም", {"am": 1.0}).code == "am"


def test_history_in_arabic_letters_speaks_for_arabizi_too(identifier: Identifier) -> None:
    assert identifier.identify("salam", {"ar": 1.0}).code == "ar-Latn"


def test_history_does_not_drown_a_clear_sentence(identifier: Identifier) -> None:
    assert identifier.identify("nataka kurudi nyumbani tafadhali nisaidieni", {"fr": 1.0}).code == "sw"
    assert identifier.identify("ساعدوني بالله عليكم", {"en": 1.0}).code == "ar"


@pytest.mark.parametrize(
    "text", ["", " ", "1", "12345", "👍", "🙏🙏", "?!", "+218 91 000", "https://example.org/a", "\u200b"]
)
def test_a_message_without_words_rests_on_history_alone(identifier: Identifier, text: str) -> None:
    assert identifier.identify(text).code == UNSURE
    assert identifier.identify(text, {"ha": 1.0}).code == "ha"
    assert identifier.identify(text, {"en": 0.4, "fr": 0.3, "ar": 0.3}).code == UNSURE


def test_history_of_unknown_languages_or_without_weight_is_no_history(identifier: Identifier) -> None:
    assert identifier.identify("👍", {"unsure": 1.0, "xx": 3.0, "fr": 0.0}).code == UNSURE


def test_the_second_opinion_never_decides_latin_letters_alone(identifier: Identifier) -> None:
    model = identifier.models["Latn"]
    shares = dict.fromkeys(model.labels, 0.0) | {"sw": 0.5, "ha": 0.5}
    text = "je voudrais rentrer dans mon pays"
    assert identifier._asked(text, "Latn", model, shares) == shares
    confirmed = identifier._asked(text, "Latn", model, shares | {"sw": 0.4, "ha": 0.2, "fr": 0.4})
    assert confirmed["sw"] == pytest.approx(confirmed["fr"]) or max(confirmed, key=confirmed.__getitem__) == "fr"


def test_the_second_opinion_knows_the_added_languages_and_repeats_itself() -> None:
    opinion = SecondOpinion(MODELS / PROFILES)
    labels = ("am", "ti", "ha", "en", "other")
    assert max(opinion.probabilities("ሓግዙና ኣብ ሊብያ ኣለና", labels).items(), key=lambda item: item[1])[0] == "ti"
    first = opinion.probabilities("ina son komawa gida yanzu", labels)
    assert first["ha"] > 0.5
    assert opinion.probabilities("ina son komawa gida yanzu", labels) == first
    assert opinion.probabilities("12 34", labels) == {}


def test_two_loads_give_the_same_answers() -> None:
    first, second = Identifier.load(), Identifier.load()
    for _, _, text in PROBES:
        assert first.identify(text) == second.identify(text)
        # A warm cache of words must not change an answer either.
        assert first.identify(text) == second.identify(text)


def test_a_full_word_cache_starts_afresh_and_answers_the_same(identifier: Identifier) -> None:
    fresh = Identifier.load()
    before = fresh.identify("we need food and a doctor for the children")
    for number in range(300):
        fresh.identify(" ".join(f"word{number}x{place}" for place in range(100)))
    assert fresh.identify("we need food and a doctor for the children") == before


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=120), st.sampled_from([None, "ar", "ti", "en"]))
def test_no_text_makes_it_raise_and_every_answer_is_well_formed(text: str, past: str | None) -> None:
    guess = _SHARED.identify(text, {past: 1.0} if past else None)
    assert guess.code in (*CODES, UNSURE)
    assert 0.0 <= guess.probability <= 1.0
    assert len(guess.likeliest) <= 3


_SHARED = Identifier.load()


def test_the_longest_message_is_read_at_both_ends(identifier: Identifier) -> None:
    assert identifier.identify("please help me i am sick and alone " * 3_000).code == "en"
    assert identifier.identify("\u0301" * 50_000).code == UNSURE


def test_no_short_text_is_listed_under_a_code_that_does_not_exist() -> None:
    for text, entry in load_lexicon(LEXICON).items():
        assert set(entry.codes) <= set(CODES), text
        assert key(text) == text


def test_a_malformed_or_doubled_short_text_is_refused_by_line(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "short.tsv"
    for lines in (
        "fixed\ten",
        "fixed\ten fr\thelp",
        "shared\ten\thelp",
        "fixed\ten\thelp\nfixed\tfr\tHELP!",
        "fixed\ten\t?",
    ):
        path.write_text(f"# head\n{lines}\n", "utf-8")
        with pytest.raises(ValueError, match=r"short\.tsv line [23]"):
            load_lexicon(path)
