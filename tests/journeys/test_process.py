# SPDX-License-Identifier: AGPL-3.0-or-later
"""The processes start when all is well, say what is wrong when it is not, and end when they are told."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from bot.store.engine import Store
from bot.store.messages import Inbox
from tests.fakes import telegram, twilio
from tests.running import PUBLIC, Installation, wait_for


@pytest.fixture
def installation(tmp_path: Path):
    with Installation(tmp_path, f"sqlite:///{tmp_path}/sawt.db") as found:
        yield found


def test_a_first_start_makes_everything_and_a_sigterm_ends_it_with_nothing_lost(installation: Installation) -> None:
    installation.start_all()
    assert "example office" in installation.log.read_text().lower()
    taken = 0
    with httpx.Client(timeout=10, trust_env=False) as client:
        for number in range(60):
            fields = twilio.message("where is the clinic", f"+21892{number:07}")
            headers, body = twilio.signed(f"{PUBLIC}/hooks/sms", fields)
            answer = client.post(f"{installation.url}/hooks/sms", content=body, headers=headers)
            taken += answer.status_code == 204
    assert installation.stop("run") == 0
    store = Store(installation.env["SAWT_DATABASE_URL"])
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Inbox)) == taken == 60
    installation.start("run")
    installation.ready()
    wait_for(lambda: len({m["to"] for m in list(installation.twilio.messages)}) == 60, 60)
    store.close()


def test_with_data_present_a_missing_key_ring_stops_the_start(installation: Installation) -> None:
    installation.start_all()
    assert installation.stop("run") == 0
    Path(installation.env["SAWT_KEYRING"]).unlink()
    result = installation.command("run", check=False)
    assert result.returncode == 2
    assert "key ring" in result.stderr
    assert not Path(installation.env["SAWT_KEYRING"]).exists()


def test_in_production_nothing_is_made_by_itself(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/sawt.db"
    with Installation(tmp_path, url, SAWT_ENV="production") as installation:
        result = installation.command("run", check=False)
        assert result.returncode == 2
        assert not (tmp_path / "keys").exists()
        installation.command("migrate")
        installation.command("keyring", "create")
        assert installation.command("check").returncode == 0


def test_where_nobody_can_call_us_telegram_is_polled(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/sawt.db"
    more = {"SAWT_CHANNELS": "telegram", "SAWT_TELEGRAM_MODE": "polling"}
    with Installation(tmp_path, url, **more) as installation:
        installation.telegram.push(telegram.message("where is the clinic in Tripoli?", 77, "en"))
        installation.start_all()
        wait_for(lambda: installation.telegram.texts(77), 30)
        wait_for(lambda: installation.telegram.waiting == 0, 30)
        assert len(installation.telegram.texts(77)) <= 3


def test_production_serves_no_example_facts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/sawt.db"
    with Installation(tmp_path, url, SAWT_ENV="production", SAWT_CHANNELS="sms") as installation:
        for words in (("migrate",), ("keyring", "create")):
            installation.command(*words)
        installation.command("seed", check=False)
        installation.start_all()
        installation.twilio.post(f"{PUBLIC}/hooks/sms", twilio.message("Where is the clinic in Tripoli?"))
        replies = wait_for(lambda: installation.twilio.texts("+218910000001"), 30)
        assert "+218 00 000" not in " ".join(replies)
