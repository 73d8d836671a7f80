# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said when a message is sensitive: neutral first, nothing asked about the event, every question skippable."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Literal

from bot.dialogue import casework
from bot.dialogue.step import KnownCase, Note, Option
from bot.dialogue.talk import Block, Talk, plain, words
from routing.decision import SENSITIVE, Compartment, Decision

STEPS = ("now", "contact", "area", "minor")
_NARROW = frozenset({"sms", "simulator"})
"""Channels that may cut a long text."""
_NEW_DANGER_AFTER = timedelta(hours=24)
_COMPARTMENTS: dict[str, Compartment] = {"pseah": "pseah", "protection": "protection", "misconduct": "integrity"}
_LINES = {"self_harm": "talk", "mhpss": "talk", "gbv": "medical", "staff_conduct": "medical", "search_rescue": "rescue"}
_LANE: Literal["safety"] = "safety"


def heard(talk: Talk) -> None:
    """Open the case by this message, or put it on the one that is open, and answer in a neutral way."""
    talk.guarded = True
    decision = _graver(talk.turn.decision, talk.turn.alone)
    case = talk.case(talk.state.thought_case) or _open_case(talk, decision)
    if case is None:
        talk.remember(thought_case=None)
    known = case is not None and casework.sensitive(case)
    if case is not None:
        casework.join(talk, case, decision)
        if known and (case.category == "emergency" or decision.category != "emergency"):
            casework.added(talk, case.ref)
            return
    else:
        casework.open_new(talk, decision)
    _forget_chat(talk)
    if decision.category == "emergency":
        _danger(talk, decision)
    else:
        _received(talk, decision)


def _graver(joined: Decision, alone: Decision) -> Decision:
    """What to file: the joined decision where it is sensitive, with the compartment its category asks for."""
    decision = joined if joined.sensitive else alone
    if decision.compartment is None and decision.category in _COMPARTMENTS:
        return replace(decision, compartment=_COMPARTMENTS[decision.category])
    return decision


def _open_case(talk: Talk, decision: Decision) -> KnownCase | None:
    """The person's open sensitive case; a new danger to life much later is a matter of its own."""
    for case in talk.person.cases:
        if case.status == "closed" or not casework.sensitive(case):
            continue
        old = talk.turn.now - case.opened_at > _NEW_DANGER_AFTER
        if not (old and decision.priority == "P0" and case.category != "emergency"):
            return case
    return None


def _forget_chat(talk: Talk) -> None:
    """Nothing of what was talked of before shows up again beside this."""
    talk.remember(entry=None, topic=None, place=None, form={})


def _danger(talk: Talk, decision: Decision) -> None:
    name = "rescue" if decision.topic == "search_rescue" else "emergency"
    line = talk.knowledge.line(name, talk.language) or talk.knowledge.line("emergency", talk.language)
    awake = "emergency.awake" if talk.turn.officers_awake else "emergency.asleep"
    pin = () if talk.turn.pin else ("emergency.pin",)
    talk.say("emergency.received", plain(line) if line else "emergency.line", awake, *pin, lane=_LANE)


def _received(talk: Talk, decision: Decision) -> None:
    """Where a long text is cut, the question comes before the advice, so that it is seen with its choices."""
    line = talk.knowledge.line("emergency", talk.language) if decision.priority == "P0" else None
    danger = (plain(line),) if line else ()
    advice = _advice(talk, decision.topic, decision.compartment)
    question = f"safe.ask_{STEPS[0]}"
    rest = (question, *advice) if talk.turn.channel in _NARROW else (*advice, question)
    talk.remember(form={"name": "safety", "case": talk.state.case, "step": STEPS[0]})
    begin: tuple[str | Block, ...] = ("safe.received", *danger, _promise(talk, decision), "safe.name")
    talk.say(*begin, *rest, options=_options(STEPS[0]), lane=_LANE)


def _promise(talk: Talk, decision: Decision) -> Block:
    due = talk.turn.due.get(decision.priority)
    if due is None:
        return words("safe.soon")
    return words("safe.hours", n=max(1, ceil((due - talk.turn.now) / timedelta(hours=1))))


def _advice(talk: Talk, topic: str | None, compartment: str | None) -> tuple[str | Block, ...]:
    """How to leave quickly, and which help there is, as far as the office has stated it."""
    name = _LINES.get(topic or "", "protection" if compartment in {"pseah", "protection"} else "")
    line = talk.knowledge.line(name, talk.language) if name else None
    return ("safe.tip", plain(line)) if line else ("safe.tip",)


def _options(step: str) -> tuple[Option, ...]:
    skip = Option(f"form:{step}:skip", "form.skip")
    if step == "area":
        return (skip,)
    yes = "safe.any_time" if step == "contact" else "form.yes"
    return Option(f"form:{step}:yes", yes), Option(f"form:{step}:no", "form.no"), skip


def asked_again(talk: Talk) -> None:
    """Put the open question once more, as after a change of language."""
    step = str(talk.state.form["step"])
    talk.guarded = True
    talk.say("safe.thanks", f"safe.ask_{step}", options=_options(step), lane=_LANE)


def answered(talk: Talk, value: str) -> None:
    """One of the questions was answered (a code, never words); go on with the next or end."""
    talk.guarded = True
    form = dict(talk.state.form)
    step = str(form["step"])
    case = talk.case(str(form["case"]))
    if case is not None:
        casework.join(talk, case)
        talk.do(Note(case.id, _NOTES[step], value))
    if step == "now" and value == "no":
        _end(talk, "safe.not_now")
        return
    following = STEPS[STEPS.index(step) + 1 :]
    if not following:
        _end(talk, "safe.done")
        return
    talk.remember(form={**form, "step": following[0]})
    talk.say("safe.thanks", f"safe.ask_{following[0]}", options=_options(following[0]), lane=_LANE)


_NOTES = {"now": "safe_to_write", "contact": "may_contact", "area": "area", "minor": "under_18"}


def _end(talk: Talk, key: str) -> None:
    talk.remember(form={})
    talk.say(key, lane=_LANE)


def told(talk: Talk) -> bool:
    """Words while a question is open. Returns whether they are the answer to it, and then goes on."""
    step = str(talk.state.form["step"])
    alone = talk.turn.alone
    if alone.category in SENSITIVE or step not in {"contact", "area"}:
        return False
    value = alone.place.pcode if step == "area" and alone.place and alone.place.pcode else "said"
    answered(talk, value)
    return True
