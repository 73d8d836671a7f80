# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rebuilds the language models and says how good they are: `python -m routing.train.language --lid FOLDER`.

The same input gives the same bytes: every draw is seeded, and only sparse sums are used, which run in one thread.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from routing.language import Identifier
from routing.language.fallback import added_profile
from routing.language.features import words
from routing.language.identifier import MODEL, MODELS, PROFILES
from routing.language.model import ScriptModel
from routing.text import clean, excerpt, script_of
from routing.train.language_data import (
    LABELS,
    Row,
    given_rows,
    own_rows,
    pieces,
    romanised,
    without_mislabelled,
)
from routing.train.language_figures import SHORT, Figures, evaluate
from routing.train.language_fit import Size, fit
from routing.train.language_write import write_arrays

__all__ = ["Figures", "evaluate", "main", "train"]

SIZES: Mapping[str, Size] = {
    "Latn": Size(longest=5, tried=400_000, kept=220_000),
    "Arab": Size(longest=4, tried=100_000, kept=35_000),
    "Ethi": Size(longest=4, tried=100_000, kept=30_000),
    "Beng": Size(longest=4, tried=60_000, kept=8_000),
}
PER_LABEL: Mapping[str, int] = {"Latn": 22_000, "Arab": 20_000, "Ethi": 20_000, "Beng": 10_000}
OWN_SHARE = 0.5
PENALTY = 3.0
_ADDED_PROFILES = ("am", "ar-Latn", "bn-Latn", "ff", "ha", "ti", "ur-Latn")
_SEED = 2026


def _letters(rows: Sequence[Row], script: str) -> dict[str, list[str]]:
    """For each letter that some label writes and another does not: the labels that write it."""
    texts: Counter[str] = Counter()
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.code in LABELS[script] and script_of(row.text) == script and not row.made:
            texts[row.code] += 1
            for letter in set("".join(words(clean(row.text), script))):
                seen[letter][row.code] += 1
    found: dict[str, list[str]] = {}
    for letter, counts in sorted(seen.items()):
        writers = [code for code in LABELS[script] if counts[code] >= max(2, texts[code] * 0.002)]
        if letter.isalpha() and not letter.isascii() and writers and len(writers) < len(LABELS[script]):
            found[letter] = writers
    return found


def _cooling(model: ScriptModel, rows: Sequence[tuple[list[str], str, float]]) -> tuple[float, float]:
    """The two figures of the temperature under which held-out rows (words, code, weight) are likeliest."""
    if not rows:
        return 1.0, 0.0
    scores = np.stack([model.logits(found) for found, _, _ in rows])
    lengths = np.sqrt(np.asarray([sum(map(len, found)) for found, _, _ in rows], dtype=np.float32))
    truth = np.asarray([model.labels.index(code) for _, code, _ in rows])
    weight = np.asarray([share for _, _, share in rows])
    best, chosen = np.inf, (1.0, 0.0)
    for base in np.arange(0.4, 2.6, 0.1):
        for slope in np.arange(0.0, 0.61, 0.05):
            cooled = scores / np.maximum(0.3, base + slope * lengths)[:, None]
            cooled -= cooled.max(axis=1, keepdims=True)
            loss = np.log(np.exp(cooled).sum(axis=1)) - cooled[np.arange(len(truth)), truth]
            total = float((loss * weight).sum())
            if total < best:
                best, chosen = total, (round(float(base), 2), round(float(slope), 2))
    return chosen


def _held_out(rows: Sequence[Row], script: str) -> list[tuple[list[str], str, float]]:
    """Rows of one script as words, own text together weighing as much as all other."""
    kept = []
    for row in rows:
        cleaned = excerpt(clean(row.text))
        found = words(cleaned, script)
        if found and row.code in LABELS[script] and script_of(cleaned) == script:
            kept.append((found, row.code, row.own))
    own = sum(is_own for _, _, is_own in kept)
    share = (len(kept) - own) / own if own else 1.0
    return [(found, code, max(1.0, share) if is_own else 1.0) for found, code, is_own in kept]


def _beginning(text: str) -> str:
    """As many whole words of `text` as a short message has room for."""
    return text if len(text) < SHORT else text[:SHORT].rpartition(" ")[0]


def _threshold(identifier: Identifier, rows: Sequence[Row]) -> float:
    """The share below which asking is better: a right answer counts 1, asking a half, a wrong answer -0.25.

    Counted over `rows` and over their beginnings, because there are few short ones. Not below 0.6: shares slip on texts
    unlike those of training.
    """
    texts = [(row.text, row.code) for row in rows]
    texts += [(_beginning(row.text), row.code) for row in rows if row.own and _beginning(row.text)]
    best, chosen = -np.inf, 0.6
    for threshold in (0.6, 0.65, 0.7, 0.75, 0.8):
        identifier.threshold = threshold
        figures = evaluate(identifier, texts)
        total = sum(b.right + 0.5 * b.unsure - 0.25 * b.wrong for b in figures.by_length.values())
        if total > best:
            best, chosen = total, threshold
    return chosen


def _models(rows: Sequence[Row], held_out: Sequence[Row]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arrays and the description of every script's model, cooled on `held_out`."""
    arrays: dict[str, Any] = {}
    about: dict[str, Any] = {}
    for script, labels in LABELS.items():
        start = time.perf_counter()
        found = pieces(rows, script, PER_LABEL[script], OWN_SHARE, random.Random(_SEED))
        if not found.found:
            raise SystemExit(f"There is no text in {script} to train on.")
        fitted = fit(found, len(labels), SIZES[script])
        arrays[f"{script}.grams"] = fitted.grams
        arrays[f"{script}.weights"] = fitted.weights
        about[script] = {
            "labels": labels,
            "longest": SIZES[script].longest,
            "step": [float(x) for x in fitted.step],
            "bias": [float(x) for x in fitted.bias],
            "cooling": (1.0, 0.0),
            "penalty": PENALTY,
            "plain": "abcdefghijklmnopqrstuvwxyz0123456789'",
            "letters": _letters(rows, script),
        }
        model = ScriptModel(labels, fitted.grams, fitted.weights, about[script])
        about[script]["cooling"] = _cooling(model, _held_out(held_out, script))
        size = f"{len(found.found)} pieces, {len(fitted.grams)} n-grams"
        print(f"{script}: {size}, cooling {about[script]['cooling']}, {time.perf_counter() - start:.0f} s")
    return arrays, about


def _profiles(rows: Sequence[Row]) -> str:
    profiles = []
    for code in _ADDED_PROFILES:
        latin = code not in ("am", "ti")
        texts = [row.text for row in rows if row.code == code and (script_of(row.text) == "Latn") == latin]
        random.Random(_SEED).shuffle(texts)
        if texts:
            profiles.append(added_profile(code, texts[:4000], 2000))
    return json.dumps(profiles, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def train(folder: Path | None, out: Path = MODELS) -> Identifier:
    """Builds every language model, writes it to the folder `out` and returns the identifier that uses it.

    `folder` holds the public collections (`train.jsonl.gz`, `dev.jsonl.gz`); without it only own text is used.
    """
    own = own_rows("train")
    given = given_rows(folder) if folder else []
    rows = without_mislabelled(own + given)
    rows += romanised(rows, random.Random(_SEED))
    tuning = own_rows("tuning")
    held_out = tuning + (given_rows(folder, "dev.jsonl.gz") if folder else [])
    arrays, about = _models(rows, held_out)
    out.mkdir(parents=True, exist_ok=True)
    (out / PROFILES).write_text(_profiles(rows), "utf-8")
    meta = {"scripts": about, "threshold": 0.6}
    write_arrays(out / MODEL, arrays, meta)
    meta["threshold"] = _threshold(Identifier.load(out), held_out)
    write_arrays(out / MODEL, arrays, meta)
    return Identifier.load(out)


def _report(name: str, identifier: Identifier, rows: Iterable[Row], most: int) -> None:
    figures = evaluate(identifier, [(row.text, row.code) for row in rows])
    print(f"== {name}\n{figures.table(most)}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains and prints the figures of the tuning part; 0 when done."""
    parser = argparse.ArgumentParser(description="Rebuild the language models.")
    parser.add_argument("--lid", type=Path, default=None, help="folder with train.jsonl.gz and dev.jsonl.gz")
    parser.add_argument("--only-figures", action="store_true", help="train nothing, print the figures")
    parser.add_argument("--test", action="store_true", help="print the test part too, which must never be tuned on")
    parser.add_argument("--out", type=Path, default=MODELS, help="folder to write the models to")
    chosen = parser.parse_args(arguments)
    identifier = Identifier.load(chosen.out) if chosen.only_figures else train(chosen.lid, chosen.out)
    print(f"threshold {identifier.threshold}")
    if chosen.lid:
        _report("collections, held out", identifier, given_rows(chosen.lid, "dev.jsonl.gz"), 0)
    _report("own text, tuning part", identifier, own_rows("tuning"), 20)
    if chosen.test:
        _report("own text, test part", identifier, own_rows("test"), 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
