# SPDX-License-Identifier: AGPL-3.0-or-later
"""WhatsApp through Twilio: free text within 24 hours of the person's last message, an approved template after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from channels import _render, _twilio
from channels._env import Reader
from channels.base import Channel, Outgoing, Part, Rendered, Setting

SETTINGS = (
    *_twilio.SETTINGS,
    Setting("SAWT_TWILIO_WHATSAPP_FROM", "The WhatsApp sender, as + and digits."),
    Setting(
        "SAWT_TWILIO_WHATSAPP_TEMPLATES",
        'Templates that may be sent after 24 hours: a JSON object of language and ContentSid, {"ar": "HX…"}.',
        "{}",
    ),
    Setting("SAWT_WHATSAPP_RATE", "Messages per second that Twilio takes from this sender.", "100"),
)


class WhatsApp(_twilio.TwilioChannel):
    """One Twilio sender for WhatsApp."""

    name: ClassVar[str] = "whatsapp"
    prefix: ClassVar[str] = "whatsapp:"
    window: ClassVar[timedelta | None] = timedelta(hours=24)

    def __init__(self, env: Mapping[str, str]) -> None:
        read = Reader(env, SETTINGS)
        self._templates = read.table("SAWT_TWILIO_WHATSAPP_TEMPLATES", "a JSON object of language and ContentSid")
        super().__init__(read, "SAWT_TWILIO_WHATSAPP_FROM", "SAWT_WHATSAPP_RATE")

    def render(self, outgoing: Outgoing, address: str = "") -> Rendered:  # noqa: ARG002 - the same for all
        return _render.whatsapp(outgoing)

    def template(self, language: str) -> Part | None:
        sid = self._templates.get(language)
        return Part({"text": "", "template": sid}) if sid else None

    def _content(self, part: Part) -> dict[str, str]:
        sid = part.body.get("template")
        return {"content_sid": sid} if sid else {"body": part.body["text"]}


def connect(env: Mapping[str, str]) -> Channel:
    """Build the channel. Raises ValueError with a sentence for each setting to mend."""
    return WhatsApp(env)
