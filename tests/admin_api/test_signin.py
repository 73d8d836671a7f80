# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys open once, fall asleep, and die with their officer; wrong ones shut nobody else out; other sites cannot act."""

from __future__ import annotations

import re
from typing import Any

import pytest

from admin_api.signin import WRONG_KEYS
from bot.store.engine import Store
from tests.admin_api.conftest import Office, staffed
from tests.conftest import Clock


def signed_in(office: Office, email: str = "officer@example.org") -> Any:
    client = office.client()
    assert client.post("/console/sign-in", data={"key": office.key(email, "link")}).status_code == 303
    return client


def token_of(client: Any, path: str = "/console") -> str:
    found = re.search(r'name="form" value="([0-9a-f]{64})"', client.get(path).text)
    assert found is not None
    return found[1]


def test_a_link_shows_a_button_and_works_once(office: Office) -> None:
    client, key = office.client(), office.key("officer@example.org", "link")
    for _ in range(2):
        assert client.get("/console/sign-in", params={"key": key}).status_code == 200, "a preview does not use it up"
    assert client.post("/console/sign-in", data={"key": key}).status_code == 303
    again = office.client().post("/console/sign-in", data={"key": key})
    assert again.status_code == 401
    assert "set-cookie" not in again.headers


def test_a_link_is_too_old_after_a_day(office: Office) -> None:
    key = office.key("officer@example.org", "link")
    office.clock.forward(hours=25)
    assert office.client().post("/console/sign-in", data={"key": key}).status_code == 401


def test_the_cookie_is_strict_and_bound_to_the_host_over_https(sqlite_store: Store, ring: Any, clock: Clock) -> None:
    plain = staffed(sqlite_store, ring, clock)
    answer = plain.client().post("/console/sign-in", data={"key": plain.key("officer@example.org", "link")})
    assert re.match(r"sawt=[A-Za-z0-9_-]{43}; HttpOnly; .*SameSite=strict", answer.headers["set-cookie"])
    assert "strict-transport-security" not in answer.headers
    secure = Office(sqlite_store, ring, clock, public_url="https://help.example.org")
    answer = secure.client().post("/console/sign-in", data={"key": secure.key("officer@example.org", "link")})
    assert re.match(r"__Host-sawt=.*HttpOnly; .*Path=/; SameSite=strict; Secure", answer.headers["set-cookie"])
    assert "Domain" not in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"]


def test_a_session_falls_asleep_and_ends_at_the_latest_after_eight_hours(office: Office) -> None:
    client = signed_in(office)
    for _ in range(16):
        office.clock.forward(minutes=29)
        assert client.get("/console").status_code == 200
    office.clock.forward(minutes=29)
    assert client.get("/console").status_code == 303, "eight hours are over"
    sleepy = signed_in(office)
    office.clock.forward(minutes=31)
    assert sleepy.get("/console").status_code == 303


def test_the_count_that_pages_poll_does_not_keep_a_session_awake(office: Office) -> None:
    client = signed_in(office)
    for _ in range(3):
        office.clock.forward(minutes=11)
        client.get("/console/pulse")
    assert client.get("/console").status_code == 303


def test_signing_out_ends_the_session_for_every_copy_of_its_cookie(office: Office) -> None:
    client = signed_in(office)
    copy = office.client()
    copy.cookies.update(client.cookies)
    assert copy.get("/console").status_code == 200
    answer = client.post("/console/sign-out", data={"form": token_of(client)})
    assert (answer.status_code, answer.headers["clear-site-data"]) == (303, '"cache", "cookies", "storage"')
    assert copy.get("/console").status_code == 303


def test_a_form_without_the_sessions_own_token_is_refused(office: Office) -> None:
    ref, client = office.case(), signed_in(office)
    other = token_of(signed_in(office, "second@example.org"))
    for form in ("", "0" * 64, other):
        for path in (
            f"/console/cases/{ref}/note",
            "/console/sign-out",
            "/console/language",
            "/console/notices/seen",
            "/console/explain",
        ):
            answer = client.post(path, data={"form": form, "text": "x", "version": "1", "locale": "fr"})
            assert answer.status_code == 403, path
    assert office.client("officer@example.org").get(f"/api/v1/cases/{ref}").json()["version"] == 1


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}],
)
def test_another_site_cannot_use_an_officers_session(office: Office, headers: dict[str, str]) -> None:
    ref, client = office.case(), signed_in(office)
    said = {**headers, "If-Match": '"1"'}
    assert (
        client.post(
            f"/api/v1/cases/{ref}/close", json={"resolution": "answered", "person_informed": True}, headers=said
        ).status_code
        == 403
    )
    assert client.post("/console/sign-in", data={"key": "x"}, headers=headers).status_code == 403
    assert (
        client.post(
            f"/api/v1/cases/{ref}/note",
            json={"text": "x"},
            headers={"If-Match": '"1"', "sec-fetch-site": "same-origin"},
        ).status_code
        == 201
    )


def test_many_wrong_keys_meet_429_and_good_ones_still_open(office: Office) -> None:
    good = office.client("officer@example.org")
    wrong = office.client()
    wrong.headers["authorization"] = "Bearer wrong"
    statuses = [wrong.get("/api/v1/me").status_code for _ in range(WRONG_KEYS + 3)]
    assert statuses == [401] * WRONG_KEYS + [429] * 3
    assert wrong.get("/api/v1/me").headers["retry-after"] == "60"
    assert office.client().post("/console/sign-in", data={"key": "x"}).status_code == 429
    assert good.get("/api/v1/me").status_code == 200
    assert signed_in(office).get("/console").status_code == 200
    office.clock.forward(minutes=2)
    assert wrong.get("/api/v1/me").status_code == 401


def test_a_token_is_not_a_link_nor_a_session(office: Office) -> None:
    token, link = office.key("officer@example.org"), office.key("officer@example.org", "link")
    client = office.client()
    assert client.post("/console/sign-in", data={"key": token}).status_code == 401
    client.headers["authorization"] = f"Bearer {link}"
    assert client.get("/api/v1/me").status_code == 401
    client = office.client()
    client.cookies["sawt"] = token
    assert client.get("/console").status_code == 303
    assert re.fullmatch(r"[A-Za-z0-9_-]{32,}", token)


def test_every_answer_carries_the_safe_headers(office: Office) -> None:
    client = signed_in(office)
    for path in ("/console", "/console/sign-in", "/api/v1/me", "/api/v1/openapi.json", "/nothing", "/console/nothing"):
        headers = client.get(path).headers
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"


def test_a_body_without_a_length_or_too_long_is_refused_unread(office: Office) -> None:
    client = office.client("officer@example.org")
    chunks = client.post("/api/v1/classify", content=iter([b"{}"]), headers={"Content-Type": "application/json"})
    assert chunks.status_code == 411
    assert client.post("/api/v1/classify", json={"text": "x" * 300_000}).status_code == 413
