# SPDX-License-Identifier: AGPL-3.0-or-later
"""The order in which a turn is understood: silence, choices, commands, danger, open questions, then what is asked."""

from __future__ import annotations

from bot.dialogue import answers, casework, choices, commands, forms, greeting, kinds, safety, status, thought, tongue
from bot.dialogue.step import Keep, Knowledge, Option, Person, State, Step, Turn
from bot.dialogue.talk import Block, Talk
from routing.decision import Category

_PLAIN_QUESTION = 0.8
_CARRIES_LABEL = frozenset({"location", "contact"})
_UNCLEAR = frozenset({"menu", "ask_language"})
_QUESTION_MARKS = frozenset("?؟፧")
_THANKS: dict[Category, str] = {
    "suggestion": "suggestion.thanks",
    "appreciation": "appreciation.thanks",
    "rumour": "rumour.noted",
}


def advance(state: State, turn: Turn, person: Person, knowledge: Knowledge) -> Step:
    """What is said, done and remembered after one inbound message. Pure: the same input gives the same step.

    At most three messages are said. Nothing is said only to who asked for silence and to who has blocked us.
    """
    talk = Talk(thought.fresh(state, turn.now), turn, person, knowledge, tongue.language_of(turn, person))
    if turn.kind == "blocked":
        return talk.step()
    talk.guarded = casework.lately_grave(talk) is not None
    tongue.settle(talk)
    if person.stopped and not _wakes(talk):
        return talk.step()
    _heard(talk)
    if turn.media and turn.text.strip() and turn.alone.command is None:
        kinds.seen_by_a_person(talk)
    if turn.alone.command not in commands.FIRM:
        greeting.welcome_after(talk)
    return talk.step()


def _wakes(talk: Talk) -> bool:
    """Whether a person who asked for silence asks something now. Then they are answered again."""
    alone = talk.turn.alone
    if alone.command == "exit":
        talk.state = State(welcomed=True, stop_confirmed=True)
    if alone.command in {"stop", "exit"} or (alone.category == "appreciation" and not alone.sensitive):
        if alone.category == "appreciation" and alone.command is None:
            talk.do(Keep("appreciation", alone.topic, alone.place, None, talk.language))
        return False
    commands.wake(talk)
    return True


def _heard(talk: Talk) -> None:
    turn = talk.turn
    if turn.kind == "started" and not turn.alone.sensitive:
        greeting.menu(talk)
        return
    if turn.alone.command not in commands.FIRM and _a_choice(talk):
        return
    if turn.alone.command is not None:
        commands.run(talk, turn.alone.command)
        return
    if not turn.text.strip() or (turn.kind in _CARRIES_LABEL and turn.alone.action in _UNCLEAR):
        _wordless(talk)
        return
    _understood(talk)
    talk.state = thought.continued(talk.state, turn)


def _a_choice(talk: Talk) -> bool:
    """Carry out a choice that was meant; a tap always is, words not where an officer has written since."""
    state, turn = talk.state, talk.turn
    if not turn.payload and casework.officer_spoke_last(talk):
        return False
    payload = choices.chosen(state, turn)
    meant = payload is not None and (not turn.alone.sensitive or choices.plain(state, turn))
    if payload is not None and meant and commands.tapped(talk, payload):
        return True
    invited = state.form.get("name") == forms.FEEDBACK
    if turn.alone.sensitive or invited or choices.numbered(turn.text) is None:
        return False
    _no_such_number(talk)
    return True


def _no_such_number(talk: Talk) -> None:
    """A bare number that chooses nothing: for the case under way, else the choices once more, or the menu."""
    state = talk.state
    case = casework.current(talk) or casework.lately_grave(talk)
    if case is not None and (state.form or not state.offered):
        casework.join(talk, case)
        casework.added(talk, case.ref)
    elif state.offered:
        again = tuple(Option(payload, title=title) for payload, title in zip(state.offered, state.titles, strict=False))
        talk.say("choose.again", options=again)
    else:
        greeting.menu(talk)


def _wordless(talk: Talk) -> None:
    match talk.turn.kind:
        case "location":
            kinds.location(talk)
        case "media":
            kinds.media(talk)
        case "contact":
            kinds.card(talk)
        case "text" | "edited" | "button":
            greeting.hello(talk)
        case _:
            kinds.unknown(talk)


def _understood(talk: Talk) -> None:
    """Words that are neither a choice nor a command."""
    if not talk.turn.alone.sensitive and status.asked(talk):
        return
    if talk.turn.alone.sensitive or talk.turn.decision.sensitive:
        _sensitive(talk)
        return
    if _for_a_form(talk):
        return
    if forms.wanted(talk):
        forms.feedback(talk)
        return
    case = casework.waiting(talk)
    if case is not None and not _own_question(talk):
        casework.passed_on(talk, case)
    else:
        _asked(talk)


def _for_a_form(talk: Talk) -> bool:
    form = talk.state.form
    if not form or casework.officer_spoke_last(talk):
        return False
    return safety.told(talk) if form["name"] == "safety" else forms.told(talk)


def _sensitive(talk: Talk) -> None:
    """A question that only follows something sensitive is answered, and lies on the case as well."""
    alone, case = talk.turn.alone, talk.case(talk.state.thought_case)
    form = talk.state.form.get("name") == "safety" and not casework.officer_spoke_last(talk)
    if alone.sensitive:
        safety.heard(talk)
    elif case is not None and casework.sensitive(case) and alone.answer and _own_question(talk, doubtful=form):
        talk.guarded = True
        casework.join(talk, case, talk.turn.decision)
        answers.serve(talk, alone.answer, alone)
    elif not (form and safety.told(talk)):
        safety.heard(talk)


def _own_question(talk: Talk, *, doubtful: bool = False) -> bool:
    """Whether words that could belong to the case under way are plainly a new question; in doubt only with its mark."""
    alone = talk.turn.alone
    marked = not _QUESTION_MARKS.isdisjoint(talk.turn.text)
    return forms.asks(alone) and (marked or (not doubtful and alone.confidence >= _PLAIN_QUESTION))


def _asked(talk: Talk) -> None:
    alone = talk.turn.alone
    before = _not_written(talk)
    match alone.action:
        case "answer" if talk.case(talk.state.thought_case) is None or _own_question(talk):
            _answered(talk, *before)
        case "escalate":
            _escalated(talk, *before)
        case "record":
            _recorded(talk)
        case "ask_language" if not (talk.person.language or talk.state.asked_language):
            tongue.ask(talk)
        case "ask_language" if not talk.person.language:
            casework.request(talk, alone, category="information_request")
        case _:
            _unclear(talk)


def _not_written(talk: Talk) -> tuple[Block | str, ...]:
    """A language that we cannot write is answered in another one, and a person reads the message."""
    return ("language.person",) if tongue.not_written(talk) and talk.turn.alone.action in {"answer", "escalate"} else ()


def _answered(talk: Talk, *before: str | Block) -> None:
    alone = talk.turn.alone
    if alone.category == "rumour":
        talk.do(Keep("rumour", alone.topic, alone.place, alone.answer, talk.language))
    answers.answer(talk, alone, *before)
    thought_case = talk.case(talk.state.thought_case)
    if before and not talk.cased:
        casework.attach(talk, talk.turn.decision, "information_request")
    elif thought_case is not None and talk.turn.decision.action == "escalate":
        casework.join(talk, thought_case, talk.turn.decision)


def _escalated(talk: Talk, *before: str | Block) -> None:
    decision = talk.turn.decision if talk.turn.decision.action == "escalate" else talk.turn.alone
    if decision.category == "complaint":
        forms.complaint(talk)
    elif decision.category == "information_request":
        answers.unanswered(talk, decision, *before)
    else:
        if decision.answer and talk.state.entry != decision.answer:
            answers.serve(talk, decision.answer, decision, *before)
            before = ()
            if (case := casework.under_way(talk, decision)) is not None and casework.sensitive(case):
                casework.join(talk, case, decision)
        if not talk.cased:
            casework.request(talk, decision, *before)


def _recorded(talk: Talk) -> None:
    alone = talk.turn.alone
    kind = alone.category
    if kind not in _THANKS:
        _unclear(talk)
        return
    talk.do(Keep(kind, alone.topic, alone.place, None, talk.language))  # type: ignore[arg-type]
    case = casework.current(talk)
    if case is not None and casework.sensitive(case):
        casework.join(talk, case)
        casework.added(talk, case.ref)
    else:
        talk.say(_THANKS[kind])


def _unclear(talk: Talk) -> None:
    """Words that mean little alone: they may complete what was written before, or belong to the case under way."""
    joined = talk.turn.decision
    case = talk.case(talk.state.thought_case) or casework.current(talk) or casework.grave(talk)
    if case is not None:
        casework.join(talk, case, joined)
        casework.added(talk, case.ref)
    elif not talk.state.thought:
        greeting.hello(talk)
    elif joined.action == "escalate":
        _escalated(talk)
    elif joined.action == "answer" and (joined.answer != talk.state.entry or _elsewhere(talk)):
        answers.answer(talk, joined)
    elif joined.action in {"answer", "record"}:
        talk.say("thought.same")
    else:
        greeting.hello(talk)


def _elsewhere(talk: Talk) -> bool:
    place = talk.turn.decision.place
    return place is not None and place.pcode != talk.state.place
