# SPDX-License-Identifier: AGPL-3.0-or-later
"""First contact, answers, choices and languages, as people meet them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.dialogue.step import Keep, OpenCase, SetLanguage
from locales import language_name, translate
from tests.bot.dialogue.talking import LANGUAGES, SABHA, Chat, Shelf, asks, command, decided, effects, guess, tells


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_question_is_answered_first_and_the_welcome_follows(language: str) -> None:
    chat = Chat()
    step = chat.hear("?", asks("doctor", language))
    answer, welcome = chat.said(step)
    assert answer == f"[doctor {language}]"
    assert welcome == translate(language, "welcome.after")
    assert step.say[0].answer == "doctor"
    assert effects(step, SetLanguage) == [SetLanguage(language, chosen=False)]
    assert "welcome.after" not in chat.keys(chat.hear("again?", asks("vhr", language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_greeting_gets_one_welcome_with_the_menu(language: str) -> None:
    chat = Chat()
    step = chat.hear("hi", decided(language=language))
    assert chat.keys(step) == ["welcome.first", "menu.ask"]
    payloads = [option.payload for option in step.say[0].options]
    assert payloads == ["entry:doctor", "entry:vhr", "entry:cash", "feedback", "person", "language"]
    assert chat.keys(chat.hear("hi", decided(language=language))) == ["menu.greeting", "menu.ask"]


@pytest.mark.parametrize(
    "typed",
    [
        "2",
        "2.",
        "no 2",
        "#2",
        "(2)",
        "٢",
        "۲",
        "২",
        "፪",
        "２",
        "two",
        "اثنان",
        "deux",
        "biyu",
        "দুই",
        "ክልተ",
        "laba",
        "ሁለት",
        "دو",
        "vhr (en)",
        "VHR (en)",
        "vhr (en",
        " 2 ) ",
    ],
)
def test_a_choice_is_taken_by_number_in_any_script_by_title_and_nearly_so(typed: str) -> None:
    chat = Chat()
    chat.hear("hi")
    step = chat.hear(typed, decided(language="unsure"))
    assert chat.said(step)[0] == "[vhr en]"


@pytest.mark.parametrize("typed", ["room 5", "we are 2", "2 children", "at 3", "0912345678", "2" + " " * 80 + "x"])
def test_a_number_within_words_is_no_choice(typed: str) -> None:
    chat = Chat()
    chat.hear("hi")
    assert chat.said(chat.hear(typed, asks("cash")))[0] == "[cash en]"


def test_a_number_that_is_not_offered_brings_the_choices_again() -> None:
    chat = Chat()
    menu = chat.hear("hi")
    step = chat.hear("9", tells("complaint"))
    assert chat.keys(step) == ["choose.again"]
    assert [option.payload for option in step.say[0].options] == [option.payload for option in menu.say[0].options]
    assert not effects(step, OpenCase)


def test_a_follow_up_keeps_the_topic_and_takes_the_new_place() -> None:
    chat = Chat()
    chat.hear("where is a doctor", asks())
    assert chat.state.topic == "health"
    step = chat.hear("and in Sabha?", asks(place=SABHA))
    assert chat.said(step)[0] == "[doctor en LY031901]"
    assert chat.state.place == SABHA.pcode


def test_it_is_asked_once_a_conversation_whether_an_answer_helped() -> None:
    chat = Chat()
    chat.hear("hi")
    first = chat.hear("q", asks())
    assert [option.payload for option in first.say[0].options] == ["helped:yes", "helped:no"]
    voted = chat.hear("It did not help", decided(language="unsure"))
    assert effects(voted, Keep) == [Keep("not_helped", "health", None, "doctor", "en")]
    assert voted.say[0].options[0].payload == "person"
    assert not chat.hear("q", asks("vhr")).say[0].options
    assert chat.hear("q", asks("vhr"), after=timedelta(hours=13)).say[0].options


def test_several_candidates_become_a_short_choice() -> None:
    chat = Chat()
    step = chat.hear("money", asks(None, choices=("cash", "vhr")))  # type: ignore[arg-type]
    assert [option.payload for option in step.say[0].options] == ["entry:cash", "entry:vhr", "person"]
    assert chat.said(chat.hear("1", decided()))[0] == "[cash en]"


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_an_entry_without_text_in_the_language_is_offered_in_others_with_a_person(language: str) -> None:
    chat = Chat(Shelf(("en",)))
    step = chat.hear("q", asks(language=language))
    assert chat.keys(step) == ["entry.elsewhere", "welcome.after"]
    assert step.say[0].language == language
    assert [option.payload for option in step.say[0].options] == ["entry:doctor@en", "person"]
    served = chat.tap("entry:doctor@en")
    assert served.say[0].language == "en"
    assert chat.said(served)[0] == "[doctor en]"


def test_an_entry_in_no_language_at_all_goes_to_a_person() -> None:
    step = Chat().hear("q", asks("gone"))
    assert effects(step, OpenCase)[0].category == "information_request"
    assert effects(step, Keep)[0].kind == "unanswered"


def test_a_question_without_an_answer_goes_to_a_person_and_is_counted() -> None:
    chat = Chat(awake=False)
    step = chat.hear("q", tells("information_request"))
    opened, kept = effects(step, OpenCase)[0], effects(step, Keep)[0]
    assert (opened.category, opened.priority, kept.kind) == ("information_request", "P3", "unanswered")
    assert chat.keys(step)[:3] == ["unanswered.opened", "when.days", "when.closed"]


def test_stale_and_example_answers_say_so() -> None:
    step = Chat(Shelf(stale=True, example=True)).hear("q", asks())
    assert [key for key, _ in step.say[0].blocks] == ["", "served.stale", "served.example"]


def test_the_rest_of_a_long_text_comes_on_more() -> None:
    chat = Chat()
    chat.hear("q", asks())
    chat.state = chat.state.load({**chat.state.dump(), "rest": "the rest", "rest_language": "en"})
    assert chat.said(chat.hear("more", command("more"))) == ["the rest"]
    assert chat.keys(chat.hear("more", command("more"))) == ["more.none"]


def test_an_unknown_language_is_asked_for_in_the_likeliest_each_in_its_own() -> None:
    chat = Chat()
    step = chat.hear("xx", decided("ask_language", language=guess("unsure", 0.3, "so", "ha"), answer="doctor"))
    assert chat.said(step) == ["\n\n".join(translate(code, "language.ask") for code in ("so", "ha", "ar"))]
    assert [option.title for option in step.say[0].options] == [language_name(code) for code in ("so", "ha", "ar")]
    chosen = chat.tap("lang:ha")
    assert effects(chosen, SetLanguage) == [SetLanguage("ha", chosen=True)]
    assert chat.said(chosen)[0] == f"{translate('ha', 'language.set')}\n\n[doctor ha]"


def test_a_language_is_asked_for_only_once_then_a_person_reads() -> None:
    chat = Chat()
    chat.hear("xx", decided("ask_language", language="unsure"))
    step = chat.hear("yy", decided("ask_language", language="unsure"))
    assert effects(step, OpenCase)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chosen_language_holds_and_the_open_question_is_answered_in_it(language: str) -> None:
    chat = Chat()
    chat.hear("q", asks("vhr", "en" if language != "en" else "fr"))
    step = chat.hear(language_name(language), command("language"))
    assert chat.said(step) == [f"{translate(language, 'language.set')}\n\n[vhr {language}]"]
    assert chat.person.chosen
    assert chat.hear("q", asks("cash", "so")).say[0].language == language


def test_a_language_that_we_cannot_write_is_named_and_all_others_are_offered() -> None:
    step = Chat().hear("swahili", command("language"))
    assert [key for key, _ in step.say[0].blocks] == ["language.none", "language.choose"]
    assert len(step.say[0].options) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("heard", "answered"), [("pcm", "en"), ("ar-Latn", "ar"), ("bn-Latn", "bn"), ("ur-Latn", "ur")]
)
def test_near_languages_and_writings_get_the_closest(heard: str, answered: str) -> None:
    chat = Chat()
    step = chat.hear("q", asks(language=heard))
    assert step.say[0].language == answered
    switch = [option.payload for option in step.say[0].options if option.payload.startswith("lang:")]
    assert switch == (["lang:en", "lang:fr"] if heard.endswith("-Latn") else [])
    again = chat.hear("q", asks("vhr", heard))
    assert not [option for say in again.say for option in say.options if option.payload.startswith("lang:")]


@pytest.mark.parametrize("heard", ["sw", "ff", "other"])
def test_a_language_we_cannot_write_is_answered_in_another_and_a_person_reads(heard: str) -> None:
    chat = Chat()
    step = chat.hear("q", asks(language=heard))
    assert step.say[0].language == "en"
    assert chat.keys(step)[0] == "language.person"
    assert effects(step, OpenCase)


def test_a_word_of_another_language_does_not_change_the_language() -> None:
    chat = Chat()
    chat.hear("q", asks(language="fr"))
    assert chat.hear("ok", decided(language=guess("en", 0.6))).say[0].language == "fr"


def test_a_rumour_gets_its_correction_else_thanks_and_both_are_kept() -> None:
    corrected = Chat().hear("is it true", decided("answer", "rumour", answer="rumour"))
    assert effects(corrected, Keep)[0].kind == "rumour"
    assert corrected.say[0].answer == "rumour"
    chat = Chat()
    noted = chat.hear("is it true", decided("record", "rumour"))
    assert chat.keys(noted)[0] == "rumour.noted"
    assert effects(noted, Keep)[0].kind == "rumour"


@pytest.mark.parametrize("kind", ["suggestion", "appreciation"])
def test_ideas_and_thanks_are_kept_and_thanked(kind: str) -> None:
    chat = Chat()
    step = chat.hear("x", decided("record", kind))
    assert chat.keys(step)[0] == f"{kind}.thanks"
    assert effects(step, Keep)[0].kind == kind
