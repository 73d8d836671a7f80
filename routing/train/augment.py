# SPDX-License-Identifier: AGPL-3.0-or-later
"""Says the same thing in other clothes, so that a greeting, a slip or an emoji does not change what a message is."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from routing.decision import SENSITIVE, Category
from routing.utterances import Utterance

_BESIDE_A_QUESTION = {True: 0.25, False: 0.12}  # share of reports and of ordinary messages, so that both are as many
_GRAVEST_FIRST: tuple[Category, ...] = get_args(Category)

_BEFORE = {
    "ar": ["السلام عليكم", "مرحبا", "لو سمحتم"],
    "ar-Latn": ["salam", "slm", "svp"],
    "en": ["hello", "good morning sir", "please"],
    "pcm": ["abeg", "good day", "oga"],
    "fr": ["bonjour", "salut", "svp"],
    "ha": ["sannu", "salamu alaikum", "don allah"],
    "am": ["ሰላም", "እባካችሁ", "selam"],
    "ti": ["ሰላም", "በጃኹም", "selam"],
    "so": ["asc", "salaan", "fadlan"],
    "bn": ["আসসালামু আলাইকুম", "ভাই", "দয়া করে"],
    "bn-Latn": ["assalamu alaikum", "vai", "doya kore"],
    "ur": ["السلام علیکم", "بھائی", "مہربانی"],
    "ur-Latn": ["assalam o alaikum", "bhai", "meherbani"],
    "sw": ["habari", "tafadhali", "shikamoo"],
    "ff": ["salaamu aleykum", "useni", "jam na"],
}
_AFTER = {
    "ar": ["من فضلكم", "شكرا", "🙏"],
    "ar-Latn": ["svp", "3afakom", "🙏"],
    "en": ["please", "thank you", "🙏"],
    "pcm": ["abeg", "una well done", "🙏"],
    "fr": ["svp", "merci", "🙏"],
    "ha": ["don allah", "na gode", "🙏"],
    "am": ["እባካችሁ", "አመሰግናለሁ", "🙏"],
    "ti": ["በጃኹም", "የቐንየለይ", "🙏"],
    "so": ["fadlan", "mahadsanid", "🙏"],
    "bn": ["প্লিজ", "ধন্যবাদ", "🙏"],
    "bn-Latn": ["please", "dhonnobad", "🙏"],
    "ur": ["پلیز", "شکریہ", "🙏"],
    "ur-Latn": ["please", "shukria", "🙏"],
    "sw": ["tafadhali", "asante", "🙏"],
    "ff": ["useni", "jaraama", "🙏"],
}
_EMOJI = ["😢", "🙏", "😔", "❤️", "👍", "😭", "🙂"]


def _slip(text: str, chance: random.Random) -> str:
    """One or two slips of the finger inside words of five letters or more."""
    words = text.split()
    long = [at for at, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    for at in chance.sample(long, min(len(long), 2)):
        word = words[at]
        cut = chance.randrange(1, len(word) - 2)
        words[at] = chance.choice(
            [
                word[:cut] + word[cut + 1 :],
                word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :],
                word[:cut] + word[cut] + word[cut:],
            ]
        )
    return " ".join(words)


def _thin(text: str, chance: random.Random) -> str:
    """A fifth of the words left out."""
    words = text.split()
    kept = [word for word in words if chance.random() > 0.2]
    return " ".join(kept or words)


def variants(row: Utterance, seed: int) -> list[str]:
    """The text itself and another way of sending it; the same for the same seed."""
    chance = random.Random(f"{seed}:{row.language}:{row.text}")
    before = chance.choice(_BEFORE.get(row.language, _BEFORE["en"]))
    after = chance.choice(_AFTER.get(row.language, _AFTER["en"]))
    if row.category in {"other", "appreciation"}:
        return [row.text, f"{_slip(row.text, chance)} {chance.choice(_EMOJI)}"]
    other = chance.choice([f"{before} {_slip(row.text, chance)}", f"{_thin(row.text, chance)} {after}"])
    return [row.text, other]


def two_needs(rows: Sequence[Utterance], seed: int) -> list[Utterance]:
    """Some messages with a question of the same language before or after them, as what is the graver of the two."""
    chance = random.Random(seed)
    questions: dict[str, list[Utterance]] = {}
    for row in rows:
        if row.category == "information_request":
            questions.setdefault(row.language, []).append(row)
    made = []
    for row in rows:
        if row.language in questions and chance.random() < _BESIDE_A_QUESTION[row.category in SENSITIVE]:
            both = [row, chance.choice(questions[row.language])]
            graver = min(both, key=lambda one: _GRAVEST_FIRST.index(one.category))
            chance.shuffle(both)
            made.append(replace(graver, text=chance.choice([", ", ". ", " "]).join(one.text for one in both)))
    return made
