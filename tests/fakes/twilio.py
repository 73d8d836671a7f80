# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Twilio that speaks HTTP: refuses what Twilio refuses, signs what Twilio signs, and misbehaves on demand.

Run by hand: `python -m tests.fakes.twilio --port 8900`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import secrets
from base64 import b64decode
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from twilio.request_validator import RequestValidator

from tests.fakes._http import Answer, Request, Server, Trouble, as_json

ACCOUNT = "AC0123456789abcdef0123456789abcdef"
TOKEN = "twilio-auth-token-of-a-test"
SMS_FROM = "+15005550006"
WHATSAPP_FROM = "+15005550009"

_FIELDS = frozenset(
    [
        "To",
        "From",
        "Body",
        "MediaUrl",
        "StatusCallback",
        "ContentSid",
        "ContentVariables",
        "MessagingServiceSid",
        "ValidityPeriod",
        "ProvideFeedback",
        "SmartEncoded",
        "PersistentAction",
        "MaxPrice",
        "ApplicationSid",
        "Attempt",
    ]
)
_TO = re.compile(r"(\+[1-9]\d{6,14}|whatsapp:(\+[1-9]\d{6,14}|[A-Z]{2}\.[A-Za-z0-9.]+))")


def new_sid(prefix: str = "SM") -> str:
    return prefix + secrets.token_hex(16)


def signed(url: str, fields: dict[str, str], token: str = TOKEN) -> tuple[dict[str, str], bytes]:
    """Headers (names in lower case) and form body of a hook as Twilio would post it to this public URL."""
    signature = RequestValidator(token).compute_signature(url, fields)
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return headers, urlencode(fields).encode()


def message(text: str = "", sender: str = "+218910000001", to: str = SMS_FROM, **more: str) -> dict[str, str]:
    """The fields of an inbound message. A sender with `whatsapp:` gets WhatsApp's fields too."""
    sid = more.pop("MessageSid", new_sid())
    fields = {
        "ToCountry": "US",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": text,
        "To": to,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": sender,
        "FromCity": "",
        "ApiVersion": "2010-04-01",
    }
    if sender.startswith("whatsapp:"):
        fields |= {"ProfileName": "A Person", "MessageType": "text", "WaId": sender.removeprefix("whatsapp:+")}
        fields["To"] = f"whatsapp:{WHATSAPP_FROM}" if to == SMS_FROM else to
    return fields | more


def status(sid: str, state: str, error: str = "", to: str = "+218910000001", sender: str = SMS_FROM) -> dict[str, str]:
    """The fields of a status hook."""
    fields = {
        "SmsSid": sid,
        "SmsStatus": state,
        "MessageStatus": state,
        "To": to,
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": sender,
        "ApiVersion": "2010-04-01",
    }
    return fields | ({"ErrorCode": error} if error else {})


class FakeTwilio(Server):
    """`messages` holds what was taken, oldest first, each as Twilio shows it plus its `StatusCallback`.

    After each message the states of `then` are posted to its StatusCallback, signed: before the answer if `early`,
    each `copies` times, in random order if `shuffled`.
    """

    def __init__(self, port: int = 0, account: str = ACCOUNT, token: str = TOKEN) -> None:
        super().__init__(port)
        self.account, self.token = account, token
        self.messages: list[dict[str, Any]] = []
        self.opted_out: set[str] = set()
        self.refuse: dict[str, int] = {}
        """Address (with its prefix) -> error code with which it is always refused."""
        self.then: tuple[str, ...] = ()
        self.early = self.shuffled = False
        self.copies = 1
        self._media: dict[str, tuple[bytes, str]] = {}

    # What a test asks of it

    def texts(self, to: str = "") -> list[str]:
        """What was taken for an address, or for all, in order."""
        return [m["body"] for m in list(self.messages) if to in ("", m["to"])]

    def post(self, url: str, fields: dict[str, str]) -> httpx.Response:
        """Post a signed hook to a public URL, as Twilio would."""
        answer: httpx.Response = self.run(self._post(url, fields))
        return answer

    def report(self, sid: str, state: str, error: str = "") -> httpx.Response:
        """Post a signed status of a message that was taken."""
        found = next(m for m in self.messages if m["sid"] == sid)
        found["status"] = state
        return self.post(found["StatusCallback"], status(sid, state, error, found["to"], found["from"]))

    def put_media(self, body: bytes, content_type: str = "audio/ogg") -> str:
        """Keep a file and give the URL that Twilio would put into MediaUrl0. It answers with a redirect."""
        sid = new_sid("ME")
        self._media[sid] = (body, content_type)
        return f"{self.url}/2010-04-01/Accounts/{self.account}/Messages/{new_sid('MM')}/Media/{sid}"

    # What it answers

    async def answer(self, request: Request) -> Answer | None:
        if request.path.startswith("/media/"):
            body, kind = self._media.get(request.path.removeprefix("/media/"), (b"", ""))
            return Answer(200, body, {"Content-Type": kind}) if kind else Answer(404)
        if not self._signed_in(request):
            return _error(401, 20003, "Authenticate")
        base = f"/2010-04-01/Accounts/{self.account}/Messages"
        if request.path == f"{base}.json":
            return await self._send(request) if request.method == "POST" else self._list(request)
        if media := re.fullmatch(re.escape(base) + r"/MM\w+/Media/(ME\w+)", request.path):
            return Answer(307, b"", {"Location": f"{self.url}/media/{media[1]}"})
        if one := re.fullmatch(re.escape(base) + r"/(\w+)\.json", request.path):
            found = next((m for m in self.messages if m["sid"] == one[1]), None)
            return as_json(200, _shown(found)) if found else _error(404, 20404, "not found")
        return _error(404, 20404, "not found")

    def _signed_in(self, request: Request) -> bool:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        return kind == "Basic" and b64decode(value).decode() == f"{self.account}:{self.token}"

    async def _send(self, request: Request) -> Answer | None:
        trouble = self.troubles.popleft() if self.troubles else Trouble()
        fields = request.fields()
        given = dict(fields)
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
            after = {"Retry-After": str(trouble.after)} if trouble.after is not None else {}
            return _error(trouble.status, trouble.code or 20000 + trouble.status, "trouble", headers=after)
        assert taken is not None
        shown = as_json(201, _shown(taken))
        await self._callbacks(taken)
        return shown

    def _refused(self, given: dict[str, str]) -> Answer | None:
        to, sender, body = given.get("To", ""), given.get("From", ""), given.get("Body", "")
        checks = (
            (set(given) <= _FIELDS, 20001, "unknown field"),
            (bool(to), 21604, "'To' is required"),
            (bool(sender), 21603, "'From' is required"),
            (bool(_TO.fullmatch(to)), 21211, "'To' is not valid"),
            (to.startswith("whatsapp:") == sender.startswith("whatsapp:"), 63007, "no such sender"),
            (bool(body.strip()) or bool(given.get("ContentSid")), 21602, "Body is required"),
            (len(body.encode("utf-16-le")) // 2 <= 1600, 21617, "Body is too long"),
            (given.get("StatusCallback", "http://").startswith("http"), 21609, "StatusCallback is not valid"),
            (to not in self.opted_out, 21610, "unsubscribed"),
            (to not in self.refuse, self.refuse.get(to, 0), "refused"),
        )
        return next((_error(400, code, text) for good, code, text in checks if not good), None)

    def _take(self, given: dict[str, str]) -> dict[str, Any]:
        taken = {
            "sid": new_sid(),
            "account_sid": self.account,
            "to": given["To"],
            "from": given["From"],
            "body": given.get("Body", ""),
            "status": "queued",
            "direction": "outbound-api",
            "num_segments": "1",
            "num_media": "0",
            "error_code": None,
            "date_created": format_datetime(datetime.now(UTC)),
            "date_sent": None,
            "date_updated": format_datetime(datetime.now(UTC)),
            "StatusCallback": given.get("StatusCallback", ""),
            "ContentSid": given.get("ContentSid", ""),
        }
        self.messages.append(taken)
        return taken

    def _list(self, request: Request) -> Answer:
        wanted = {name.lower(): request.query[name][0] for name in ("To", "From") if name in request.query}
        found = [m for m in reversed(self.messages) if all(m[name] == value for name, value in wanted.items())]
        size, page = int(request.query.get("PageSize", ["50"])[0]), int(request.query.get("Page", ["0"])[0])
        here = found[page * size : (page + 1) * size]
        following = {name: values[0] for name, values in request.query.items()} | {"Page": str(page + 1)}
        more = f"{request.path}?{urlencode(following)}" if len(found) > (page + 1) * size else None
        return as_json(200, {"messages": [_shown(m) for m in here], "next_page_uri": more, "page": page})

    async def _callbacks(self, taken: dict[str, Any]) -> None:
        states = [state for state in self.then for _ in range(self.copies)]
        if self.shuffled:
            random.shuffle(states)
        if self.early:
            await self._tell(taken, states)
        else:
            self.spawn(self._tell(taken, states))

    async def _tell(self, taken: dict[str, Any], states: list[str]) -> None:
        for state in states:
            taken["status"] = state
            await self._post(taken["StatusCallback"], status(taken["sid"], state, "", taken["to"], taken["from"]))

    async def _post(self, url: str, fields: dict[str, str]) -> httpx.Response:
        headers, body = signed(url, fields, self.token)
        return await self.client.post(self.real(url), content=body, headers=headers)


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name.islower()}


def _error(status: int, code: int, text: str, headers: dict[str, str] | None = None) -> Answer:
    return as_json(status, {"code": code, "message": text, "more_info": "", "status": status}, headers)


def main() -> None:
    options = argparse.ArgumentParser(description="A fake Twilio for trying things by hand.")
    options.add_argument("--port", type=int, default=8900)
    options.add_argument("--account", default=ACCOUNT)
    options.add_argument("--token", default=TOKEN)
    chosen = options.parse_args()
    with FakeTwilio(chosen.port, chosen.account, chosen.token) as fake:
        print(f"Twilio at {fake.url}")
        fake._thread.join()


if __name__ == "__main__":
    main()
