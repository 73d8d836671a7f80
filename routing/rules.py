# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rules over concepts, for cases that a model may never miss; the same rules for every language."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from routing.decision import SENSITIVE, Category

RULES = Path(__file__).parent / "data" / "rules.toml"


class RuleError(ValueError):
    """rules.toml is unsound; the message names the rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When its concepts meet, a message is suspected of `category` with at least probability `sure`."""

    name: str
    category: Category
    all: frozenset[str]
    any: tuple[frozenset[str], ...]
    none: frozenset[str]
    sure: float

    def fires(self, here: frozenset[str]) -> bool:
        """Whether it holds of the concepts that are `here` in a message."""
        return self.all <= here and all(here & group for group in self.any) and not here & self.none

    @property
    def needs(self) -> frozenset[str]:
        """Every concept whose words explain the rule."""
        return self.all.union(*self.any)


def load_rules(path: Path = RULES, known: Collection[str] | None = None) -> tuple[Rule, ...]:
    """The rules of `path`, each checked against the `known` concepts. Raises RuleError."""
    rules = []
    for block in tomllib.loads(path.read_text(encoding="utf-8"))["rule"]:
        rule = Rule(
            name=block["name"],
            category=block["category"],
            all=frozenset(block.get("all", ())),
            any=tuple(frozenset(group) for group in block.get("any", ())),
            none=frozenset(block.get("none", ())),
            sure=float(block["sure"]),
        )
        if rule.category not in SENSITIVE:
            raise RuleError(f"{rule.name}: {rule.category} is not a sensitive category")
        unknown = (rule.needs | rule.none) - frozenset(known) if known is not None else frozenset()
        if unknown:
            raise RuleError(f"{rule.name}: no lexicon knows {', '.join(sorted(unknown))}")
        rules.append(rule)
    return tuple(rules)
