# SPDX-License-Identifier: AGPL-3.0-or-later
"""Content over the API: two people, one version at a time, every refusal with its reason, files in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.bell import Bell
from bot.content import seeding
from bot.content.published import Published
from bot.settings import Settings
from tests.admin_api.conftest import Office

BASE = "/api/v1/content"
FACT = {
    "value": "+218 00 000 0099",
    "verified_by": "A. Person",
    "verified_on": "2026-11-20",
    "expires_on": "2027-06-01",
}
QUESTIONS = ["where is it", "who can come", "is it free", "when is it open"]
WORDS = {"title": "Tea house", "questions": QUESTIONS, "short": "Come. {phone_tea}.", "long": "More."}


class Team:
    """An author, a publisher and a French reviewer with their clients."""

    def __init__(self, office: Office) -> None:
        self.office = office
        seeding.seed(office.store, None, office.clock(), publish=True, examples=True)
        for name, roles, languages in (
            ("author", ["author"], []),
            ("publisher", ["publisher"], []),
            ("translator", ["translator"], ["fr"]),
            ("reviewer", ["reviewer"], ["fr"]),
        ):
            made = office.officer(f"{name}@example.org", "content", languages=languages)
            with office.store.write() as session:
                session.merge(made).content_roles = roles
        self.published = Published(office.store, Bell(office.store), Settings(), office.clock)

    def client(self, name: str) -> TestClient:
        return self.office.client(f"{name}@example.org")

    def act(self, name: str, path: str, body: Any = None, **headers: str) -> Any:
        """Do a verb as somebody, with the version as it is now."""
        client = self.client(name)
        slug = path.split("/")[0]
        etag = client.get(f"{BASE}/entries/{slug}").headers.get("etag", '"0"')
        more = {} if body is None else {"json": body}
        return client.post(f"{BASE}/entries/{path}", headers={"If-Match": etag, **headers}, **more)

    def served(self, slug: str, language: str) -> Any:
        self.published._rung.set()
        return self.published.known().knowledge.entry(slug, language)


@pytest.fixture
def team(office: Office) -> Team:
    return Team(office)


def test_an_entry_goes_from_draft_to_people_through_four_hands(team: Team) -> None:
    assert team.client("publisher").post(f"{BASE}/facts/phone_tea", json=FACT).status_code == 200
    body = {"slug": "tea-house", "topic": "mrc", "words": WORDS}
    assert team.client("author").post(f"{BASE}/entries", json=body).status_code == 201
    assert team.act("author", "tea-house/submit").status_code == 200
    refused = team.act("author", "tea-house/publish", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert team.served("tea-house", "en") is None
    assert team.act("publisher", "tea-house/publish", {}).json()["status"] == "published"
    assert "+218 00 000 0099" in team.served("tea-house", "en").text
    french = {**WORDS, "title": "Maison du thé", "short": "Venez. {phone_tea}.", "long": "Plus."}
    french["questions"] = ["c'est où", "qui peut venir", "c'est gratuit", "quand c'est ouvert"]
    assert team.act("translator", "tea-house/texts/fr", {"words": french}).status_code == 200
    assert team.act("translator", "tea-house/texts/fr/submit").status_code == 200
    assert team.act("translator", "tea-house/texts/fr/approve").status_code == 403
    assert team.served("tea-house", "fr") is None
    assert team.act("reviewer", "tea-house/texts/fr/approve").status_code == 200
    assert team.served("tea-house", "fr").title == "Maison du thé"
    verbs = [each["verb"] for each in team.client("author").get(f"{BASE}/entries/tea-house/history").json()["items"]]
    assert verbs == ["approve", "submit_translation", "translate", "publish", "submit", "create"]


def test_a_changed_fact_is_told_at_once_and_its_texts_wait_to_be_confirmed(team: Team) -> None:
    before = team.served("mrc", "fr")
    assert "+218 00 000 0002" in before.text
    client = team.client("publisher")
    assert client.post(f"{BASE}/facts/phone_mrc", json=FACT).json()["value"] == "+218 00 000 0099"
    for language in ("en", "fr", "ar"):
        served = team.served("mrc", language)
        assert served.stale
        assert "+218 00 000 0099" in served.text
        assert "0002" not in served.text
    assert team.act("reviewer", "mrc/texts/fr/confirm").status_code == 200
    assert not team.served("mrc", "fr").stale
    assert team.served("mrc", "ar").stale
    own = team.act("publisher", "mrc/texts/fr/confirm")
    assert own.status_code == 403  # a publisher is no reviewer


def test_who_is_no_content_officer_sees_nothing_of_it(team: Team) -> None:
    for email in ("officer", "focal", "manager", "analyst", "admin"):
        assert team.client(email).get(f"{BASE}/entries").status_code == 403


@pytest.mark.parametrize(
    ("name", "path", "body", "status", "code"),
    [
        ("author", "mrc/submit", None, 409, "conflict"),
        ("translator", "mrc/texts/ar", {"words": WORDS}, 403, "not_your_language"),
        ("author", "nothing/submit", None, 404, "not_found"),
        ("author", "mrc/revise", {"change": "TYPO", "words": WORDS}, 422, "not_a_typo"),
        ("author", "mrc/revise", {"change": "WORDING", "words": {**WORDS, "short": "<b>x</b>"}}, 422, "characters"),
        ("author", "mrc/revise", {"change": "OTHER", "words": WORDS}, 422, "invalid"),
        ("publisher", "mrc/roll-back", {"revision": 9}, 404, "not_found"),
        ("reviewer", "mrc/texts/fr/approve", None, 409, "conflict"),
    ],
)
def test_what_cannot_be_done_says_why(team: Team, name: str, path: str, body: Any, status: int, code: str) -> None:
    answer = team.act(name, path, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_entry_with_an_empty_fact_is_not_published_and_says_which(team: Team) -> None:
    words = {**WORDS, "short": "Come. {phone_nobody}."}
    team.client("author").post(f"{BASE}/entries", json={"slug": "tea-house", "topic": "mrc", "words": words})
    assert team.act("author", "tea-house/submit").status_code == 200
    answer = team.act("publisher", "tea-house/publish", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "facts_missing")
    assert "phone_nobody is empty" in answer.json()["detail"]


def test_changes_need_the_version_that_was_read_and_are_done_once(team: Team) -> None:
    client = team.client("publisher")
    assert client.post(f"{BASE}/entries/mrc/archive").status_code == 428
    assert client.post(f"{BASE}/entries/mrc/archive", headers={"If-Match": '"999"'}).status_code == 412
    etag = client.get(f"{BASE}/entries/mrc").headers["etag"]
    headers = {"If-Match": etag, "Idempotency-Key": "once"}
    first = client.post(f"{BASE}/entries/mrc/archive", headers=headers)
    again = client.post(f"{BASE}/entries/mrc/archive", headers=headers)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert team.served("mrc", "en") is None


def test_a_plan_comes_true_by_the_clock_and_ends_by_it(team: Team) -> None:
    words = {**WORDS, "short": "Soon. {phone_mrc}."}
    team.client("author").post(f"{BASE}/entries", json={"slug": "tea-house", "topic": "mrc", "words": words})
    assert team.act("author", "tea-house/submit").status_code == 200
    plan = {"starts_at": "2026-11-22T12:00:00+00:00", "ends_at": "2026-11-22T15:00:00+00:00"}
    assert team.act("publisher", "tea-house/publish", plan).json()["status"] == "planned"
    assert team.served("tea-house", "en") is None
    team.office.clock.now = datetime.fromisoformat("2026-11-22T12:00:01+00:00")
    assert team.served("tea-house", "en") is not None
    team.office.clock.now = datetime.fromisoformat("2026-11-22T15:00:01+00:00")
    assert team.served("tea-house", "en") is None


def test_lists_previews_differences_and_insight_are_there(team: Team) -> None:
    client = team.client("author")
    rows = client.get(f"{BASE}/entries?kind=service&q=Doctor").json()["items"]
    assert [row["slug"] for row in rows] == ["doctor"]
    assert rows[0]["cells"]["fr"]["state"] == "approved"
    assert not rows[0]["cells"]["fr"]["checked"]
    assert {each["language"] for each in client.get(f"{BASE}/entries/mrc/preview").json()["items"]} >= {
        "en",
        "fr",
        "ar",
    }
    revised = {**client.get(f"{BASE}/entries/mrc").json()["texts"][0], "title": "The Migrant Centre"}
    words = {name: revised[name] for name in ("title", "questions", "short", "long")}
    assert team.act("author", "mrc/revise", {"change": "TYPO", "words": words}).status_code == 200
    lines = client.get(f"{BASE}/entries/mrc/diff?old=1&new=2").json()["lines"]
    assert ["+", "The Migrant Centre"] in lines
    assert client.get(f"{BASE}/insight").json()["days"] == 30
    assert client.get(f"{BASE}/history?limit=5").json()["items"][0]["verb"] == "revise"
    assert any(fact["name"] == "phone_mrc" for fact in client.get(f"{BASE}/facts").json()["items"])
    assert client.get(f"{BASE}/points").json()["items"][0]["example"]


def test_files_go_out_and_come_back_and_bad_ones_change_nothing(team: Team) -> None:
    client = team.client("translator")
    for form in ("xlsx", "csv", "po", "xliff", "json"):
        data = client.get(f"{BASE}/export?form={form}&language=fr").content
        answer = client.post(f"{BASE}/import?form={form}", content=data)
        assert answer.status_code == 200
        assert answer.json()["changed"] == []
        assert answer.json()["troubles"] == []
    bad = client.post(f"{BASE}/import?form=csv&dry=false", content=b"entry,language\n=1,fr")
    assert bad.status_code == 422
    assert bad.json()["fields"][0]["field"] == "A2" or bad.json()["fields"][0]["field"] == "row 1"
    huge = client.post(f"{BASE}/import?form=csv", content=b"x" * (6 * 1024 * 1024))
    assert huge.status_code == 413


def test_service_points_are_made_and_moved(team: Team) -> None:
    client = team.client("publisher")
    body = {
        "names": {"en": "Tea house"},
        "pcode": "LY0319",
        "latitude": 27.0,
        "longitude": 14.4,
        "topics": ["mrc"],
        "facts": ["phone_mrc"],
    }
    made = client.post(f"{BASE}/points", json=body)
    assert made.status_code == 201
    moved = client.post(f"{BASE}/points/{made.json()['id']}", json={**body, "latitude": 27.1})
    assert moved.json()["latitude"] == 27.1
    assert client.post(f"{BASE}/points", json={**body, "pcode": "nowhere"}).status_code == 422
