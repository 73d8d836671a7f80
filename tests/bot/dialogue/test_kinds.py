# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is not text is answered too, and a person sees what only a person can read."""

from __future__ import annotations

import pytest

from bot.dialogue.step import JoinCase, Note, OpenCase
from tests.bot.dialogue.talking import SABHA, Chat, asks, command, decided, effects, tells

NOTHING = decided("ask_language", language="unsure")


def test_a_voice_note_without_words_gets_a_case_and_a_person() -> None:
    chat = Chat()
    step = chat.hear("", NOTHING, kind="media", media=1)
    assert effects(step, OpenCase)[0].category == "assistance_request"
    assert chat.keys(step)[:3] == ["media.received", "when.days", "media.danger"]
    assert effects(chat.hear("", NOTHING, kind="media", media=1), JoinCase)


def test_a_photo_with_a_question_is_answered_and_a_person_looks() -> None:
    chat = Chat()
    step = chat.hear("what is this for?", asks(), kind="media", media=1)
    assert chat.said(step)[0] == "[doctor en]"
    assert effects(step, OpenCase)
    assert len(step.say) == 3


def test_a_photo_with_something_sensitive_lies_on_the_restricted_case() -> None:
    chat = Chat()
    step = chat.hear("x", tells("pseah"), kind="media", media=1)
    assert effects(step, OpenCase)[0].compartment == "pseah"
    assert len(step.say) == 1
    later = chat.hear("", NOTHING, kind="media", media=1)
    assert effects(later, JoinCase)
    assert chat.keys(later) == ["safe.added"]


def test_a_photo_with_a_command_is_only_the_command() -> None:
    step = Chat().hear("stop", command("stop"), kind="media", media=1)
    assert not effects(step, OpenCase)
    assert len(step.say) == 1


def test_a_pin_offers_what_is_near_it() -> None:
    chat = Chat()
    step = chat.hear("", NOTHING, kind="location", pin=(27.0, 14.4), pin_place=SABHA)
    assert chat.keys(step) == ["location.near", "welcome.after"]
    assert chat.said(chat.hear("1", decided()))[0] == "[doctor en LY031901]"
    assert chat.keys(Chat().hear("", NOTHING, kind="location", pin=(0.0, 0.0)))[0] == "location.unknown"


def test_a_pin_after_an_answer_gives_the_answer_for_that_place() -> None:
    chat = Chat()
    chat.hear("q", asks())
    step = chat.hear("", NOTHING, kind="location", pin=(27.0, 14.4), pin_place=SABHA)
    assert "[doctor en LY031901]" in chat.said(step)[0]


def test_a_pin_answers_the_question_for_the_area() -> None:
    chat = Chat()
    chat.hear("x", tells("protection"))
    chat.hear("skip")
    chat.hear("skip")
    step = chat.hear("", NOTHING, kind="location", pin=(27.0, 14.4), pin_place=SABHA)
    assert effects(step, Note)[0].value == SABHA.pcode


@pytest.mark.parametrize("kind", ["contact", "unknown"])
def test_what_cannot_be_read_gets_a_short_reply(kind: str) -> None:
    chat = Chat()
    assert chat.keys(chat.hear("", NOTHING, kind=kind))[0] == f"kind.{kind}"


def test_an_edited_text_is_understood_like_a_new_one() -> None:
    chat = Chat()
    chat.hear("where is a dcotor", decided())
    assert chat.said(chat.hear("where is a doctor", asks(), kind="edited"))[0] == "[doctor en]"


def test_a_start_brings_the_welcome_and_the_menu_and_ends_silence() -> None:
    chat = Chat()
    assert chat.keys(chat.hear("/start", NOTHING, kind="started")) == ["welcome.first", "menu.ask"]
    chat.hear("stop", command("stop"))
    assert chat.hear("", NOTHING, kind="started").say
    assert not chat.person.stopped


def test_to_who_blocked_us_nothing_is_said() -> None:
    step = Chat().hear("", NOTHING, kind="blocked")
    assert not step.say
    assert not step.effects


def test_an_empty_text_is_answered() -> None:
    assert Chat().hear("  ", NOTHING).say


def test_a_named_pin_is_a_pin_but_a_question_with_it_is_a_question() -> None:
    chat = Chat()
    named = chat.hear("Martyrs Square", NOTHING, kind="location", pin=(32.9, 13.2), pin_place=SABHA)
    assert chat.keys(named)[0] == "location.near"
    assert chat.said(chat.hear("where is a doctor", asks(), kind="location", pin=(32.9, 13.2)))[0] == "[doctor en]"
