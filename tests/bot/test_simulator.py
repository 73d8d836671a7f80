# SPDX-License-Identifier: AGPL-3.0-or-later
"""The simulator's door: what is sent is on disk before the answer, and the page shows what truly went out."""

from __future__ import annotations

import argparse
import base64
import contextlib
import io
import json
import re
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot import receipts, simulator
from bot.bell import Bell
from bot.cli import simulate
from bot.intake import Intake, address_key
from bot.keyring import Keyring
from bot.outbox import Outgo
from bot.settings import Settings
from bot.store.base import new_id
from bot.store.engine import Store
from bot.store.messages import Inbox, Message, Outbox
from bot.store.people import Contact
from channels.base import Choice, Inbound, Loaded, Outgoing
from channels.simulator import Simulator
from tests.conftest import Clock


class Line:
    """The door over a real store; the worker is played by hand."""

    def __init__(self, store: Store, ring: Keyring, clock: Clock) -> None:
        self.store, self.ring, self.clock = store, ring, clock
        channels = Loaded({"simulator": Simulator({})})
        self.outgo = Outgo(channels, ring, Bell(store))
        self.intake = Intake(store, ring, Bell(store), clock)
        service: Any = SimpleNamespace(settings=Settings(), store=store, keyring=ring, channels=channels, clock=clock)
        self.app = Starlette(routes=simulator.routes(service, self.intake))
        self.client = TestClient(self.app)

    def inbox(self) -> list[Inbound]:
        with self.store.read() as session:
            rows = list(session.scalars(select(Inbox).order_by(Inbox.seq)))
        return [Inbound.load(json.loads(self.ring.open("inbox.payload", row.id, row.payload or b""))) for row in rows]

    def said(self, address: str, text: str) -> Contact:
        row, message = new_id(), new_id()
        contact = Contact(
            id=row,
            channel="simulator",
            address_key=address_key(self.ring, "simulator", address),
            address=self.ring.seal("contact.address", row, address),
            created_at=self.clock(),
            last_inbound_at=self.clock(),
        )
        with self.store.write() as session:
            session.add(contact)
            session.flush()
            session.add(
                Message(
                    id=message,
                    contact_id=row,
                    inbound=True,
                    author="person",
                    kind="text",
                    body=self.ring.seal("message.body", message, text),
                    at=self.clock(),
                )
            )
        return contact

    def answer(self, contact: Contact, outgoing: Outgoing, state: str = "accepted") -> None:
        self.clock.forward(seconds=1)
        with self.store.write() as session:
            self.outgo.put(session, session.merge(contact), outgoing, self.clock())
            for part in session.scalars(select(Outbox).where(Outbox.state == "waiting")):
                part.state, part.delivery = state, "delivered" if state == "accepted" else None
                part.provider_key = self.ring.lookup("provider", "simulator", str(part.seq))

    def thread(self, imitated: str, address: str, after: str = "") -> Any:
        return self.client.get("/simulator/thread", params={"as": imitated, "address": address, "after": after})


@pytest.fixture
def line(store: Store, ring: Keyring, clock: Clock) -> Iterator[Line]:
    found = Line(store, ring, clock)
    yield found
    found.intake.close()


def test_the_page_asks_for_nothing_from_elsewhere_and_obeys_its_policy(line: Line) -> None:
    page = line.client.get("/simulator")
    assert page.status_code == 200
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"https?://|<style|\sstyle=|\son\w+=|<script>", page.text)
    for path in re.findall(r'"(/simulator/static/[^"]+)"', page.text):
        assert line.client.get(path).status_code == 200, path
    assert line.client.get("/simulator/static/..%2fsimulator.py").status_code == 404
    assert line.client.get("/simulator/static/x").status_code == 404


def test_everybody_on_the_page_has_a_language_and_something_to_say(line: Line) -> None:
    people = line.client.get("/simulator/static/simulator-people.json").json()
    assert len({person["name"] for person in people}) == len(people) >= 9
    assert {"ar", "en", "fr", "ha", "bn-Latn", "ti", "so", "am", "ur"} <= {person["lang"] for person in people}
    assert all(person["says"] and person["language"] for person in people)


def test_what_is_sent_is_on_disk_before_the_answer(line: Line) -> None:
    said = {"as": "sms", "address": "+218910000001", "text": "سلام"}
    assert line.client.post("/simulator/messages", json=said).status_code == 202
    pin = {"as": "telegram", "address": "7", "location": {"latitude": 27.0, "longitude": 14.4}}
    assert line.client.post("/simulator/messages", json=pin).status_code == 202
    voice = {"content_type": "audio/webm", "data": base64.b64encode(b"tone").decode(), "voice": True}
    assert (
        line.client.post("/simulator/messages", json={"as": "whatsapp", "address": "1", "media": voice}).status_code
        == 202
    )
    first, second, third = line.inbox()
    assert (first.address, first.text) == ("sms:+218910000001", "سلام")
    assert second.location is not None
    assert third.media[0].voice


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"as": "pigeon", "address": "1"}', b"\xff"])
def test_what_is_no_message_is_400_and_leaves_nothing(line: Line, body: bytes) -> None:
    assert line.client.post("/simulator/messages", content=body).status_code == 400
    assert line.inbox() == []


def test_a_message_of_more_than_a_mebibyte_is_413(line: Line) -> None:
    big = {"as": "sms", "address": "1", "text": "x" * 1024 * 1024}
    assert line.client.post("/simulator/messages", json=big).status_code == 413


def test_another_sites_page_cannot_write(line: Line) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    for path in ("/simulator/messages", "/simulator/receipts"):
        assert (
            line.client.post(path, json={"as": "sms", "address": "1", "text": "x"}, headers=headers).status_code == 403
        )
    assert line.inbox() == []


def test_the_thread_shows_parts_as_the_imitated_channel_renders_them(line: Line) -> None:
    choices = (Choice("menu:1", "Cash"), Choice("menu:2", "Health"))
    for imitated, address in (("sms", "+218910000001"), ("telegram", "7")):
        contact = line.said(f"{imitated}:{address}", "سلام")
        line.answer(contact, Outgoing("Choose", choices))
        asked, told = line.thread(imitated, address).json()["items"]
        assert (asked["direction"], asked["text"]) == ("in", "سلام")
        assert (told["direction"], told["state"], told["segments"]) == ("out", "delivered", 1)
        if imitated == "sms":
            assert told["text"] == "Choose\n\n1 Cash\n2 Health"
            assert told["buttons"] == []
        else:
            assert told["text"] == "Choose"
            assert [button for row in told["buttons"] for button in row] == [["Cash", "menu:1"], ["Health", "menu:2"]]


def test_a_poll_costs_nothing_until_something_changes(line: Line) -> None:
    assert line.thread("sms", "1").json() == {"mark": "none", "items": []}
    assert line.thread("sms", "1", "none").status_code == 204
    contact = line.said("sms:1", "x")
    mark = line.thread("sms", "1", "none").json()["mark"]
    assert line.thread("sms", "1", mark).status_code == 204
    line.answer(contact, Outgoing("y"), state="sending")
    after = line.thread("sms", "1", mark).json()
    assert [item.get("state") for item in after["items"]] == [None, "sending"]


def test_a_phone_shows_its_own_thread_only(line: Line) -> None:
    line.said("sms:1", "mine")
    assert line.thread("whatsapp", "1").json()["items"] == []
    assert line.thread("sms", "2").json()["items"] == []


def test_receipts_are_played_as_a_providers(line: Line) -> None:
    contact = line.said("whatsapp:1", "x")
    line.answer(contact, Outgoing("y"))
    part = line.thread("whatsapp", "1").json()["items"][1]
    played = line.client.post("/simulator/receipts", json={"part": part["id"], "state": "read"})
    assert played.status_code == 202
    with line.store.write() as session:
        assert receipts.settle(session, line.clock()) == 1
    assert line.thread("whatsapp", "1").json()["items"][1]["state"] == "read"
    for body, status in (
        ({"part": part["id"], "state": "eaten"}, 400),
        ({"part": "x", "state": "read"}, 400),
        ([], 400),
        ({"part": str(new_id()), "state": "read"}, 409),
    ):
        assert line.client.post("/simulator/receipts", json=body).status_code == status


def test_the_terminal_phone_prints_replies_with_segments_and_delivery(
    line: Line, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    contact = line.said("sms:+218910000999", "before")
    line.answer(contact, Outgoing("an old reply"))
    with _served(line.app) as url:
        monkeypatch.setenv("SAWT_PUBLIC_URL", url)
        monkeypatch.setattr("sys.stdin", io.StringIO("متى؟\n"))
        threading.Thread(target=_worker, args=(line, contact), daemon=True).start()
        options = argparse.Namespace(channel="sms", address="", name="")
        assert simulate.run(options) == 0
    shown = capsys.readouterr().out
    assert "غدا" in shown
    assert "(1 segment, delivered)" in shown
    assert "an old reply" not in shown
    assert [inbound.text for inbound in line.inbox()] == ["متى؟"]


def test_the_terminal_phone_says_where_no_service_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAWT_PUBLIC_URL", "http://127.0.0.1:9")
    assert simulate.run(argparse.Namespace(channel="telegram", address="", name="")) == 1
    assert "start it with: python -m bot run" in capsys.readouterr().err


def _worker(line: Line, contact: Contact) -> None:
    while not line.inbox():
        time.sleep(0.05)
    line.answer(contact, Outgoing("غدا"))


@contextlib.contextmanager
def _served(app: Starlette) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)
