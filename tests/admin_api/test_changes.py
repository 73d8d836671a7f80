# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changes name the version that was read, are done once however often they are sent, and tell what became of them."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from bot.store.messages import Message, Outbox
from bot.store.officers import Repeat
from bot.store.people import Contact
from tests.admin_api.conftest import Office


def post(client: TestClient, ref: str, verb: str, body: Any = None, tag: str | None = '"1"', **headers: str) -> Any:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    if tag is not None:
        said["If-Match"] = tag
    return client.post(f"/api/v1/cases/{ref}/{verb}", json=body, headers=said)


def replies(office: Office) -> int:
    with office.store.read() as session:
        return session.scalar(select(func.count()).select_from(Message).where(~Message.inbound)) or 0


def test_the_version_is_the_etag_and_rises_with_each_change(both: Office) -> None:
    ref, client = both.case(), both.client("officer@example.org")
    assert client.get(f"/api/v1/cases/{ref}").headers["etag"] == '"1"'
    first = post(client, ref, "note", {"text": "واحد"})
    assert (first.status_code, first.headers["etag"], first.json()["case"]["version"]) == (201, '"2"', 2)
    assert client.get(f"/api/v1/cases/{ref}").headers["etag"] == '"2"'


@pytest.mark.parametrize("verb", ["reply", "note", "assign", "refer", "close", "reopen", "correct"])
def test_no_version_is_428_and_an_old_one_412_for_every_verb(office: Office, verb: str) -> None:
    ref, client = office.case(), office.client("officer@example.org")
    bodies: dict[str, Any] = {
        "reply": {"text": "x"},
        "note": {"text": "x"},
        "assign": {"assignee": "me"},
        "refer": {"to": "x", "consent": True},
        "close": {"resolution": "answered", "person_informed": True},
        "correct": {"topic": "health"},
    }
    for tag, status, code in (
        (None, 428, "version_missing"),
        ("*", 428, "version_missing"),
        ('"7"', 412, "stale"),
        ('W/"1"', 412, "stale"),
        ('"x"', 412, "stale"),
    ):
        answer = post(client, ref, verb, bodies.get(verb), tag)
        assert (answer.status_code, answer.json()["code"]) == (status, code), tag
    assert client.get(f"/api/v1/cases/{ref}").json()["version"] == 1
    assert replies(office) == 0


def test_one_of_several_versions_is_enough(office: Office) -> None:
    ref, client = office.case(), office.client("officer@example.org")
    assert post(client, ref, "note", {"text": "x"}, '"9", "1"').status_code == 201


def test_a_repeated_post_has_one_effect_and_the_first_answer(both: Office) -> None:
    ref, client = both.case(), both.client("officer@example.org")
    first, second = (post(client, ref, "reply", {"text": "سلام"}, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, first.text, first.headers["etag"]) == (
        second.status_code,
        second.text,
        second.headers["etag"],
    )
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert replies(both) == 1


def test_a_key_is_not_for_another_request(office: Office) -> None:
    ref, other, client = office.case(), office.case(), office.client("officer@example.org")
    post(client, ref, "reply", {"text": "one"}, Idempotency_Key="k")
    for answer in (
        post(client, ref, "reply", {"text": "two"}, '"2"', Idempotency_Key="k"),
        post(client, ref, "note", {"text": "one"}, '"2"', Idempotency_Key="k"),
        post(client, other, "reply", {"text": "one"}, Idempotency_Key="k"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    second = office.client("second@example.org")
    assert post(second, other, "reply", {"text": "one"}, Idempotency_Key="k").status_code == 201, "keys are one's own"


def test_what_was_refused_may_be_tried_again_with_its_key(office: Office) -> None:
    ref, client = office.case(), office.client("officer@example.org")
    assert post(client, ref, "reply", {"text": "x"}, '"5"', Idempotency_Key="k").status_code == 412
    assert post(client, ref, "reply", {"text": "x"}, Idempotency_Key="k").status_code == 201


def test_stored_answers_are_sealed(office: Office) -> None:
    ref, client = office.case(), office.client("officer@example.org")
    post(client, ref, "reply", {"text": "x"}, Idempotency_Key="k")
    with office.store.read() as session:
        row = session.scalars(select(Repeat)).one()
        assert ref.encode() not in row.response
        assert b"Amina" not in row.response


def test_two_posts_at_once_with_one_key_have_one_effect(both: Office) -> None:
    ref, client = both.case(), both.client("officer@example.org")
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(post(client, ref, "reply", {"text": "x"}, Idempotency_Key="k")))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert replies(both) == 1


def test_two_officers_at_once_do_not_both_win(both: Office) -> None:
    ref = both.case()
    clients = [both.client("officer@example.org"), both.client("second@example.org")]
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda c=client: statuses.append(post(c, ref, "reply", {"text": "x"}).status_code))
        for client in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 412]
    assert replies(both) == 1


def test_a_reply_goes_out_in_the_thread_and_its_delivery_can_be_looked_up(both: Office) -> None:
    ref, client = both.case(), both.client("officer@example.org")
    answer = post(client, ref, "reply", {"text": "نعم، غدا"})
    made = answer.json()
    assert made["delivery"] == "waiting"
    assert made["case"]["status"] == "waiting"
    assert answer.headers["location"] == made["href"]
    looked = client.get(made["href"]).json()
    assert (looked["text"], looked["direction"], looked["author"]) == ("نعم، غدا", "out", "officer")
    assert looked["officer"]["email"] == "officer@example.org"
    with both.store.write() as session:
        part = session.scalars(select(Outbox)).one()
        part.state, part.delivery, part.error = "accepted", "failed", "30003"
    looked = client.get(made["href"]).json()
    assert (looked["delivery"], looked["delivery_error"]) == ("failed", "30003")
    thread = client.get(f"/api/v1/cases/{ref}/messages").json()["items"]
    assert [message["direction"] for message in thread] == ["in", "out"]


def test_a_person_who_asked_for_silence_is_not_written_to(office: Office) -> None:
    ref, client = office.case(), office.client("officer@example.org")
    with office.store.write() as session:
        session.scalars(select(Contact)).one().stopped_at = office.clock()
    answer = post(client, ref, "reply", {"text": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "stopped")
    assert client.get(f"/api/v1/cases/{ref}").json()["contact"]["stopped"] is True


def test_outside_the_window_a_reply_is_held_and_says_so(office: Office) -> None:
    office.channel.window = timedelta(hours=24)
    ref, client = office.case(), office.client("officer@example.org")
    office.clock.forward(hours=30)
    window = client.get(f"/api/v1/cases/{ref}").json()["contact"]["window"]
    assert (window["limited"], window["open"]) == (True, False)
    assert post(client, ref, "reply", {"text": "x"}).json()["delivery"] == "held"


def test_a_referral_needs_consent_and_a_closed_case_cannot_be_closed(office: Office) -> None:
    ref, client = office.case(), office.client("officer@example.org")
    refused = post(client, ref, "refer", {"to": "MRC", "consent": False})
    assert (refused.status_code, refused.json()["code"]) == (422, "consent")
    body = {"resolution": "referred", "person_informed": True}
    assert post(client, ref, "close", body).json()["case"]["status"] == "closed"
    assert post(client, ref, "close", body, '"2"').status_code == 409
    opened = post(client, ref, "reopen", None, '"2"').json()["case"]
    assert (opened["status"], opened["resolution"]) == ("open", None)
    assert post(client, ref, "reopen", None, '"3"').status_code == 409


def test_assigning_takes_me_an_address_or_nobody(office: Office) -> None:
    ref, client = office.case(), office.client("officer@example.org")
    for tag, assignee, expected in (
        ('"1"', "me", "officer@example.org"),
        ('"2"', "second@example.org", "second@example.org"),
        ('"3"', None, None),
    ):
        case = post(client, ref, "assign", {"assignee": assignee}, tag).json()["case"]
        assert (case["assignee"] or {}).get("email") == expected
    events = client.get(f"/api/v1/cases/{ref}/history").json()["items"]
    assert [event["detail"].get("to") for event in events if event["verb"] == "assigned"] == [
        "officer@example.org",
        "second@example.org",
        None,
    ]


def test_a_correction_keeps_both_filings_in_the_history(office: Office) -> None:
    ref, client = office.case(), office.client("officer@example.org")
    case = post(client, ref, "correct", {"category": "assistance_request", "priority": "P3", "topic": None}).json()[
        "case"
    ]
    assert (case["category"], case["priority"], case["topic"]) == ("assistance_request", "P3", None)
    event = client.get(f"/api/v1/cases/{ref}/history").json()["items"][-1]
    assert event["verb"] == "refiled"
    assert event["detail"]["from"] == {"category": "complaint", "priority": "P2", "compartment": None, "topic": "cash"}
    assert event["detail"]["to"]["category"] == "assistance_request"


@pytest.mark.parametrize("text", ["نص عربي", "ጽሑፍ", "বাংলা", "👍🏽", "e\u0301", "\u202eabc", "1 < 2 & 'x'"])
def test_every_script_comes_back_as_it_was_written(office: Office, text: str) -> None:
    ref, client = office.case(), office.client("officer@example.org")
    post(client, ref, "reply", {"text": text})
    post(client, ref, "note", {"text": text}, '"2"')
    post(client, ref, "refer", {"to": text, "consent": True}, '"3"')
    assert client.get(f"/api/v1/cases/{ref}/messages").json()["items"][-1]["text"] == text
    assert [note["text"] for note in client.get(f"/api/v1/cases/{ref}/notes").json()["items"]] == [text, text]


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\ud800", "x" * 4001])
def test_a_text_that_cannot_be_sent_is_422(both: Office, text: str) -> None:
    ref, client = both.case(), both.client("officer@example.org")
    body = json.dumps({"text": text})
    answer = client.post(
        f"/api/v1/cases/{ref}/reply", content=body, headers={"If-Match": '"1"', "Content-Type": "application/json"}
    )
    assert answer.status_code == 422
