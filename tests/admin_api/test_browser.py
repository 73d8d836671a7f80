# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console in a real Chromium: an officer signs in by the link, answers, and works on a narrow screen in Arabic."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from bot import officers
from tests import databases
from tests.admin_api.conftest import Office

pytestmark = pytest.mark.browser


@pytest.fixture
def address(office: Office) -> Iterator[str]:
    """The application on a port of this machine."""
    server = uvicorn.Server(uvicorn.Config(office.app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def browser() -> Iterator[Any]:
    found = databases.chromium()
    databases.need("Chromium", found)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def enter(page: Any, office: Office, address: str) -> None:
    page.goto(officers.sign_in_url(address, office.key("officer@example.org", "link")))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/console")


def test_an_officer_signs_in_answers_and_closes_a_case(office: Office, address: str, browser: Any) -> None:
    ref = office.case(text="متى تصل المساعدة؟")
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    enter(page, office, address)
    page.get_by_role("link", name=ref).click()
    page.get_by_label("Reply on their channel").fill("غدا إن شاء الله")
    page.get_by_role("button", name="Send the reply").click()
    page.get_by_text("Waits to be sent").wait_for()
    assert page.get_by_label("Reply on their channel").input_value() == ""
    page.locator("summary", has_text="Close").click()
    page.get_by_label("The person was told").check()
    page.get_by_role("button", name="Close the case").click()
    page.get_by_role("button", name="Open again").wait_for()
    assert complaints == [], "nothing is against the content security policy"


def test_the_queue_and_a_case_fit_a_narrow_screen_in_arabic(office: Office, address: str, browser: Any) -> None:
    ref = office.case(text="كلمة" * 80)
    page = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    enter(page, office, address)
    page.locator("button[value=ar]").click()
    page.wait_for_selector("html[lang=ar][dir=rtl]")
    for path in ("/console", f"/console/cases/{ref}", "/console/notices", "/console/explain"):
        page.goto(address + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path


def test_the_console_works_without_scripts(office: Office, address: str, browser: Any) -> None:
    ref = office.case()
    page = browser.new_context(java_script_enabled=False).new_page()
    enter(page, office, address)
    page.goto(f"{address}/console/cases/{ref}")
    page.get_by_label("Reply on their channel").fill("x")
    page.get_by_role("button", name="Send the reply").click()
    page.get_by_text("Waits to be sent").wait_for()
