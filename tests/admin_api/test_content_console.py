# SPDX-License-Identifier: AGPL-3.0-or-later
"""Content in the console, as its people use it: every page opens in three languages, and forms do what they say."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.bell import Bell
from bot.content import seeding
from bot.content.exchange import write
from bot.content.exchange.plan import take_out
from bot.content.published import Published
from bot.settings import Settings
from tests.admin_api.conftest import Office

PAGES = (
    "",
    "?q=doctor",
    "?kind=line",
    "/todo",
    "/new",
    "/e/mrc",
    "/e/mrc/in/fr",
    "/e/line-free/in/ar",
    "/facts",
    "/facts/phone_mrc",
    "/facts/hours_mrc",
    "/facts/phone_new",
    "/points",
    "/files",
    "/insight",
    "/history",
)


class Browser:
    """A signed-in officer without JavaScript, who fills in the forms that a page shows."""

    def __init__(self, office: Office, name: str) -> None:
        self.client = TestClient(office.app, raise_server_exceptions=False, follow_redirects=True)
        self.client.cookies.set("sawt", office.key(f"{name}@example.org", "session"))

    def get(self, path: str) -> str:
        answer = self.client.get(f"/console/content{path}")
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def send(self, page: str, action: str, /, *, status: int = 200, **fields: Any) -> str:
        """Fill in and send the form of a page with this action."""
        shown = self.get(page)
        form = re.search(rf'<form[^>]*action="/console/content{re.escape(action)}"[^>]*>(.*?)</form>', shown, re.S)
        assert form, f"{page} has no form for {action}"
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[1]))
        answer = self.client.post(f"/console/content{action}", data={**hidden, **fields})
        assert answer.status_code == status, answer.text
        return answer.text


@pytest.fixture
def team(office: Office) -> dict[str, Browser]:
    seeding.seed(office.store, None, office.clock(), publish=True, examples=True)
    for name in ("ann", "ben"):
        office.officer(f"{name}@example.org", "content")
    return {name: Browser(office, name) for name in ("ann", "ben")}


@pytest.mark.parametrize("locale", ["en", "ar", "fr"])
def test_every_page_opens_in_every_language_of_the_console(
    office: Office, team: dict[str, Browser], locale: str
) -> None:
    ann = team["ann"]
    shown = ann.get("")
    form = re.search(r'name="form" value="(\w+)"', shown)
    assert form
    ann.client.post("/console/language", data={"form": form[1], "locale": locale})
    for path in PAGES:
        text = ann.get(path)
        assert f'lang="{locale}"' in text
        assert len(text.encode()) < 250_000


def test_a_text_is_written_published_corrected_and_rolled_back_by_two_people(
    office: Office, team: dict[str, Browser]
) -> None:
    ann, ben = team["ann"], team["ben"]
    published = Published(office.store, Bell(office.store), Settings(), office.clock)

    def served() -> str:
        published._rung.set()
        found = published.known().knowledge.entry("tea-house", "en")
        return found.text.split("\n")[0] if found else ""

    words: dict[str, Any] = {
        "title": "Tea house",
        "short": "Come in. {phone_mrc}.",
        "long": "More.",
        "questions": "where is it\nwho can come\nis it free\nwhen is it open",
    }
    ann.send("/new", "/new", slug="tea-house", topic="mrc", kind="service", **words)
    assert "is no placeholder" not in ann.get("/e/tea-house")
    ann.send("/e/tea-house", "/e/tea-house/submit")
    assert "Somebody else must do this" in ann.send("/e/tea-house", "/e/tea-house/publish", status=403)
    ben.send("/e/tea-house", "/e/tea-house/publish")
    assert served() == "Come in. +218 00 000 0002."
    ann.send("/e/tea-house", "/e/tea-house/revise", change="WORDING", **{**words, "short": "Come out. {phone_mrc}."})
    assert "came" in ann.get("/e/tea-house")
    ann.send("/e/tea-house", "/e/tea-house/submit")
    ben.send("/e/tea-house", "/e/tea-house/publish")
    assert served() == "Come out. +218 00 000 0002."
    ben.send("/e/tea-house", "/e/tea-house/roll-back", revision="1")
    assert served() == "Come in. +218 00 000 0002."
    ben.send("/e/tea-house", "/e/tea-house/archive")
    assert served() == ""


def test_a_fact_is_changed_in_a_form_and_the_text_confirmed_by_another(
    office: Office, team: dict[str, Browser]
) -> None:
    ann, ben = team["ann"], team["ben"]
    told: dict[str, Any] = {
        "verified_by": "A. Person",
        "verified_on": "2026-11-20",
        "expires_on": "2027-05-01",
        "verb": "set",
    }
    assert "digits and blanks" in ann.send("/facts/phone_mrc", "/facts/phone_mrc", status=422, value="call us", **told)
    ann.send("/facts/phone_mrc", "/facts/phone_mrc", value="+218 00 000 0098", **told)
    assert "Stale" in ann.get("/e/mrc/in/fr")
    ann.send("/e/mrc/in/fr", "/e/mrc/in/fr/confirm", status=403)
    ben.send("/e/mrc/in/fr", "/e/mrc/in/fr/confirm")
    assert "Stale" not in ben.get("/e/mrc/in/fr")


def test_a_stale_form_changes_nothing_and_keeps_what_was_typed(office: Office, team: dict[str, Browser]) -> None:
    ann, ben = team["ann"], team["ben"]
    page = ann.get("/e/mrc/in/fr")
    ben.send("/e/mrc/in/fr", "/e/mrc/in/fr/write", title="Autre", short="x", long="y", questions="z")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    fields = {"title": "Gardez-moi", "short": "a", "long": "b", "questions": "c"}
    answer = ann.client.post("/console/content/e/mrc/in/fr/write", data={**hidden, **fields})
    assert answer.status_code == 412
    assert "Gardez-moi" in answer.text


def test_texts_are_checked_while_one_types(office: Office, team: dict[str, Browser]) -> None:
    page = team["ann"].get("/e/mrc/in/fr")
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))["form"]
    answer = team["ann"].client.post(
        "/console/content/e/mrc/in/fr/check/live", data={"form": form, "title": "T", "short": "Rien.", "long": "Rien."}
    )
    assert "lacks {address_mrc}" in answer.text


def test_a_file_is_tried_on_paper_then_brought_in(office: Office, team: dict[str, Browser]) -> None:
    ann = team["ann"]
    with office.store.read() as session:
        data = write("csv", take_out(session, ["fr"], ["mrc"]))
    form = re.search(r'name="form" value="(\w+)"', ann.get("/files"))
    assert form
    changed = data.replace(b"Centre", b"Maison")
    for verb, says in (("dry", "nothing was written"), ("draft", "brought in")):
        answer = ann.client.post(
            "/console/content/files", data={"form": form[1], "verb": verb}, files={"file": ("fr.csv", changed)}
        )
        assert answer.status_code == 200, answer.text
        assert says in answer.text
    bad = ann.client.post(
        "/console/content/files", data={"form": form[1], "verb": "draft"}, files={"file": ("fr.xlsx", b"no")}
    )
    assert bad.status_code == 422
    assert "nothing was changed" in bad.text
