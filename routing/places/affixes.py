# SPDX-License-Identifier: AGPL-3.0-or-later
"""What languages glue to a place name: prepositions before it in Arabic and Ethiopic, endings after it elsewhere."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from routing.text import fold

Role = Literal["at", "to", "none"]
"""How the person relates to a place: is there, goes there, or is not said (or comes from there)."""


class Form(NamedTuple):
    """One reading of a written word: `stem` may be a name; `glued` says that something was taken off around it."""

    stem: str
    glued: bool = False
    role: Role = "none"


Affixes = tuple[tuple[str, Role], ...]


def _affixes(at: str = "", to: str = "", none: str = "") -> Affixes:
    roles: tuple[tuple[str, Role], ...] = ((at, "at"), (to, "to"), (none, "none"))
    return tuple((fold(affix), role) for affixes, role in roles for affix in affixes.split())


_ARABIC = _affixes(at="ب ف", to="ل ع", none="م")
_ARABIC_AND = ("و", "ف")
_ETHIOPIC_BEFORE = _affixes(at="በ ብ አብ", to="ለ ን ናብ ወደ እስከ ክሳብ", none="ከ ካብ የ ናይ ስለ ዝ")
_ETHIOPIC_AFTER = _affixes(none="ን ም ስ ነኝ ነው ላይ እዩ ና ኣለኹ አለሁ የ ውን ዋ ው")
_BENGALI_AFTER = _affixes(at="তে তেই তেও ে েতে য় এ য়ে েই েও ায়", to="গামী মুখী", none="র ের এর থেকে কে ই ও রে য়ের ইর েরই")
_LATIN_AFTER = _affixes(
    at="te tei ey me mein da ga ta ni y e mai", none="r er ir theke se ka ke ki ko ba na s n i an ee ur ya"
)
_LATIN_BEFORE = _affixes(at="be b bi fi f ab ba fe", to="le l li la nab", none="ke ka ni n ye w wa u men min m kab")
_SHORTEST_ARABIC_STEM = 3
_SHORTEST_STEM = 2
_SHORTEST_LATIN_STEM = 5


def _arabic_heads(word: str) -> list[Form]:
    bare = [word, word[1:]] if word[0] in _ARABIC_AND else [word]
    forms = [Form(rest, glued=True) for rest in bare[1:]]
    for rest in bare:
        for letter, role in _ARABIC:
            if rest.startswith(letter):
                forms.append(Form(rest[1:], glued=True, role=role))
        if rest.startswith("لل"):
            forms.append(Form("ال" + rest[2:], glued=True, role="to"))
    return [form for form in forms if len(form.stem) >= _SHORTEST_ARABIC_STEM]


def _without_head(word: str, affixes: Affixes, shortest: int) -> list[Form]:
    longest = len(word) - shortest
    return [
        Form(word[len(affix) :], glued=True, role=role)
        for affix, role in affixes
        if len(affix) <= longest and word.startswith(affix)
    ]


def _without_tail(word: str, affixes: Affixes, shortest: int) -> list[Form]:
    longest = len(word) - shortest
    return [
        Form(word[: -len(affix)], glued=True, role=role)
        for affix, role in affixes
        if len(affix) <= longest and word.endswith(affix)
    ]


@lru_cache(maxsize=8192)
def heads(word: str) -> tuple[Form, ...]:
    """`word` (folded) as written, then without what its language writes before a name; for a name's first word."""
    first = word[0]
    forms: list[Form] = []
    if "\u0600" <= first <= "\u06ff":
        forms = _arabic_heads(word)
    elif "\u1200" <= first <= "\u139f":
        forms = _without_head(word, _ETHIOPIC_BEFORE, _SHORTEST_STEM)
    elif first.isascii():
        forms = _without_head(word, _LATIN_BEFORE, _SHORTEST_LATIN_STEM)
    return (Form(word), *forms)


@lru_cache(maxsize=8192)
def tails(word: str) -> tuple[Form, ...]:
    """`word` (folded) as written, then without what its language writes after a name; for a name's last word."""
    last = word[-1]
    forms: list[Form] = []
    if "\u1200" <= last <= "\u139f":
        forms = _without_tail(word, _ETHIOPIC_AFTER, _SHORTEST_STEM)
    elif "\u0980" <= last <= "\u09ff":
        forms = _without_tail(word, _BENGALI_AFTER, _SHORTEST_STEM)
    elif last.isascii():
        forms = _without_tail(word, _LATIN_AFTER, _SHORTEST_LATIN_STEM)
    return (Form(word), *forms)
