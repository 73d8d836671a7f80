# SPDX-License-Identifier: AGPL-3.0-or-later
"""Short forms, each step skippable; the case is open from the first message, and a form may rest for weeks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from bot.dialogue import casework
from bot.dialogue.choices import spoken
from bot.dialogue.step import Note, Option
from bot.dialogue.talk import Block, Talk, words
from routing.decision import Decision
from routing.text import fold

COMPLAINT: Literal["complaint"] = "complaint"
FEEDBACK = "feedback"
_BARE = 40
_STEPS = ("about", "where", "contact")


def complaint(talk: Talk) -> None:
    """File a complaint, say what happens with it, and ask what is not known yet."""
    decision = talk.turn.decision
    filed = casework.attach(talk, decision, COMPLAINT)
    if not filed.opened:
        casework.added(talk, filed.ref)
        return
    known = {"about": decision.topic is not None, "where": decision.place is not None}
    missing = [step for step in _STEPS if not known.get(step)]
    talk.remember(form={"name": COMPLAINT, "case": filed.ref, "left": missing})
    _ask(talk, words("complaint.opened", ref=filed.ref), *casework.when(talk, "P2"))


def wanted(talk: Talk) -> bool:
    """Whether the whole message only says that there is something to tell."""
    return len(talk.turn.text) <= _BARE and fold(talk.turn.text).strip(" .!،።") in spoken("words.feedback")


def feedback(talk: Talk) -> None:
    """Invite the person to tell it in their own words; what comes next opens the case."""
    talk.remember(form={"name": FEEDBACK})
    talk.say("feedback.ask")


def told(talk: Talk) -> bool:
    """Words while a form is open. Returns whether they were for the form, and then goes on."""
    form, alone = talk.state.form, talk.turn.alone
    if form["name"] == FEEDBACK:
        talk.remember(form={})
        if alone.category in {"suggestion", "appreciation", "rumour"} or asks(alone):
            return False
        complaint(talk)
        return True
    step = step_of(form)
    short_place = step == "where" and alone.place is not None and not alone.sensitive
    if not step or (not short_place and (asks(alone) or alone.category == COMPLAINT)):
        return False
    value = "said"
    if step == "where" and alone.place is not None:
        value = alone.place.pcode or "said"
    answered(talk, value)
    return True


def asks(decision: Decision) -> bool:
    """Whether this is plainly a question of its own, with an answer."""
    return decision.action == "answer" and decision.category == "information_request"


def step_of(form: Mapping[str, object]) -> str:
    """The open step of a form, or nothing."""
    left = form.get("left")
    return str(left[0]) if isinstance(left, list | tuple) and left else str(form.get("step", ""))


def answered(talk: Talk, value: str) -> None:
    """One step was answered (a code, never words); ask the next one or end."""
    form = dict(talk.state.form)
    step = step_of(form)
    case = talk.case(str(form["case"]))
    if case is not None:
        casework.join(talk, case, talk.turn.alone)
        talk.do(Note(case.id, step, value))
    elif not talk.cased:
        form["case"] = casework.open_new(talk, talk.turn.alone, COMPLAINT).ref
    left = list(form["left"])[1:]
    talk.remember(form={**form, "left": left} if left else {})
    if left:
        _ask(talk)
    else:
        talk.say(words("form.done", ref=form["case"]))


def asked_again(talk: Talk) -> None:
    """Put the open question once more."""
    if talk.state.form["name"] == FEEDBACK:
        talk.say("feedback.ask")
    else:
        _ask(talk)


def _ask(talk: Talk, *before: Block) -> None:
    step = step_of(talk.state.form)
    skip = Option(f"form:{step}:skip", "form.skip")
    yes_no = (Option(f"form:{step}:yes", "form.yes"), Option(f"form:{step}:no", "form.no"))
    talk.say(*before, f"form.{step}", options=(*yes_no, skip) if step == "contact" else (skip,))
