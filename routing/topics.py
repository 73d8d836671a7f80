# SPDX-License-Identifier: AGPL-3.0-or-later
"""The taxonomy's topics with their labels and keywords, read from one reviewable file that an office may extend."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TOPICS = Path(__file__).parent / "data" / "topics.toml"
PREFIX = "topic:"
"""What a topic's concept starts with in a lexicon."""


class TopicError(ValueError):
    """topics.toml is unsound; the message names the topic."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One service: `labels` by language (ar, en and fr at least), `keywords` as lexicon patterns by language."""

    code: str
    labels: Mapping[str, str]
    keywords: Mapping[str, str]


def load_topics(path: Path = TOPICS) -> dict[str, Topic]:
    """Topics by code, in the order of the file. Raises TopicError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TopicError(f"{path.name}: {error}") from error
    topics: dict[str, Topic] = {}
    for code, block in data.items():
        labels = block.get("labels") if isinstance(block, dict) else None
        if not isinstance(labels, dict) or not {"ar", "en", "fr"} <= labels.keys():
            raise TopicError(f"{path.name}: [{code}] needs labels in ar, en and fr")
        keywords = {language: str(words) for language, words in block.items() if language != "labels"}
        topics[code] = Topic(code, labels, keywords)
    return topics


def patterns(topics: Mapping[str, Topic]) -> dict[str, Mapping[str, str]]:
    """The topics' keywords as `extra` of a Lexicon: concept -> language -> patterns."""
    return {PREFIX + topic.code: topic.keywords for topic in topics.values()}
