# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads a message once, for the lexicon, the rules and the models alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from routing.glossary import PREFIX
from routing.lexicon import Lexicon
from routing.rules import Rule
from routing.text import clean, excerpt, fold_cleaned, script_of, tokens

_END_WORDS = 300
_MIDDLE_WORDS = 500
_ALWAYS_BESIDE = {"ar-Latn": ("ar-Latn", "fr", "en"), "pcm": ("pcm", "en"), "ff": ("ff", "fr", "en")}
_LIKELY = 0.1
_PLEA = "please"
_SIZES = (1, 3, 6, 15)


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as evidence.

    `words` are folded tokens, `shown` the same words as written, `found` the positions of the words behind a concept,
    `senses` those of the words that a sense of the glossary stands for.
    `telling` are the positions of the words that models read: all but emoji and pleas, which say nothing about what a
    message is. `rules` are those that fired.
    """

    text: str
    words: tuple[str, ...]
    telling: tuple[int, ...]
    shown: tuple[str, ...]
    found: dict[str, tuple[int, ...]]
    senses: dict[str, tuple[int, ...]]
    rules: tuple[Rule, ...]

    @property
    def telling_words(self) -> list[str]:
        """The words that models read."""
        return [self.words[at] for at in self.telling]

    @property
    def has_letters(self) -> bool:
        """Whether anything but numbers and signs is said."""
        return any(char.isalpha() for at in self.telling for char in self.words[at])

    def quote(self, concept: str) -> tuple[str, ...]:
        """The words behind a concept or a sense, as written."""
        return tuple(self.shown[at] for at in self.found.get(concept) or self.senses.get(concept, ()))


def languages_to_read(code: str, likeliest: Sequence[tuple[str, float]] = ()) -> frozenset[str] | None:
    """Whose lexicons apply to a text of language `code`: its own, those it mixes with, and what else is likely.

    None (all of them) where the language is not known.
    """
    if code in {"unsure", "other"}:
        return None
    codes = {code, *(other for other, share in likeliest if share >= _LIKELY)}
    return frozenset({"en"}.union(*(_ALWAYS_BESIDE.get(one, (one,)) for one in codes)))


def read(text: str, lexicon: Lexicon, rules: Sequence[Rule], languages: Collection[str] | None = None) -> Reading:
    """What `text` shows by the lexicons of `languages` (all if None)."""
    cleaned = clean(text)
    folded = fold_cleaned(cleaned)
    words = tokens(folded)
    shown = tokens(cleaned) if len(words) <= _END_WORDS else words
    if len(shown) != len(words):
        shown = words
    if len(words) > 2 * _END_WORDS + _MIDDLE_WORDS:
        # The middle is read without repeats, so that padding hides nothing and costs nothing.
        pairs = list(zip(words, shown, strict=True))
        middle = dict(reversed(pairs[_END_WORDS:-_END_WORDS]))
        seen = list(middle.items())[::-1][:_MIDDLE_WORDS]
        pairs = [*pairs[:_END_WORDS], *seen, *pairs[-_END_WORDS:]]
        words, shown = [word for word, _ in pairs], [written for _, written in pairs]
    found = lexicon.find(words, languages)
    senses = {name: found.pop(name) for name in [name for name in found if name.startswith(PREFIX)]}
    if "?" in excerpt(cleaned) or "؟" in cleaned or "፧" in cleaned:
        found["mark:question"] = ()
    script = script_of(excerpt(cleaned))
    found[f"script:{script}"] = ()
    pleas = set(found.pop(_PLEA, ()))
    telling = tuple(at for at, word in enumerate(words) if at not in pleas and (word[0].isalnum() or len(word) > 1))
    size = len(telling)
    found[f"size:{next((most for most in _SIZES if size <= most), 'more')}"] = ()
    here = frozenset(found)
    fired = tuple(rule for rule in rules if rule.fires(here))
    return Reading(cleaned, tuple(words), telling, tuple(shown), found, senses, fired)
