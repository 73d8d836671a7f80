# SPDX-License-Identifier: AGPL-3.0-or-later
"""The conversation, as pure functions: what was heard and known goes in, what to say and do comes out."""

from bot.dialogue.flow import advance

__all__ = ["advance"]
