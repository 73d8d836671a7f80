# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists are narrowed by any filter in any script, do not move under the reader, and agree with the counts."""

from __future__ import annotations

from typing import Any

from routing.decision import Place
from tests.admin_api.conftest import Office


def refs(client: Any, **params: Any) -> list[str]:
    answer = client.get("/api/v1/cases", params=params)
    assert answer.status_code == 200, answer.text
    return [item["ref"] for item in answer.json()["items"]]


def test_the_newest_case_is_first_and_pages_are_stable_while_cases_arrive(both: Office) -> None:
    made = [both.case() for _ in range(7)]
    client = both.client("officer@example.org")
    seen, cursor = [], None
    while True:
        page = client.get("/api/v1/cases", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["ref"] for item in page["items"]]
        both.case()  # arrives while somebody reads
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == made[::-1]


def test_cases_of_the_same_moment_are_neither_lost_nor_doubled(both: Office) -> None:
    made = []
    for _ in range(5):
        made.append(both.case())
        both.clock.forward(seconds=-1)
    client, seen, cursor = both.client("officer@example.org"), [], None
    for _ in range(5):
        page = client.get("/api/v1/cases", params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["ref"] for item in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == sorted(made)
    assert cursor is None


def test_the_urgent_order_puts_graver_and_sooner_first_over_pages(both: Office) -> None:
    late = both.case(priority="P3")
    answered = both.case(priority="P2")
    client = both.client("officer@example.org")
    client.post(f"/api/v1/cases/{answered}/reply", json={"text": "x"}, headers={"If-Match": '"1"'})
    soon, worst = both.case(priority="P2"), both.case("emergency", priority="P0")
    seen, cursor = [], None
    for _ in range(4):
        page = client.get(
            "/api/v1/cases", params={"sort": "urgent", "limit": 1, **({"cursor": cursor} if cursor else {})}
        ).json()
        seen.append(page["items"][0]["ref"])
        cursor = page["next"]
    assert seen == [worst, soon, answered, late]


def test_a_cursor_that_is_not_ours_is_422(office: Office) -> None:
    client = office.client("officer@example.org")
    for cursor in ("xyz", "كناري", "W10", "bnVsbA", "WyIyMDI2IiwieCJd", "WzEsMl0", "eyJhIjoxfQ"):
        answer = client.get("/api/v1/cases", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor")
        assert cursor not in answer.text


def test_every_filter_narrows(both: Office) -> None:
    sabha = both.case("information_request", priority="P3", topic="health", place=Place("Sabha", "LY030901"))
    other = both.case("complaint", priority="P2", topic="cash", place=Place("Kufra", "LY020301"))
    client = both.client("officer@example.org")
    client.post(f"/api/v1/cases/{sabha}/assign", json={"assignee": "me"}, headers={"If-Match": '"1"'})
    me = client.get("/api/v1/me").json()
    for filters in (
        {"category": "information_request"},
        {"priority": "P3"},
        {"topic": "health"},
        {"place": "LY0309"},
        {"place": "ly03"},
        {"place": "sabha"},
        {"assignee": "me"},
        {"assignee": me["id"]},
        {"assignee": me["email"]},
        {"q": sabha},
        {"q": sabha.lower().replace("-", " ")},
    ):
        assert refs(client, **filters) == [sabha], filters
    assert refs(client, assignee="none") == [other]
    assert refs(client, status="closed") == []
    assert sorted(refs(client, status=["open", "waiting"])) == sorted([sabha, other])
    assert refs(client, language="ar", compartment="none", topic="cash") == [other]


def test_overdue_agrees_between_item_filter_and_count(both: Office) -> None:
    both.case(priority="P4")
    grave = both.case("emergency", priority="P0")
    both.clock.forward(hours=2)
    client = both.client("officer@example.org")
    assert refs(client, overdue=True) == [grave]
    assert client.get("/api/v1/counts").json()["overdue"] == 1
    items = client.get("/api/v1/cases").json()["items"]
    assert {item["ref"] for item in items if item["clocks"]["overdue"]} == {grave}
    assert len(refs(client, overdue=False)) == 1
    client.post(f"/api/v1/cases/{grave}/reply", json={"text": "x"}, headers={"If-Match": '"1"'})
    assert client.get("/api/v1/counts").json()["overdue"] == 0, "who was answered is not overdue"


def test_any_script_is_taken_as_a_filter_and_finds_nothing_by_accident(both: Office) -> None:
    both.case(place=Place("Sabha", "LY030901"))
    client = both.client("officer@example.org")
    for name in ("topic", "language", "place", "assignee", "q"):
        for value in ("سبها", "ሰብሃ", "%' OR 1=1 --", "\u202eK7M4", "👍🏽", "٠١٢٣"):
            assert refs(client, **{name: value}) == [], (name, value)


def test_a_filter_that_makes_no_sense_is_422_and_not_repeated(both: Office) -> None:
    client = both.client("officer@example.org")
    for name in ("topic", "language", "place", "assignee", "q", "category", "status", "cursor", "limit"):
        answer = client.get("/api/v1/cases", params={name: "كناري\x00" if name != "limit" else "١٠١canary"})
        assert answer.status_code == 422, name
        assert "كناري" not in answer.text
        assert "canary" not in answer.text


def test_a_page_has_fifty_cases_and_never_more_than_a_hundred(office: Office) -> None:
    for _ in range(52):
        office.case()
    client = office.client("officer@example.org")
    assert len(refs(client)) == 50
    assert len(refs(client, limit=100)) == 52
    for limit in (0, 101, -1):
        assert client.get("/api/v1/cases", params={"limit": limit}).status_code == 422


def test_notices_come_in_pages_and_are_marked_seen_once(both: Office) -> None:
    made = [both.case() for _ in range(5)]
    client = both.client("officer@example.org")
    seen, cursor = [], None
    for _ in range(3):
        page = client.get("/api/v1/notices", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["case"] for item in page["items"]]
        cursor = page["next"]
    assert seen == made[::-1]
    first = client.get("/api/v1/notices").json()["items"][0]["id"]
    assert client.post("/api/v1/notices/seen", json={"ids": [first]}).json() == {"seen": 1}
    other = both.client("second@example.org").get("/api/v1/notices").json()["items"][0]["id"]
    assert client.post("/api/v1/notices/seen", json={"ids": [other]}).json() == {"seen": 0}, "not one's own"
    for _ in range(2):
        marked = client.post("/api/v1/notices/seen", json={}, headers={"Idempotency-Key": "k"})
        assert marked.json() == {"seen": 4}
    assert client.get("/api/v1/notices", params={"unseen": True}).json()["items"] == []
    assert client.get("/api/v1/counts").json()["notices"] == 0
    assert client.get("/api/v1/notices", params={"cursor": "zz"}).status_code == 422


def test_a_text_is_explained_and_not_stored(office: Office) -> None:
    client = office.client("content@example.org")
    said = client.post("/api/v1/classify", json={"text": "متى تصل المساعدة؟"}).json()
    assert (said["action"], said["place"]["pcode"], said["reasons"][0]["words"]) == (
        "escalate",
        "LY030901",
        ["متى تصل المساعدة؟"],
    )
    assert office.client("officer@example.org").get("/api/v1/cases").json()["items"] == []
