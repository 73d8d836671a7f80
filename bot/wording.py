# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns what the dialogue wants said into words of the person's language."""

from __future__ import annotations

from bot.dialogue.step import Option, Say
from channels.base import Choice, Outgoing
from locales import translate


def worded(say: Say) -> Outgoing:
    """The message in words, ready for a channel to give it its form."""
    blocks = [translate(say.language, key, **facts) if key else str(facts["text"]) for key, facts in say.blocks]
    return Outgoing(
        text="\n\n".join(block for block in blocks if block),
        choices=tuple(Choice(option.payload, _title(option, say.language)) for option in say.options),
        more=translate(say.language, "more.hint"),
        language=say.language,
    )


def _title(option: Option, language: str) -> str:
    return option.title or translate(language, option.key)
