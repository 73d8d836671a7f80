# SPDX-License-Identifier: AGPL-3.0-or-later
"""SMS through Twilio: the channel of every phone, where each segment costs money and nothing can be tapped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from channels import _render, _twilio
from channels._env import Reader
from channels.base import Channel, Outgoing, Part, Rendered, Setting

SETTINGS = (
    *_twilio.SETTINGS,
    Setting("SAWT_TWILIO_SMS_FROM", "The number that people text, as + and digits."),
    Setting("SAWT_SMS_RATE", "Messages per second that Twilio takes from this number.", "100"),
    Setting("SAWT_SMS_BUDGET", "Segments that one reply may take before the person is offered the rest.", "4"),
)


class Sms(_twilio.TwilioChannel):
    """One Twilio number for SMS."""

    name: ClassVar[str] = "sms"

    def __init__(self, env: Mapping[str, str]) -> None:
        read = Reader(env, SETTINGS)
        self._budget = int(read.number("SAWT_SMS_BUDGET", "a number of segments from 1")) or 1
        super().__init__(read, "SAWT_TWILIO_SMS_FROM", "SAWT_SMS_RATE")

    def render(self, outgoing: Outgoing, address: str = "") -> Rendered:  # noqa: ARG002 - the same for all
        return _render.sms(outgoing, self._budget)

    def _content(self, part: Part) -> dict[str, str]:
        return {"body": part.body["text"]}


def connect(env: Mapping[str, str]) -> Channel:
    """Build the channel. Raises ValueError with a sentence for each setting to mend."""
    return Sms(env)
