# SPDX-License-Identifier: AGPL-3.0-or-later
"""Content in a real Chromium on a line of 64 kbit/s: made, published, translated, corrected and rolled back."""

from __future__ import annotations

from typing import Any

import pytest

from bot import officers
from bot.bell import Bell
from bot.content import seeding
from bot.content.published import Published
from bot.settings import Settings
from tests.admin_api.conftest import Office
from tests.admin_api.test_browser import address, browser

__all__ = ["address", "browser"]
pytestmark = pytest.mark.browser

QUESTIONS = "where is it\nwho can come\nis it free\nwhen is it open"
SLOW = {"offline": False, "latency": 200, "downloadThroughput": 8_000, "uploadThroughput": 8_000}
"""64 kbit/s each way, 200 ms."""


class Person:
    """Somebody of the content team in a browser of their own."""

    def __init__(self, office: Office, address: str, browser: Any, name: str) -> None:
        self.base = f"{address}/console/content"
        self.complaints: list[str] = []
        context = browser.new_context(viewport={"width": 1100, "height": 900})
        self.page = context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("console", lambda told: self.complaints.append(told.text) if told.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        context.new_cdp_session(self.page).send("Network.emulateNetworkConditions", SLOW)
        self.page.goto(officers.sign_in_url(address, office.key(f"{name}@example.org", "link")))
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(self.base)

    def open(self, path: str) -> Person:
        self.page.goto(self.base + path)
        return self

    def write(self, **fields: str) -> Person:
        for name, text in fields.items():
            self.page.locator(f"[name={name}]:visible").first.fill(text)
        return self

    def press(self, name: str) -> Person:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()
        return self


def test_a_team_makes_publishes_translates_corrects_and_rolls_back(office: Office, address: str, browser: Any) -> None:
    seeding.seed(office.store, None, office.clock(), publish=True, examples=True)
    for name in ("ann", "ben"):
        office.officer(f"{name}@example.org", "content")
    published = Published(office.store, Bell(office.store), Settings(), office.clock)

    def served(language: str) -> str:
        published._rung.set()
        found = published.known().knowledge.entry("tea-house", language)
        return found.text.split("\n")[0] if found else ""

    ann, ben = (Person(office, address, browser, name) for name in ("ann", "ben"))
    ann.open("/new").write(slug="tea-house", title="Tea house", short="Come. {phone_mrc}.", long="More.")
    ann.write(questions=QUESTIONS).press("Make the draft").press("Hand in for review")
    ben.open("/e/tea-house").press("Publish")
    assert served("en") == "Come. +218 00 000 0002."

    ann.open("/e/tea-house/in/fr").write(title="Maison du thé", short="Venez.", long="Encore.")
    ann.page.get_by_text("lacks {phone_mrc}").wait_for()  # said while one types
    ann.write(short="Venez. {phone_mrc}.", questions="c'est où\nqui vient\nc'est gratuit\nc'est quand")
    ann.press("Save the draft").press("Hand in for review")
    ben.open("/e/tea-house/in/fr").press("Approve")
    assert served("fr") == "Venez. +218 00 000 0002."

    ann.open("/e/tea-house").page.get_by_text("Write a new revision").click()
    ann.write(short="Come soon. {phone_mrc}.").press("Save the draft").press("Hand in for review")
    ben.open("/e/tea-house").press("Publish")
    assert served("en") == "Come soon. +218 00 000 0002."
    assert served("fr") == "", "the wording has changed, so the French text waits"
    ben.page.get_by_text("Revisions", exact=True).click()
    ben.press("Roll back to this")
    assert (served("en"), served("fr")) == ("Come. +218 00 000 0002.", "Venez. +218 00 000 0002.")
    assert ann.complaints + ben.complaints == [], "nothing is against the content security policy"


def test_content_fits_a_narrow_screen_in_arabic(office: Office, address: str, browser: Any) -> None:
    seeding.seed(office.store, None, office.clock(), publish=True, examples=True)
    office.officer("ann@example.org", "content")
    ann = Person(office, address, browser, "ann")
    ann.page.set_viewport_size({"width": 390, "height": 800})
    ann.page.locator("button[value=ar]").click()
    ann.page.wait_for_selector("html[lang=ar][dir=rtl]")
    for path in ("", "/e/mrc", "/e/mrc/in/ar", "/facts", "/points", "/files", "/history"):
        ann.open(path)
        wide = ann.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
