# SPDX-License-Identifier: AGPL-3.0-or-later
"""One module a channel, all over the contract in `channels.base`."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from channels.base import Channel, Setting


def available() -> tuple[str, ...]:
    """The names of the channels in this folder."""
    return tuple(
        sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_") and m.name != "base")
    )


def settings(name: str) -> tuple[Setting, ...]:
    """The environment variables of one channel. Imports only that channel."""
    found: tuple[Setting, ...] = import_module(f"channels.{name}").SETTINGS
    return found


def load(name: str, env: Mapping[str, str]) -> Channel:
    """Build one channel from the environment. Raises ValueError with a sentence that says what to set."""
    channel: Channel = import_module(f"channels.{name}").connect(env)
    return channel
