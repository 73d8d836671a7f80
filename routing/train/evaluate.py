# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measures routing on utterances it has never seen, holds the figures to floors and writes them into the docs."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from routing.decision import EntryCard, Heard
from routing.model import DRAFT, MODEL
from routing.router import Router
from routing.train.cards import starter_cards
from routing.train.measure import CATEGORIES, Judged, confusion, figures
from routing.utterances import SPLITS, Part, load_part

FLOORS = Path(__file__).parent.parent / "data" / "floors.toml"
DOCS = Path(__file__).parents[2] / "docs" / "routing.md"
_BEGIN, _END = "<!-- figures: begin -->", "<!-- figures: end -->"
_LOWER_IS_BETTER = frozenset({"silent_misses", "false_alarms", "pseah_false", "place_false", "calibration_error"})
_GOALS = {
    "language_long": 0.985, "language_short": 0.85, "silent_misses": 0.01, "sensitive_recall": 0.95,
    "false_alarms": 0.06, "pseah_recall": 0.92, "pseah_false": 0.02, "emergency_recall": 0.97,
    "category_accuracy": 0.85, "topic_of_questions": 0.85, "answer_topic": 0.92, "answered": 0.70,
    "place_recall": 0.95, "place_false": 0.02,
}  # fmt: skip


def judge(router: Router, part: Part, entries: Sequence[EntryCard]) -> list[Judged]:
    """Every utterance of `part` routed alone, without a history."""
    return [Judged(row, router.route(Heard(row.text), entries)) for row in load_part(part)]


def broken(found: dict[str, float], floors: dict[str, float]) -> list[str]:
    """A sentence for each figure that is worse than its floor (its ceiling, where lower is better)."""
    return [
        f"{name} is {found[name]:.4f}, the floor is {floor:.4f}"
        for name, floor in floors.items()
        if (found[name] > floor if name in _LOWER_IS_BETTER else found[name] < floor)
    ]


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _goal(name: str) -> str:
    if name not in _GOALS:
        return ""
    return ("<= " if name in _LOWER_IS_BETTER else ">= ") + _percent(_GOALS[name])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def report(judged: Sequence[Judged], entries: Sequence[EntryCard], part: str) -> str:
    """All figures as Markdown: the whole, by difficulty, by language, and the confusion of categories."""
    whole = figures(judged, entries)
    lines = [f"{len(judged)} utterances of the {part} part, {len(entries)} entries to answer with.", ""]
    rows = [[name, _percent(value), _goal(name)] for name, value in whole.items()]
    lines += [*_table(["figure, %", "measured", "goal"], rows), ""]
    groups = {level: [one for one in judged if one.row.difficulty == level] for level in ("easy", "hard")}
    lines += [*_groups("difficulty", groups, entries), ""]
    languages = {code: [one for one in judged if one.row.language == code] for code in _codes(judged)}
    lines += [*_groups("language", languages, entries), ""]
    lines += ["Rows: what people meant; columns: what it was taken for.", ""]
    counts = confusion(judged)
    rows = [[meant, *(str(counts[meant, taken] or "") for taken in CATEGORIES)] for meant in CATEGORIES]
    return "\n".join([*lines, *_table(["", *CATEGORIES], rows), ""])


def _codes(judged: Sequence[Judged]) -> list[str]:
    return sorted({one.row.language for one in judged})


def _groups(title: str, groups: dict[str, list[Judged]], entries: Sequence[EntryCard]) -> list[str]:
    shown = ["language_long", "category_accuracy", "category_macro_f1", "sensitive_recall", "silent_misses"]
    shown += ["false_alarms", "pseah_recall", "emergency_recall", "topic_of_questions", "answered", "place_recall"]
    rows = []
    for name, members in groups.items():
        found = figures(members, entries)
        rows.append([name, str(len(members)), *(_percent(found[figure]) for figure in shown)])
    return _table([title, "n", *(figure.replace("_", " ") for figure in shown)], rows)


def split_table() -> str:
    """How many utterances each part has of each language, and who wrote them."""
    authors = tomllib.loads(SPLITS.read_text(encoding="utf-8"))
    parts: list[Part] = ["train", "tuning", "extra", "test"]
    rows = {part: load_part(part) for part in parts}
    codes = sorted({row.language for part in rows.values() for row in part})
    table = [[code, *(str(sum(row.language == code for row in rows[part])) for part in parts)] for code in codes]
    table.append(["all", *(str(len(rows[part])) for part in parts)])
    who = "; ".join(f"{part} by {', '.join(authors[part])}" for part in parts)
    said = f"Authors by part: {who}. No language has one author in two of train, tuning and test."
    return "\n".join([said, "", *_table(["language", *parts], table)])


def worst(judged: Sequence[Judged], count: int) -> list[str]:
    """All silent misses, then the `count` surest of the wrong crossings of the line between sensitive and ordinary."""
    wrong = [one for one in judged if one.sensitive != one.decision.sensitive or one.silent_miss]
    wrong.sort(key=lambda one: (not one.silent_miss, -one.decision.confidence))
    silent = sum(one.silent_miss for one in wrong)
    return [
        f"{one.row.language} {one.row.difficulty}: {one.row.category} taken for {one.decision.category} "
        f"({one.decision.confidence:.2f}, {one.decision.action}): {one.row.text}"
        for one in wrong[: silent + count]
    ]


def write_docs(text: str, path: Path = DOCS) -> None:
    """Put `text` between the marks of docs/routing.md. Raises ValueError where the marks are missing."""
    page = path.read_text(encoding="utf-8")
    if _BEGIN not in page or _END not in page:
        raise ValueError(f"{path.name} has no place for the figures")
    before, after = page.split(_BEGIN)[0], page.split(_END)[1]
    path.write_text(f"{before}{_BEGIN}\n\n{text}\n{_END}{after}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 where a floor is broken."""
    parser = argparse.ArgumentParser(prog="python -m routing.train.evaluate", description=__doc__)
    parser.add_argument("--tuning", action="store_true", help="the tuning part, by the model that never saw it")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list the N worst misses as well")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/routing.md")
    chosen = parser.parse_args(arguments)
    entries = starter_cards()
    part: Part = "tuning" if chosen.tuning else "test"
    judged = judge(Router.load(model=DRAFT if chosen.tuning else MODEL), part, entries)
    text = report(judged, entries, part)
    print(text)
    print("\n".join(worst(judged, chosen.worst)) if chosen.worst else "", end="")
    if chosen.tuning:
        return 0
    if chosen.write:
        write_docs(f"{split_table()}\n\n{text}")
    floors = {name: float(value) for name, value in tomllib.loads(FLOORS.read_text(encoding="utf-8")).items()}
    faults = broken(figures(judged, entries), floors)
    for fault in faults:
        print(f"broken: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
