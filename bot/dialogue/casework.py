# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opens cases, puts later messages on them, and tells honestly when a person will answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from bot.dialogue.step import JoinCase, KnownCase, OpenCase, Option, Refile
from bot.dialogue.talk import Block, Talk, words
from routing.decision import SENSITIVE, Category, Decision, Priority

CONVERSATION = timedelta(minutes=30)
"""How long unclear words still belong to the case last written on."""
_LATELY = timedelta(days=1)
_GRAVE_FOR = timedelta(days=14)
_HOURS_TOLD = 48
_CASELESS: frozenset[Category] = frozenset({"other", "suggestion", "appreciation", "rumour"})
_PRIORITY: dict[Category, Priority] = {"complaint": "P2"}

PERSON = Option("person", "menu.person")
MENU_LANGUAGE = Option("language", "menu.language")


@dataclass(frozen=True, slots=True)
class Filed:
    """Where a message went: the reference, whether a case was opened for it, and the priority it was opened with."""

    ref: str
    opened: bool
    priority: Priority = "P3"


def sensitive(case: KnownCase) -> bool:
    """Whether a case must be spoken of neutrally."""
    return case.restricted or case.category in SENSITIVE


def attach(talk: Talk, decision: Decision, category: Category | None = None) -> Filed:
    """Put this message on the case that is under way, made graver where need be, else open a case for it."""
    case = under_way(talk, decision)
    if case is not None:
        join(talk, case, decision)
        return Filed(case.ref, opened=False)
    return open_new(talk, decision, category)


def under_way(talk: Talk, decision: Decision) -> KnownCase | None:
    """The case of the same thought or conversation, or the sensitive one of these days.

    A complaint within an ordinary conversation, but not of the same thought, is a matter of its own.
    """
    thought = talk.case(talk.state.thought_case)
    talked_of = current(talk)
    if talked_of is not None and decision.category == "complaint" and not sensitive(talked_of):
        talked_of = None
    return thought or talked_of or lately_grave(talk)


def join(talk: Talk, case: KnownCase, decision: Decision | None = None) -> None:
    """Put this message on a case; what it makes clearer or graver counts."""
    if talk.cased:
        return
    talk.do(JoinCase(case.id))
    if decision is not None and (decision.action == "escalate" or decision.topic or decision.place):
        talk.do(
            Refile(case.id, decision.category, decision.priority, decision.compartment, decision.topic, decision.place)
        )
    touched(talk, case.ref)


def open_new(talk: Talk, decision: Decision, category: Category | None = None) -> Filed:
    """Open a case with this message. What needs a person but no case of its own kind is a request for help."""
    kind: Category = category or ("assistance_request" if decision.category in _CASELESS else decision.category)
    priority: Priority = _PRIORITY.get(kind, "P3") if kind not in SENSITIVE else decision.priority
    talk.do(OpenCase(kind, priority, decision.compartment, decision.topic, decision.place, talk.language))
    touched(talk, talk.turn.ref)
    talk.remember(topic=None, place=None)
    return Filed(talk.turn.ref, opened=True, priority=priority)


def touched(talk: Talk, ref: str) -> None:
    """Remember which case the person is writing on."""
    talk.remember(case=ref, case_at=talk.turn.now.isoformat(), thought_case=ref)


def current(talk: Talk) -> KnownCase | None:
    """The open case that the person has written on within the conversation."""
    ago = talk.since(talk.state.case_at)
    case = talk.case(talk.state.case)
    return case if case and case.status != "closed" and ago is not None and ago <= CONVERSATION else None


def waiting(talk: Talk) -> KnownCase | None:
    """The case in which an officer has written and waits for the person."""
    return next((case for case in talk.person.cases if case.status == "waiting"), None)


def officer_spoke_last(talk: Talk) -> bool:
    """Whether the newest words that the person has before them are an officer's: then a bare "2" is meant for them."""
    case, spoke_at = waiting(talk), talk.state.spoke_at
    if case is None:
        return False
    return case.waiting_since is None or spoke_at is None or case.waiting_since > datetime.fromisoformat(spoke_at)


def request(talk: Talk, decision: Decision, *before: str | Block, category: Category | None = None) -> None:
    """A person must follow up: on the case that is under way, else on a new one; the reference is told."""
    filed = attach(talk, decision, category)
    if filed.opened:
        talk.say(*before, words("request.opened", ref=filed.ref), *when(talk, filed.priority))
    else:
        added(talk, filed.ref, *before)


def added(talk: Talk, ref: str, *before: str | Block) -> None:
    """Say that a message was put on a case; on one that few may know of, without its reference."""
    case = talk.case(ref)
    if case is not None and sensitive(case):
        talk.guarded = True
        talk.say("emergency.added" if case.category == "emergency" else "safe.added", lane="safety")
    else:
        talk.say(*before, words("case.added", ref=ref))


def passed_on(talk: Talk, case: KnownCase) -> None:
    """An officer asked, the person answers: it reaches the officer."""
    join(talk, case, talk.turn.decision)
    if sensitive(case):
        added(talk, case.ref)
    else:
        talk.say(words("case.passed", ref=case.ref))


def person_wanted(talk: Talk) -> None:
    """The person asks for a human being: on the case that is open, else on a new one."""
    case = waiting(talk) or current(talk) or next((one for one in talk.person.cases if one.status != "closed"), None)
    if case is None:
        request(talk, talk.turn.decision, category="assistance_request")
        return
    join(talk, case)
    if sensitive(case):
        added(talk, case.ref)
    else:
        talk.say(words("case.added", ref=case.ref), *when(talk, "P3", case.due))


def grave(talk: Talk) -> KnownCase | None:
    """The person's sensitive case that is not closed and not long ago."""
    cases = (case for case in talk.person.cases if case.status != "closed" and sensitive(case))
    return next((case for case in cases if talk.turn.now - case.opened_at <= _GRAVE_FOR), None)


def lately_grave(talk: Talk) -> KnownCase | None:
    """The person's sensitive case of the last day: what they write now is likely about it."""
    case = grave(talk)
    return case if case is not None and talk.turn.now - case.opened_at <= _LATELY else None


def when(talk: Talk, priority: Priority, promised: datetime | None = None) -> tuple[Block, ...]:
    """When an officer will answer: as promised for the case, else as its priority asks, where that is known."""
    closed = () if talk.turn.officers_awake else (words("when.closed"),)
    due = promised if promised and promised > talk.turn.now else talk.turn.due.get(priority)
    if due is None:
        return (words("when.soon"), *closed)
    hours = max(1, ceil((due - talk.turn.now) / timedelta(hours=1)))
    if hours <= _HOURS_TOLD:
        return (words("when.hours", n=hours), *closed)
    return (words("when.days", n=ceil(hours / 24)), *closed)
