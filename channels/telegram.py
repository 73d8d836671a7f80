# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telegram: a bot that is called by webhook with a secret, or that polls where there is no public address."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import random
import re
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any, ClassVar

import telegram
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from channels import _render
from channels import _telegram_updates as updates
from channels._download import NEVER_CONNECTED, download
from channels._env import PUBLIC_URL, Reader, hush
from channels._json import read_object
from channels.base import (
    Accepted,
    BadSignature,
    Channel,
    ChannelError,
    Hook,
    HookRequest,
    Kind,
    Media,
    Outcome,
    Outgoing,
    Part,
    Rate,
    Refused,
    Rendered,
    Setting,
    Unknown,
)

SETTINGS = (
    Setting("SAWT_TELEGRAM_TOKEN", "The bot's token, from @BotFather.", secret=True),
    Setting("SAWT_TELEGRAM_MODE", "How updates come: webhook, or polling where there is no public address.", "webhook"),
    # Its absence is told by `connect`, which knows the mode.
    Setting("SAWT_TELEGRAM_SECRET", "Letters, digits, _ and - that sign the webhook; for webhook mode.", "", True),
    Setting(
        "SAWT_TELEGRAM_API_URL",
        "Scheme and host that stand for Telegram's API, for a test.",
        "https://api.telegram.org",
    ),
    Setting("SAWT_TELEGRAM_RATE", "Messages per second over all chats.", "30"),
    Setting("SAWT_TELEGRAM_TIMEOUT", "Seconds to wait for Telegram's answer before the outcome is unknown.", "15"),
)

_LOG = logging.getLogger(__name__)
_ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
_PUBLIC = "the https address at which Telegram reaches this service, or set SAWT_TELEGRAM_MODE to polling"
_AT_ONCE = 32
"""Sends at the same time; the library's connection pool collapses at about twice that."""
_LONG_POLL = 25
_LONGEST_WAIT = 60.0
_MOST_TAPS = 100


class _Failed(TelegramError):
    """An answer 429 or 5xx, before the library logs its body or loses its status."""

    def __init__(self, status: int, after: float | None) -> None:
        super().__init__(f"status {status}")
        self.status, self.after = status, after


class _Http(HTTPXRequest):
    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **kwargs)
        if status == 429 or status >= 500:
            raise _Failed(status, _retry_after(body))
        return status, body


def _http(connections: int, seconds: float) -> _Http:
    return _Http(connections, seconds, seconds, min(5.0, seconds), pool_timeout=seconds)


def _retry_after(body: bytes) -> float | None:
    try:
        return max(0.0, float(json.loads(body)["parameters"]["retry_after"]))
    except (ValueError, KeyError, TypeError):
        return None


def _outcome_of(error: TelegramError) -> Outcome:
    if isinstance(error, _Failed):
        now = error.status in (429, 503)
        return Refused(str(error.status), again=True, after=error.after) if now else Unknown(str(error.status))
    if isinstance(error, Forbidden):
        return Refused("403", again=False, stopped=True)
    if isinstance(error, BadRequest):
        gone = "chat not found" in error.message.lower()
        return Refused("chat not found" if gone else "400", again=False, stopped=gone)
    if isinstance(error, NetworkError):
        if isinstance(error.__cause__, NEVER_CONNECTED):
            return Refused("connection", again=True)
        return Unknown("timeout" if isinstance(error, TimedOut) else "connection")
    if isinstance(error, InvalidToken):
        return Refused("401", again=True)
    return Unknown("answer")


async def _pause(seconds: float) -> None:
    await asyncio.sleep(seconds * random.uniform(1.0, 1.5))


class Telegram(Channel):
    """One Telegram bot."""

    name: ClassVar[str] = "telegram"

    def __init__(self, env: Mapping[str, str]) -> None:
        read = Reader(env, SETTINGS)
        self._token = read.text("SAWT_TELEGRAM_TOKEN", r"[0-9]+:[A-Za-z0-9_-]+", "the token that @BotFather gave")
        self._api = read.url("SAWT_TELEGRAM_API_URL", "an http or https address such as https://api.telegram.org")
        self._polls = read.text("SAWT_TELEGRAM_MODE", "webhook|polling", "webhook or polling") == "polling"
        self._secret = self._hook = ""
        if not self._polls:
            self._secret = read.text(
                "SAWT_TELEGRAM_SECRET", r"[A-Za-z0-9_-]+", "letters, digits, _ and - of your choice"
            )
            self._hook = f"{read.url(PUBLIC_URL, _PUBLIC)}/hooks/telegram"
        seconds = read.number("SAWT_TELEGRAM_TIMEOUT", "a number of seconds above 0")
        rate = read.number("SAWT_TELEGRAM_RATE", "a number of messages per second above 0")
        read.done()
        hush("telegram", "httpx", "httpcore")
        self.rate = Rate(rate, per_address=1.0, concurrency=_AT_ONCE)
        self._requests = (_http(1, seconds), _http(_AT_ONCE * 2, seconds))
        self._bot = telegram.Bot(
            self._token,
            base_url=f"{self._api}/bot",
            base_file_url=f"{self._api}/file/bot",
            get_updates_request=self._requests[0],
            request=self._requests[1],
        )
        self._seconds = seconds
        self._key = hashlib.sha256(self._token.encode()).digest()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """In webhook mode, give Telegram our address and secret; if it does not answer, keep trying meanwhile."""
        if not self._polls and not await self._register():
            self._spawn(self._keep_registering())

    async def stop(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for request in self._requests:
            await request.shutdown()

    async def _register(self) -> bool:
        try:
            await self._bot.set_webhook(self._hook, secret_token=self._secret, allowed_updates=_ALLOWED)
        except TelegramError as error:
            _LOG.warning("Telegram did not take the webhook (%s); trying again.", type(error).__name__)
            return False
        return True

    async def _keep_registering(self) -> None:
        wait = 1.0
        while True:
            await _pause(wait)
            if await self._register():
                return
            wait = min(wait * 2, _LONGEST_WAIT)

    def receive(self, request: HookRequest) -> Hook:
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not self._secret or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise BadSignature("the secret token is missing or wrong")
        return self._read(read_object(request.body))

    def _read(self, raw: dict[str, Any]) -> Hook:
        hook = updates.read(raw, self._seal)
        if hook.inbound and hook.inbound[0].kind is Kind.BUTTON:
            self._soon_end_spinner(raw["callback_query"]["id"])
        return hook

    def _seal(self, provider_id: str) -> str:
        return hashlib.blake2b(provider_id.encode(), key=self._key, digest_size=16).hexdigest()

    def _soon_end_spinner(self, query: str) -> None:
        # Best effort, beside the path of the message: the person's app stops waiting by itself after a while.
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        if len(self._tasks) < _MOST_TAPS:
            self._spawn(self._end_spinner(query))

    async def _end_spinner(self, query: str) -> None:
        with contextlib.suppress(TelegramError):
            await self._bot.answer_callback_query(query)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def poll(self) -> AsyncIterator[Hook] | None:
        return self._updates() if self._polls else None

    async def _updates(self) -> AsyncIterator[Hook]:
        offset, wait, hooked = 0, 1.0, True
        while True:
            try:
                if hooked:
                    # Telegram gives no updates to a poll while a webhook is set; what waits there stays.
                    await self._bot.delete_webhook(drop_pending_updates=False)
                    hooked = False
                batch = await self._ask(offset)
            except TelegramError as error:
                _LOG.warning("Telegram gave no updates (%s); trying again.", type(error).__name__)
                after = error.after if isinstance(error, _Failed) else None
                await _pause(max(wait, after or 0.0))
                wait = min(wait * 2, _LONGEST_WAIT)
                continue
            wait = 1.0
            for raw in batch:
                yield self._read(raw)
                offset = raw["update_id"] + 1

    async def _ask(self, offset: int) -> list[dict[str, Any]]:
        # The last underscore keeps the library from parsing the batch, where one odd update would hold up all.
        batch = await self._bot.do_api_request(
            "get_updates_",
            api_kwargs={"offset": offset, "timeout": _LONG_POLL, "allowed_updates": list(_ALLOWED)},
            read_timeout=_LONG_POLL + self._seconds,
        )
        if not isinstance(batch, list):
            raise NetworkError("the answer is not a list")
        return [raw for raw in batch if isinstance(raw, dict) and isinstance(raw.get("update_id"), int)]

    def render(self, outgoing: Outgoing, address: str = "") -> Rendered:  # noqa: ARG002 - the same for all
        return _render.telegram(outgoing)

    async def send(self, address: str, part: Part) -> Outcome:
        if not re.fullmatch(r"-?[0-9]+", address):
            return Refused("address", again=False)
        rows = [
            [telegram.InlineKeyboardButton(title, callback_data=payload) for title, payload in row]
            for row in part.body.get("buttons", ())
        ]
        try:
            sent = await self._bot.send_message(
                int(address), part.body["text"], reply_markup=telegram.InlineKeyboardMarkup(rows) if rows else None
            )
        except TelegramError as error:
            return _outcome_of(error)
        except (KeyError, TypeError, ValueError, AttributeError):
            return Unknown("answer")
        return Accepted(self._seal(updates.message_id(sent.chat.id, sent.message_id)))

    async def fetch(self, media: Media, limit: int) -> bytes:
        try:
            file = await self._bot.get_file(media.reference)
        except TelegramError as error:
            raise ChannelError(f"the file could not be found: {type(error).__name__}") from None
        if file.file_size and file.file_size > limit:
            raise ChannelError("the file is larger than the limit")
        home = f"{self._api}/file/bot{self._token}/"
        return await download(file.file_path or "", limit, lambda url: str(url).startswith(home))


def connect(env: Mapping[str, str]) -> Channel:
    """Build the channel. Raises ValueError with a sentence for each setting to mend."""
    return Telegram(env)
