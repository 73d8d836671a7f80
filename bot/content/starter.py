# SPDX-License-Identifier: AGPL-3.0-or-later
"""The starter entries: as routing sees them without a database, and how they get into one."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from bot.content import seeding, starter_files
from bot.keyring import Keyring
from bot.settings import Settings
from bot.store.engine import Store
from routing.decision import EntryCard


@lru_cache(maxsize=1)
def cards() -> tuple[EntryCard, ...]:
    """Cards of all starter entries as if all were published, from the files alone."""
    return tuple(
        EntryCard(
            slug=entry.slug,
            topic=entry.topic,
            kind="correction" if entry.kind == "correction" else "service",
            audience=entry.audience,
            words={code: (words.title, *words.questions) for code, words in entry.words.items()},
        )
        for entry in starter_files.entries().values()
        if entry.kind != "line"
    )


def seed(store: Store, keyring: Keyring, settings: Settings, now: datetime, publish: bool) -> str:  # noqa: ARG001
    """Load what is not there yet; returns one line that says what was done. Content holds nothing that is sealed.

    Published only outside production, with `seed` in the history; in production it waits for two people.
    """
    return seeding.seed(
        store, settings.office, now, publish=publish and not settings.production, examples=not settings.production
    )
