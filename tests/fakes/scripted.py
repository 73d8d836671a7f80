# SPDX-License-Identifier: AGPL-3.0-or-later
"""A channel that does what a test tells it, for tests of what lies around channels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from channels.base import (
    Accepted,
    Channel,
    Hook,
    HookRequest,
    Outcome,
    Outgoing,
    Part,
    Rate,
    Rendered,
    Sent,
)


class Scripted(Channel):
    """Remembers what it is handed. `outcomes` are given in turn; after the last, everything is accepted.

    `took` decides whether a part with a scripted outcome arrived all the same, as the provider's list would show.
    """

    def __init__(
        self,
        name: str = "sms",
        *,
        lists: bool = True,
        window: timedelta | None = None,
        rate: Rate | None = None,
    ) -> None:
        self.name = name  # type: ignore[misc]
        self.lists_sent = lists  # type: ignore[misc]
        self.window = window  # type: ignore[misc]
        self.rate = rate or Rate(per_second=1000)
        self.outcomes: list[Outcome] = []
        self.took: Callable[[Outcome], bool] = lambda outcome: isinstance(outcome, Accepted)
        self.handed: list[tuple[str, str]] = []
        self.arrived: list[Sent] = []

    def receive(self, request: HookRequest) -> Hook:
        return Hook(unknown="scripted")

    def render(self, outgoing: Outgoing, address: str = "") -> Rendered:
        return Rendered(tuple(Part({"text": piece}) for piece in outgoing.text.split("|")))

    async def send(self, address: str, part: Part) -> Outcome:
        self.handed.append((address, part.text))
        number = f"P{len(self.handed)}"
        outcome = self.outcomes.pop(0) if self.outcomes else Accepted(number)
        if self.took(outcome):
            self.arrived.append(Sent(number, part.text, None))
        return outcome

    async def sent_since(self, address: str, since: datetime) -> tuple[Sent, ...] | None:
        return tuple(self.arrived) if self.lists_sent else None
