# SPDX-License-Identifier: AGPL-3.0-or-later
"""The enabled channels as renderers, so that a text is seen as it will arrive before it is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.content.views import Renderer
from channels.base import Channel, Loaded, Outgoing
from locales import translate

_SIMULATED = ("sms", "whatsapp", "telegram")


def renderers(loaded: Loaded) -> Mapping[str, Renderer]:
    """One renderer a channel; the simulator stands for the channels that it imitates."""
    found: dict[str, Renderer] = {}
    for name, channel in loaded.by_name.items():
        if name == "simulator":
            found |= {each: _form(channel, f"{each}:preview") for each in _SIMULATED if each not in loaded}
        else:
            found[name] = _form(channel, "")
    return found


def _form(channel: Channel, address: str) -> Renderer:
    def form(text: str, language: str) -> Sequence[tuple[str, int]]:
        more = translate(language, "more.hint")
        parts = list(channel.render(Outgoing(text, more=more, language=language), address).parts)
        return [(part.text, part.segments) for part in parts]

    return form
