# SPDX-License-Identifier: AGPL-3.0-or-later
"""The settings of the service: a frozen value, built from the environment by a pure function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import channels
from channels.base import Setting

CORE: tuple[Setting, ...] = (
    Setting(
        "SAWT_ENV",
        "`development` or `production`. Production makes nothing by itself and refuses example facts.",
        "development",
    ),
    Setting(
        "SAWT_DATABASE_URL",
        "`sqlite:///path` (one process) or `postgresql://user@host/name` (as many as wanted).",
        "sqlite:///var/sawt.db",
    ),
    Setting(
        "SAWT_KEYRING",
        "Path of the key ring. Keep it outside the database's disk and back it up apart.",
        "var/keyring.json",
    ),
    Setting(
        "SAWT_PUBLIC_URL",
        "The address under which the world reaches us; webhooks are verified against it.",
        "http://127.0.0.1:8000",
    ),
    Setting("SAWT_CHANNELS", "Comma list of `sms`, `whatsapp`, `telegram`, `simulator`.", "simulator"),
    Setting("SAWT_HOST", "Address to listen on.", "127.0.0.1"),
    Setting("SAWT_PORT", "Port to listen on.", "8000"),
    Setting(
        "SAWT_OFFICE",
        "Path of the office file with its facts (phones, addresses, hours). Empty in development: the example office.",
        "",
    ),
    Setting("SAWT_LANGUAGES", "Comma list of languages to answer in; empty means all that have a catalogue.", ""),
    Setting(
        "SAWT_CHECKED_ONLY", "`yes` serves only translations that a person who reads the language has checked.", "no"
    ),
    Setting("SAWT_CLOCKS", 'JSON object that changes clocks, for example `{"P2": {"first_hours": 48}}`.', "{}"),
    Setting(
        "SAWT_EMBEDDING_MODEL", "Folder of a local ONNX sentence-embedding model for routing; empty means none.", ""
    ),
    Setting("SAWT_TRANSLATE_URL", "A self-hosted LibreTranslate that drafts translations; empty means none.", ""),
    Setting(
        "SAWT_METRICS_PORT",
        "Port on which `worker` and `scheduler` show their metrics; empty means none. `web` shows its own at /metrics.",
        "",
    ),
    Setting("SAWT_LOG_LEVEL", "`debug`, `info`, `warning` or `error`.", "info"),
)
"""Every setting that is not a channel's own."""

_LEVELS = ("debug", "info", "warning", "error")


class SettingsError(Exception):
    """What is missing or contradictory, one sentence a problem, each saying what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """The service as it was configured. `channel_env` is what each enabled channel is connected from."""

    env: str = "development"
    database_url: str = field(default="sqlite:///var/sawt.db", repr=False)  # it may hold a password
    keyring: Path = Path("var/keyring.json")
    public_url: str = "http://127.0.0.1:8000"
    channels: tuple[str, ...] = ("simulator",)
    host: str = "127.0.0.1"
    port: int = 8000
    office: Path | None = None
    languages: tuple[str, ...] = ()
    checked_only: bool = False
    clocks: str = "{}"
    embedding_model: Path | None = None
    translate_url: str = ""
    log_level: str = "info"
    metrics_port: int = 0
    channel_env: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite:")


def load(env: Mapping[str, str]) -> Settings:
    """Read the settings. Raises SettingsError with every problem at once."""
    problems: list[str] = []
    value = _reader(env)
    names = tuple(name.strip() for name in value("SAWT_CHANNELS").split(",") if name.strip())
    _check_core(value, names, problems)
    for name in names:
        if name in channels.available():
            problems += _missing(channels.settings(name), env)
    if problems:
        raise SettingsError(list(dict.fromkeys(problems)))  # two channels of one provider lack the same
    return Settings(
        env=value("SAWT_ENV"),
        database_url=value("SAWT_DATABASE_URL"),
        keyring=Path(value("SAWT_KEYRING")),
        public_url=value("SAWT_PUBLIC_URL").rstrip("/"),
        channels=names,
        host=value("SAWT_HOST"),
        port=int(value("SAWT_PORT")),
        office=_path(value("SAWT_OFFICE")),
        languages=tuple(code.strip() for code in value("SAWT_LANGUAGES").split(",") if code.strip()),
        checked_only=value("SAWT_CHECKED_ONLY") == "yes",
        clocks=value("SAWT_CLOCKS"),
        embedding_model=_path(value("SAWT_EMBEDDING_MODEL")),
        translate_url=value("SAWT_TRANSLATE_URL").rstrip("/"),
        log_level=value("SAWT_LOG_LEVEL"),
        metrics_port=int(value("SAWT_METRICS_PORT") or 0),
        channel_env={**env, "SAWT_PUBLIC_URL": value("SAWT_PUBLIC_URL").rstrip("/")},
    )


def table() -> list[tuple[str, Setting]]:
    """Every setting there is, with where it belongs: `core` or a channel's name. For the documentation and `check`."""
    rows = [("core", setting) for setting in CORE]
    seen = {setting.name for setting in CORE}
    for name in channels.available():
        for setting in channels.settings(name):
            if setting.name not in seen:
                seen.add(setting.name)
                rows.append((name, setting))
    return rows


def _reader(env: Mapping[str, str]) -> Callable[[str], str]:
    defaults = {setting.name: setting.default or "" for setting in CORE}
    if port := (env.get("SAWT_PORT") or "").strip():
        defaults["SAWT_PUBLIC_URL"] = f"http://127.0.0.1:{port}"  # on this machine, where nothing else is said
    return lambda name: (env.get(name) or "").strip() or defaults[name]


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _check_core(value: Callable[[str], str], names: tuple[str, ...], problems: list[str]) -> None:
    if value("SAWT_ENV") not in ("development", "production"):
        problems.append("SAWT_ENV is neither development nor production; set one of the two.")
    if not re.match(r"^(sqlite:///.+|postgres(ql)?://.+)$", value("SAWT_DATABASE_URL")):
        problems.append("SAWT_DATABASE_URL must begin with sqlite:/// or postgresql://.")
    url = urlsplit(value("SAWT_PUBLIC_URL"))
    if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment:
        problems.append("SAWT_PUBLIC_URL must be an address such as https://help.example.org, without a query.")
    elif value("SAWT_ENV") == "production" and url.scheme != "https":
        problems.append("SAWT_PUBLIC_URL must begin with https:// in production.")
    if not names:
        problems.append("SAWT_CHANNELS names no channel; set it to a comma list such as sms,telegram.")
    problems += [
        f"SAWT_CHANNELS names {name!r}, which is not a channel; choose from {', '.join(channels.available())}."
        for name in names
        if name not in channels.available()
    ]
    if value("SAWT_ENV") == "production" and "simulator" in names:
        problems.append("SAWT_CHANNELS names simulator, which is for development; take it out in production.")
    port = value("SAWT_PORT")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        problems.append("SAWT_PORT must be a number from 1 to 65535.")
    metrics = value("SAWT_METRICS_PORT")
    if metrics and (not metrics.isdecimal() or not 0 < int(metrics) < 65536):
        problems.append("SAWT_METRICS_PORT must be empty or a number from 1 to 65535.")
    if value("SAWT_CHECKED_ONLY") not in ("yes", "no"):
        problems.append("SAWT_CHECKED_ONLY must be yes or no.")
    if value("SAWT_LOG_LEVEL") not in _LEVELS:
        problems.append(f"SAWT_LOG_LEVEL must be one of {', '.join(_LEVELS)}.")


def _missing(wanted: tuple[Setting, ...], env: Mapping[str, str]) -> list[str]:
    core = {setting.name for setting in CORE}
    return [
        f"{setting.name} is not set; it is {setting.help[0].lower()}{setting.help[1:]}"
        for setting in wanted
        if setting.default is None and setting.name not in core and not (env.get(setting.name) or "").strip()
    ]
