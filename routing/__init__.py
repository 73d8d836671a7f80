# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pure decisions on what people write: language, command, category, topic, place and answer, each with its reasons."""

from __future__ import annotations

from routing.decision import Decision, EntryCard, Heard
from routing.router import Router

__all__ = ["Decision", "EntryCard", "Heard", "Router"]
