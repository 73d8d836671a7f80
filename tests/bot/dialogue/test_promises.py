# SPDX-License-Identifier: AGPL-3.0-or-later
"""Promises that hold for any conversation at all; `Chat` checks the rest of them on every single step."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialogue.step import JoinCase, OpenCase, State
from routing.decision import Decision
from routing.language import CODES
from routing.text import fold
from tests.bot.dialogue.talking import SABHA, Chat, Shelf, decided, effects, guess

_ACTIONS = {
    "emergency": "escalate",
    "pseah": "escalate",
    "protection": "escalate",
    "misconduct": "escalate",
    "complaint": "escalate",
    "assistance_request": "escalate",
    "information_request": "answer",
    "suggestion": "record",
    "appreciation": "record",
    "rumour": "record",
    "other": "menu",
}
texts = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["1", "2", "٣", "፪", "yes", "no", "skip", "نعم", "my case", "hospital", "K7M4-2QXT", "feedback", "{ref}"]
    ),
)


@st.composite
def decisions(draw: Any) -> Decision:
    category = draw(st.sampled_from(sorted(_ACTIONS)))
    code = draw(st.sampled_from((*CODES, "unsure")))
    more: dict[str, Any] = {
        "language": guess(code, draw(st.floats(0, 1)), *draw(st.lists(st.sampled_from(CODES), max_size=3))),
        "confidence": draw(st.floats(0, 1)),
        "place": draw(st.sampled_from((None, SABHA))),
        "topic": draw(st.sampled_from((None, "health", "self_harm", "search_rescue"))),
    }
    action = _ACTIONS[category]
    if draw(st.integers(0, 9)) == 0:
        names = ("stop", "start", "help", "menu", "language", "person", "delete", "exit", "more")
        return decided("command", **{**more, "command": draw(st.sampled_from(names))})
    if category == "other":
        action = draw(st.sampled_from(("menu", "ask_language", "escalate")))
    if action == "answer":
        more |= draw(st.sampled_from(({"answer": "doctor"}, {"answer": "gone"}, {"choices": ("cash", "vhr")}, {})))
        action = "answer" if len(more) > 4 else "escalate"
    return decided(action, category, **more)


turns = st.fixed_dictionaries(
    {
        "text": texts,
        "alone": decisions(),
        "together": st.one_of(st.none(), decisions()),
        "kind": st.sampled_from(
            ("text", "text", "text", "edited", "button", "media", "location", "contact", "unknown", "started")
        ),
        "payload": st.sampled_from(
            (
                "",
                "",
                "",
                "menu",
                "person",
                "language",
                "lang:ha",
                "lang:xx",
                "entry:doctor",
                "entry:gone@fr",
                "helped:no",
                "erase:yes",
                "form:now:yes",
                "form:area:skip",
                "form:contact:no",
                "feedback",
                "cases",
                "x",
            )
        ),
        "after": st.sampled_from((timedelta(seconds=5), timedelta(minutes=1), timedelta(hours=1), timedelta(days=7))),
        "officer": st.booleans(),
    }
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(turns, min_size=1, max_size=8), st.sampled_from((("en", "ar"), ("fr",), CODES)), st.booleans())
def test_no_conversation_breaks_a_promise(script: list[dict[str, Any]], served: tuple[str, ...], awake: bool) -> None:
    chat = Chat(Shelf(served), awake=awake)
    for turn in script:
        turn = dict(turn)
        if turn.pop("officer") and chat.person.cases:
            chat.officer_wrote()
        together = turn.pop("together") if turn["alone"].command is None else turn.pop("together") and None
        kind = turn.pop("kind") if turn["text"] else "text"
        payload = turn.pop("payload")
        stopped, titles = chat.person.stopped, {fold(title) for title in chat.state.titles}
        step = chat.hear(
            turn["text"],
            turn["alone"],
            together,
            after=turn["after"],
            kind=kind,
            payload=payload if kind == "button" else "",
            media=int(kind == "media"),
        )
        assert step.say or stopped, "never silence, except to who asked for it"
        if (
            turn["alone"].sensitive
            and kind != "button"
            and turn["text"].strip()
            and fold(turn["text"]).strip() not in titles
        ):
            assert effects(step, OpenCase) or effects(step, JoinCase), "a person sees everything sensitive"


@given(st.text(max_size=300), st.sampled_from(("text", "edited", "button")))
def test_no_text_raises(text: str, kind: str) -> None:
    chat = Chat()
    chat.hear("hi")
    assert chat.hear(text, decided(language="unsure"), kind=kind).say


@given(
    st.builds(
        State,
        offered=st.lists(st.text(max_size=5), max_size=3).map(tuple),
        titles=st.lists(st.text(max_size=5), max_size=3).map(tuple),
        rest=st.text(max_size=20),
        topic=st.none() | st.text(max_size=5),
        thought=st.lists(st.tuples(st.just("2026-11-22T10:00:00+00:00"), st.text(max_size=5)), max_size=3).map(tuple),
        case=st.none() | st.text(max_size=9),
        asked_language=st.booleans(),
        form=st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.lists(st.text(max_size=3)), max_size=2),
    )
)
def test_a_state_comes_back_as_it_was_stored(state: State) -> None:
    assert State.load(json.loads(json.dumps(state.dump()))) == state


def test_a_state_of_another_version_is_read() -> None:
    assert State.load({"welcomed": True, "forgotten_field": 1}) == State(welcomed=True)
