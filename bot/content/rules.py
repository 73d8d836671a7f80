# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finds what is wrong with a text beside its source, so that nobody has to read nine scripts to notice."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.content.facts import PLACEHOLDER, fill, placeholders
from bot.content.plain import odd_characters
from bot.content.words import Words
from channels._segments import graphemes, plain, segments

SHORT_SEGMENTS = 2
TITLE_LIMIT = 40
LONG_LIMIT = 700
LEAST_QUESTIONS = 4
NEUTRAL = 40
LANGUAGES = ("ar", "en", "fr", "ha", "bn", "ti", "so", "am", "ur")
"""Languages in which content is kept."""
SCRIPTS = {"ar": "ARABIC", "ur": "ARABIC", "bn": "BENGALI", "am": "ETHIOPIC", "ti": "ETHIOPIC"}
"""The script of each language, as Unicode names its letters; Latin where none is given."""

_NUMBER = re.compile(r"\d[\d.,:/]*\d|\d")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.I)
_LONG_NUMBER = re.compile(r"\+?\d[\d ()-]{5,}\d")
_DATE = re.compile(r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b")
_WORD = re.compile(r"[A-Za-z]{3,}")
_FOREIGN_SHARE = 0.12
_LEFTOVER = 5
_WRONG_SIGNS = {
    "ar": {"?": "؟", ",": "،", ";": "؛"},
    "ur": {"?": "؟", ",": "،", ";": "؛", ".": "۔"},
    "am": {",": "፣", ".": "።"},
    "ti": {",": "፣", ".": "።"},
    "bn": {".": "।"},
}
_HEAVY: dict[str, tuple[str, ...]] = {
    "en": ("abus", "sex", "rape", "report", "violen", "traffick", "detain", "detention", "prison", "suicid", "kill"),
    "fr": ("abus", "sexe", "sexuel", "viol", "signal", "traite", "détention", "prison", "suicid", "tuer", "mourir"),
    "ar": ("اعتداء", "إساءة", "جنس", "اغتصاب", "بلاغ", "عنف", "اتجار", "احتجاز", "سجن", "انتحار", "قتل", "موت"),
    "ha": ("fyad", "jima", "cin zarafi", "tashin hankali", "safarar", "tsare", "kurkuku", "kashe", "mutuwa"),
    "bn": ("ধর্ষণ", "যৌন", "নির্যাতন", "সহিংসতা", "পাচার", "আটক", "কারাগার", "আত্মহত্যা", "মৃত্যু", "অভিযোগ"),
    "ti": ("ዓመጽ", "ጾታዊ", "ምግሳስ", "ግፍዒ", "ምእሳር", "ማእሰርቲ", "ቀተል", "ሞት"),
    "so": ("kufsi", "galmo", "xadgudub", "tacaddi", "tahriib", "xabsi", "dilid", "dhimasho", "geeri"),
    "am": ("ጾታዊ", "ወሲብ", "መደፈር", "ጥቃት", "ዝውውር", "እስር", "ግድያ", "ሞት", "ራስን ማጥፋት"),
    "ur": ("جنسی", "زیادتی", "عصمت", "تشدد", "اسمگلنگ", "حراست", "جیل", "خودکشی", "قتل", "موت"),
}
"""Beginnings of words that somebody looking over a shoulder must not read first."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong and where: `field` is title, questions, short or long. An `error` keeps a text from approval."""

    field: str
    says: str
    level: Literal["error", "warning"] = "error"


def check(
    language: str,
    words: Words,
    source: Words | None,
    fact: Callable[[str], str],
    *,
    sensitive: bool = False,
    line: bool = False,
    cost: Callable[[str], int] | None = None,
) -> list[Problem]:
    """Everything that is wrong with one text. `source` is None for the source itself, `fact` gives each fact in words.

    `cost` is what a text takes in SMS segments. A `line` is one sentence and has no questions.
    """
    fields = ("short",) if line else ("title", "short", "long")
    found = [*_whole(words, line), *_sound(words), *_length(words, fact, cost or sms_segments)]
    if source is not None:
        for field in ("short", "long"):
            found += same(field, getattr(words, field), getattr(source, field))
        found += _leftover(words, source, language, fields)
    for field in fields:
        found += _script(field, getattr(words, field), language)
        found += _signs(field, getattr(words, field), language)
    if sensitive:
        found += _neutral(words, language)
    return found


def sms_segments(text: str) -> int:
    """What a text takes as SMS, with typographic signs replaced where that saves segments."""
    return segments(plain(text))


def _whole(words: Words, line: bool) -> Iterator[Problem]:
    for field in ("short",) if line else ("title", "short", "long"):
        if not getattr(words, field).strip():
            yield Problem(field, "is empty")
    if not line and len(words.questions) < LEAST_QUESTIONS:
        yield Problem("questions", f"has {len(words.questions)}; at least {LEAST_QUESTIONS} are needed")
    if len(set(words.questions)) < len(words.questions):
        yield Problem("questions", "has the same question twice")
    if words.state not in ("checked", "unchecked"):
        yield Problem("title", "has a state that is neither checked nor unchecked")


def _sound(words: Words) -> Iterator[Problem]:
    texts = (("title", words.title), ("short", words.short), ("long", words.long))
    for field, text in (*texts, *(("questions", question) for question in words.questions)):
        if odd := odd_characters(text):
            yield Problem(field, odd)
        if field != "long" and "\n" in text:
            yield Problem(field, "has a line break")
        bare = PLACEHOLDER.sub("", text)
        if "{" in bare or "}" in bare:
            yield Problem(field, "has a brace that is no placeholder")
        if field in ("title", "questions") and bare != text:
            yield Problem(field, "has a placeholder; facts go into the text")
        if field in ("short", "long") and (_LONG_NUMBER.search(bare) or _LINK.search(bare) or _DATE.search(bare)):
            yield Problem(field, "has a phone, date or link written out; use a fact")


def _length(words: Words, fact: Callable[[str], str], cost: Callable[[str], int]) -> Iterator[Problem]:
    if len(graphemes(words.title)) > TITLE_LIMIT:
        yield Problem("title", f"is longer than {TITLE_LIMIT} characters")
    filled = fill(words.short, fact)
    if (taken := cost(filled)) > SHORT_SEGMENTS:
        yield Problem(
            "short",
            f"takes {taken} SMS segments with its facts ({len(filled)} characters); {SHORT_SEGMENTS} are allowed",
        )
    if len(words.long) > LONG_LIMIT:
        yield Problem("long", f"has {len(words.long)} characters; {LONG_LIMIT} are allowed")


def same(field: str, text: str, source: str) -> Iterator[Problem]:
    """Placeholders and numbers that one text has and the other has not."""
    ours, theirs = Counter(placeholders(text)), Counter(placeholders(source))
    for name in theirs - ours:
        yield Problem(field, f"lacks {{{name}}}")
    for name in ours - theirs:
        yield Problem(field, f"has {{{name}}} that the source has not, or too often")
    ours, theirs = _numbers(text), _numbers(source)
    for number in theirs - ours:
        yield Problem(field, f"lacks the number {number}")
    for number in ours - theirs:
        yield Problem(field, f"has the number {number} that the source has not")


def _numbers(text: str) -> Counter[str]:
    """Numbers in digits of any script, as Western ones; placeholders have none."""
    bare = PLACEHOLDER.sub(" ", text)
    western = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in bare)
    return Counter(_NUMBER.findall(western))


def _leftover(words: Words, source: Words, language: str, fields: Sequence[str]) -> Iterator[Problem]:
    for field in fields:
        ours, theirs = getattr(words, field), getattr(source, field)
        # One word may be the same in two languages that share a script ("Page"), a sentence is not.
        if ours == theirs and len(_WORD.findall(PLACEHOLDER.sub("", ours))) > (0 if language in SCRIPTS else 2):
            yield Problem(field, "is the source text")
        elif run := _common_run(_words_of(ours), _words_of(theirs)):
            yield Problem(field, f"still has source text: {' '.join(run)}")
    for question in set(words.questions) & set(source.questions):
        if len(question.split()) > 1:
            level: Literal["error", "warning"] = "error" if language in SCRIPTS else "warning"
            yield Problem("questions", f"still has a source question: {question}", level)


def _words_of(text: str) -> list[str]:
    return re.findall(r"\w+", PLACEHOLDER.sub(" ", text))


def _common_run(ours: Sequence[str], theirs: Sequence[str]) -> Sequence[str]:
    known = {tuple(theirs[at : at + _LEFTOVER]) for at in range(len(theirs) - _LEFTOVER + 1)}
    for at in range(len(ours) - _LEFTOVER + 1):
        if tuple(ours[at : at + _LEFTOVER]) in known:
            return ours[at : at + _LEFTOVER]
    return ()


def _script(field: str, text: str, language: str) -> Iterator[Problem]:
    wanted = SCRIPTS.get(language, "LATIN")
    letters = [sign for sign in _without_names(text) if sign.isalpha()]
    foreign = [sign for sign in letters if not unicodedata.name(sign, "").startswith(wanted)]
    if letters and len(foreign) / len(letters) > _FOREIGN_SHARE:
        yield Problem(field, f"is not written in {wanted.capitalize()} letters")


def _without_names(text: str) -> str:
    """Without placeholders and names in capitals (IOM, UNHCR), which stand in every script."""
    return re.sub(r"\b[A-Z]{2,}\b", " ", PLACEHOLDER.sub(" ", text))


def _signs(field: str, text: str, language: str) -> Iterator[Problem]:
    bare = _without_names(text)
    for wrong, right in _WRONG_SIGNS.get(language, {}).items():
        pattern = rf"(?<!\d){re.escape(wrong)}(?!\d)" if wrong in ".," else re.escape(wrong)
        if re.search(pattern, bare):
            yield Problem(field, f"has {wrong} where the language writes {right}")


def _neutral(words: Words, language: str) -> Iterator[Problem]:
    for field, text in (("title", words.title), ("short", words.short[:NEUTRAL])):
        for stem in _HEAVY.get(language, ()):
            if re.search(rf"(?<!\w){re.escape(stem)}" if language not in SCRIPTS else re.escape(stem), text.lower()):
                yield Problem(field, f"begins with a heavy word ({stem.strip()})")
    if re.search(r"[?؟]", words.short + words.long):
        yield Problem("short", "asks something; texts on such matters ask nothing")
