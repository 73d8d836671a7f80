# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table of the starter content in the documentation, made from the content so that it cannot drift."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.content import starter_files
from bot.content.rules import LANGUAGES
from bot.content.starter_files import SOURCE, StarterEntry
from routing.topics import load_topics

BEGIN = "<!-- table: python -m bot.content.table -->"
END = "<!-- end of table -->"
DOCUMENT = Path(__file__).parents[2] / "docs" / "content.md"


def coverage_table() -> str:
    """Topics with their entries and each entry's languages: `yes` checked by a reader, `new` not yet, blank: none."""
    entries = [entry for entry in starter_files.entries().values() if entry.kind != "line"]
    lines = [
        f"| topic | entry | kind | {' | '.join(LANGUAGES)} |",
        f"|---|---|---|{'---|' * len(LANGUAGES)}",
    ]
    for code, topic in load_topics().items():
        found = [entry for entry in entries if entry.topic == code]
        lines += [_row(topic.labels[SOURCE], entry) for entry in found]
        if not found:
            lines.append(f"| {topic.labels[SOURCE]} | goes to a person | | {' | '.join('' for _ in LANGUAGES)} |")
    return "\n".join(lines)


def _row(topic: str, entry: StarterEntry) -> str:
    marks = [_mark(entry, code) for code in LANGUAGES]
    kind = f"{entry.kind}, sensitive" if entry.sensitive else entry.kind
    return f"| {topic} | {entry.words[SOURCE].title} (`{entry.slug}`) | {kind} | {' | '.join(marks)} |"


def _mark(entry: StarterEntry, code: str) -> str:
    words = entry.words.get(code)
    return "" if words is None else "yes" if words.state == "checked" else "new"


def main() -> int:
    """Write the table into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{coverage_table()}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
