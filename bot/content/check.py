# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks the starter files against their source: `python -m bot.content.check [language ...]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from bot.content import starter_files
from bot.content.facts import Fact
from bot.content.rules import Problem, check
from bot.content.starter_files import SOURCE, StarterEntry
from routing.topics import load_topics

_DAY = date(2026, 1, 1)


def check_files(languages: Sequence[str] = ()) -> Iterator[tuple[str, str, Problem]]:
    """(language, slug, problem) for everything that is wrong with the files. Raises StarterError."""
    entries, facts = starter_files.entries(), starter_files.office().facts
    for entry in entries.values():
        yield from ((SOURCE, entry.slug, problem) for problem in _frame(entry, entries, facts))
    for code in languages or starter_files.languages():
        asked: dict[str, str] = {}
        for entry in entries.values():
            words = entry.words.get(code)
            if words is None:
                yield code, entry.slug, Problem("title", "is not translated")
                continue
            source = None if code == SOURCE else entry.words[SOURCE]
            line = entry.kind == "line"
            for problem in check(code, words, source, _giver(facts, code), sensitive=entry.sensitive, line=line):
                yield code, entry.slug, problem
            for question in words.questions:
                if question in asked:
                    yield code, entry.slug, Problem("questions", f"stands in {asked[question]} too: {question}")
                asked[question] = entry.slug


def _giver(facts: Mapping[str, Fact], language: str) -> Callable[[str], str]:
    """Gives a fact of the example office in words of one language."""

    def give(name: str) -> str:
        fact = facts.get(name)
        return fact.text(language, _DAY) if fact and fact.value is not None else f"{{{name}}}"

    return give


def _frame(entry: StarterEntry, entries: Mapping[str, StarterEntry], facts: Mapping[str, Fact]) -> Iterator[Problem]:
    if entry.topic not in load_topics():
        yield Problem("topic", f"{entry.topic} is not in the taxonomy")
    if entry.kind not in ("service", "correction", "line"):
        yield Problem("kind", f"{entry.kind} is not a kind")
    for line in entry.lines:
        if starter_files.LINE + line not in entries:
            yield Problem("lines", f"there is no line {line}")
    source = entry.words[SOURCE]
    for name in source.facts:
        if name not in facts:
            yield Problem("short", f"the example office has no fact {name}")
    if entry.kind == "correction" and not any(name.startswith("date_") for name in source.facts):
        yield Problem("short", "a correction says when it was checked")


def main(languages: Sequence[str]) -> int:
    """Print every problem; 1 if there is an error."""
    failed = False
    for code, slug, problem in check_files(languages):
        mark = " (warning)" if problem.level == "warning" else ""
        sys.stdout.write(f"{code} {slug}: {problem.field} {problem.says}{mark}\n")
        failed |= problem.level == "error"
    if not failed:
        sys.stdout.write("All content files are sound.\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
