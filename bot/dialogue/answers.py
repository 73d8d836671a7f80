# SPDX-License-Identifier: AGPL-3.0-or-later
"""Serves published answers: the entry, its rest, a choice of several, and whether it helped."""

from __future__ import annotations

from datetime import timedelta

from bot.dialogue import casework, tongue
from bot.dialogue.step import Keep, Option, Served
from bot.dialogue.talk import Block, Talk, words
from locales import FALLBACK, closest, language_name
from routing.decision import Decision

_SAME_CONVERSATION = timedelta(hours=12)
_LANGUAGES_OFFERED = 3
_HELPED = (Option("helped:yes", "helped.yes"), Option("helped:no", "helped.no"))


def answer(talk: Talk, decision: Decision, *before: str | Block) -> None:
    """Serve what routing found, or let the person choose; a question without an answer goes to a person."""
    if decision.answer:
        serve(talk, decision.answer, decision, *before)
    elif decision.choices:
        choose(talk, decision, *before)
    else:
        unanswered(talk, decision, *before)


def serve(talk: Talk, slug: str, decision: Decision | None, *before: str | Block, language: str | None = None) -> None:
    """Serve an entry in the person's language; where it has no text there, say so and offer it in others."""
    wanted = language or talk.language
    if decision is not None:
        pcode = decision.place.pcode if decision.place else None
        talk.remember(place=pcode, topic=decision.topic)
    served = talk.knowledge.entry(slug, wanted, talk.state.place) or talk.knowledge.entry(slug, wanted)
    if served is None:
        _elsewhere(talk, slug, decision, *before)
        return
    talk.remember(entry=slug, topic=served.topic)
    extra = tongue.script_options(talk)
    below = (words("language.script"),) if extra else ()
    options = (*_helped(talk, decision), *extra)
    talk.say(*before, *_blocks(served), *below, options=options, language=served.language, answer=slug)


def _blocks(served: Served) -> tuple[Block, ...]:
    """The text with what must be known about it, which stands after its first part: on SMS the end may come later."""
    notes = (("served.stale", served.stale), ("served.example", served.example))
    first, _, rest = served.text.partition("\n\n")
    texts = [("", {"text": part}) for part in (first, rest) if part]
    return (*texts[:1], *(words(key) for key, true in notes if true), *texts[1:])


def _helped(talk: Talk, decision: Decision | None) -> tuple[Option, ...]:
    """The question whether it helped: once a conversation, not to a newcomer, and only after a plain question."""
    ago = talk.since(talk.state.helped_asked)
    lately = ago is not None and ago < _SAME_CONVERSATION
    asked = decision is None or decision.category == "information_request"
    if lately or not asked or not talk.state.welcomed or talk.guarded or talk.cased:
        return ()
    talk.remember(helped_asked=talk.turn.now.isoformat())
    return _HELPED


def _elsewhere(talk: Talk, slug: str, decision: Decision | None, *before: str | Block) -> None:
    served_in = tuple(code for code in talk.knowledge.languages(slug) if code != talk.language)
    if not served_in:
        unanswered(talk, decision or talk.turn.decision, *before)
        return
    liked = [code for wanted in talk.person.accepts if (code := closest(wanted, served_in))]
    codes = list(dict.fromkeys([*liked, *(code for code in ("ar", FALLBACK, "fr") if code in served_in), *served_in]))
    options = tuple(Option(f"entry:{slug}@{code}", title=language_name(code)) for code in codes[:_LANGUAGES_OFFERED])
    talk.remember(entry=slug)
    talk.do(Keep("unanswered", decision.topic if decision else None, None, slug, talk.language))
    talk.say(*before, "entry.elsewhere", options=(*options, casework.PERSON))


def choose(talk: Talk, decision: Decision, *before: str | Block) -> None:
    """Offer the few entries that the person may mean."""
    titled = [(slug, talk.knowledge.title(slug, talk.language)) for slug in decision.choices]
    options = tuple(Option(f"entry:{slug}", title=title) for slug, title in titled if title)
    if len(options) < len(decision.choices) and not options:
        serve(talk, decision.choices[0], decision, *before)
        return
    talk.remember(topic=decision.topic, place=decision.place.pcode if decision.place else None)
    talk.say(*before, "choose.which", options=(*options, Option("person", "choose.other")))


def unanswered(talk: Talk, decision: Decision, *before: str | Block) -> None:
    """There is nothing published on this: a person answers, and the gap is counted."""
    talk.do(Keep("unanswered", decision.topic, decision.place, None, talk.language))
    filed = casework.attach(talk, decision, "information_request")
    if filed.opened:
        key = words("unanswered.opened", ref=filed.ref)
        talk.say(*before, key, *casework.when(talk, filed.priority))
    else:
        casework.added(talk, filed.ref, *before)


def voted(talk: Talk, helped: bool) -> None:
    """The person said whether the answer helped."""
    talk.do(Keep("helped" if helped else "not_helped", talk.state.topic, None, talk.state.entry, talk.language))
    if helped:
        talk.say("helped.thanks")
    else:
        talk.say("helped.sorry", options=(casework.PERSON, Option("menu", "choose.other")))


def more(talk: Talk) -> None:
    """Send the rest of a text that was cut."""
    if talk.state.rest:
        talk.say(("", {"text": talk.state.rest}), language=talk.state.rest_language or talk.language)
    else:
        talk.say("more.none", options=(Option("menu", "choose.other"), casework.PERSON))
