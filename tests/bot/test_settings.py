# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings come from a mapping, all problems are told at once, and each says what to do."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from bot import settings
from bot.settings import Settings, SettingsError, load

TWILIO = {
    "SAWT_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "SAWT_TWILIO_AUTH_TOKEN": "canary-twilio-secret",
    "SAWT_TWILIO_SMS_FROM": "+15005550006",
    "SAWT_TWILIO_WHATSAPP_FROM": "+15005550006",
}
TELEGRAM = {"SAWT_TELEGRAM_TOKEN": "1:canary-telegram-secret", "SAWT_TELEGRAM_SECRET": "canary-hook-secret"}
PRODUCTION = {
    "SAWT_ENV": "production",
    "SAWT_PUBLIC_URL": "https://help.example.org",
    "SAWT_DATABASE_URL": "postgresql://sawt:canary-password@db/sawt",
    "SAWT_CHANNELS": "sms, whatsapp ,telegram",
    **TWILIO,
    **TELEGRAM,
}


def problems(env: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(env)
    return refused.value.problems


def test_with_nothing_set_it_is_a_development_service_with_a_simulator() -> None:
    assert load({}) == Settings(channel_env={"SAWT_PUBLIC_URL": "http://127.0.0.1:8000"})
    assert not load({}).production
    assert load({}).sqlite


def test_an_empty_value_is_as_good_as_none() -> None:
    assert load({setting.name: " " for _, setting in settings.table()}) == dataclasses.replace(
        load({}), channel_env={s.name: " " for _, s in settings.table()} | {"SAWT_PUBLIC_URL": "http://127.0.0.1:8000"}
    )


def test_a_production_service_is_read_as_written() -> None:
    chosen = load(
        PRODUCTION | {"SAWT_PORT": "9000", "SAWT_OFFICE": "/etc/sawt/office.toml", "SAWT_LANGUAGES": "ar, ti"}
    )
    assert chosen.production
    assert not chosen.sqlite
    assert chosen.channels == ("sms", "whatsapp", "telegram")
    assert (chosen.port, chosen.office, chosen.languages) == (9000, Path("/etc/sawt/office.toml"), ("ar", "ti"))


def test_the_public_url_loses_its_last_slash_for_channels_too() -> None:
    chosen = load({"SAWT_PUBLIC_URL": "https://help.example.org/"})
    assert chosen.public_url == chosen.channel_env["SAWT_PUBLIC_URL"] == "https://help.example.org"


def test_loading_looks_at_the_mapping_and_not_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAWT_ENV", "nonsense")
    assert load({}).env == "development"
    before = dict(os.environ)
    load(PRODUCTION)
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SAWT_ENV", "staging", "neither development nor production"),
        ("SAWT_DATABASE_URL", "mysql://root@db/sawt", "must begin with sqlite:/// or postgresql://"),
        ("SAWT_DATABASE_URL", "sqlite://", "must begin with sqlite:/// or postgresql://"),
        ("SAWT_PUBLIC_URL", "help.example.org", "must be an address such as"),
        ("SAWT_PUBLIC_URL", "https://help.example.org/?x=1", "must be an address such as"),
        ("SAWT_PUBLIC_URL", "https://", "must be an address such as"),
        ("SAWT_CHANNELS", ",", "names no channel"),
        ("SAWT_CHANNELS", "sms,fax", "'fax', which is not a channel"),
        ("SAWT_PORT", "0", "a number from 1 to 65535"),
        ("SAWT_PORT", "65536", "a number from 1 to 65535"),
        ("SAWT_PORT", "http", "a number from 1 to 65535"),
        ("SAWT_CHECKED_ONLY", "true", "must be yes or no"),
        ("SAWT_LOG_LEVEL", "loud", "must be one of debug, info, warning, error"),
    ],
)
def test_a_wrong_value_is_told_with_its_name_and_what_to_set(name: str, value: str, told: str) -> None:
    assert any(name in problem and told in problem for problem in problems(PRODUCTION | {name: value}))


def test_production_asks_for_tls_and_no_simulator() -> None:
    found = problems(PRODUCTION | {"SAWT_PUBLIC_URL": "http://help.example.org", "SAWT_CHANNELS": "simulator"})
    assert any("https://" in problem for problem in found)
    assert any("simulator" in problem for problem in found)


def test_what_a_channel_lacks_is_told_once_for_all_channels_together() -> None:
    found = problems({"SAWT_CHANNELS": "sms,whatsapp,telegram", "SAWT_PORT": "x"})
    assert len(found) == len(set(found))
    for name in ("SAWT_TWILIO_ACCOUNT_SID", "SAWT_TWILIO_WHATSAPP_FROM", "SAWT_TELEGRAM_TOKEN", "SAWT_PORT"):
        assert sum(problem.startswith(name) for problem in found) == 1


def test_a_channel_that_is_off_needs_nothing() -> None:
    assert load({"SAWT_CHANNELS": "telegram", **TELEGRAM}).channels == ("telegram",)


def test_polling_telegram_needs_no_hook_secret() -> None:
    env = {"SAWT_CHANNELS": "telegram", "SAWT_TELEGRAM_TOKEN": "1:abc", "SAWT_TELEGRAM_MODE": "polling"}
    assert load(env).channels == ("telegram",)


def test_no_secret_is_shown_by_a_problem_or_by_the_settings_themselves() -> None:
    broken = PRODUCTION | {"SAWT_PORT": "x", "SAWT_LOG_LEVEL": "x", "SAWT_ENV": "x"}
    told = " ".join(problems(broken)) + repr(load(PRODUCTION)) + str(load(PRODUCTION))
    assert "canary" not in told


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load({}).port = 1  # type: ignore[misc]


def test_every_setting_is_named_once_says_what_it_is_and_begins_with_the_services_name() -> None:
    names = [setting.name for _, setting in settings.table()]
    assert len(names) == len(set(names))
    for _, setting in settings.table():
        assert setting.name.startswith("SAWT_")
        assert setting.help.endswith((".", "`.")), setting.name
    assert {where for where, _ in settings.table()} == {"core", "sms", "whatsapp", "telegram", "simulator"}


def test_every_default_of_the_table_is_the_one_that_is_used() -> None:
    said = {s.name: s.default for where, s in settings.table() if where == "core"}
    chosen = load({})
    assert said["SAWT_ENV"] == chosen.env
    assert said["SAWT_DATABASE_URL"] == chosen.database_url
    assert said["SAWT_KEYRING"] == str(chosen.keyring)
    assert said["SAWT_PUBLIC_URL"] == chosen.public_url
    assert said["SAWT_CHANNELS"] == ",".join(chosen.channels)
    assert (said["SAWT_HOST"], said["SAWT_PORT"]) == (chosen.host, str(chosen.port))
    assert said["SAWT_LOG_LEVEL"] == chosen.log_level
    fields = {field.name for field in dataclasses.fields(Settings)} - {"channel_env"}
    assert {name.removeprefix("SAWT_").lower() for name in said} == fields


def test_what_looks_secret_is_marked_secret() -> None:
    for _, setting in settings.table():
        if setting.name.endswith(("TOKEN", "SECRET", "PASSWORD")):
            assert setting.secret, setting.name
