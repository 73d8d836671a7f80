# SPDX-License-Identifier: AGPL-3.0-or-later
"""Carries out commands: the few words that mean the same at every point of a conversation."""

from __future__ import annotations

from bot.dialogue import answers, casework, forms, greeting, safety, status, tongue
from bot.dialogue.step import Erase, Option, Resume, SetLanguage, Silence, State
from bot.dialogue.talk import Block, Talk, words
from locales import closest, language_name, languages
from routing.decision import Command

FIRM: frozenset[Command] = frozenset({"stop", "start", "delete", "exit"})
"""Commands that hold even where a choice is on the table."""


def run(talk: Talk, command: Command) -> None:
    """Carry out a command."""
    match command:
        case "stop":
            stop(talk)
        case "start":
            greeting.menu(talk, *(("start.done",) if talk.state.welcomed else ()))
        case "help":
            greeting.helps(talk)
        case "menu":
            talk.remember(entry=None, form=_kept_form(talk))
            greeting.menu(talk)
        case "language":
            language(talk, tongue.named(talk.turn.text))
        case "person":
            casework.person_wanted(talk)
        case "delete":
            talk.say("erase.ask", options=(Option("erase:yes", "erase.yes"), Option("erase:no", "erase.no")))
        case "exit":
            leave(talk)
        case "more":
            answers.more(talk)
    _seen_by_a_person(talk, command)


def _kept_form(talk: Talk) -> dict[str, object]:
    """The menu leaves an unanswered invitation, but not the questions of a case."""
    return {} if talk.state.form.get("name") == forms.FEEDBACK else dict(talk.state.form)


def _seen_by_a_person(talk: Talk, command: Command) -> None:
    """Who has written something sensitive and then "help" may mean it: that message lies on the case too."""
    case = casework.current(talk)
    if command == "help" and case is not None and casework.sensitive(case):
        casework.join(talk, case)
        talk.guarded = True


def stop(talk: Talk) -> None:
    """One confirmation, then silence; none where there is silence already."""
    if talk.person.stopped:
        return
    talk.do(Silence())
    talk.remember(stop_confirmed=True, form={}, thought=(), thought_case=None, welcomed=True)
    talk.say("stop.done", despite_stop=True)


def wake(talk: Talk) -> None:
    """The person writes again after silence."""
    talk.do(Resume())
    talk.remember(stop_confirmed=False)


def leave(talk: Talk) -> None:
    """A neutral word, and the conversation is forgotten."""
    talk.state = State(welcomed=True)
    talk.guarded = True
    talk.say("exit.done")


def erase(talk: Talk, sure: bool) -> None:
    """Delete what is kept of the person, if they mean it."""
    if not sure:
        talk.say("erase.kept")
        return
    talk.do(Erase())
    talk.state = State(welcomed=True)
    talk.guarded = True
    talk.say("erase.done", *(("erase.case",) if talk.person.cases else ()))


def language(talk: Talk, code: str | None) -> None:
    """Change the language and go on in it with what was open; without a language we write, offer them all."""
    spoken = closest(code, languages()) if code else None
    if code is None:
        tongue.offer_all(talk)
        return
    if spoken is None:
        name = language_name(code, talk.language)
        tongue.offer_all(talk, words("language.none", language=name))
        return
    talk.do(SetLanguage(spoken, chosen=True))
    talk.language = spoken
    _go_on(talk, "language.set")


def _go_on(talk: Talk, before: str | Block) -> None:
    form, entry = talk.state.form, talk.state.entry
    if form.get("name") == "safety":
        safety.asked_again(talk)
    elif form:
        talk.say(before)
        forms.asked_again(talk)
    elif entry:
        answers.serve(talk, entry, None, before)
    elif (case := casework.current(talk)) is not None and casework.sensitive(case):
        talk.guarded = True
        talk.say("safe.done", lane="safety")
    else:
        greeting.menu(talk, before)


def tapped(talk: Talk, payload: str) -> bool:
    """Carry out a choice. Returns whether it was one of ours that still means something."""
    name, _, rest = payload.partition(":")
    match name:
        case "entry":
            slug, _, code = rest.partition("@")
            answers.serve(talk, slug, None, language=code or None)
        case "lang" if closest(rest, languages()):
            language(talk, rest)
        case "helped":
            answers.voted(talk, rest == "yes")
        case "erase":
            erase(talk, rest == "yes")
        case "form":
            return _form(talk, rest)
        case "feedback":
            forms.feedback(talk)
        case "cases":
            status.own_cases(talk)
        case "person" | "menu" | "language":
            _word(talk, name)
        case _:
            return False
    return True


def _word(talk: Talk, name: str) -> None:
    if name == "language":
        language(talk, None)
    elif name == "person":
        casework.person_wanted(talk)
    else:
        greeting.menu(talk)


def _form(talk: Talk, rest: str) -> bool:
    step, _, value = rest.partition(":")
    form = talk.state.form
    if not form or forms.step_of(form) != step or value not in {"yes", "no", "skip"}:
        return False
    if form["name"] == "safety":
        safety.answered(talk, value)
    else:
        forms.answered(talk, value)
    return True
