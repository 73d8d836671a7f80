# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks every catalogue: nothing missing, nothing too long, nothing foreign, nothing that could harm on a screen."""

from __future__ import annotations

import re
import string
import sys
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from gettext import c2py

from babel.messages.catalog import Catalog, Message

from locales import FALLBACK, languages, written
from locales.catalogues import CONSOLE, FOLDER, catalogue, path

FIRST_LINE = 40
"""Characters of a message that a locked screen shows."""
_TITLE = 30
_SAMPLES: Mapping[str, object] = {
    "ref": "K7M4-2QXT",
    "n": 168,
    "place": "Al Jabal al Akhdar",
    "language": "Nigerian Pidgin",
    "opened": date(2026, 9, 30),
}
_SCRIPTS = {"ar": "ARABIC", "ur": "ARABIC", "bn": "BENGALI", "ti": "ETHIOPIC", "am": "ETHIOPIC"}
_FOREIGN = {"ar": "یکےںٹڈڑگچپھہ", "ur": "يكىة", "ti": "አ", "am": "ኣቐኸ"}
"""Letters of a neighbour language: a sign that a text stands in the wrong catalogue."""
_LATIN_ALLOWED = frozenset({"IOM"})
_ENGLISH = frozenset({"the", "you", "your", "and", "please", "write", "this", "with", "we", "will", "thank"})
_QUESTIONS = frozenset("?؟፧")
_ALLOWED_QUESTIONS = frozenset({"safe.ask_now", "safe.ask_contact", "safe.ask_area", "safe.ask_minor"})
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_CONSOLE_FACT = re.compile(r"%\(\w+\)s|\{\w*\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One message: its forms (one, or the plural ones), its notes such as `neutral`, and its budget in segments."""

    key: str
    forms: tuple[str, ...]
    plural: bool
    budget: int | None
    notes: frozenset[str] = field(default_factory=frozenset)
    mentions: tuple[str, ...] = ()


def entries(language: str) -> dict[str, Entry]:
    """The messages of a dialogue catalogue by key."""
    return {entry.key: entry for entry in map(_entry, _messages(catalogue(language)))}


def segments(text: str) -> int:
    """SMS segments a text takes."""
    if all(character in _GSM for character in text):
        size, single, joined = len(text), 160, 153
    else:
        size, single, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if size <= single else -(-size // joined)


def problems() -> list[str]:
    """Everything wrong in any catalogue, each with its language and message."""
    source = entries(FALLBACK)
    found = [f"{code}: {problem}" for code in languages() for problem in _dialogue(code, source)]
    return found + [f"console: {problem}" for problem in _console()]


def _dialogue(language: str, source: Mapping[str, Entry]) -> Iterator[str]:
    whole = catalogue(language)
    yield from _plural_rule(whole)
    mine = entries(language)
    yield from (f"{key} is missing" for key in source.keys() - mine.keys())
    yield from (f"{key} is not in {FALLBACK}" for key in mine.keys() - source.keys())
    for key in source.keys() & mine.keys():
        yield from (f"{key} {problem}" for problem in _entry_problems(language, mine[key], source[key], whole))


def _plural_rule(whole: Catalog) -> Iterator[str]:
    if not re.search(r"^# X-Checked: (no|source|\d{4}-\d\d-\d\d)$", whole.header_comment, re.MULTILINE):
        yield "the header does not say whether somebody who reads the language has checked it (X-Checked)"
    try:
        rule = c2py(whole.plural_expr)
        forms = {rule(number) for number in range(1_000)}
    except ValueError:
        yield "the header's plural rule cannot be read"
        return
    if not forms <= set(range(whole.num_plurals)):
        yield "the header's plural rule names a form that does not exist"


def _entry_problems(language: str, entry: Entry, source: Entry, whole: Catalog) -> Iterator[str]:
    if (entry.plural, entry.budget, entry.notes) != (source.plural, source.budget, source.notes):
        yield "has other notes, another budget or other plural forms than the source"
    if entry.plural and len(entry.forms) != whole.num_plurals:
        yield f"needs {whole.num_plurals} plural forms"
    for form in entry.forms:
        yield from _form_problems(language, entry, form, source)


def _form_problems(language: str, entry: Entry, form: str, source: Entry) -> Iterator[str]:
    if not form.strip():
        yield "has no words"
        return
    wanted = set().union(*(placeholders(text) for text in source.forms))
    missing = wanted - placeholders(form) - ({"n"} if entry.plural else set())
    if missing or placeholders(form) - wanted:
        yield f"has other placeholders than {sorted(wanted)}"
        return
    if entry.budget and segments(filled(form, language)) > entry.budget:
        yield f"takes {segments(filled(form, language))} SMS segments of {entry.budget}"
    if "title" in entry.notes and len(form) > _TITLE:
        yield f"is a title of more than {_TITLE} characters"
    if "words" not in entry.notes:
        yield from _foreign(language, form, source)
    if "neutral" in entry.notes:
        yield from _revealing(language, entry, form)


def _foreign(language: str, form: str, source: Entry) -> Iterator[str]:
    if language != FALLBACK and form in source.forms and len(form) > 4:
        yield "is still English"
    letters = "".join(re.sub(r"\{\w+\}", " ", form))
    latin = re.findall(r"[A-Za-z']+", letters)
    script = _SCRIPTS.get(language)
    if script is None:
        if any(c.isalpha() and not unicodedata.name(c, "").startswith("LATIN") for c in letters):
            yield "has letters of another script"
        if language != FALLBACK and len(_ENGLISH.intersection(word.lower() for word in latin)) > 1:
            yield "has English words left over"
        return
    if set(latin) - _LATIN_ALLOWED:
        yield "has words in Latin letters"
    if any(c.isalpha() and c not in "".join(latin) and script not in unicodedata.name(c, "") for c in letters):
        yield "has letters of another script"
    if set(letters) & set(_FOREIGN.get(language, "")):
        yield "has letters of a neighbour language"


def _revealing(language: str, entry: Entry, form: str) -> Iterator[str]:
    if revealing(language, form):
        yield "says what must not stand on a screen"
    if "opens" in entry.notes and len(form) < FIRST_LINE:
        yield f"opens a reply and has fewer than {FIRST_LINE} characters"
    if _QUESTIONS.intersection(form) and entry.key not in _ALLOWED_QUESTIONS:
        yield "asks a question"


def revealing(language: str, text: str) -> bool:
    """Whether a text holds a word that must not stand in a reply to something sensitive."""
    words = re.findall(r"[^\W\d]+(?:'[^\W\d]+)*", unicodedata.normalize("NFC", text).casefold())
    return any(word.startswith(taboo) for word in words for taboo in _taboo()[language])


@cache
def _taboo() -> Mapping[str, tuple[str, ...]]:
    lists = tomllib.loads((FOLDER / "taboo.toml").read_text(encoding="utf-8"))
    return {code: tuple(word.casefold() for word in words) for code, words in lists.items()}


def placeholders(text: str) -> set[str]:
    """The names of the facts in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def filled(form: str, language: str) -> str:
    """A form with facts as long as they come."""
    return form.format_map({name: written(value, language) for name, value in _SAMPLES.items()})


def _console() -> Iterator[str]:
    """The console's catalogues: English stands in the code, every other one has all that any has."""
    existing = [code for code in languages() if path(code, CONSOLE).exists() and code != FALLBACK]
    texts = {code: {_key(one): one for one in _messages(catalogue(code, CONSOLE))} for code in existing}
    known = set().union(*texts.values()) if texts else set()
    for code in existing:
        for key in sorted(known):
            message = texts[code].get(key)
            if message is None or not all(_forms(message)):
                yield f"{code}: {key!r} is missing"
            elif message.fuzzy or any(
                set(_CONSOLE_FACT.findall(form)) - set(_CONSOLE_FACT.findall(" ".join(_ids(message))))
                for form in _forms(message)
            ):
                yield f"{code}: {key!r} has other placeholders than the source, or is marked fuzzy"


def _messages(whole: Catalog) -> Iterator[Message]:
    return (message for message in whole if message.id)


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _key(message: Message) -> str:
    return _ids(message)[0]


def _forms(message: Message) -> tuple[str, ...]:
    text = message.string
    return (text or "",) if isinstance(text, str) or text is None else tuple(text)


def _entry(message: Message) -> Entry:
    notes = [note.strip() for note in message.auto_comments]
    named = {name: rest.strip() for name, _, rest in (note.partition(":") for note in notes) if rest}
    return Entry(
        key=_key(message),
        forms=_forms(message),
        plural=not isinstance(message.id, str),
        budget=int(named["budget"]) if "budget" in named else None,
        notes=frozenset(notes) & {"neutral", "opens", "question", "title", "words"},
        mentions=tuple(named.get("mentions", "").split()),
    )


def main() -> int:
    """Print what is wrong; the exit status says whether anything is."""
    found = problems()
    for problem in found:
        print(problem)  # noqa: T201 - this is a command
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
