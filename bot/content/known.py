# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is published at one moment, in the two shapes in which a turn needs it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.step import Knowledge
from routing.decision import EntryCard


@dataclass(frozen=True, slots=True)
class Known:
    """What is published now, as one snapshot: for routing the cards, for the dialogue the texts."""

    cards: tuple[EntryCard, ...]
    knowledge: Knowledge
