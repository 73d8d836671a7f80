# SPDX-License-Identifier: AGPL-3.0-or-later
"""Language identification for short noisy messages: script, hand lexicon, n-gram model, history, second opinion."""

from __future__ import annotations

from routing.language.identifier import CODES, Identifier

__all__ = ["CODES", "Identifier"]
