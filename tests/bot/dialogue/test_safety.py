# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sensitive messages: a person hears of each, the reply is neutral, and nothing is asked about the event."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.dialogue.step import JoinCase, Note, OpenCase, Refile
from bot.refs import read_ref
from bot.wording import worded
from channels._render import sms
from locales import translate
from locales.check import FIRST_LINE, revealing
from tests.bot.dialogue.talking import LANGUAGES, SABHA, Chat, asks, command, decided, effects, tells

SENSITIVE = ("emergency", "pseah", "protection", "misconduct")
ALLOWED = {f"safe.ask_{step}" for step in ("now", "contact", "area", "minor")}


def questions(text: str) -> int:
    return sum(text.count(mark) for mark in "?؟፧")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", SENSITIVE)
@pytest.mark.parametrize("channel", ["sms", "telegram"])
def test_the_first_message_opens_the_case_and_is_answered_neutrally(category: str, language: str, channel: str) -> None:
    chat = Chat(channel=channel)
    step = chat.hear("x", tells(category, language))
    opened = effects(step, OpenCase)[0]
    assert opened.category == category
    assert opened.compartment == {"misconduct": "integrity", "emergency": None}.get(category, category)
    (say,) = step.say
    text = worded(say).text
    assert say.lane == "safety"
    assert len(text) >= FIRST_LINE
    assert not revealing(language, text)
    assert not any(read_ref(word) for word in text.split()), "no reference unless it is asked for"
    asked = [key for key, _ in say.blocks if key in ALLOWED]
    expected = 1 if category != "emergency" else 0
    assert len(asked) == expected
    assert questions(text) == sum(questions(translate(language, key)) for key in asked)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", SENSITIVE)
def test_on_sms_the_question_and_its_choices_are_seen_at_once(category: str, language: str) -> None:
    chat = Chat(channel="sms")
    rendered = sms(worded(chat.hear("x", tells(category, language)).say[0]), 4)
    seen = "\n".join(part.text for part in rendered.parts)
    assert sum(part.segments for part in rendered.parts) <= 4
    if category == "emergency":
        assert not rendered.rest
    else:
        assert translate(language, "safe.ask_now") in seen
        assert translate(language, "form.skip") in seen


@pytest.mark.parametrize("language", LANGUAGES)
def test_four_questions_come_one_at_a_time_and_each_can_be_skipped(language: str) -> None:
    chat = Chat()
    step = chat.hear("x", tells("pseah", language))
    asked = []
    for _ in range(4):
        (say,) = step.say
        asked += [key for key, _ in say.blocks if key in ALLOWED]
        assert say.options[-1].payload.endswith(":skip")
        assert not revealing(language, worded(say).text)
        step = chat.hear(translate(language, "form.skip"), decided(language="unsure"))
        assert [note.value for note in effects(step, Note)] == ["skip"]
    assert asked == ["safe.ask_now", "safe.ask_contact", "safe.ask_area", "safe.ask_minor"]
    assert chat.keys(step) == ["safe.done"]


def test_answers_are_codes_and_what_is_said_lies_on_the_case() -> None:
    chat = Chat()
    chat.hear("x", tells("protection"))
    case = chat.person.cases[0].id
    assert effects(chat.hear("yes"), Note) == [Note(case, "safe_to_write", "yes")]
    contact = chat.hear("only in the evening when he is out")
    assert effects(contact, Note) == [Note(case, "may_contact", "said")]
    assert effects(contact, JoinCase) == [JoinCase(case)]
    assert effects(chat.hear("Sabha", decided(place=SABHA)), Note) == [Note(case, "area", SABHA.pcode)]
    assert effects(chat.hear("No"), Note) == [Note(case, "under_18", "no")]


def test_who_cannot_write_safely_is_not_asked_further() -> None:
    chat = Chat()
    chat.hear("x", tells("protection"))
    step = chat.hear("no")
    assert chat.keys(step) == ["safe.not_now"]
    assert not chat.state.form


def test_everything_after_it_lies_on_the_same_case_and_gets_one_neutral_reply() -> None:
    chat = Chat()
    chat.hear("x", tells("protection"))
    case = chat.person.cases[0].id
    for text, alone in (
        ("more about it", tells("protection")),
        ("he is my employer", decided()),
        ("and he is a driver of yours", tells("pseah")),
    ):
        step = chat.hear(text, alone, after=timedelta(hours=5))
        assert effects(step, JoinCase) == [JoinCase(case)]
        assert not effects(step, OpenCase)
        assert len(step.say) == 1
        assert chat.keys(step)[0] in {"safe.added", "safe.thanks"}
    assert effects(step, Refile)[0].compartment == "pseah"


def test_a_plain_question_within_the_thought_is_answered_and_lies_on_the_case() -> None:
    chat = Chat()
    grave = tells("protection")
    chat.hear("x", grave)
    told = chat.hear("he is a driver", asks(), grave, after=timedelta(seconds=20))
    assert chat.keys(told) == ["safe.added"]
    step = chat.hear("where is the clinic?", asks(), grave, after=timedelta(seconds=20))
    assert chat.said(step) == ["[doctor en]"]
    assert effects(step, JoinCase)
    assert not step.say[0].options


def test_two_harmless_messages_that_are_grave_together_open_a_restricted_case() -> None:
    chat = Chat()
    chat.hear("the guard", decided())
    step = chat.hear("wants me in his room", decided(), tells("pseah"), after=timedelta(seconds=20))
    assert effects(step, OpenCase)[0].compartment == "pseah"
    assert chat.keys(step)[0] == "safe.received"


def test_an_ordinary_case_becomes_graver_by_what_follows_within_the_thought() -> None:
    chat = Chat()
    chat.hear("they did not give me the card", tells("complaint"))
    step = chat.hear("he wants money for it", tells("misconduct"), tells("misconduct"), after=timedelta(seconds=30))
    assert effects(step, Refile)[0].category == "misconduct"
    assert not effects(step, OpenCase)
    assert chat.keys(step)[0] == "safe.received"


def test_something_sensitive_later_is_not_put_on_an_ordinary_case() -> None:
    chat = Chat()
    chat.hear("card", tells("complaint"))
    step = chat.hear("he hits me", tells("protection"), after=timedelta(hours=1))
    assert effects(step, OpenCase)[0].compartment == "protection"


def test_danger_gets_the_line_and_honest_words_about_who_is_awake() -> None:
    day, night = Chat(), Chat(awake=False)
    assert chat_keys(day) == ["emergency.received", "emergency.awake", "emergency.pin"]
    assert chat_keys(night) == ["emergency.received", "emergency.asleep", "emergency.pin"]
    pin = day.hear("", decided(language="unsure"), kind="location", pin=(33.0, 13.0))
    assert effects(pin, JoinCase)
    assert day.keys(pin) == ["location.added"]


def chat_keys(chat: Chat) -> list[str]:
    step = chat.hear("boat", tells("emergency"))
    assert "<emergency en>" in chat.said(step)[0]
    return chat.keys(step)


def test_without_a_stated_number_the_danger_line_says_what_one_can_do() -> None:
    chat = Chat()
    chat.shelf.line = lambda name, language: None  # type: ignore[method-assign]
    assert "emergency.line" in chat.keys(chat.hear("boat", tells("emergency")))


def test_a_case_that_turns_into_danger_gets_the_danger_line() -> None:
    chat = Chat()
    chat.hear("x", tells("protection"))
    step = chat.hear("he is here with a knife", tells("emergency"))
    assert effects(step, Refile)[0].priority == "P0"
    assert chat.keys(step)[0] == "emergency.received"


@pytest.mark.parametrize("channel", ["sms", "telegram"])
def test_help_stated_by_the_office_is_told(channel: str) -> None:
    chat = Chat(channel=channel)
    assert "<medical en>" in chat.said(chat.hear("x", tells("pseah", topic="staff_conduct")))[0]


def test_nothing_chatty_follows_something_sensitive() -> None:
    chat = Chat()
    chat.hear("x", tells("pseah"))
    for text, alone in (("thanks", decided("record", "appreciation")), ("q", asks())):
        keys = chat.keys(chat.hear(text, alone))
        assert "welcome.after" not in keys
        assert "helped.yes" not in keys


def test_the_status_of_a_restricted_case_says_nothing_about_it() -> None:
    chat = Chat()
    chat.hear("x", tells("pseah"))
    chat.state = chat.state.load({})
    step = chat.hear("my case")
    assert chat.keys(step) == ["status.quiet"]


def test_a_menu_title_that_sounds_grave_is_a_choice_when_tapped_or_typed_as_it_stands() -> None:
    chat = Chat()
    chat.hear("hi")
    grave = tells("pseah")
    assert chat.said(chat.hear("doctor (en)", grave, kind="button", payload="entry:doctor"))[0] == "[doctor en]"
    chat.hear("menu", command("menu"))
    assert chat.said(chat.hear("doctor (en)", grave)) == ["[doctor en]"]
    chat.hear("menu", command("menu"))
    assert effects(chat.hear("doctor (en) hurt me", grave), OpenCase)


def test_a_complaint_soon_after_something_sensitive_lies_on_its_case() -> None:
    chat = Chat()
    chat.hear("x", tells("pseah"))
    chat.hear("exit", command("exit"))
    step = chat.hear("and nobody ever answers", tells("complaint"), after=timedelta(hours=3))
    assert effects(step, JoinCase)
    assert not effects(step, OpenCase)
    assert chat.keys(step) == ["safe.added"]


def test_a_need_soon_after_something_sensitive_gets_one_reply_and_lies_on_its_case() -> None:
    chat = Chat()
    chat.hear("x", tells("protection"))
    step = chat.hear("no milk", tells("assistance_request", answer="doctor"), after=timedelta(hours=2))
    assert effects(step, JoinCase)
    assert chat.said(step) == ["[doctor en]"]


def test_after_some_days_an_ordinary_matter_is_a_case_of_its_own() -> None:
    chat = Chat()
    chat.hear("x", tells("protection"))
    step = chat.hear("I need a blanket", tells("assistance_request"), after=timedelta(days=4))
    assert effects(step, OpenCase)[0].compartment is None
