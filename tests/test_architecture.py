# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds the code to its own architecture: who may import whom, where vendors live, and how large a piece may grow."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import defaultdict

import pytest

from tests.tree import PACKAGES, ROOT, Import, imports, modules, texts, top

LEAVES = ("channels", "routing", "locales")
DOORS = ("bot.app", "bot.__main__")
"""The front door knows all."""

VENDORS: dict[str, tuple[str, ...]] = {
    "aiohttp": ("channels._twilio",),
    "alembic": ("bot.store.migrate", "bot.store.migrations"),
    "apscheduler": ("bot.jobs",),
    "babel": ("locales",),
    "cryptography": ("bot.keyring",),
    "defusedxml": ("bot.content",),
    "fastapi": ("admin_api", "bot.app"),
    "holidays": ("bot.clocks",),
    "httpx": ("channels._twilio", "channels._download", "channels.telegram", "bot.content"),
    "jinja2": ("admin_api", "bot.simulator"),
    "langdetect": ("routing.language.fallback",),
    "lingua": (),
    "numpy": ("routing",),
    "onnxruntime": ("routing.embed",),
    "openpyxl": ("bot.content",),
    "prometheus_client": ("bot.metrics", "bot.app", "bot.process"),
    "psycopg": ("bot.bell",),
    "pydantic": ("admin_api",),
    "rapidfuzz": ("routing",),
    "regex": ("channels", "routing", "locales"),
    "scipy": ("routing.train",),
    "sklearn": ("routing.train",),
    "threadpoolctl": ("routing.train",),
    "sqlalchemy": ("bot", "admin_api"),
    "starlette": ("admin_api", "bot.app", "bot.hooks", "bot.simulator"),
    "telegram": ("channels.telegram", "channels._telegram_updates"),
    "tokenizers": ("routing.embed",),
    "twilio": ("channels._twilio", "channels._twilio_hooks"),
    "uvicorn": ("bot.process",),
    "uvloop": ("bot.cli.serve",),
}
"""Every library that is not Python's own, and the modules or packages that alone may import it."""

LONGEST_FUNCTION = 60
LONGEST_FILE = 400
LONGEST_TEST_FILE = 500


def within(module: str, places: tuple[str, ...]) -> bool:
    return any(module == place or module.startswith(f"{place}.") for place in places)


def wrong(found: list[Import]) -> str:
    return "\n".join(map(str, found))


def test_leaves_know_nobody() -> None:
    found = [i for i in imports() if top(i.by) in LEAVES and top(i.of) in PACKAGES and top(i.of) != top(i.by)]
    assert not found, wrong(found)


CHANNELS_KNOWN = {
    ("bot.service", "channels"),  # loads the ones that are enabled
    ("bot.settings", "channels"),  # asks each for its settings
    ("bot.content.rules", "channels._segments"),  # counts a translation as SMS will count it
}


def test_the_heart_knows_the_contract_of_channels_and_no_channel() -> None:
    found = [
        i
        for i in imports()
        if top(i.by) == "bot"
        and top(i.of) == "channels"
        and i.of != "channels.base"
        and (i.by, i.of) not in CHANNELS_KNOWN
    ]
    assert not found, wrong(found)


def test_only_the_front_door_knows_the_face() -> None:
    found = [i for i in imports() if top(i.by) == "bot" and top(i.of) == "admin_api" and i.by != "bot.app"]
    assert not found, wrong(found)


def test_the_face_knows_the_heart_and_never_a_channel_or_the_door() -> None:
    closed = ("channels", *DOORS, "bot.process", "bot.cli", "bot.starting")
    found = [i for i in imports() if top(i.by) == "admin_api" and within(i.of, closed)]
    assert not found, wrong(found)


def test_nobody_imports_the_tests() -> None:
    found = [i for i in imports() if top(i.of) == "tests"]
    assert not found, wrong(found)


def test_only_a_process_imports_the_front_door() -> None:
    allowed = {("bot.process", "bot.app"), ("bot.cli.serve", "bot.process")}
    closed = (*DOORS, "bot.process", "bot.cli")
    found = [
        i
        for i in imports()
        if within(i.of, closed) and (i.by, i.of) not in allowed and not within(i.by, ("bot.__main__", "bot.cli"))
    ]
    assert not found, wrong(found)


def test_the_heart_has_no_package_code_of_its_own() -> None:
    assert (ROOT / "bot/__init__.py").read_text() == ""


def test_the_parts_of_the_heart_import_each_other_in_no_circle() -> None:
    arrows: dict[str, set[str]] = defaultdict(set)
    for i in imports():
        if top(i.by) == top(i.of) == "bot":
            by, of = part(i.by), part(i.of)
            if by != of:
                arrows[by].add(of)
    assert (circle := find_circle(arrows)) is None, " -> ".join(circle)


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_import_each_other_in_no_circle(package: str) -> None:
    arrows: dict[str, set[str]] = defaultdict(set)
    for i in imports():
        if top(i.by) == top(i.of) == package and not i.by.startswith(f"{i.of}."):
            arrows[i.by].add(i.of)
    assert (circle := find_circle(arrows)) is None, " -> ".join(circle)


def part(module: str) -> str:
    """The first-level module of the heart: `bot.store.cases` is `bot.store`."""
    return ".".join(module.split(".")[:2])


def find_circle(arrows: dict[str, set[str]]) -> list[str] | None:
    done: set[str] = set()

    def follow(name: str, path: list[str]) -> list[str] | None:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        for onward in sorted(arrows.get(name, ())):
            if circle := follow(onward, [*path, name]):
                return circle
        done.add(name)
        return None

    for name in sorted(arrows):
        if circle := follow(name, []):
            return circle
    return None


def test_a_circle_would_be_found() -> None:
    assert find_circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert find_circle({"a": {"b", "c"}, "b": {"c"}}) is None


def test_each_library_is_imported_in_its_place_only() -> None:
    own = (*PACKAGES, *sys.stdlib_module_names)
    found = [i for i in imports() if top(i.of) not in own and not within(i.by, VENDORS.get(top(i.of), ()))]
    assert not found, wrong(found)


def test_no_place_is_kept_for_a_library_that_nobody_imports() -> None:
    used = {top(i.of) for i in imports()}
    assert {name for name, places in VENDORS.items() if places} - used == set()


@pytest.mark.parametrize(
    ("package", "closed"),
    [
        ("bot.dialogue", ("sqlalchemy", "bot.store", "bot.cases", "bot.outbox", "channels", "asyncio", "httpx")),
        ("routing", ("sqlalchemy", "asyncio", "socket", "sqlite3", "urllib.request", "http")),
    ],
)
def test_what_decides_is_pure(package: str, closed: tuple[str, ...]) -> None:
    found = [i for i in imports() if within(i.by, (package,)) and within(i.of, closed)]
    assert not found, wrong(found)


def test_what_decides_has_no_clock_of_its_own() -> None:
    clocks = {"now", "utcnow", "today", "time", "time_ns"}
    found = [
        f"{name} line {node.lineno}"
        for name, tree in modules().items()
        if within(name, ("bot.dialogue", "routing")) and not within(name, ("routing.train",))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in clocks
        and isinstance(node.value, ast.Name)
        and node.value.id in ("datetime", "date", "time")
    ]
    assert not found, found


GUARD = """
import importlib, os, socket, sqlite3, sys
import psycopg
import wsgiref.handlers  # Python's own, behind the metrics library: it copies the environment

class Environ(type(os.environ)):
    def __getitem__(self, key):
        assert not str(key).startswith("SAWT_"), f"{key} is read at import"
        return super().__getitem__(key)

def no(*_args, **_options):
    raise AssertionError("something connects at import")

os.environ.__class__ = Environ
os.environ["SAWT_CANARY"] = "set"  # so that copying the whole environment is seen too
socket.socket.connect = socket.socket.connect_ex = socket.socket.bind = no
sqlite3.connect = sqlite3.dbapi2.connect = no
psycopg.connect = psycopg.Connection.connect = no
import threading
before = threading.active_count()
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        sys.exit(f"{name}: {type(error).__name__}: {error}")
assert threading.active_count() == before, "a thread is started at import"
"""


def test_nothing_connects_reads_a_setting_or_starts_a_thread_at_import() -> None:
    names = [name for name in modules() if not within(name, ("bot.store.migrations", "routing.train"))]
    ran = subprocess.run(
        [sys.executable, "-c", GUARD, *sorted(set(names) - set(DOORS)), *DOORS],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("SAWT_")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_functions_and_files_stay_readable() -> None:
    alarms = []
    for name, tree in modules().items():
        if within(name, ("bot.store.migrations.versions",)):  # made by a tool, read once
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    alarms.append(f"{name}.{node.name}: {length} lines")
    for path, text in texts(".py"):
        limit = LONGEST_TEST_FILE if path.parts[0] == "tests" else LONGEST_FILE
        if path.match("bot/store/migrations/versions/*"):
            continue
        if (length := text.count("\n")) > limit:
            alarms.append(f"{path}: {length} lines")
    assert not alarms, "\n".join(alarms)


def test_every_module_says_in_one_sentence_why_it_exists() -> None:
    silent = [name for name, tree in modules().items() if tree.body and not ast.get_docstring(tree)]
    assert not silent, silent
