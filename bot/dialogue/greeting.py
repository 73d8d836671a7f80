# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first words, the menu, and the words that explain the service."""

from __future__ import annotations

from bot.dialogue import casework
from bot.dialogue.step import Option
from bot.dialogue.talk import MOST_SAYS, Block, Talk

_TOPICS_SHOWN = 5
_TOPICS_ON_SMS = 3


def menu(talk: Talk, *before: str | Block) -> None:
    """The most asked topics, feedback, a person and the language; to a newcomer with a welcome above."""
    first = () if talk.state.welcomed else ("welcome.first",)
    talk.remember(welcomed=True)
    talk.say(*before, *first, "menu.ask", options=options(talk))


def hello(talk: Talk) -> None:
    """A greeting, or words that we could not place."""
    if talk.state.welcomed:
        menu(talk, "menu.greeting")
    else:
        menu(talk)


def options(talk: Talk) -> tuple[Option, ...]:
    """What the menu offers in the person's language."""
    titled = [(slug, talk.knowledge.title(slug, talk.language)) for slug in talk.knowledge.menu(talk.language)]
    most = _TOPICS_ON_SMS if talk.turn.channel == "sms" else _TOPICS_SHOWN
    topics = tuple(Option(f"entry:{slug}", title=title) for slug, title in titled if title)[:most]
    own = (Option("cases", "menu.case"),) if talk.person.cases else ()
    return (*topics, Option("feedback", "menu.feedback"), casework.PERSON, *own, casework.MENU_LANGUAGE)


def helps(talk: Talk) -> None:
    """What one can write here."""
    talk.remember(welcomed=True)
    talk.say("help.text")


def welcome_after(talk: Talk) -> None:
    """Welcome a newcomer after the answer, never before it or instead of it, and not after something sensitive."""
    if talk.guarded:
        talk.remember(welcomed=True)
    if talk.state.welcomed or talk.welcome_waits or not talk.says or len(talk.says) >= MOST_SAYS:
        return
    talk.remember(welcomed=True)
    talk.say("welcome.after", language=talk.says[-1].language)
