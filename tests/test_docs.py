# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds the documentation to the program: every setting, command, metric, table and link is real, none is missing."""

from __future__ import annotations

import re
import shlex
import unicodedata
from pathlib import Path
from urllib.parse import unquote

import pytest
from prometheus_client import Counter, Histogram

from bot import metrics, settings
from bot.__main__ import parser
from bot.access import COMPARTMENTS, ROLES
from bot.store.models import metadata
from tests.docs import GENERATED, commands, filled
from tests.tree import ROOT, texts

PAGES = {path: text for path, text in texts(".md") if path.parts[0] != "LICENSE"}
ALL = "\n".join(PAGES.values())
OPERATIONS = (ROOT / "docs/operations.md").read_text()
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
COMPOSE_ONLY = {"SAWT_DATABASE_PASSWORD", "SAWT_OFFICE_FILE", "SAWT_TEST_POSTGRES_URL", "SAWT_PROOF"}


@pytest.mark.parametrize("page", GENERATED)
def test_what_the_program_writes_into_the_documentation_is_up_to_date(page: str) -> None:
    text = (ROOT / page).read_text()
    assert filled(text, GENERATED[page]()) == text, f"{page} is old: run python -m tests.docs"


def test_every_setting_is_documented_with_its_default() -> None:
    page = (ROOT / "docs/settings.md").read_text()
    for _, setting in settings.table():
        (row,) = re.findall(rf"^\| `{setting.name}` \| (.+?) \|", page, re.M)
        assert (setting.default or ("must be set" if setting.default is None else "empty")) in row, setting.name


def test_no_setting_is_spoken_of_that_does_not_exist() -> None:
    known = {setting.name for _, setting in settings.table()} | COMPOSE_ONLY
    for path, text in PAGES.items():
        spoken = set(re.findall(r"\bSAWT_[A-Z_]+\b", text))
        assert spoken <= known, f"{path}: {spoken - known}"


def test_every_command_is_documented() -> None:
    page = (ROOT / "docs/commands.md").read_text()
    names = [name for name, _, _ in commands()]
    assert len(names) > 10
    for name, _, text in commands():
        assert re.search(rf"^\| `{name}[ `]", page, re.M), name
        assert text, f"{name} has no help"


def test_every_command_that_is_spoken_of_is_understood_by_the_program() -> None:
    called = re.findall(r"python -m bot ([a-z][^`\n#)]*)", ALL)
    called += re.findall(r"docker compose run --rm (?:web|keyring) ([a-z][^`\n#)]*)", ALL)
    assert len(called) > 15
    for line in called:
        words = shlex.split(re.sub(r"<id>", "01890000-0000-7000-8000-000000000000", line).rstrip(".,;: "))
        if "…" in words or words == ["officer", "link"]:  # what a command prints as a hint, cut short
            continue
        if "--help" not in words:
            assert callable(parser().parse_args(words).run), line


def test_every_link_leads_somewhere() -> None:
    broken = []
    for path, text in PAGES.items():
        for link in re.findall(r"\[[^\]]+\]\(([^)\s]+)\)", text):
            if re.match(r"(https?|mailto):", link):
                continue
            name, _, anchor = unquote(link).partition("#")
            target = (ROOT / path).parent / name if name else ROOT / path
            if not target.resolve().is_relative_to(ROOT) or not target.exists():
                broken.append(f"{path}: {link}")
            elif anchor and anchor not in anchors(target):
                broken.append(f"{path}: no heading for {link}")
    assert not broken, broken


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code forges make them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page.read_text(), flags=re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_every_file_that_is_spoken_of_is_there() -> None:
    folders = "bot|channels|routing|locales|admin_api|tests|docs|deploy"
    missing = []
    for path, text in PAGES.items():
        for name in re.findall(rf"`((?:{folders})/[\w./-]*)`", text):
            if not (ROOT / name).exists() and not (ROOT / path).parent.joinpath(name).exists():
                missing.append(f"{path}: {name}")
    assert not missing, missing


def test_the_table_of_tables_is_the_database_and_tells_what_is_sealed() -> None:
    section = ARCHITECTURE.split("## Tables")[1].split("##")[0]
    first_cells = re.findall(r"^\| (`.+?) \|", section, re.M)
    named = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(metadata.tables)
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) < 3 or not cells[0].startswith("`"):
            continue
        for table in re.findall(r"`(\w+)`", cells[0]):
            for column in re.findall(r"`(\w+)`", cells[2]):
                assert column in metadata.tables[table].columns, (table, column)


def test_every_metric_is_explained_and_none_is_invented() -> None:
    known = {
        value._name + ("_total" if isinstance(value, Counter) else "")
        for value in vars(metrics).values()
        if isinstance(value, Counter | Histogram)
    }
    assert set(re.findall(r"`(sawt_\w+)", OPERATIONS)) == known


def test_every_role_and_compartment_is_explained() -> None:
    assert all(f"| `{role}` |" in OPERATIONS for role in ROLES)
    assert all(f"`{compartment}`" in OPERATIONS or f" {compartment}`" in OPERATIONS for compartment in COMPARTMENTS)


def test_every_query_of_the_handbook_asks_for_columns_that_exist() -> None:
    queries = re.findall(r"`(SELECT .+?)`", OPERATIONS)
    assert len(queries) >= 4
    for query in queries:
        table = re.search(r'FROM "?(\w+)"?', query).group(1)
        words = set(re.findall(r"\b[a-z_]+\b", re.sub(r"'[^']*'", "", query)))
        columns = words - {"count", "min", "now", table}
        assert columns <= set(metadata.tables[table].columns.keys()), (query, columns)


def test_every_decision_is_listed_and_has_its_three_parts() -> None:
    folder = ROOT / "docs/decisions"
    listed = (folder / "README.md").read_text()
    pages = sorted(folder.glob("0*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text()
        assert f"({page.name})" in listed
        assert all(f"## {part}" in text for part in ("Context", "Decision", "Consequences"))
        assert text.startswith(f"# {int(page.name[:4])}. ")


def test_the_limits_of_what_is_protected_are_printed_where_confidentiality_is_promised() -> None:
    for text in (ARCHITECTURE, (ROOT / "SECURITY.md").read_text()):
        for limit in (
            "providers and telecoms saw the message",
            "holds the phone",
            "compromised",
            "that somebody wrote",
        ):
            assert limit in text.lower()


def test_the_words_of_the_documentation_are_british_and_plain() -> None:
    american = re.compile(
        r"\b(color|behavior|center|recogniz|organiz|summariz|license[ds]? under|authoriz|catalogs?)\b"
    )
    loud = re.compile(r"\b(seamless|blazing|powerful|cutting-edge|world-class|effortless|leverage|robust)\w*", re.I)
    for path, text in PAGES.items():
        prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.S)
        assert not american.search(prose), f"{path}: {american.search(prose)}"
        assert not loud.search(prose), f"{path}: {loud.search(prose)}"
        assert not any(unicodedata.category(c) == "So" for c in prose), f"{path} has a pictogram"
