# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console's pages as its head lists them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.access import Role
from bot.store.officers import Officer


@dataclass(frozen=True, slots=True)
class Item:
    """One page: its path, its name (a message id) and the roles that see it; none means all."""

    path: str
    name: str
    roles: frozenset[Role] = frozenset()


NAV: tuple[Item, ...] = (
    Item("/console", "Cases", frozenset({"officer", "focal_point", "manager"})),
    Item("/console/content", "Content", frozenset({"content"})),
    Item("/console/notices", "Notices"),
    Item("/console/explain", "Try a text"),
)


def shown_to(officer: Officer) -> list[Item]:
    """The pages of this officer's roles."""
    return [item for item in NAV if not item.roles or item.roles & set(officer.roles)]
