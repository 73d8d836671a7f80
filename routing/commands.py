# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recognises a message that is a command and nothing else, in every supported language, before classification."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

from routing.decision import Command
from routing.text import clean, fold, fold_cleaned, tokens

_DATA = Path(__file__).parent / "data" / "commands.toml"
_LONGEST = 120
"""Characters of cleaned text beyond which no message is a command."""
_POLITE = "please"
_LANGUAGES = "languages"
# With politeness these are no longer the name of a command but a request that a person should see.
_BARE_ONLY: frozenset[Command] = frozenset({"help"})
# In front of a language's name they only say what to do with it.
_LANGUAGE_FRAMES = ("in", "en", "speak", "language", "langue", "parler", "lugha ya", "af", "use", "i speak", "je parle")
_SHORTEST_SWAP = 4


def _key(text: str) -> str:
    return " ".join(tokens(fold(text)))


def _spelled(cleaned: str) -> list[str]:
    """The words of a message, without emoji and with single letters in a row ("s t o p") run together."""
    words = [word for word in tokens(fold_cleaned(cleaned)) if word[0].isalnum()]
    if len(words) > 1 and all(len(word) == 1 for word in words):
        return ["".join(words)]
    return words


def _without(words: list[str], polite: Mapping[str, Sequence[tuple[str, ...]]]) -> list[str]:
    """`words` without phrases of politeness, known by their first words, at either end; never nothing."""
    phrases = sorted({phrase for word in words for phrase in polite.get(word, ())}, key=len, reverse=True)
    changed = bool(phrases)
    while changed:
        changed = False
        for phrase in phrases:
            size = len(phrase)
            if size < len(words) and tuple(words[:size]) == phrase:
                words, changed = words[size:], True
            if size < len(words) and tuple(words[-size:]) == phrase:
                words, changed = words[:-size], True
    return words


def _swapped(word: str) -> Iterator[str]:
    """What a slip of the fingers may stand for: `word` with one letter fewer where it is double, or two exchanged."""
    for place in range(len(word) - 1):
        if word[place] == word[place + 1]:
            yield word[:place] + word[place + 1 :]
        elif place:
            yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]


class Commands:
    """The words of every command and language. Made by `load`; never changes."""

    def __init__(self, phrases: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._polite: dict[str, list[tuple[str, ...]]] = {}
        for words in sorted({tuple(tokens(fold(phrase))) for phrase in phrases[_POLITE]["all"]}):
            self._polite.setdefault(words[0], []).append(words)
        self._languages = {_key(name): code for code, names in phrases[_LANGUAGES].items() for name in names}
        self._commands: dict[str, Command] = {}
        self._first_listed: set[str] = set()
        for command in get_args(Command):
            for language, listed in phrases[command].items():
                for phrase in listed:
                    self._commands.setdefault(_key(phrase), command)
                    if language == "en":
                        self._first_listed.add(_key(phrase))

    @classmethod
    def load(cls, path: Path = _DATA) -> Commands:
        """The commands of the file at `path`."""
        return cls(tomllib.loads(path.read_text(encoding="utf-8")))

    def recognise(self, text: str) -> Command | None:
        """The command that the whole of `text` is, or None. The name of a language alone is `language`."""
        words = self._words(text)
        if not words:
            return None
        listed = self._listed(" ".join(words))
        if listed:
            return listed
        plain = _without(words, self._polite)
        listed = self._listed(" ".join(plain)) if plain != words else None
        if listed is None:
            return "language" if self._named(plain) else None
        return None if listed in _BARE_ONLY else listed

    def language_named(self, text: str) -> str | None:
        """The taxonomy's code of the language whose name is the whole of `text`, or None."""
        return self._named(_without(self._words(text), self._polite))

    def _named(self, words: list[str]) -> str | None:
        name = " ".join(words)
        if name in self._languages:
            return self._languages[name]
        for frame in _LANGUAGE_FRAMES:
            if name.startswith(f"{frame} "):
                return self._languages.get(name[len(frame) + 1 :])
        return None

    @staticmethod
    def _words(text: str) -> list[str]:
        # Long runs of unseen characters around a command do not make it a long message.
        short = clean(text[: 8 * _LONGEST])
        if len(short) > _LONGEST:
            return []
        if short.startswith("/"):
            # Telegram adds the bot's name in groups ("/stop@bot") and a payload to a start link ("/start abc").
            head = short[1:].split(" ", 1)[0].split("@", 1)[0]
            short = head if head.casefold() == "start" else short[1:].replace("@", " ", 1).split(" ", 1)[0]
        return _spelled(short)

    def _listed(self, phrase: str) -> Command | None:
        command = self._commands.get(phrase)
        if command or " " in phrase or len(phrase) < _SHORTEST_SWAP or not phrase.isascii():
            return command
        for other in _swapped(phrase):
            if other in self._first_listed:
                return self._commands[other]
        return None
