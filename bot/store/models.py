# SPDX-License-Identifier: AGPL-3.0-or-later
"""All models in one place, for whoever needs the whole schema: migrations and their tests."""

from __future__ import annotations

from bot.store import cases, content, messages, officers, people
from bot.store.base import Base

metadata = Base.metadata

__all__ = ["cases", "content", "messages", "metadata", "officers", "people"]
