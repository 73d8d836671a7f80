# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Telegram Bot API that speaks HTTP: refuses what Telegram refuses, calls the webhook, and misbehaves on demand.

Run by hand: `python -m tests.fakes.telegram --port 8901`.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import time
from typing import Any

import httpx

from tests.fakes._http import Answer, Request, Server, Trouble, as_json

TOKEN = "123456789:telegram-token_of_a_test"
SECRET = "telegram-secret_of_a_test"

_KNOWN: dict[str, frozenset[str]] = {
    "getMe": frozenset(),
    "sendMessage": frozenset(
        [
            "chat_id",
            "text",
            "reply_markup",
            "parse_mode",
            "entities",
            "link_preview_options",
            "disable_notification",
            "protect_content",
            "reply_parameters",
            "message_thread_id",
        ]
    ),
    "setWebhook": frozenset(
        ["url", "secret_token", "allowed_updates", "max_connections", "drop_pending_updates", "ip_address"]
    ),
    "deleteWebhook": frozenset({"drop_pending_updates"}),
    "getWebhookInfo": frozenset(),
    "getUpdates": frozenset(["offset", "limit", "timeout", "allowed_updates"]),
    "answerCallbackQuery": frozenset(["callback_query_id", "text", "show_alert", "url", "cache_time"]),
    "getFile": frozenset({"file_id"}),
}
_numbers = itertools.count(100_000)


def person(chat: int, language: str = "ar", name: str = "A Person") -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": name, "language_code": language}


def message(text: str | None = "", chat: int = 1001, language: str = "ar", **more: Any) -> dict[str, Any]:
    """An update with a message of a person; `more` goes into the message (photo, voice, location, …)."""
    said = {
        "message_id": more.pop("message_id", next(_numbers)),
        "from": person(chat, language),
        "chat": {"id": chat, "first_name": "A Person", "type": "private"},
        "date": int(time.time()),
        **({"text": text} if text else {}),
        **more,
    }
    return {"update_id": next(_numbers), "message": said}


def edited(text: str, message_id: int, chat: int = 1001) -> dict[str, Any]:
    update = message(text, chat, message_id=message_id, edit_date=int(time.time()))
    return {"update_id": update["update_id"], "edited_message": update["message"]}


def tap(payload: str, chat: int = 1001, language: str = "ar", title: str = "A button") -> dict[str, Any]:
    """An update with a tapped button."""
    keyboard = {"inline_keyboard": [[{"text": title, "callback_data": payload}]]}
    under = message("The question", chat, language, reply_markup=keyboard)["message"]
    query = {
        "id": str(next(_numbers)),
        "from": person(chat, language),
        "message": under,
        "chat_instance": "1",
        "data": payload,
    }
    return {"update_id": next(_numbers), "callback_query": query}


def membership(new: str, chat: int = 1001) -> dict[str, Any]:
    """An update with a block (`kicked`) or an unblock (`member`)."""
    bot = {"id": int(TOKEN.partition(":")[0]), "is_bot": True, "first_name": "Sawt"}
    old = "member" if new == "kicked" else "kicked"
    change = {
        "chat": {"id": chat, "type": "private", "first_name": "A Person"},
        "from": person(chat),
        "date": int(time.time()),
        "old_chat_member": _member(bot, old),
        "new_chat_member": _member(bot, new),
    }
    return {"update_id": next(_numbers), "my_chat_member": change}


def _member(user: dict[str, Any], status: str) -> dict[str, Any]:
    return {"user": user, "status": status, **({"until_date": 0} if status == "kicked" else {})}


def hook(update: dict[str, Any], secret: str = SECRET) -> tuple[dict[str, str], bytes]:
    """Headers (names in lower case) and body of a webhook call."""
    return {"content-type": "application/json", "x-telegram-bot-api-secret-token": secret}, json.dumps(update).encode()


class FakeTelegram(Server):
    """`messages` holds what was taken, oldest first, each with chat_id, text, buttons and message_id."""

    def __init__(self, port: int = 0, token: str = TOKEN) -> None:
        super().__init__(port)
        self.token = token
        self.messages: list[dict[str, Any]] = []
        self.answered: list[str] = []
        self.blocked: set[int] = set()
        self.unknown: set[int] = set()
        self.webhook: dict[str, Any] = {}
        self.poll_troubles = 0
        """How many of the next getUpdates answer 502."""
        self.hook_troubles = 0
        """How many of the next setWebhook answer 502."""
        self._updates: list[dict[str, Any]] = []
        self._files: dict[str, bytes] = {}

    # What a test asks of it

    def texts(self, chat: int = 0) -> list[str]:
        """What was taken for a chat, or for all, in order."""
        return [m["text"] for m in list(self.messages) if chat in (0, m["chat_id"])]

    def push(self, update: dict[str, Any]) -> httpx.Response | None:
        """Give the bot an update: to its webhook with its secret, or to its next poll."""
        if not self.webhook:
            self._updates.append(update)
            return None
        headers, body = hook(update, self.webhook.get("secret_token", ""))
        answer: httpx.Response = self.run(
            self.client.post(self.real(self.webhook["url"]), content=body, headers=headers)
        )
        return answer

    @property
    def waiting(self) -> int:
        """Updates that the bot has not confirmed."""
        return len(self._updates)

    def put_file(self, body: bytes) -> str:
        """Keep a file and give its id."""
        file_id = f"file-{next(_numbers)}"
        self._files[file_id] = body
        return file_id

    # What it answers

    async def answer(self, request: Request) -> Answer | None:
        home = f"/file/bot{self.token}/"
        if request.path.startswith(home):
            body = self._files.get(request.path.removeprefix(home))
            return Answer(200, body) if body is not None else _refusal(404, "Not Found")
        prefix, _, method = request.path.rpartition("/")
        if prefix != f"/bot{self.token}":
            return _refusal(401, "Unauthorized")
        if method not in _KNOWN:
            return _refusal(404, "Not Found: method not found")
        given = {name: values[0] for name, values in request.query.items()} | dict(request.fields())
        if not set(given) <= _KNOWN[method]:
            return _refusal(400, "Bad Request: unknown parameter")
        if method == "sendMessage":
            return await self._send(given)
        if method == "getUpdates":
            return await self._poll(given)
        return self._plain(method, given)

    def _plain(self, method: str, given: dict[str, str]) -> Answer:
        if method == "getMe":
            return _good({"id": 1, "is_bot": True, "first_name": "Sawt", "username": "sawt_bot"})
        if method == "setWebhook":
            if self.hook_troubles:
                self.hook_troubles -= 1
                return _refusal(502, "Bad Gateway")
            self.webhook = {**given, "allowed_updates": json.loads(given.get("allowed_updates", "[]"))}
        if method == "deleteWebhook":
            self.webhook = {}
        if method == "getWebhookInfo":
            return _good({"url": self.webhook.get("url", ""), "pending_update_count": self.waiting})
        if method == "answerCallbackQuery":
            self.answered.append(given["callback_query_id"])
        if method == "getFile":
            body = self._files.get(given["file_id"])
            if body is None:
                return _refusal(400, "Bad Request: invalid file_id")
            name = given["file_id"]
            return _good({"file_id": name, "file_unique_id": name, "file_size": len(body), "file_path": name})
        return _good(True)

    async def _send(self, given: dict[str, str]) -> Answer | None:
        trouble = self.troubles.popleft() if self.troubles else Trouble()
        if (refused := self._refused(given)) is not None:
            return refused
        taken: dict[str, Any] | None = None
        if trouble.accept or not (trouble.status or trouble.cut):
            taken = self._take(given)
        if trouble.hang:
            await asyncio.sleep(trouble.hang)
        if trouble.cut:
            return None
        if trouble.status:
            return _refusal(trouble.status, "trouble", trouble.after)
        assert taken is not None
        chat = {"id": taken["chat_id"], "type": "private", "first_name": "A Person"}
        number, text = taken["message_id"], taken["text"]
        return _good({"message_id": number, "date": int(time.time()), "chat": chat, "text": text})

    def _refused(self, given: dict[str, str]) -> Answer | None:
        if not given.get("chat_id", "").lstrip("-").isdigit():
            return _refusal(400, "Bad Request: chat_id is empty")
        chat, text = int(given["chat_id"]), given.get("text", "")
        data = [button["callback_data"] for row in _keyboard(given) for button in row]
        checks = (
            (chat not in self.blocked, 403, "Forbidden: bot was blocked by the user"),
            (chat not in self.unknown, 400, "Bad Request: chat not found"),
            (bool(text.strip()), 400, "Bad Request: message text is empty"),
            (len(text.encode("utf-16-le")) // 2 <= 4096, 400, "Bad Request: message is too long"),
            (all(1 <= len(d.encode()) <= 64 for d in data), 400, "Bad Request: BUTTON_DATA_INVALID"),
        )
        return next((_refusal(status, said) for good, status, said in checks if not good), None)

    def _take(self, given: dict[str, str]) -> dict[str, Any]:
        taken = {
            "chat_id": int(given["chat_id"]),
            "text": given["text"],
            "parse_mode": given.get("parse_mode"),
            "buttons": [[(b["text"], b["callback_data"]) for b in row] for row in _keyboard(given)],
            "message_id": next(_numbers),
        }
        self.messages.append(taken)
        return taken

    async def _poll(self, given: dict[str, str]) -> Answer:
        if self.poll_troubles:
            self.poll_troubles -= 1
            return _refusal(502, "Bad Gateway")
        if self.webhook:
            return _refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(given.get("offset", "0"))
        self._updates = [u for u in self._updates if u["update_id"] >= offset]
        end = time.monotonic() + float(given.get("timeout", "0"))
        while not self._updates and time.monotonic() < end:
            await asyncio.sleep(0.02)
        return _good(self._updates[:100])


def _keyboard(given: dict[str, str]) -> list[list[dict[str, str]]]:
    rows: list[list[dict[str, str]]] = json.loads(given.get("reply_markup") or "{}").get("inline_keyboard", [])
    return rows


def _good(result: object) -> Answer:
    return as_json(200, {"ok": True, "result": result})


def _refusal(status: int, said: str, after: float | str | None = None) -> Answer:
    more = {"parameters": {"retry_after": after}} if after is not None else {}
    return as_json(status, {"ok": False, "error_code": status, "description": said, **more})


def main() -> None:
    options = argparse.ArgumentParser(description="A fake Telegram for trying things by hand.")
    options.add_argument("--port", type=int, default=8901)
    options.add_argument("--token", default=TOKEN)
    chosen = options.parse_args()
    with FakeTelegram(chosen.port, chosen.token) as fake:
        print(f"Telegram at {fake.url}")
        fake._thread.join()


if __name__ == "__main__":
    main()
