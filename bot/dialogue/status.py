# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a person's own cases stand, in words; of restricted ones only that a person has them."""

from __future__ import annotations

import re

from bot.dialogue import casework
from bot.dialogue.choices import spoken
from bot.dialogue.step import KnownCase
from bot.dialogue.talk import Block, Talk, words
from bot.refs import read_ref
from routing.text import fold

_SHOWN = 3
_REF = re.compile(r"(?=\b(\w{4}[-–—_ ]?\w{4})\b)")
_LIKE_ONE = re.compile(r"[0-9A-Za-z]{4}[-–—][0-9A-Za-z]{4}")
_LONGEST = 80


def asked(talk: Talk) -> bool:
    """Whether the message asks how a case stands; then it is answered."""
    text = talk.turn.text.strip()
    if not text or len(text) > _LONGEST:
        return False
    ref = _reference(talk, text)
    if ref is not None:
        own = talk.case(ref)
        if own is not None:
            _tell(talk, (own,))
        else:
            talk.say("status.unknown", options=(casework.PERSON,))
        return True
    if fold(text).strip(" ?.!؟") in spoken("words.case"):
        own_cases(talk)
        return True
    return False


def _reference(talk: Talk, text: str) -> str | None:
    """A reference in the text: a whole message may be a strange one, a part of it only one of the person's own."""
    whole = read_ref(text)
    if whole is not None and any(character.isdigit() for character in text):
        return whole
    found = (read_ref(part) for part in _REF.findall(text))
    return next((ref for ref in found if ref and talk.case(ref)), None) or (text if _LIKE_ONE.fullmatch(text) else None)


def own_cases(talk: Talk) -> None:
    """Tell how the newest cases stand."""
    if talk.person.cases:
        _tell(talk, talk.person.cases[:_SHOWN])
    else:
        talk.say("status.none", options=(casework.PERSON,))


def _tell(talk: Talk, cases: tuple[KnownCase, ...]) -> None:
    talk.guarded = any(casework.sensitive(case) for case in cases)
    talk.say(*(_line(case) for case in cases))


def _line(case: KnownCase) -> Block:
    if casework.sensitive(case):
        return words("status.quiet", ref=case.ref)
    if case.status == "open":
        return words("status.open", ref=case.ref, opened=case.opened_at.date())
    return words(f"status.{case.status}", ref=case.ref)
