# SPDX-License-Identifier: AGPL-3.0-or-later
"""The table that every channel passes: a channel's own test gives the requests, this file asks the questions.

A test module defines `class TestX(Contract)` with the members below; the questions come with it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import pytest

from channels.base import (
    MAX_BODY,
    Accepted,
    BadSignature,
    Channel,
    ChannelError,
    Choice,
    Hook,
    HookRequest,
    Inbound,
    Kind,
    Malformed,
    Media,
    Outgoing,
    Refused,
    Unknown,
)

PAYLOADS = Path(__file__).parent / "payloads"
PUBLIC = "https://sawt.example"
CANARY = "canary-text-7141"
"""Stands in a text: no log record and no exception may show it."""


def payload(channel: str, name: str) -> Any:
    """A captured request: the fields of a form, or an object."""
    form = PAYLOADS / channel / f"{name}.form"
    if form.exists():
        return dict(parse_qsl(form.read_text().replace("\n", ""), keep_blank_values=True))
    return json.loads((PAYLOADS / channel / f"{name}.json").read_text())


def oversize(request: HookRequest) -> HookRequest:
    """The request with a body that the web layer must answer with 413."""
    return replace(request, body=request.body + b" " * (MAX_BODY + 1 - len(request.body)))


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """Gathers what any logger lets through with the root at its lowest level, as written out."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record) + repr(record.args) + repr(record.__dict__))

    root, keep = logging.getLogger(), Keep(level=1)
    level = root.level
    root.setLevel(1)
    root.addHandler(keep)
    try:
        yield lines
    finally:
        root.removeHandler(keep)
        root.setLevel(level)


class Contract:
    """Members to give: `name`, `address`, `secrets`, `connect`, `request`, `expected`, `malformed`, `forged`."""

    name = ""
    address = ""
    secrets: tuple[str, ...] = ()
    signed = True
    expected: ClassVar[Mapping[str, Hook | Mapping[str, Any]]] = {}
    """Payload name -> the hook it makes, or the fields of the one inbound thing it holds."""
    unanswered: tuple[str, ...] = ()
    """Payloads of a kind we cannot handle, from a person who must get an answer."""

    @pytest.fixture
    def provider(self) -> Any:
        """A running fake of the provider; None where there is none."""
        return None

    def environment(self, provider: Any) -> dict[str, str]:
        """Settings that reach the provider's fake, or nobody if it is None."""
        raise AssertionError("give the settings")

    def connect(self, env: Mapping[str, str]) -> Channel:
        raise AssertionError("connect the channel")

    def request(self, content: Any) -> HookRequest:
        """An authentic request with this content."""
        raise AssertionError("make a request")

    def said(self, text: str) -> Any:
        """The content of a message with this text."""
        raise AssertionError("make a message")

    def malformed(self) -> dict[str, HookRequest]:
        """Authentic requests that cannot be parsed, each with the canary in its body."""
        raise AssertionError("make malformed requests")

    def forged(self) -> dict[str, HookRequest]:
        """Requests that do not come from the provider."""
        return {}

    # The questions

    @pytest.fixture
    def channel(self) -> Channel:
        return self.connect(self.environment(None))

    def test_every_captured_payload_is_read_as_it_should_be(self, channel: Channel) -> None:
        found = {p.stem for p in (PAYLOADS / self.name).iterdir()}
        assert found == set(self.expected), "each payload has one expectation"
        for name, wanted in self.expected.items():
            hook = channel.receive(self.request(payload(self.name, name)))
            if isinstance(wanted, Hook):
                assert hook == wanted, name
                continue
            (inbound,) = hook.inbound
            assert inbound.channel == self.name
            assert {field: getattr(inbound, field) for field in wanted} == dict(wanted), name

    def test_what_comes_in_is_the_same_after_it_was_stored_as_json(self, channel: Channel) -> None:
        for name in self.expected:
            for inbound in channel.receive(self.request(payload(self.name, name))).inbound:
                assert Inbound.load(json.loads(json.dumps(inbound.dump()))) == inbound, name

    def test_the_same_request_twice_has_the_same_provider_id(self, channel: Channel) -> None:
        for name in self.expected:
            request = self.request(payload(self.name, name))
            first, second = channel.receive(request), channel.receive(request)
            assert [i.provider_id for i in first.inbound] == [i.provider_id for i in second.inbound], name

    def test_different_requests_have_different_provider_ids(self, channel: Channel) -> None:
        hooks = [channel.receive(self.request(payload(self.name, name))) for name in self.expected]
        ids = [inbound.provider_id for hook in hooks for inbound in hook.inbound]
        assert len(ids) == len(set(ids))

    def test_a_forged_request_is_refused(self, channel: Channel) -> None:
        assert bool(self.forged()) == self.signed
        for name, request in self.forged().items():
            with pytest.raises(BadSignature):
                assert channel.receive(request) is None, name

    def test_a_malformed_request_is_refused_without_a_trace_of_its_content(self, channel: Channel) -> None:
        for name, request in self.malformed().items():
            with everything_logged() as lines, pytest.raises(Malformed) as caught:
                assert channel.receive(request) is None, name
            self._assert_silent(*lines, *traceback.format_exception(caught.value))

    def test_an_oversize_body_can_be_told_by_its_length(self) -> None:
        assert len(oversize(self.request(self.said("hi"))).body) > MAX_BODY

    def test_a_kind_that_cannot_be_handled_still_names_the_person_to_answer(self, channel: Channel) -> None:
        assert self.unanswered
        for name in self.unanswered:
            (inbound,) = channel.receive(self.request(payload(self.name, name))).inbound
            assert inbound.kind is Kind.UNKNOWN
            assert inbound.address

    def test_a_text_comes_back_as_it_was_written(self, channel: Channel) -> None:
        for text in ("a&b=c %41+ ", "ሰላም\nآپ\u200f কেমন 👩\u200d👩\u200d👧", "<b>*_`", "\u202e\x00"):
            (inbound,) = channel.receive(self.request(self.said(text))).inbound
            assert inbound.text == text

    def test_nothing_personal_or_secret_is_logged_or_raised(self, provider: Any) -> None:
        with everything_logged() as lines:
            asyncio.run(self._live(provider, lines))
        self._assert_silent(*lines)

    async def _live(self, provider: Any, lines: list[str]) -> None:
        channel = self.connect(self.environment(provider))
        await channel.start()
        channel.receive(self.request(self.said(CANARY)))
        for request in (*self.forged().values(), *self.malformed().values()):
            try:
                channel.receive(request)
            except ChannelError as error:
                lines.extend(traceback.format_exception(error))
        part = channel.render(Outgoing(CANARY, (Choice("yes", "Yes"),)), self.address).parts[0]
        for trouble in (None, *TROUBLES):
            if trouble is not None and provider is not None:
                provider.trouble(**trouble)
            lines.append(repr(await channel.send(self.address, part)))
        if provider is not None:
            lines.append(repr(await channel.sent_since("+218919999999", datetime.now(UTC))))
        for reference in (f"http://127.0.0.1:1/{CANARY}", CANARY, ""):
            try:
                await channel.fetch(Media(reference, "audio/ogg"), 10)
            except ChannelError as error:
                lines.extend(traceback.format_exception(error))
        await channel.stop()

    def _assert_silent(self, *lines: str) -> None:
        whole = "\n".join(lines)
        for private in (CANARY, self.address, self.address.lstrip("+"), *self.secrets):
            assert private not in whole, "something private was logged or raised"

    def test_every_trouble_of_the_provider_has_its_outcome(self, provider: Any) -> None:
        if provider is not None:
            asyncio.run(self._troubles(provider))

    async def _troubles(self, provider: Any) -> None:
        channel = self.connect(self.environment(provider))
        part = channel.render(Outgoing("Hello"), self.address).parts[0]
        assert isinstance(await channel.send(self.address, part), Accepted)
        for trouble, wanted in zip(TROUBLES, OUTCOMES, strict=True):
            provider.trouble(**trouble)
            outcome = await channel.send(self.address, part)
            assert isinstance(outcome, type(wanted)), trouble
            if isinstance(outcome, Refused) and isinstance(wanted, Refused):
                assert (outcome.again, outcome.after, outcome.stopped) == (wanted.again, wanted.after, wanted.stopped)
        await channel.stop()

    def test_a_provider_that_was_never_reached_is_asked_again(self, provider: Any) -> None:
        if provider is not None:
            asyncio.run(self._unreached())

    async def _unreached(self) -> None:
        channel = self.connect(self.environment(None))
        part = channel.render(Outgoing("Hello"), self.address).parts[0]
        outcome = await channel.send(self.address, part)
        assert isinstance(outcome, Refused)
        assert outcome.again
        assert not outcome.stopped
        await channel.stop()

    def test_missing_settings_are_told_all_at_once_and_no_secret_is_repeated(self) -> None:
        env = self.environment(None)
        if not self.secrets:
            return
        with pytest.raises(ValueError, match=r"missing") as caught:
            self.connect({})
        for name in env:
            if name.endswith(("_TOKEN", "_PUBLIC_URL")):
                assert name in str(caught.value)
        for secret in self.secrets:
            spoilt = {name: f"{value} \u00e9" if value == secret else value for name, value in env.items()}
            with pytest.raises(ValueError, match="Set ") as caught:
                self.connect(spoilt)
            assert secret not in str(caught.value)


TROUBLES: tuple[dict[str, Any], ...] = (
    {"status": 429, "after": 7},
    {"status": 429},
    {"status": 503, "after": 3},
    {"status": 500, "accept": True},
    {"status": 502},
    {"cut": True},
    {"cut": True, "accept": True},
    {"hang": 1.0, "accept": True},
)
OUTCOMES = (
    Refused("", again=True, after=7.0),
    Refused("", again=True),
    Refused("", again=True, after=3.0),
    Unknown(""),
    Unknown(""),
    Unknown(""),
    Unknown(""),
    Unknown(""),
)
