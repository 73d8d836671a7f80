# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measures routing on each author of the train part by a model that has read nothing of that author's."""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from routing.decision import Heard
from routing.router import Router
from routing.rules import load_rules
from routing.topics import load_topics
from routing.train import category
from routing.train.cards import starter_cards
from routing.train.measure import Judged, figures
from routing.train.threads import one_thread
from routing.utterances import SPLITS, load_author, load_part
from routing.vocabulary import load_vocabulary


def main(arguments: Sequence[str] | None = None) -> int:
    """A table of figures for the named authors, whose languages other authors must have written in as well."""
    parser = argparse.ArgumentParser(prog="python -m routing.train.leave_out", description=__doc__)
    parser.add_argument(
        "authors", nargs="+", choices=sorted(tomllib.loads(SPLITS.read_text(encoding="utf-8"))["train"])
    )
    chosen = parser.parse_args(arguments)
    topics = load_topics()
    lexicon = load_vocabulary()
    rules = load_rules(known=lexicon.concepts)
    cards = starter_cards()
    tuning = load_part("tuning")
    for author in chosen.authors:
        held = load_author(author)
        texts = {row.text for row in held}
        rest = [row for row in load_part("train") if row.text not in texts]
        with tempfile.TemporaryDirectory() as folder, one_thread():
            path = Path(folder) / "category.npz"
            category.draft(rest, tuning, lexicon, rules, topics, path)
            router = Router.load(model=path)
        found = figures([Judged(row, router.route(Heard(row.text), cards)) for row in held], cards)
        shown = ", ".join(f"{name} {100 * value:.1f}" for name, value in found.items())
        print(f"{author} ({len(held)} utterances): {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
