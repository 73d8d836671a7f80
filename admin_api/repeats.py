# SPDX-License-Identifier: AGPL-3.0-or-later
"""One effect for one `Idempotency-Key`: the answer is stored with the effect, sealed, and given again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select, text
from starlette.responses import Response

from admin_api.desk import Desk
from bot.errors import Invalid
from bot.store.base import new_id
from bot.store.officers import Repeat


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is given and stored: `body` is JSON text."""

    status: int
    body: str
    etag: str = ""

    def response(self, *, again: bool = False) -> Response:
        headers = {"ETag": self.etag} if self.etag else {}
        if again:
            headers["Idempotency-Replayed"] = "true"
        return Response(self.body, self.status, headers, "application/json")


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request with its key, if it has one. `said` is all of the request that decides what it does."""

    key: str | None
    said: str

    @property
    def digest(self) -> bytes:
        return sha256(self.said.encode()).digest()

    def stored(self, desk: Desk) -> Answer | None:
        """The answer already given to this request. Raises Invalid where the key was used for another one."""
        if self.key is None:
            return None
        self._alone(desk)
        row = desk.session.scalar(select(Repeat).where(Repeat.officer_id == desk.officer.id, Repeat.key == self.key))
        if row is None:
            return None
        if row.digest != self.digest:
            raise Invalid("This Idempotency-Key was used for another request.", "key_reused")
        etag, body = json.loads(desk.service.keyring.open("repeat.response", row.id, row.response))
        return Answer(row.status, body, etag)

    def store(self, desk: Desk, answer: Answer) -> None:
        """Keep the answer in the transaction of the effect."""
        if self.key is None:
            return
        row = new_id()
        desk.session.add(
            Repeat(
                id=row,
                officer_id=desk.officer.id,
                key=self.key,
                digest=self.digest,
                status=answer.status,
                response=desk.service.keyring.seal("repeat.response", row, json.dumps([answer.etag, answer.body])),
                at=desk.now,
            )
        )

    def _alone(self, desk: Desk) -> None:
        """Two requests with one key go one after the other; SQLite has one writer anyhow."""
        if not desk.service.store.sqlite:
            number = int.from_bytes(sha256(f"{desk.officer.id}:{self.key}".encode()).digest()[:8], "big", signed=True)
            desk.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
