# SPDX-License-Identifier: AGPL-3.0-or-later
"""The entries that answers are measured against: the starter files where they are, else one card a topic."""

from __future__ import annotations

import tomllib
from pathlib import Path

from routing.decision import EntryCard
from routing.topics import load_topics

CONTENT = Path(__file__).parents[2] / "bot" / "content"
_SOURCE = "en"


def starter_cards(folder: Path = CONTENT) -> tuple[EntryCard, ...]:
    """A card for each starter entry with its titles and questions in every language it has."""
    translated: dict[str, dict[str, dict[str, object]]] = {}
    for path in sorted((folder / "translations").glob("*.toml")):
        translated[path.stem] = tomllib.loads(path.read_text(encoding="utf-8"))
    cards = []
    for path in sorted((folder / "entries").glob("*.toml")):
        entry = tomllib.loads(path.read_text(encoding="utf-8"))
        if entry.get("kind") not in {"service", "correction"}:
            continue
        words = {_SOURCE: _spoken(entry[_SOURCE])}
        words |= {language: _spoken(texts[path.stem]) for language, texts in translated.items() if path.stem in texts}
        audience = tuple(entry.get("audience", ()))
        cards.append(EntryCard(path.stem, entry["topic"], entry["kind"], audience, words=words))
    return tuple(cards) or topic_cards()


def topic_cards() -> tuple[EntryCard, ...]:
    """One card a topic, known by its labels alone."""
    return tuple(
        EntryCard(topic.code, topic.code, words={language: [label] for language, label in topic.labels.items()})
        for topic in load_topics().values()
    )


def _spoken(texts: dict[str, object]) -> list[str]:
    questions = texts.get("questions", ())
    return [str(texts.get("title", "")), *map(str, questions if isinstance(questions, list) else ())]
