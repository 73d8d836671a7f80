# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console without any script: sign in, find, answer, close; nothing that was written is lost or sent twice."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from admin_api import assets, labels
from admin_api.nav import NAV
from admin_api.pages.queue import TABS
from admin_api.render import LANGUAGES
from bot.store.messages import Message
from locales import catalogue
from tests.admin_api.conftest import CANARY, Office
from tests.admin_api.test_signin import signed_in, token_of

_ROOT = Path(__file__).parents[2] / "admin_api"


def hidden(client: Any, ref: str, verb: str) -> dict[str, str]:
    """What the form for a verb carries unseen."""
    page = client.get(f"/console/cases/{ref}").text
    form = page[page.index(f'action="/console/cases/{ref}/{verb}"') :]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))


def test_an_officer_signs_in_finds_a_case_answers_and_closes_it(office: Office) -> None:
    ref = office.case(text="متى تصل المساعدة؟")
    client = signed_in(office)
    assert ref in client.get("/console").text
    page = client.get(f"/console/cases/{ref}").text
    assert "متى تصل المساعدة؟" in page
    assert 'dir="auto" lang="ar"' in page
    sent = client.post(f"/console/cases/{ref}/reply", data={**hidden(client, ref, "reply"), "text": "غدا إن شاء الله"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/console/cases/{ref}#latest")
    page = client.get(f"/console/cases/{ref}").text
    assert "غدا إن شاء الله" in page
    assert "Waits to be sent" in page
    for verb, fields in (
        ("note", {"text": "ملاحظة"}),
        ("assign", {"assignee": "officer@example.org"}),
        ("refer", {"to": "MRC", "consent": "yes"}),
        ("correct", {"category": "complaint", "priority": "P2", "topic": "cash"}),
        ("close", {"resolution": "answered", "informed": "yes"}),
        ("reopen", {}),
    ):
        done = client.post(f"/console/cases/{ref}/{verb}", data={**hidden(client, ref, verb), **fields})
        assert done.status_code == 303, (verb, done.text)
    assert office.client("officer@example.org").get(f"/api/v1/cases/{ref}").json()["version"] == 8


def test_a_form_sent_twice_writes_once(office: Office) -> None:
    ref, client = office.case(), signed_in(office)
    form = {**hidden(client, ref, "reply"), "text": "نعم"}
    for _ in range(2):
        assert client.post(f"/console/cases/{ref}/reply", data=form).status_code == 303
    with office.store.read() as session:
        assert session.query(Message).filter(~Message.inbound).count() == 1


def test_a_stale_form_shows_the_case_as_it_is_and_keeps_the_draft(office: Office) -> None:
    ref, client = office.case(), signed_in(office)
    form = hidden(client, ref, "reply")
    other = signed_in(office, "second@example.org")
    other.post(f"/console/cases/{ref}/reply", data={**hidden(other, ref, "reply"), "text": "جواب الزميل"})
    answer = client.post(f"/console/cases/{ref}/reply", data={**form, "text": "مسودتي <b>"})
    assert answer.status_code == 412
    assert "جواب الزميل" in answer.text
    assert "مسودتي &lt;b&gt;</textarea>" in answer.text
    fresh = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text[answer.text.index("/reply") :][:900])
    )
    assert client.post(f"/console/cases/{ref}/reply", data={**fresh, "text": "مسودتي"}).status_code == 303


def test_what_cannot_be_done_is_said_on_the_case_and_keeps_the_draft(office: Office) -> None:
    ref, client = office.case(), signed_in(office)
    answer = client.post(f"/console/cases/{ref}/refer", data={**hidden(client, ref, "refer"), "to": "المركز"})
    assert answer.status_code == 422
    assert "A referral needs the person&#39;s consent." in answer.text
    assert 'value="المركز"' in answer.text
    answer = client.post(f"/console/cases/{ref}/close", data={**hidden(client, ref, "close"), "resolution": "magic"})
    assert answer.status_code == 422


def test_a_restricted_case_shows_only_a_neutral_mark_in_the_queue(office: Office) -> None:
    ref = office.case("pseah", compartment="pseah", priority="P1")
    assert ref not in signed_in(office).get("/console?tab=open").text
    assert signed_in(office).get(f"/console/cases/{ref}").status_code == 404
    assert "Limited" in signed_in(office, "focal@example.org").get("/console?tab=open").text


def test_words_of_people_are_always_escaped(office: Office) -> None:
    ref = office.case(text="<script>alert(1)</script>")
    page = signed_in(office).get(f"/console/cases/{ref}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_reference_leads_straight_to_its_case(office: Office) -> None:
    ref, client = office.case(), signed_in(office)
    found = client.get("/console", params={"q": ref.lower().replace("-", "")})
    assert (found.status_code, found.headers["location"]) == (303, f"/console/cases/{ref}")
    assert "No case here." in client.get("/console", params={"q": "سبها"}).text


@pytest.mark.parametrize(
    "query", ["tab=x", "category=x", "topic=سبها", "priority=9", "language=%00", "place=%00", "overdue=no"]
)
def test_a_crooked_filter_harms_nothing(office: Office, query: str) -> None:
    office.case()
    assert signed_in(office).get(f"/console?{query}").status_code == 200


def test_roles_without_casework_land_on_their_own_page(office: Office) -> None:
    for email in ("content@example.org", "admin@example.org"):
        client = signed_in(office, email)
        landed = client.get("/console").headers["location"]
        assert landed in {item.path for item in NAV} - {"/console"}
        assert client.get(landed).status_code == 200


def test_the_console_speaks_three_languages_in_their_direction(office: Office) -> None:
    ref, client = office.case(), signed_in(office)
    assert '<html lang="fr" dir="ltr">' in client.get("/console/sign-in", headers={"accept-language": "fr-FR,en"}).text
    for locale, direction, word in (("ar", "rtl", "الحالات"), ("fr", "ltr", "Dossiers"), ("en", "ltr", "Cases")):
        assert client.post("/console/language", data={"form": token_of(client), "locale": locale}).status_code == 303
        for path in ("/console", f"/console/cases/{ref}", "/console/notices", "/console/explain"):
            page = client.get(path).text
            assert f'<html lang="{locale}" dir="{direction}">' in page
            assert word in page
    assert client.post("/console/language", data={"form": token_of(client), "locale": "xx"}).status_code == 422


def test_notices_are_marked_seen_and_a_text_is_explained(office: Office) -> None:
    office.case()
    client = signed_in(office)
    page = client.get("/console/notices").text
    ids = re.findall(r'name="ids" value="([^"]+)"', page)
    assert len(ids) == 1
    assert client.post("/console/notices/seen", data={"form": token_of(client), "ids": ids}).status_code == 303
    assert 'name="ids"' not in client.get("/console/notices").text
    said = client.post("/console/explain", data={"form": token_of(client), "text": "متى؟"})
    assert "A person answers" in said.text
    assert "متى؟" not in str(said.url)


def test_a_first_load_is_light(office: Office) -> None:
    for _ in range(50):
        office.case()
    client = signed_in(office)
    page = client.get("/console?tab=open")
    weight = len(page.content)
    for path in re.findall(r'(?:href|src)="(/console/static/[^"]+)"', page.text):
        answer = client.get(path)
        assert "immutable" in answer.headers["cache-control"]
        weight += len(assets.all_assets()[path.split("/")[-1].split("?")[0]].zipped)
    assert weight < 50_000, weight


def test_no_page_needs_a_script_a_style_or_a_host_of_its_own() -> None:
    for path in (_ROOT / "templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|(?:src|href|action)=.(?:https?:)?//|<script>", text), path.name
    sheet = (_ROOT / "static" / "console.css").read_text(encoding="utf-8")
    physical = r"(?<![-\w])(left|right|top|bottom|width|height|(margin|padding|border)-(left|right|top|bottom))\s*:"
    assert not re.search(physical, sheet), "sides are logical, so that the sheet turns with the language"
    assert not re.search(r"@font-face|url\(", sheet)


def test_every_word_of_the_console_is_in_every_catalogue() -> None:
    wanted = {text for group in labels.ALL.values() for text in group.values()}
    wanted |= {item.name for item in NAV} | {title for title, _ in TABS.values()}
    for path in (_ROOT / "templates").glob("*.html"):
        calls = re.findall(r"""\b_\(("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""", path.read_text(encoding="utf-8"))
        wanted |= {ast.literal_eval(call) for call in calls}
    wanted |= set(re.findall(r'self\.text\("([^"]+)"\)', (_ROOT / "render.py").read_text(encoding="utf-8")))
    for language in LANGUAGES:
        if language != "en":
            known = {message.id for message in catalogue(language, "console") if message.string}
            assert sorted(wanted - known) == [], language


def test_no_word_of_a_person_is_in_an_error_page_or_a_log(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    ref, client = office.case(), signed_in(office)
    form = hidden(client, ref, "note")
    office.service.turns.router.route = None  # breaks on every call
    broken = client.post("/console/explain", data={"form": token_of(client), "text": CANARY})
    assert broken.status_code == 500
    gone = client.post("/console/cases/0000-0000/note", data={**form, "text": CANARY})
    assert gone.status_code == 404
    for text in (broken.text, gone.text, caplog.text):
        assert "zzcanaryzz" not in text
        assert "كناري" not in text
