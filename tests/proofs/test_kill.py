# SPDX-License-Identifier: AGPL-3.0-or-later
"""kill -9 of every process at random points under load: nothing lost, nothing doubled, nothing stuck."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from bot.store.engine import Store
from bot.store.messages import Inbox, Outbox
from tests import databases
from tests.fakes import twilio
from tests.running import PUBLIC, Installation, wait_for

LONG = os.environ.get("SAWT_PROOF") == "long"
KILLS = 40 if LONG else 5
PEOPLE = 40
WORDS = (
    "where is the clinic in Tripoli?",
    "my card does not work",
    "hello",
    "the guard asks for my body before he gives food",
    "وين مكتب المنظمة في سبها",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    name = f"sawt_proof_{os.getpid()}"
    on_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/sawt.db" if on_sqlite else databases.fresh_postgres(name)
    with Installation(tmp_path, url, SAWT_CHANNELS="sms", SAWT_TWILIO_TIMEOUT="5") as found:
        found.twilio.then, found.twilio.shuffled, found.twilio.copies = ("sent", "delivered"), True, 2
        yield found
    if not on_sqlite:
        databases.drop_postgres(name)


class People:
    """Forty people who write, each with a provider that posts a message until it is taken, and sometimes twice."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.acknowledged: set[str] = set()
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._write, args=[n]) for n in range(4)]

    def _write(self, group: int) -> None:
        chance = random.Random(group)
        with httpx.Client(timeout=5, trust_env=False) as client:
            while not self.stop.is_set():
                person = chance.randrange(PEOPLE // 4) * 4 + group
                fields = twilio.message(chance.choice(WORDS), f"+21891000{person:04}")
                headers, body = twilio.signed(f"{PUBLIC}/hooks/sms", fields)
                self._post(client, fields["MessageSid"], headers, body)
                if chance.random() < 0.2:
                    self._post(client, fields["MessageSid"], headers, body)
                time.sleep(0.02)

    def _post(self, client: httpx.Client, sid: str, headers: dict[str, str], body: bytes) -> None:
        for _ in range(400):
            try:
                answer = client.post(f"{self.installation.url}/hooks/sms", content=body, headers=headers)
                if answer.status_code in (200, 204):
                    self.acknowledged.add(sid)
                    return
            except httpx.TransportError:
                pass
            if self.stop.wait(0.05):
                return


@pytest.mark.proof
@pytest.mark.timeout(3600 if LONG else 420)
def test_nothing_is_lost_doubled_or_stuck_when_processes_are_killed(installation: Installation) -> None:
    installation.prepare()
    installation.start_all()
    people = People(installation)
    for thread in people.threads:
        thread.start()
    chance = random.Random(11)
    for _ in range(KILLS):
        time.sleep(chance.uniform(1.0, 3.0))
        name = chance.choice(sorted(installation.processes))
        installation.kill(name)
        installation.start(name)
    installation.ready()
    time.sleep(2)
    people.stop.set()
    for thread in people.threads:
        thread.join()
    store = Store(installation.env["SAWT_DATABASE_URL"])
    try:
        wait_for(lambda: _drained(store), seconds=240, every=0.5)
        _judge(store, installation, people)
    finally:
        store.close()


def _drained(store: Store) -> bool:
    with store.read() as session:
        pending = session.scalar(select(func.count()).select_from(Inbox).where(Inbox.state == "pending"))
        open_parts = session.scalar(
            select(func.count()).select_from(Outbox).where(Outbox.state.in_(("waiting", "sending")))
        )
        return not pending and not open_parts


def _judge(store: Store, installation: Installation, people: People) -> None:
    with store.read() as session:
        states = Counter(session.scalars(select(Inbox.state)))
        parts = Counter(session.scalars(select(Outbox.state)))
    assert sum(states.values()) >= len(people.acknowledged), "an acknowledged message was lost"
    assert set(states) == {"done"}, states
    assert set(parts) == {"accepted"}, parts
    assert len(installation.twilio.messages) == parts["accepted"], "a reply was lost or sent twice"
    assert parts["accepted"] >= states["done"], "a message had no reply"
    assert len(people.acknowledged) > 50
