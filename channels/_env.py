# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads a channel's settings and gathers every problem into one sentence each, so that all are told at once."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from channels.base import Setting

PUBLIC_URL = "SAWT_PUBLIC_URL"


class Reader:
    """Typed look-ups in an environment. Values are never repeated in a problem: some are secret."""

    def __init__(self, env: Mapping[str, str], settings: tuple[Setting, ...]) -> None:
        self._env = env
        self._defaults = {s.name: s.default for s in settings}
        self.problems: list[str] = []

    def text(self, name: str, pattern: str, advice: str) -> str:
        """A value that matches the pattern whole. `advice` says what to set, as in "Set NAME to <advice>."."""
        value = self._env.get(name, "").strip() or self._defaults.get(name) or ""
        if not re.fullmatch(pattern, value):
            self.problems.append(f"Set {name} to {advice}." if value else f"{name} is missing: set it to {advice}.")
        return value

    def url(self, name: str, advice: str) -> str:
        """An http or https URL without query, fragment or sign-in, and without the last slash."""
        value = self.text(name, r"https?://[^\s/?#@]+(/[^\s?#]*)?", advice).rstrip("/")
        try:
            _ = urlsplit(value).port
        except ValueError:
            self.problems.append(f"{name} holds a port that is not a number: set it to {advice}.")
        return value

    def number(self, name: str, advice: str) -> float:
        """A number above zero."""
        value = self.text(name, r"\d{1,9}(\.\d{1,9})?", advice)
        try:
            number = float(value)
        except ValueError:
            return 1.0
        if number <= 0:
            self.problems.append(f"Set {name} to {advice}.")
        return number

    def table(self, name: str, advice: str) -> dict[str, str]:
        """A JSON object of strings; empty if unset."""
        value = self._env.get(name, "").strip()
        try:
            table = json.loads(value or "{}")
        except ValueError:
            table = None
        if isinstance(table, dict) and all(isinstance(v, str) and v for v in table.values()):
            return table
        self.problems.append(f"Set {name} to {advice}.")
        return {}

    def done(self) -> None:
        """Raise ValueError with all problems, if any."""
        if self.problems:
            raise ValueError(" ".join(self.problems))


def hush(*loggers: str) -> None:
    """Silence a library's loggers: they write addresses, texts or secrets (a token in a URL, a body) at some level."""
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
