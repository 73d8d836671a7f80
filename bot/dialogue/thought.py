# SPDX-License-Identifier: AGPL-3.0-or-later
"""The thought: what a person has written in the last two minutes, understood together."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.dialogue.step import State, Turn

THOUGHT = timedelta(minutes=2)
_TEXTS = 10
_CHARACTERS = 2_000


def fresh(state: State, now: datetime) -> State:
    """The state with only what belongs to this thought; with an empty one its case is no longer that of the thought."""
    kept = tuple((at, text) for at, text in state.thought if now - datetime.fromisoformat(at) <= THOUGHT)
    if kept:
        return replace(state, thought=kept)
    return replace(state, thought=(), thought_case=None)


def continued(state: State, turn: Turn) -> State:
    """The state with this message added to the thought, bounded in texts and characters."""
    if not turn.text.strip():
        return state
    texts = [*state.thought, (turn.now.isoformat(), turn.text[:_CHARACTERS])][-_TEXTS:]
    while len(texts) > 1 and sum(len(text) for _, text in texts) > _CHARACTERS:
        del texts[0]
    return replace(state, thought=tuple(texts))
