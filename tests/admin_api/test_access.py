# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every role against every compartment, verb and nested object: what one may not see is not there, for any door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from bot import officers
from bot.access import access_case
from bot.cases import Filing
from bot.store.base import new_id
from bot.store.cases import Case
from bot.store.messages import Attachment, Message
from routing.decision import Place
from tests.admin_api.conftest import STAFF, Office

FILINGS: dict[str, dict[str, Any]] = {
    "open": {"category": "complaint"},
    "pseah": {"category": "pseah", "compartment": "pseah", "priority": "P1"},
    "protection": {"category": "protection", "compartment": "protection", "priority": "P1"},
    "integrity": {"category": "misconduct", "compartment": "integrity", "priority": "P1"},
}
SEES = {
    "officer@example.org": {"open"},
    "second@example.org": {"open"},
    "focal@example.org": {"open", "pseah"},
    "guard@example.org": {"open", "protection", "integrity"},
    "manager@example.org": {"open"},
    "analyst@example.org": set(),
    "content@example.org": set(),
    "admin@example.org": set(),
    "odd@example.org": set(),
}
"""Reviewed by hand: which compartments' cases each officer sees."""
VERBS: dict[str, dict[str, Any] | None] = {
    "reply": {"text": "نعم"},
    "note": {"text": "ملاحظة"},
    "assign": {"assignee": None},
    "refer": {"to": "MRC", "consent": True},
    "close": {"resolution": "answered", "person_informed": True},
    "reopen": None,
    "correct": {"topic": "health"},
}
NESTED = ("", "/messages", "/notes", "/history")


@pytest.fixture
def world(office: Office) -> dict[str, str]:
    return {name: office.case(**filing) for name, filing in FILINGS.items()}


def version(client: TestClient, ref: str) -> str:
    return client.get(f"/api/v1/cases/{ref}").headers.get("etag", '"1"')


@pytest.mark.parametrize("email", STAFF)
def test_reading_follows_the_table(office: Office, world: dict[str, str], email: str) -> None:
    client = office.client(email)
    for name, ref in world.items():
        expected = 200 if name in SEES[email] else 404
        for part in NESTED:
            assert client.get(f"/api/v1/cases/{ref}{part}").status_code == expected, (name, part)
        assert client.get("/api/v1/officers", params={"case": ref}).status_code == expected
        assert client.get(f"/api/v1/cases/{ref}/messages/{_message(office, ref)}").status_code == expected
        assert client.get(f"/api/v1/cases/{ref}/attachments/{_file(office, ref)}").status_code == expected


@pytest.mark.parametrize("email", STAFF)
def test_changing_follows_the_table(office: Office, email: str) -> None:
    client = office.client(email)
    for verb, body in VERBS.items():
        for name, filing in FILINGS.items():
            ref = office.case(**filing)
            tag = version(client, ref)
            if verb == "reopen" and name in SEES[email]:
                done = client.post(f"/api/v1/cases/{ref}/close", json=VERBS["close"], headers={"If-Match": tag})
                tag = done.headers["etag"]
            answer = client.post(f"/api/v1/cases/{ref}/{verb}", json=body, headers={"If-Match": tag})
            assert answer.status_code in ((200, 201) if name in SEES[email] else (404,)), (verb, name, answer.text)


@pytest.mark.parametrize("email", STAFF)
def test_lists_counts_and_filters_hold_only_what_may_be_seen(office: Office, world: dict[str, str], email: str) -> None:
    client = office.client(email)
    seen = {world[name] for name in SEES[email]}
    assert {item["ref"] for item in client.get("/api/v1/cases").json()["items"]} == seen
    for name, ref in world.items():
        found = client.get("/api/v1/cases", params={"q": ref}).json()["items"]
        assert [item["ref"] for item in found] == ([ref] if name in SEES[email] else [])
        if name != "open":
            narrowed = client.get("/api/v1/cases", params={"compartment": name}).json()["items"]
            assert bool(narrowed) == (name in SEES[email])
    counts = client.get("/api/v1/counts").json()
    assert sum(counts["status"].values()) == len(seen)
    assert sum(counts["priority"].values()) == sum(counts["queue"].values()) == len(seen)
    assert counts["notices"] == len(client.get("/api/v1/notices").json()["items"])


@pytest.mark.parametrize("email", STAFF)
def test_notices_name_only_cases_that_may_be_seen(office: Office, world: dict[str, str], email: str) -> None:
    named = {item["case"] for item in office.client(email).get("/api/v1/notices").json()["items"]}
    assert named == {world[name] for name in SEES[email]}


def test_a_missing_case_and_a_hidden_one_answer_alike(office: Office, world: dict[str, str]) -> None:
    client = office.client("officer@example.org")
    hidden, missing = (client.get(f"/api/v1/cases/{ref}") for ref in (world["pseah"], "0000-0000"))
    assert (hidden.status_code, hidden.json()) == (missing.status_code, missing.json())
    tags = {"If-Match": '"1"'}
    acts = [client.post(f"/api/v1/cases/{ref}/note", json={"text": "x"}, headers=tags) for ref in (world["pseah"], "0")]
    assert acts[0].json() == acts[1].json()


def test_a_file_is_not_to_be_had_through_another_case(office: Office, world: dict[str, str]) -> None:
    """The nested object is checked with its parent, not alone."""
    focal = office.client("focal@example.org")
    hidden = _file(office, world["protection"])
    for name in ("open", "pseah"):
        assert focal.get(f"/api/v1/cases/{world[name]}/attachments/{hidden}").status_code == 404
        assert (
            focal.get(f"/api/v1/cases/{world[name]}/messages/{_message(office, world['protection'])}").status_code
            == 404
        )


def test_a_case_is_given_only_to_who_may_see_it(office: Office, world: dict[str, str]) -> None:
    focal = office.client("focal@example.org")
    answers = []
    for someone in ("officer@example.org", "admin@example.org", "nobody@example.org", "كناري"):
        answers.append(
            focal.post(
                f"/api/v1/cases/{world['pseah']}/assign", json={"assignee": someone}, headers={"If-Match": '"1"'}
            )
        )
    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.text for answer in answers}) == 1, "whether an officer exists is not told"
    listed = focal.get("/api/v1/officers", params={"case": world["pseah"]}).json()["items"]
    assert [item["email"] for item in listed] == ["focal@example.org"]


def test_places_and_topics_narrow_what_an_officer_sees(office: Office) -> None:
    office.officer("south@example.org", "officer", places=["LY03"], topics=["health"])
    south = office.client("south@example.org")
    here = office.case(topic="health", place=Place("Sabha", "LY030901"))
    anywhere = office.case(topic=None)
    office.case(topic="health", place=Place("Tripoli", "LY011101"))
    office.case(topic="cash", place=Place("Sabha", "LY030901"))
    assert {item["ref"] for item in south.get("/api/v1/cases").json()["items"]} == {here, anywhere}


def test_a_case_that_turns_grave_leaves_the_sight_and_hands_of_others(office: Office) -> None:
    ref = office.case()
    officer = office.client("officer@example.org")
    officer.post(f"/api/v1/cases/{ref}/assign", json={"assignee": "me"}, headers={"If-Match": '"1"'})
    headers = {"If-Match": '"2"', "Idempotency-Key": "once"}
    moved = officer.post(f"/api/v1/cases/{ref}/correct", json={"category": "pseah"}, headers=headers)
    assert (moved.status_code, moved.json()) == (200, {"case": None})
    again = officer.post(f"/api/v1/cases/{ref}/correct", json={"category": "pseah"}, headers=headers)
    assert again.json() == {"case": None}
    assert officer.get(f"/api/v1/cases/{ref}").status_code == 404
    assert officer.get("/api/v1/notices").json()["items"] == []
    seen = office.client("focal@example.org").get(f"/api/v1/cases/{ref}").json()
    assert (seen["compartment"], seen["assignee"], seen["queue"]) == ("pseah", None, "pseah")


def test_a_restricted_category_cannot_be_opened_to_others(office: Office) -> None:
    ref = office.case("pseah", compartment="pseah", priority="P1")
    focal = office.client("focal@example.org")
    for body in ({"compartment": None}, {"category": "pseah", "compartment": "integrity"}):
        answer = focal.post(f"/api/v1/cases/{ref}/correct", json=body, headers={"If-Match": version(focal, ref)})
        assert answer.json()["case"]["compartment"] == "pseah"
    answer = focal.post(f"/api/v1/cases/{ref}/correct", json={"category": "complaint"}, headers={"If-Match": '"3"'})
    assert answer.json()["case"]["compartment"] == "pseah", "a category alone never opens a case"


def test_reading_a_restricted_case_is_written_down_before_it_is_shown(office: Office) -> None:
    ref = office.case("pseah", compartment="pseah", priority="P1")
    focal = office.client("focal@example.org")
    for part in NESTED:
        focal.get(f"/api/v1/cases/{ref}{part}")
    history = focal.get(f"/api/v1/cases/{ref}/history").json()
    assert [event["verb"] for event in history["items"]] == ["opened"] + ["read"] * 5
    assert history["whole"]
    plain = office.case()
    client = office.client("officer@example.org")
    client.get(f"/api/v1/cases/{plain}")
    assert [event["verb"] for event in client.get(f"/api/v1/cases/{plain}/history").json()["items"]] == ["opened"]


def test_a_disabled_officer_is_shut_out_at_once(office: Office) -> None:
    client = office.client("officer@example.org")
    assert client.get("/api/v1/me").status_code == 200
    with office.store.write() as session:
        found = officers.by_email(session, "officer@example.org")
        assert found is not None
        officers.disable(session, found)
    assert client.get("/api/v1/me").status_code == 401


def test_filing_is_the_same_whoever_files(office: Office) -> None:
    """The verb itself keeps the rule, not only the API."""
    ref = office.case("pseah", compartment="pseah")
    with office.store.write() as session:
        found = officers.by_email(session, "focal@example.org")
        assert found is not None
        case = access_case(session, found, ref)
        office.cases.correct(session, found, case, Filing("protection", "P1", None))
        assert case.compartment == "protection"


def _message(office: Office, ref: str) -> str:
    with office.store.read() as session:
        return str(session.scalar(select(Message.id).join(Case, Case.id == Message.case_id).where(Case.ref == ref)))


def _file(office: Office, ref: str) -> str:
    row = new_id()
    with office.store.write() as session:
        session.add(
            Attachment(
                id=row,
                message_id=UUID(_message(office, ref)),
                channel="sms",
                content_type="text/html",
                filename=office.ring.seal("attachment.filename", row, "صورة.html"),
                reference=office.ring.seal("attachment.reference", row, "x"),
                content=office.ring.seal_bytes("attachment.content", row, b"<script>1</script>"),
                state="fetched",
                next_at=office.clock(),
            )
        )
    return str(row)


def test_a_file_comes_as_a_harmless_download(office: Office) -> None:
    ref = office.case()
    answer = office.client("officer@example.org").get(f"/api/v1/cases/{ref}/attachments/{_file(office, ref)}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D8%B5")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
