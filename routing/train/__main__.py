# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rebuilds every model, the same bytes from the same data: `python -m routing.train [--lid FOLDER]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from routing.rules import load_rules
from routing.topics import load_topics
from routing.train import category, language
from routing.train.threads import one_thread
from routing.utterances import load_part
from routing.vocabulary import load_vocabulary


def main() -> None:
    """Language models first (from FOLDER beside the project's own text), then categories, suspicion and topics."""
    parser = argparse.ArgumentParser(prog="python -m routing.train", description=main.__doc__)
    parser.add_argument("--lid", type=Path, default=None, help="folder with train.jsonl.gz and dev.jsonl.gz")
    parser.add_argument("--only", choices=["language", "category"], default=None, help="rebuild one of the two")
    chosen = parser.parse_args()
    with one_thread():
        if chosen.only != "category":
            language.train(chosen.lid)
        if chosen.only != "language":
            lexicon = load_vocabulary()
            rules = load_rules(known=lexicon.concepts)
            category.train(load_part("train"), load_part("tuning"), load_part("extra"), lexicon, rules, load_topics())
            print("categories, suspicion and topics: routing/models/category.npz")


if __name__ == "__main__":
    main()
