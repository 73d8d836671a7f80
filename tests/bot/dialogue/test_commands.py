# SPDX-License-Identifier: AGPL-3.0-or-later
"""Commands: they mean the same at every point of a conversation, in every language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue.step import Erase, JoinCase, OpenCase, Resume, Silence, State
from locales import translate
from locales.check import revealing
from tests.bot.dialogue.talking import LANGUAGES, Chat, asks, command, decided, effects, tells


@pytest.mark.parametrize("language", LANGUAGES)
def test_stop_is_confirmed_once_and_then_there_is_silence_until_something_is_asked(language: str) -> None:
    chat = Chat()
    chat.hear("q", asks(language=language))
    stopped = chat.hear("stop", command("stop"))
    assert chat.said(stopped) == [translate(language, "stop.done")]
    assert stopped.say[0].despite_stop
    assert effects(stopped, Silence)
    for quiet in (command("stop"), decided("record", "appreciation"), command("exit")):
        assert not chat.hear("x", quiet).say
        assert chat.person.stopped
    asked = chat.hear("q", asks("vhr", language))
    assert effects(asked, Resume)
    assert chat.said(asked)[0] == f"[vhr {language}]"


def test_stop_holds_on_first_contact_too_and_no_welcome_follows() -> None:
    chat = Chat()
    step = chat.hear("STOP", command("stop"))
    assert chat.keys(step) == ["stop.done"]
    assert chat.keys(chat.hear("START", command("start"))) == ["start.done", "menu.ask"]
    assert not chat.person.stopped


def test_something_sensitive_is_heard_after_stop() -> None:
    chat = Chat()
    chat.hear("stop", command("stop"))
    step = chat.hear("he hurts me", tells("protection"))
    assert effects(step, Resume)
    assert effects(step, OpenCase)
    assert chat.keys(step)[0] == "safe.received"


@pytest.mark.parametrize("language", LANGUAGES)
def test_quick_exit_says_something_neutral_and_forgets_the_conversation(language: str) -> None:
    chat = Chat()
    chat.hear("q", tells("pseah", language))
    step = chat.hear("exit", command("exit"))
    assert chat.said(step) == [translate(language, "exit.done")]
    assert not revealing(language, chat.said(step)[0])
    assert replace(chat.state, spoke_at=None) == State(welcomed=True)


def test_deleting_is_asked_for_once_and_a_case_stays() -> None:
    chat = Chat()
    chat.hear("help me", tells("assistance_request"))
    asked = chat.hear("delete my data", command("delete"))
    assert chat.keys(asked) == ["erase.ask"]
    assert not effects(asked, Erase)
    done = chat.hear("yes", decided())
    assert effects(done, Erase)
    assert chat.keys(done) == ["erase.done", "erase.case"]
    assert replace(chat.state, spoke_at=None) == State(welcomed=True)
    chat.hear("delete my data", command("delete"))
    kept = chat.hear("2", decided())
    assert chat.keys(kept) == ["erase.kept"]
    assert not effects(kept, Erase)


def test_who_asks_for_a_person_gets_a_case_and_an_honest_time() -> None:
    chat = Chat(awake=False)
    step = chat.hear("person", command("person"))
    assert effects(step, OpenCase)[0].category == "assistance_request"
    assert chat.keys(step)[:3] == ["request.opened", "when.days", "when.closed"]
    again = chat.hear("person", command("person"))
    assert effects(again, JoinCase)
    assert chat.keys(again)[0] == "case.added"


def test_help_after_something_sensitive_reaches_a_person_too() -> None:
    chat = Chat()
    chat.hear("x", tells("protection"))
    step = chat.hear("help", command("help"))
    assert effects(step, JoinCase)
    assert chat.keys(step) == ["help.text"]


def test_help_and_menu_explain_the_service() -> None:
    chat = Chat()
    assert chat.keys(chat.hear("help", command("help"))) == ["help.text"]
    assert chat.keys(chat.hear("menu", command("menu"))) == ["menu.ask"]


def test_a_command_wins_over_a_choice_of_the_same_words() -> None:
    chat = Chat()
    chat.hear("hi")
    chat.state = chat.state.load({**chat.state.dump(), "titles": ["stop", "b", "c", "d", "e", "f"]})
    assert effects(chat.hear("stop", command("stop")), Silence)


@pytest.mark.parametrize(
    "payload", ["form:now:yes", "form:where:skip", "lang:xx", "nonsense", "entry:gone", "helped:yes"]
)
def test_a_tap_on_an_old_choice_is_answered(payload: str) -> None:
    assert Chat().tap(payload).say


def test_quick_exit_in_silence_forgets_silently() -> None:
    chat = Chat()
    chat.hear("x", tells("pseah"))
    chat.hear("stop", command("stop"))
    assert not chat.hear("exit", command("exit")).say
    assert chat.state.case is None
