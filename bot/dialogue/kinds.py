# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answers what is not text: voice notes, photos, locations, contact cards and kinds we cannot read. Never silence."""

from __future__ import annotations

from bot.dialogue import answers, casework, forms, greeting, safety
from bot.dialogue.step import KnownCase
from bot.dialogue.talk import Talk, words


def media(talk: Talk) -> None:
    """A voice note, photo or file without words: only a person can tell what it says."""
    if talk.state.form.get("name") == forms.FEEDBACK:
        forms.complaint(talk)
        return
    case = _case(talk)
    if case is not None:
        casework.join(talk, case)
        casework.added(talk, case.ref)
        return
    filed = casework.attach(talk, talk.turn.decision, "assistance_request")
    talk.say(words("media.received", ref=filed.ref), *casework.when(talk, filed.priority), "media.danger")


def seen_by_a_person(talk: Talk) -> None:
    """A file with words: the words have been answered, and a person looks at the file."""
    if talk.cased:
        return
    case = _case(talk)
    if case is not None:
        casework.join(talk, case)
        return
    filed = casework.attach(talk, talk.turn.decision, "assistance_request")
    talk.say(words("media.received", ref=filed.ref), *casework.when(talk, filed.priority))


def location(talk: Talk) -> None:
    """A pin: it goes to the officer where a case is open, else what there is near it is offered."""
    place = talk.turn.pin_place
    pcode = place.pcode if place else None
    form = talk.state.form
    if form.get("name") == "safety" and form.get("step") == "area":
        safety.answered(talk, pcode or "said")
        return
    case = _case(talk)
    if case is not None:
        casework.join(talk, case, talk.turn.decision)
        talk.guarded = casework.sensitive(case)
        talk.say("location.added", lane="safety" if talk.guarded else "reply")
        return
    talk.remember(place=pcode)
    if talk.state.entry and place:
        answers.serve(talk, talk.state.entry, None, words("location.near", place=place.name))
    elif place:
        talk.say(words("location.near", place=place.name), options=greeting.options(talk))
    else:
        talk.say("location.unknown", options=greeting.options(talk))


def card(talk: Talk) -> None:
    """A contact card."""
    _short(talk, "kind.contact")


def unknown(talk: Talk) -> None:
    """A sticker, a call or whatever else cannot be read."""
    _short(talk, "kind.unknown")


def _short(talk: Talk, key: str) -> None:
    case = casework.current(talk)
    if case is not None:
        casework.join(talk, case)
        talk.guarded = casework.sensitive(case)
    talk.say(key)


def _case(talk: Talk) -> KnownCase | None:
    """The case that a thing without words belongs to: of this thought or conversation, waiting, or a sensitive one."""
    thought = talk.case(talk.state.thought_case)
    return thought or casework.current(talk) or casework.waiting(talk) or casework.grave(talk)
