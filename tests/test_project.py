# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds the project to its own house rules: pinned and reasoned dependencies, licence lines, nothing unfinished."""

from __future__ import annotations

import os
import re
import tomllib
from typing import Any

import pytest

from tests.tree import ROOT, files, imports, texts, top

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()
DEV_LOCK = (ROOT / "requirements-dev.lock").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
VENDORED = ("tests/schemas/compose-spec.json", "tests/schemas/compose-spec.LICENSE", "LICENSE")

PACKAGE_OF = {
    "telegram": "python-telegram-bot",
    "sklearn": "scikit-learn",
    "prometheus_client": "prometheus-client",
    "multipart": "python-multipart",
    "yaml": "pyyaml",
}
COME_ALONG = {"starlette": "fastapi", "pydantic": "fastapi", "aiohttp": "twilio", "scipy": "scikit-learn"}
"""Libraries that are imported and are there because another one is: each by a library that is pinned."""
NEVER_IMPORTED = {
    "httptools": "uvicorn takes it where it is there",
    "python-multipart": "Starlette reads forms with it",
    "tzdata": "zoneinfo reads it",
}


def requirements(group: str = "") -> dict[str, str]:
    """Name and pin of each dependency."""
    project = PYPROJECT["project"]
    lines = project["optional-dependencies"][group] if group else project["dependencies"]
    found = {}
    for line in lines:
        match = re.fullmatch(r"([A-Za-z0-9_.-]+)(\[\w+\])?==([\w.]+)(; .+)?", line)
        assert match, f"{line} is not pinned to one version"
        found[match[1].lower()] = match[3]
    return found


def test_every_dependency_is_pinned_and_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    for name in requirements():
        line = next(line for line in text.splitlines() if re.match(rf'\s*"{re.escape(name)}[\[=]', line))
        assert "# " in line, f"{name} gives no reason"


@pytest.mark.parametrize(("groups", "lock"), [(("",), LOCK), (("", "train", "embed", "dev"), DEV_LOCK)])
def test_the_lock_files_hold_what_the_project_asks_for_with_hashes(groups: tuple[str, ...], lock: str) -> None:
    for group in groups:
        for name, version in requirements(group).items():
            assert re.search(rf"^{re.escape(name)}(\[\w+\])?=={re.escape(version)}\b", lock, re.M | re.I), name
    blocks = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.M)[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)


def test_both_lock_files_agree() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^[\w.\[\]-]+==[\w.]+", lock, re.M))

    assert pins(LOCK) <= pins(DEV_LOCK)


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    declared = {name for group in ("", "train", "embed") for name in requirements(group)}
    used = {PACKAGE_OF.get(name, name) for i in imports() if (name := top(i.of)) not in COME_ALONG}
    assert set(COME_ALONG.values()) <= declared
    assert declared - used == set(NEVER_IMPORTED)


def test_the_licence_is_the_agpl_and_the_code_says_so() -> None:
    assert PYPROJECT["project"]["license"] == "AGPL-3.0-or-later"
    licence = (ROOT / "LICENSE").read_text()
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in licence
    assert "Version 3, 19 November 2007" in licence
    bare = [
        str(path)
        for path, text in texts(".py")
        if text and "SPDX-License-Identifier: AGPL-3.0-or-later" not in text.splitlines()[0]
    ]
    assert not bare
    for name in ("Dockerfile", "docker-compose.yml", "deploy/Caddyfile", "Makefile", ".ci/run"):
        assert "SPDX-License-Identifier: AGPL-3.0-or-later" in (ROOT / name).read_text(), name


def test_nothing_is_left_unfinished() -> None:
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")
    found = [
        f"{path}:{number}"
        for path, text in texts(".py", ".md", ".toml", ".yml", ".html", ".css", ".js", ".sh", "")
        if path.as_posix() not in VENDORED
        for number, line in enumerate(text.splitlines(), 1)
        if marks.search(line)
    ]
    assert not found


def test_the_repository_speaks_of_itself_alone() -> None:
    """No path of one machine, and nothing outside the tree: what a stranger clones must make sense by itself."""
    marks = re.compile(
        r"(?<![\w.])/(home|root|work|Users|mnt|tmp/\w+)/\w"  # a place on somebody's disk
        r"|(?<![\w./-])(\.\./)*sha"
        r"red/\w"
        r"|\.lib"
        r"rary\b"
        r"|\b(issue|ticket) #?\d"
    )
    found = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path, text in texts()
        if path.as_posix() not in VENDORED and path.suffix not in (".jsonl", ".tsv", ".csv", ".lock")
        for number, line in enumerate(text.splitlines(), 1)
        if marks.search(line)
    ]
    assert not found, "\n".join(found)


def test_no_key_or_data_lies_in_the_tree() -> None:
    for path in files():
        assert path.suffix not in (".db", ".sqlite", ".pem", ".key", ".log"), path
        assert path.name not in (".env", "keyring.json"), path
    ignored = (ROOT / ".gitignore").read_text().split()
    assert {".venv/", "var/", ".env"} <= set(ignored)


def test_every_make_target_that_is_spoken_of_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", MAKEFILE, re.M))
    phony = set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.M)[1].split())
    assert targets == phony
    for path, text in texts(".md", ".py", ".toml", ""):
        if path.as_posix() in VENDORED:
            continue
        spoken = set(re.findall(r"(?:`|^\s{4}|^)make ([a-z]+)", text, re.M))
        assert spoken <= targets, f"{path} speaks of make {spoken - targets}"


def test_what_make_runs_is_there() -> None:
    for module in re.findall(r"python -m ([a-z_.]+)", MAKEFILE):
        if top(module) in ("pytest", "venv"):
            continue
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_the_check_before_a_change_runs_what_make_offers() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    text = script.read_text()
    assert text.startswith("#!")
    assert "set -euo pipefail" in text
    assert {"setup", "lint", "test", "eval"} <= set(re.findall(r"\bmake ([a-z]+)", text))


def test_tests_are_strict() -> None:
    pytest_options = PYPROJECT["tool"]["pytest"]["ini_options"]
    assert pytest_options["filterwarnings"] == ["error"]
    assert {"--strict-markers", "--strict-config"} <= set(pytest_options["addopts"])
    assert pytest_options["xfail_strict"] is True
    mypy = PYPROJECT["tool"]["mypy"]
    assert mypy["strict"] is True
    assert set(mypy["packages"]) == {"bot", "channels", "routing", "locales", "admin_api"}


def test_the_changelog_knows_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## \[(.+?)\]", text, re.M)
    assert PYPROJECT["project"]["version"] in headings
    kinds = set(re.findall(r"^### (\w+)", text, re.M))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
