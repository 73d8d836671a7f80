# SPDX-License-Identifier: AGPL-3.0-or-later
"""Notices when a machine answers our machine, so that two of them do not write to each other for ever.

The guard only takes back our reply. A message is stored and routed all the same, and one that looks sensitive is
never held back: a person in danger may well write the same line twenty times.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.keyring import Keyring
from routing.text import fold

SPAN = timedelta(minutes=5)
LIMIT = 20
"""Alike messages of one person within the span; the next one gets no reply."""
_HEAD = 60


def heard(keyring: Keyring, before: Mapping[str, Any] | None, text: str, now: datetime) -> dict[str, Any]:
    """What to remember of this message: a keyed hash of its shape, how often it came, and since when.

    Texts are alike where they differ only in digits, case, marks or what comes after the first sixty characters: an
    automatic reply often carries a counter or a time.
    """
    shape = "".join(c for c in fold(text) if not c.isdigit() and not c.isspace())[:_HEAD]
    key = keyring.lookup("loop", shape).hex()[:16]
    fresh = {"key": key, "times": 1, "since": now.isoformat()}
    if before is None or before["key"] != key:
        return fresh
    if now - datetime.fromisoformat(before["since"]) > SPAN:
        return fresh
    return {**before, "times": before["times"] + 1}


def looping(echo: Mapping[str, Any]) -> bool:
    """Whether the next reply would feed a loop."""
    return bool(echo["times"] > LIMIT)
