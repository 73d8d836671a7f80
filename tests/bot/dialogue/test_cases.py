# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases as the dialogue makes them: thoughts in several messages, forms that rest, officers in the middle, status."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.step import JoinCase, Note, OpenCase, Refile
from bot.wording import worded
from channels._render import sms
from tests.bot.dialogue.talking import LANGUAGES, SABHA, TRIPOLI, Chat, asks, decided, effects, tells

SOON = timedelta(seconds=20)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_need_is_answered_and_a_person_follows_up(language: str) -> None:
    chat = Chat()
    step = chat.hear("baby has no milk", tells("assistance_request", language, answer="doctor", topic="health"))
    answer, told, welcome = chat.said(step)
    assert answer == f"[doctor {language}]"
    assert chat.person.cases[0].ref in told
    assert effects(step, OpenCase)[0].priority == "P3"
    assert step.say[0].answer == "doctor"
    assert welcome


def test_short_messages_in_a_row_become_one_case_that_knows_all_of_them() -> None:
    chat = Chat()
    chat.hear("hello", decided())
    chat.hear("my cash card", decided(), after=SOON)
    opened = chat.hear("is blocked", tells("assistance_request"), tells("assistance_request", topic="cash"), after=SOON)
    assert effects(opened, OpenCase)[0].topic == "cash"
    joined = tells("complaint", topic="cash", place=TRIPOLI)
    step = chat.hear("in Tripoli", decided(), joined, after=SOON)
    refiled = effects(step, Refile)[0]
    assert (refiled.category, refiled.place) == ("complaint", TRIPOLI)
    assert effects(step, JoinCase)
    assert not effects(step, OpenCase)


def test_what_only_two_messages_say_together_opens_a_case() -> None:
    chat = Chat()
    chat.hear("my neighbour", decided())
    step = chat.hear("lost his house", decided(), tells("assistance_request"), after=SOON)
    assert effects(step, OpenCase)


def test_a_question_in_two_messages_is_answered_by_the_second() -> None:
    chat = Chat()
    chat.hear("where can I see", decided())
    assert chat.said(chat.hear("a doctor", decided(), asks(), after=SOON)) == ["[doctor en]"]
    assert chat.keys(chat.hear("please", decided(), asks(), after=SOON)) == ["thought.same"]
    assert chat.said(chat.hear("Sabha", decided(), asks(place=SABHA), after=SOON)) == ["[doctor en LY031901]"]


def test_after_two_minutes_a_thought_is_over() -> None:
    chat = Chat()
    chat.hear("my neighbour", decided())
    chat.hear("x", decided(), after=timedelta(minutes=3))
    assert len(chat.state.thought) == 1


def test_a_thought_is_bounded() -> None:
    chat = Chat()
    for _ in range(15):
        chat.hear("word " * 100, decided(), after=timedelta(seconds=1))
    assert sum(len(text) for _, text in chat.state.thought) <= 2_000


def test_a_complaint_is_filed_at_once_and_the_form_asks_only_what_is_not_known() -> None:
    chat = Chat()
    step = chat.hear("rude staff in Sabha", tells("complaint", place=SABHA))
    assert effects(step, OpenCase)[0].priority == "P2"
    assert chat.keys(step) == ["complaint.opened", "when.days", "form.about", "welcome.after"]
    assert len(step.say) == 2
    case = chat.person.cases[0].id
    about = chat.hear("the food line")
    assert effects(about, Note) == [Note(case, "about", "said")]
    assert chat.keys(about) == ["form.contact"]
    assert effects(chat.hear("yes"), Note) == [Note(case, "contact", "yes")]
    assert not chat.state.form


@pytest.mark.parametrize("pause", [timedelta(minutes=5), timedelta(days=7), timedelta(days=21)])
def test_a_form_survives_a_pause(pause: timedelta) -> None:
    chat = Chat()
    chat.hear("no answer for weeks", tells("complaint", topic="cash"))
    ref = chat.person.cases[0].ref
    place = chat.hear("Sabha", decided(place=SABHA), after=pause)
    assert effects(place, Note)[0].value == SABHA.pcode
    done = chat.hear("1", decided(), after=pause)
    assert effects(done, Note)[0].value == "yes"
    assert ref in chat.said(done)[0]


def test_a_question_in_the_middle_of_a_form_is_answered_and_the_form_waits() -> None:
    chat = Chat()
    chat.hear("x", tells("complaint", topic="cash"))
    assert chat.said(chat.hear("where is the doctor?", asks()))[0] == "[doctor en]"
    assert effects(chat.hear("Sabha", decided(place=SABHA)), Note)[0].name == "where"


def test_feedback_from_the_menu_is_asked_for_in_own_words_and_opens_a_case() -> None:
    chat = Chat()
    chat.hear("hi")
    assert chat.keys(chat.tap("feedback")) == ["feedback.ask"]
    step = chat.hear("nobody told us anything", decided(), after=timedelta(days=6))
    assert effects(step, OpenCase)[0].category == "complaint"


@pytest.mark.parametrize("word", ["feedback", "شكوى", "plainte", "ƙorafi", "অভিযোগ", "ጥርዓን", "cabasho", "ቅሬታ", "شکایت"])
def test_the_bare_word_for_feedback_starts_it(word: str) -> None:
    chat = Chat()
    assert chat.keys(chat.hear(word, decided()))[0] == "feedback.ask"


def test_an_answer_to_an_officer_reaches_the_officer() -> None:
    chat = Chat()
    chat.hear("card", tells("assistance_request"))
    case = chat.person.cases[0]
    chat.officer_wrote()
    step = chat.hear("the number ends in 55", tells("assistance_request"), after=timedelta(days=2))
    assert effects(step, JoinCase) == [JoinCase(case.id)]
    assert not effects(step, OpenCase)
    assert chat.keys(step) == ["case.passed"]
    more = chat.hear("and my name is on the list", decided(), after=timedelta(minutes=4))
    assert effects(more, JoinCase) == [JoinCase(case.id)]


def test_a_plain_new_question_is_answered_also_while_an_officer_waits() -> None:
    chat = Chat()
    chat.hear("card", tells("assistance_request"))
    chat.officer_wrote()
    assert chat.said(chat.hear("where is the doctor?", asks())) == ["[doctor en]"]


def test_something_sensitive_while_an_officer_waits_is_not_told_to_that_officer() -> None:
    chat = Chat()
    chat.hear("card", tells("assistance_request"))
    chat.officer_wrote()
    step = chat.hear("the guard hits me", tells("protection"), after=timedelta(hours=1))
    assert effects(step, OpenCase)[0].compartment == "protection"
    assert not effects(step, JoinCase)


@pytest.mark.parametrize(
    "typed", ["{ref}", "{low}", "my case {ref}", "ref: {ref}", "case {tight} please", "my case", "طلبي", "mon dossier"]
)
def test_the_status_of_an_own_case_is_told(typed: str) -> None:
    chat = Chat()
    chat.hear("card", tells("assistance_request"))
    ref = chat.person.cases[0].ref
    step = chat.hear(typed.format(ref=ref, low=ref.lower(), tight=ref.replace("-", "")), tells("assistance_request"))
    assert chat.keys(step) == ["status.open"]
    assert ref in chat.said(step)[0]
    assert not effects(step, OpenCase)


@pytest.mark.parametrize("status", ["open", "waiting", "closed"])
def test_each_status_has_its_words(status: str) -> None:
    chat = Chat()
    chat.hear("card", tells("assistance_request"))
    chat.person = replace(chat.person, cases=(replace(chat.person.cases[0], status=status),))
    assert chat.keys(chat.tap("cases")) == [f"status.{status}"]


def test_a_strange_reference_tells_nothing() -> None:
    chat = Chat()
    assert chat.keys(chat.hear("ABCD-1234"))[0] == "status.unknown"
    assert chat.keys(Chat().hear("my case"))[0] == "status.none"


def test_a_word_that_looks_like_a_reference_is_a_word() -> None:
    chat = Chat()
    for word in ("hospital", "question", "shelters", "medicine", "children"):
        assert chat.said(chat.hear(word, asks()))[0] == "[doctor en]"


def test_a_matter_within_the_conversation_lies_on_its_case_a_later_one_on_its_own() -> None:
    chat = Chat()
    chat.hear("person", decided("command", language="unsure", command="person"))
    assert effects(chat.hear("my card is blocked", tells("assistance_request")), JoinCase)
    assert effects(chat.hear("I need a blanket", tells("assistance_request"), after=timedelta(days=1)), OpenCase)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", ["complaint", "assistance_request", "information_request"])
def test_what_becomes_of_a_case_is_told_in_full_on_sms(category: str, language: str) -> None:
    chat = Chat(channel="sms", awake=False)
    step = chat.hear("x", tells(category, language))
    assert not any(sms(worded(say), 4).rest for say in step.say)


@pytest.mark.parametrize("typed", ["2", "yes", "Skip", "55", "Sabha"])
def test_bare_words_after_an_officer_has_written_are_for_the_officer(typed: str) -> None:
    chat = Chat()
    chat.hear("x", tells("complaint", topic="cash"))
    case = chat.person.cases[0]
    chat.officer_wrote()
    step = chat.hear(typed, decided(language="unsure"))
    assert effects(step, JoinCase) == [JoinCase(case.id)]
    assert not effects(step, Note)
    assert chat.keys(step) == ["case.passed"]
    assert effects(chat.hear("3", tells("complaint")), JoinCase), "and so are more of them soon after"


def test_a_choice_that_was_offered_after_the_officer_wrote_is_a_choice() -> None:
    chat = Chat()
    chat.hear("x", tells("assistance_request"))
    chat.officer_wrote()
    chat.hear("menu", decided("command", command="menu"))
    assert chat.said(chat.hear("1", decided(language="unsure"))) == ["[doctor en]"]
