# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of one entry in one language, with names where the facts go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.content.facts import placeholders


@dataclass(frozen=True, slots=True)
class Words:
    """Title, question variants, first part and the rest. `state`: `checked` by a reader of the language, or not."""

    title: str
    questions: tuple[str, ...] = ()
    short: str = ""
    long: str = ""
    state: str = "unchecked"

    @classmethod
    def of(cls, block: Mapping[str, Any], state: str) -> Words:
        """From a table of a file. Raises KeyError, AttributeError."""
        return cls(
            block["title"].strip(),
            tuple(question.strip() for question in block["questions"]),
            block["short"].strip(),
            block["long"].strip(),
            str(block.get("state", state)),
        )

    @property
    def text(self) -> str:
        """First part and rest, as they are read."""
        return "\n\n".join(part for part in (self.short, self.long) if part)

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts in the text, each once, in order."""
        return tuple(dict.fromkeys(placeholders(self.text)))
