# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of content: seed, check, take out and bring back, with exit statuses that scripts can trust."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import keyring, officers
from bot.__main__ import main
from bot.service import utc_now
from bot.store import migrate
from bot.store.engine import Store


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A migrated database with a content officer."""
    monkeypatch.setenv("SAWT_DATABASE_URL", f"sqlite:///{tmp_path}/sawt.db")
    monkeypatch.setenv("SAWT_KEYRING", str(tmp_path / "keyring.json"))
    keyring.create(tmp_path / "keyring.json")
    store = Store(f"sqlite:///{tmp_path}/sawt.db")
    migrate.upgrade(store)
    with store.write() as session:
        officers.add(session, utc_now(), "ann@example.org", ["content"])
    store.close()
    return tmp_path


def test_seeding_can_be_repeated(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed"]) == 0
    assert "published" in capsys.readouterr().out
    assert main(["seed"]) == 0
    assert "nothing was changed" in capsys.readouterr().out


def test_a_file_goes_out_is_tried_and_comes_back(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["seed"])
    path = installed / "fr.csv"
    assert main(["content", "export", str(path), "--language", "fr", "--entry", "mrc"]) == 0
    path.write_bytes(path.read_bytes().replace(b"Centre de ressources", b"Maison de ressources"))
    capsys.readouterr()
    tried = ["content", "import", str(path), "--email", "ann@example.org"]
    assert main(tried) == 0
    assert "1 texts would change" in capsys.readouterr().out
    assert main([*tried, "--write", "--submit"]) == 0
    assert "1 texts were brought in" in capsys.readouterr().out
    assert main(tried) == 0
    assert "0 texts would change" in capsys.readouterr().out


def test_a_broken_file_ends_with_an_error_and_its_places(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["seed"])
    path = installed / "fr.csv"
    path.write_text("entry,language,revision,title,questions,short,long\nmrc,fr,1,=x,q,s,l\n", encoding="utf-8")
    assert main(["content", "import", str(path), "--email", "ann@example.org", "--write"]) == 1
    assert "D2: is a formula" in capsys.readouterr().err
    assert main(["content", "import", str(path), "--email", "nobody@example.org"]) == 1


def test_the_files_are_checked_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["content", "check", "ar"]) == 0
    assert "All content files are sound." in capsys.readouterr().out
