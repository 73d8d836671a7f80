# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person or an officer wrote is in no error, no log and no header, whatever goes wrong and wherever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.admin_api.conftest import CANARY, Office

BODIES: tuple[Any, ...] = (
    {"text": CANARY, CANARY: 1},
    {"text": [CANARY]},
    {"text": {CANARY: CANARY}},
    {CANARY: CANARY},
    {"text": CANARY + "\x00"},
    {"text": CANARY * 300},
    {"text": CANARY, "language": CANARY * 9},
    {"to": CANARY, "consent": CANARY},
    {"resolution": CANARY, "person_informed": CANARY},
    {"category": CANARY, "priority": CANARY, "compartment": CANARY, "topic": CANARY * 9},
    {"assignee": CANARY},
    {"ids": [CANARY]},
    [CANARY],
    CANARY,
)
CUT = ("zzcanaryzz", "كناري")


def clean(answer: Any, log: str) -> None:
    for trace in CUT:
        assert trace not in answer.text
        assert trace not in str(answer.headers)
        assert trace not in log


def test_no_wrong_body_is_repeated(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    ref, client = office.case(), office.client("officer@example.org")
    paths = [f"/api/v1/cases/{ref}/{verb}" for verb in ("reply", "note", "assign", "refer", "close", "correct")]
    for path in [*paths, "/api/v1/classify", "/api/v1/notices/seen"]:
        for body in BODIES:
            if path.endswith(("reply", "note")) and body == {"text": CANARY * 300}:
                continue
            answer = client.post(path, json=body, headers={"If-Match": '"999"'})
            assert answer.status_code in (412, 422), (path, answer.status_code)
            clean(answer, caplog.text)
        broken = client.post(
            path, content=f'{{"text": "{CANARY}'.encode(), headers={"Content-Type": "application/json"}
        )
        assert broken.status_code == 422
        clean(broken, caplog.text)
        form = client.post(path, content=CANARY.encode(), headers={"Content-Type": "text/plain", "If-Match": '"1"'})
        assert form.status_code == 422
        clean(form, caplog.text)


def test_no_address_or_key_is_repeated(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    caplog.set_level("ERROR", logger="httpx2")  # the test's own client, not the service
    client = office.client("officer@example.org")
    for path in (
        f"/api/v1/cases/{CANARY}",
        f"/api/v1/{CANARY}",
        f"/api/v1/cases/{CANARY}/messages/{CANARY}",
        f"/console/{CANARY}",
        f"/console/static/{CANARY}",
    ):
        answer = client.get(path)
        assert answer.status_code in (404, 422)
        for trace in CUT:
            assert trace not in answer.text
    answer = client.post(
        f"/api/v1/cases/{office.case()}/note", json={"text": "x"}, headers={"Idempotency-Key": "zzcanaryzz " * 20}
    )
    assert answer.status_code == 422
    clean(answer, caplog.text)


def test_a_failing_database_tells_nothing(both: Office, caplog: pytest.LogCaptureFixture) -> None:
    """At each statement of a reply in turn, the database breaks with the statement in the error."""
    caplog.set_level("INFO")
    ref, client = both.case(), both.client("officer@example.org")
    left = {"calls": 0}

    def fail(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        left["calls"] -= 1
        if left["calls"] == 0:
            raise RuntimeError(f"{statement} {parameters} {CANARY}")

    event.listen(both.store.engine, "before_cursor_execute", fail)
    broken = 0
    for number in range(1, 80):
        left["calls"] = number
        answer = client.post(
            f"/api/v1/cases/{ref}/reply", json={"text": CANARY}, headers={"If-Match": '"1"', "Idempotency-Key": "k"}
        )
        if answer.status_code == 201:
            break
        broken += 1
        assert answer.status_code == 500
        assert answer.json()["code"] == "failed"
        clean(answer, caplog.text)
    left["calls"] = 0
    event.remove(both.store.engine, "before_cursor_execute", fail)
    assert broken > 10
    assert client.get(f"/api/v1/cases/{ref}").json()["version"] == 2, "what failed had no effect, what came through one"
    assert len(client.get(f"/api/v1/cases/{ref}/messages").json()["items"]) == 2


def test_the_database_file_and_its_journal_hold_no_word(office: Office) -> None:
    ref, client = office.case(), office.client("officer@example.org")
    client.post(
        f"/api/v1/cases/{ref}/reply", json={"text": CANARY}, headers={"If-Match": '"1"', "Idempotency-Key": "k"}
    )
    client.post(f"/api/v1/cases/{ref}/note", json={"text": CANARY}, headers={"If-Match": '"2"', "Idempotency-Key": "n"})
    client.post(f"/api/v1/cases/{ref}/refer", json={"to": CANARY, "consent": True}, headers={"If-Match": '"3"'})
    database = office.store.engine.url.database
    assert database is not None
    for path in Path(database).parent.glob("office.db*"):
        held = path.read_bytes()
        assert b"zzcanaryzz" not in held
        assert b"Amina" not in held
