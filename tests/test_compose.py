# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds the deployment to the program: what a container runs, sets, opens and asks for must be there."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator
from starlette.routing import Route

from bot import settings
from bot.__main__ import parser

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
CADDYFILE = (ROOT / "deploy/Caddyfile").read_text()
EXAMPLE = dict(
    line.split("=", 1) for line in (ROOT / "deploy/example.env").read_text().splitlines() if re.match(r"[A-Z_]+=", line)
)
OURS = [name for name, service in SERVICES.items() if str(service.get("image", "")).startswith("sawt:")]
KNOWN = {setting.name for _, setting in settings.table()}
NOT_SETTINGS = {
    "PGPASSWORD",  # libpq's own: the password stays out of the URL
    "SAWT_DATABASE_PASSWORD",  # compose fills PGPASSWORD and POSTGRES_PASSWORD from it
    "SAWT_OFFICE_FILE",  # compose mounts it where SAWT_OFFICE points
}


def schema_problems(compose: dict[str, Any]) -> list[str]:
    schema = json.loads((ROOT / "tests/schemas/compose-spec.json").read_text())
    return [f"{list(e.absolute_path)}: {e.message}" for e in Draft201909Validator(schema).iter_errors(compose)]


def wanted(text: str) -> set[str]:
    """The variables that Compose substitutes in a text."""
    return set(re.findall(r"\$\{([A-Z_]+)", text))


def test_the_compose_file_keeps_to_the_compose_schema() -> None:
    assert schema_problems(COMPOSE) == []


def test_the_schema_would_find_a_slip() -> None:
    broken = {"services": {"web": {"imagine": "sawt", "depends_on": {"db": {"condition": "soon"}}}}}
    assert len(schema_problems(broken)) >= 2


def test_the_parts_of_the_service_are_all_there() -> None:
    assert {"postgres", "migrate", "keyring", "seed", "web", "worker", "scheduler", "proxy"} == set(SERVICES)


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_the_program(name: str) -> None:
    options = parser().parse_args(SERVICES[name]["command"])
    assert callable(options.run)


def test_the_image_runs_the_program_and_its_default_command_is_known() -> None:
    entry = json.loads(re.search(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.M).group(1))
    default = json.loads(re.search(r"^CMD (.+)$", DOCKERFILE, re.M).group(1))
    assert entry == ["python", "-m", "bot"]
    assert parser().parse_args(default).command == "check"


@pytest.mark.parametrize("name", OURS)
def test_every_variable_of_a_container_is_a_setting(name: str) -> None:
    assert set(SERVICES[name]["environment"]) - KNOWN - NOT_SETTINGS == set()


def test_every_variable_of_the_image_the_example_and_the_proxy_is_known() -> None:
    in_image = set(re.findall(r"\b(SAWT_[A-Z_]+)=", DOCKERFILE))
    in_proxy = set(re.findall(r"\{\$([A-Z_]+)", CADDYFILE))
    assert in_image | in_proxy | set(EXAMPLE) <= KNOWN | NOT_SETTINGS
    assert in_proxy <= set(SERVICES["proxy"]["environment"])
    assert set(EXAMPLE) <= wanted((ROOT / "docker-compose.yml").read_text())


def test_a_setting_that_a_channel_needs_reaches_the_containers() -> None:
    passed = set(SERVICES["web"]["environment"])
    needed = {s.name for where, s in settings.table() if where in ("sms", "whatsapp", "telegram") and s.default is None}
    assert needed <= passed


def filled(environment: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    """What Compose makes of an environment with these variables."""

    def value(match: re.Match[str]) -> str:
        name, rule, word = match.groups()
        if given.get(name):
            return given[name]
        assert rule != ":?", f"{name} is not given"
        return word or ""

    return {key: re.sub(r"\$\{([A-Z_]+)(:[?-])?([^}]*)\}", value, text) for key, text in environment.items()}


def test_the_example_filled_in_is_a_setup_that_the_program_accepts() -> None:
    given = {
        "SAWT_PUBLIC_URL": "https://help.example.org",
        "SAWT_CHANNELS": "sms,whatsapp,telegram",
        "SAWT_OFFICE_FILE": "office.toml",
        "SAWT_DATABASE_PASSWORD": "a:b/c@d#e%f",
        "SAWT_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "SAWT_TWILIO_AUTH_TOKEN": "0" * 32,
        "SAWT_TWILIO_SMS_FROM": "+15005550006",
        "SAWT_TWILIO_WHATSAPP_FROM": "+15005550006",
        "SAWT_TELEGRAM_TOKEN": "1:abc",
        "SAWT_TELEGRAM_SECRET": "secret",
    }
    assert set(given) == set(EXAMPLE), "the example names what must be filled in, and no more"
    chosen = settings.load(filled(SERVICES["web"]["environment"], given))
    assert chosen.production
    assert not chosen.sqlite
    assert chosen.port == 8000


def test_what_must_not_have_a_default_has_none() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("SAWT_DATABASE_PASSWORD", "SAWT_PUBLIC_URL", "SAWT_CHANNELS", "SAWT_OFFICE_FILE"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses), name
    secrets = {setting.name for _, setting in settings.table() if setting.secret}
    for environment in (SERVICES[name].get("environment", {}) for name in SERVICES):
        for name in (secrets | {"PGPASSWORD", "POSTGRES_PASSWORD"}) & set(environment):
            assert re.fullmatch(r"\$\{[A-Z_]+:[?-][^}]*\}", environment[name]), name
            assert not environment[name].endswith("-}") or name in secrets
    assert all(not value for value in EXAMPLE.values())


def test_the_ports_are_those_that_the_program_listens_on() -> None:
    port = SERVICES["web"]["environment"]["SAWT_PORT"]
    assert SERVICES["web"]["expose"] == [port]
    assert f"EXPOSE {port}" in DOCKERFILE
    assert f"SAWT_PORT={port}" in DOCKERFILE
    assert f"reverse_proxy web:{port}" in CADDYFILE
    assert SERVICES["web"]["environment"]["SAWT_HOST"] == "0.0.0.0"
    published = {name for name, service in SERVICES.items() if service.get("ports")}
    assert published == {"proxy"}, "only the proxy is open to the world"


def test_every_health_check_asks_for_what_the_program_has() -> None:
    paths = _paths_of_the_program()
    for name in [*OURS, "proxy"]:
        check = SERVICES[name].get("healthcheck")
        if check is None:
            assert name in ("migrate", "keyring", "seed"), f"{name} runs on and has no health check"
            continue
        asked = re.findall(r"http://(?:127\.0\.0\.1|web):8000(/\w+)", " ".join(check["test"]))
        if asked:
            assert set(asked) <= paths
        else:
            assert check["test"][:4] == ["CMD", "python", "-m", "bot"]
            parser().parse_args(check["test"][4:])
    assert set(re.findall(r"(?<=\s)/\w+(?=\s)", CADDYFILE)) <= paths


def _paths_of_the_program() -> set[str]:
    from bot.app import _health

    return {route.path for route in _health(None, lambda: True) if isinstance(route, Route)}  # type: ignore[arg-type]


def test_the_key_ring_lies_apart_from_the_database() -> None:
    ring = SERVICES["web"]["environment"]["SAWT_KEYRING"]
    mounts = {name: [str(v).split(":") for v in SERVICES[name].get("volumes", [])] for name in SERVICES}
    (keys,) = {mount[0] for name in OURS for mount in mounts[name] if ring.startswith(mount[1] + "/")}
    assert keys not in {mount[0] for mount in mounts["postgres"]}
    assert keys in COMPOSE["volumes"]
    may_write = [name for name in OURS if [keys, str(Path(ring).parent)] in mounts[name]]
    assert may_write == ["keyring"]
    assert f"SAWT_KEYRING={ring}" in DOCKERFILE
    assert str(Path(ring).parent) in re.search(r"install -d .*", DOCKERFILE).group(0)


def test_containers_can_do_little() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] in ("unless-stopped", "no"), name
        assert not service.get("privileged"), name
    for name in OURS:
        uid = re.search(r"^USER (\S+)$", DOCKERFILE, re.M).group(1)
        assert SERVICES[name]["user"] == uid
        assert not uid.startswith("0")
    for name in ("postgres", "web", "worker", "scheduler", "proxy"):
        assert SERVICES[name]["deploy"]["resources"]["limits"]["memory"], name


def test_the_database_is_reached_from_inside_only() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["postgres"]["networks"] == ["inside"]
    assert "inside" not in SERVICES["proxy"]["networks"]
    assert all("inside" in SERVICES[name]["networks"] for name in OURS)


def test_nothing_starts_before_the_database_is_at_this_version() -> None:
    for name in ("web", "worker", "scheduler", "seed"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["restart"] == "no"


def test_a_stop_leaves_the_program_the_time_it_may_take() -> None:
    for name in ("web", "worker", "scheduler"):
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > 10


def test_the_image_holds_what_the_program_is_made_of() -> None:
    ignore = (ROOT / ".dockerignore").read_text().split()
    allowed = {line[1:] for line in ignore if line.startswith("!")}
    copied = {
        words[1] for line in DOCKERFILE.splitlines() if (words := line.split())[:1] == ["COPY"] and "--" not in words[1]
    }
    assert copied == allowed
    assert {"bot", "channels", "routing", "locales", "admin_api", "requirements.lock"} <= copied
    assert all((ROOT / name).exists() for name in copied)
    assert not any(fnmatch(secret, name) for secret in (".env", "var", ".git") for name in allowed)


def test_images_are_pinned_and_the_python_is_one_that_the_program_runs_on() -> None:
    images = [service["image"] for service in SERVICES.values()] + re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    for image in images:
        assert re.search(r":\d+\.\d+", image), image
    pythons = set(re.findall(r"^FROM python:(\d+)\.(\d+)", DOCKERFILE, re.M))
    assert pythons == {("3", "11")}
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M).group(1)
    assert {SERVICES[name]["image"] for name in OURS} == {f"sawt:{version}"}
    assert "--require-hashes -r /tmp/requirements.lock" in DOCKERFILE


def test_the_proxy_serves_the_public_address_with_tls_and_keeps_the_inside_inside() -> None:
    assert re.search(r"^\{\$SAWT_PUBLIC_URL\} \{$", CADDYFILE, re.M)
    assert re.search(r"@inside path .*/metrics", CADDYFILE)
    assert "respond @inside 404" in CADDYFILE
    assert not re.search(r"^\s*log\b", CADDYFILE, re.M), "an access log would hold addresses"
    assert "./deploy/Caddyfile:/etc/caddy/Caddyfile:ro" in SERVICES["proxy"]["volumes"]
