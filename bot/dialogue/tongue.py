# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which language a turn is answered in, and asking for it where we cannot tell."""

from __future__ import annotations

from functools import cache

from bot.dialogue.step import Option, Person, SetLanguage, Turn
from bot.dialogue.talk import Block, Talk, plain
from locales import FALLBACK, closest, language_name, languages, negotiate, translate
from routing.commands import Commands
from routing.decision import UNSURE

_SURE = 0.5
_VERY_SURE = 0.8
_LIKELY = 0.3
_FEW_WORDS = 3
_NOT_WRITTEN = frozenset({"sw", "ff", "other"})
"""Recognised languages that we cannot write: a person reads the message too."""
_WORDLESS = frozenset({"location", "contact", "unknown", "started", "media"})
_MOST_ASKED = 3


def language_of(turn: Turn, person: Person) -> str:
    """The language to answer in: the chosen one, else the recognised one, else what the person has used."""
    own = closest(person.language, languages()) if person.language else None
    if own and (person.chosen or turn.alone.command or turn.payload or _wordless(turn)):
        return own
    heard = turn.alone.language
    if heard.code != UNSURE and not _wordless(turn) and (own is None or _told_well(turn)):
        recognised = closest(heard.code, languages())
        if recognised:
            return recognised
    if own:
        return own
    likeliest = tuple(code for code, chance in heard.likeliest if chance >= _LIKELY and heard.code == UNSURE)
    hint = (turn.language_hint.partition("-")[0],) if turn.language_hint else ()
    return negotiate((*person.accepts, *likeliest, *hint), languages()) or FALLBACK


def settle(talk: Talk) -> None:
    """Keep the language for later turns, where the message tells it well enough."""
    heard = talk.turn.alone.language
    told = heard.code != UNSURE and heard.probability >= _SURE and not _wordless(talk.turn)
    if not told or talk.person.chosen or talk.turn.alone.command or talk.turn.payload:
        return
    if closest(heard.code, languages()) == talk.language != talk.person.language:
        talk.do(SetLanguage(talk.language, chosen=False))


def not_written(talk: Talk) -> bool:
    """Whether the person writes a language that we can only answer in another one."""
    return talk.turn.alone.language.code in _NOT_WRITTEN and not talk.person.chosen


def ask(talk: Talk) -> None:
    """Ask for the language, in the two or three likeliest, each line in its own."""
    likeliest = [code for code, _ in talk.turn.alone.language.likeliest]
    wanted = [closest(code, languages()) for code in (*likeliest, *talk.person.accepts, "ar", "en", "fr")]
    codes = list(dict.fromkeys(code for code in wanted if code))[:_MOST_ASKED]
    talk.remember(asked_language=True, entry=talk.turn.alone.answer)
    talk.welcome_waits = True
    talk.say(*(_line(code) for code in codes), options=tuple(option(code) for code in codes), language=codes[0])


def offer_all(talk: Talk, *before: str | Block) -> None:
    """All languages to choose from, each named in itself."""
    talk.say(*before, "language.choose", options=tuple(option(code) for code in languages()))


def option(code: str) -> Option:
    """The choice of a language, titled with its own name."""
    return Option(f"lang:{code}", title=language_name(code))


def script_options(talk: Talk) -> tuple[Option, ...]:
    """Languages in Latin letters, offered once to who writes in them and is answered in another script."""
    heard = talk.turn.alone
    if talk.state.script_offered or talk.person.chosen or heard.command or not heard.language.code.endswith("-Latn"):
        return ()
    talk.remember(script_offered=True)
    return option("en"), option("fr")


def named(text: str) -> str | None:
    """The code of the language whose name is the whole text, or None."""
    return _commands().language_named(text)


@cache
def _commands() -> Commands:
    return Commands.load()


def _told_well(turn: Turn) -> bool:
    """Whether a message is enough to leave the language of the messages before it."""
    return turn.alone.language.probability >= _VERY_SURE or len(turn.text.split()) >= _FEW_WORDS


def _wordless(turn: Turn) -> bool:
    return turn.kind in _WORDLESS and not turn.text.strip()


def _line(code: str) -> Block:
    return plain(translate(code, "language.ask"))
