# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads the texts that language models are trained on, and breaks them into short noisy pieces like real messages."""

from __future__ import annotations

import gzip
import json
import random
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from routing.language.features import words
from routing.text import clean, excerpt, script_of
from routing.train import language_romanise as romanise
from routing.utterances import DATA, Part, load_part

EXTRA = DATA / "language"

LABELS: Mapping[str, tuple[str, ...]] = {
    "Latn": ("am", "ar-Latn", "bn-Latn", "en", "ff", "fr", "ha", "other", "pcm", "so", "sw", "ti", "ur-Latn"),
    "Arab": ("ar", "other", "ur"),
    "Ethi": ("am", "ti"),
    "Beng": ("bn", "other"),
}
"""The languages told apart within each script; text in any other script is `other`."""


@dataclass(frozen=True, slots=True)
class Row:
    """One text and its language. `own` is text written for this project, `made` is romanised by rule."""

    text: str
    code: str
    own: bool = False
    made: bool = False


def own_rows(part: Part) -> list[Row]:
    """The project's utterances of one part (train, tuning, test), and with train its extra phrases."""
    rows = [Row(line.text, line.language, own=True) for line in load_part(part)]
    if part == "train":
        for path in sorted(EXTRA.glob("extra.*.tsv")):
            lines = path.read_text("utf-8").splitlines()[1:]
            rows += [Row(line, path.name.split(".")[1], own=True) for line in lines if line.strip()]
    return rows


def given_rows(folder: Path, name: str = "train.jsonl.gz") -> list[Row]:
    """The rows of one file of the folder of public collections. Raises OSError where it is missing."""
    with gzip.open(folder / name, "rt", encoding="utf-8") as file:
        return [Row(line["text"], line["lang"]) for line in map(json.loads, file)]


def romanised(rows: Sequence[Row], rng: random.Random) -> list[Row]:
    """Rows in Latin letters made from rows in other scripts; own text several times, in different people's styles."""
    ways = {"am": romanise.ethiopic, "ti": romanise.ethiopic, "bn": romanise.bengali, "ar": romanise.arabic}
    labels = {"am": "am", "ti": "ti", "bn": "bn-Latn", "ar": "ar-Latn"}
    made: list[Row] = []
    for row in rows:
        script = script_of(row.text)
        if row.code in ways and script in ("Ethi", "Beng", "Arab"):
            for _ in range(4 if row.own else 1):
                made.append(Row(ways[row.code](row.text, rng), labels[row.code], own=row.own, made=True))
        elif row.code == "other" and script == "Deva":
            made.append(Row(romanise.devanagari(row.text, rng), "ur-Latn", made=True))
    return made


# Collected Pidgin is half plain English: a row without any of these words does not count as Pidgin.
_PIDGIN = frozenset(
    (
        "abeg",
        "am",
        "belle",
        "comot",
        "dem",
        "dey",
        "dia",
        "dis",
        "don",
        "e",
        "fit",
        "im",
        "kain",
        "make",
        "na",
        "naija",
        "neva",
        "nor",
        "oga",
        "ogbeni",
        "oo",
        "pesin",
        "pikin",
        "sabi",
        "sef",
        "shey",
        "tok",
        "una",
        "wahala",
        "waka",
        "wan",
        "weda",
        "wetin",
        "wey",
        "wia",
    )
)


def without_mislabelled(rows: Iterable[Row]) -> list[Row]:
    """Leaves out collected rows that are in truth plain English or French."""
    rows = list(rows)
    counts: dict[str, Counter[str]] = {"en": Counter(), "fr": Counter()}
    for row in rows:
        if row.code in counts and not row.made:
            counts[row.code].update(set(words(clean(row.text), "Latn")))
    english, french = ({word for word, n in counts[code].items() if n >= 3} for code in ("en", "fr"))
    plain = {"ar-Latn": english | french, "ur-Latn": english, "bn-Latn": english}
    kept = []
    for row in rows:
        if not row.own and row.code in (*plain, "pcm"):
            found = set(words(clean(row.text), "Latn"))
            if not _PIDGIN & found if row.code == "pcm" else found <= plain[row.code]:
                continue
        kept.append(row)
    return kept


def _unmarked(text: str) -> str:
    """`text` without diacritics, as many people type it."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not "\u0300" <= c <= "\u036f")


def _mistyped(found: list[str], rng: random.Random) -> list[str]:
    """The words with one letter dropped, doubled or exchanged with the next."""
    place = rng.randrange(len(found))
    word = found[place]
    if len(word) < 4:
        return found
    at = rng.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    changed = (before + after, before + letter + letter + after, before + after[0] + letter + after[1:])
    return [*found[:place], rng.choice(changed), *found[place + 1 :]]


def _piece(found: list[str], rng: random.Random) -> list[str]:
    """A random stretch: often a word or two, sometimes all of it."""
    low, high = rng.choices(((1, 2), (2, 5), (5, 10), (24, 24)), (0.15, 0.25, 0.25, 0.35))[0]
    size = min(len(found), rng.randint(low, high))
    start = rng.randrange(len(found) - size + 1)
    return found[start : start + size]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Training pieces of one script: words, label index and weight of each."""

    found: list[list[str]]
    label: list[int]
    weight: list[float]


def pieces(rows: Sequence[Row], script: str, per_label: int, own_share: float, rng: random.Random) -> Pieces:
    """About `per_label` pieces for each label (thrice that for `other`), own text together weighing `own_share`.

    Every label weighs the same but `other`, which weighs twice as much because it stands for many languages.
    """
    labels = LABELS[script]
    texts: dict[tuple[int, str], list[list[str]]] = defaultdict(list)
    for row in rows:
        cleaned = excerpt(clean(row.text))
        if row.code not in labels or script_of(cleaned) != script:
            continue
        found = words(_unmarked(cleaned) if script == "Latn" and rng.random() < 0.4 else cleaned, script)
        if found:
            kind = ("own-made" if row.own else "made") if row.made else ("own" if row.own else "given")
            texts[labels.index(row.code), kind].append(found)
    result = Pieces([], [], [])
    for label, code in enumerate(labels):
        # Few own texts cannot stand for a language, least of all for `other`, which is many.
        own = own_share * min(1.0, len(texts[label, "own"]) / (2_000 if code == "other" else 300))
        shares = {"own": own, "own-made": own_share * 0.5, "given": 1.0 - own, "made": (1.0 - own) * 0.5}
        kinds = {kind: texts[label, kind] for kind in shares if texts.get((label, kind))}
        total_share = sum(shares[kind] for kind in kinds)
        wanted = per_label * (3 if code == "other" else 1)
        mass = per_label * (2.0 if code == "other" else 1.0)
        for kind, all_found in kinds.items():
            part = shares[kind] / total_share
            # A text seen too often teaches its wording, not its language.
            count = min(int(wanted * part), len(all_found) * (12 if kind.startswith("own") else 4))
            order = list(range(len(all_found)))
            rng.shuffle(order)
            # Where there is little text it may not weigh as if there were much.
            weight = min(mass * part / max(1, count), 6.0)
            for number in range(count):
                found = all_found[order[number % len(order)]]
                piece = found[:30] if kind.startswith("own") and number < len(order) else _piece(found, rng)
                if rng.random() < 0.08:
                    piece = _mistyped(piece, rng)
                result.found.append(piece)
                result.label.append(label)
                result.weight.append(weight)
    return result
