# SPDX-License-Identifier: AGPL-3.0-or-later
"""The repository as the tests about it see it: its files, its modules, and who imports whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("channels", "routing", "locales", "bot", "admin_api")


@dataclass(frozen=True)
class Import:
    """One import: the module that asks, the module it asks for, and the line."""

    by: str
    of: str
    line: int

    def __str__(self) -> str:
        return f"{self.by} (line {self.line}) imports {self.of}"


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository, without what `.gitignore` names."""
    ignored = [".git", *(line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split())]
    return tuple(sorted(_walk(ROOT, ignored)))


def _walk(folder: Path, ignored: list[str]) -> Iterator[Path]:
    for path in folder.iterdir():
        if any(fnmatch(path.name, pattern) for pattern in ignored):
            continue
        if path.is_dir():
            yield from _walk(path, ignored)
        else:
            yield path


def texts(*suffixes: str) -> Iterator[tuple[Path, str]]:
    """Path, relative to the root, and text of every file that is text, or of those with these suffixes."""
    for path in files():
        if suffixes and path.suffix not in suffixes:
            continue
        try:
            yield path.relative_to(ROOT), path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the program by its dotted name, parsed."""
    found = {}
    for path, text in texts(".py"):
        if path.parts[0] in PACKAGES:
            name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
            found[name] = ast.parse(text, str(path))
    return found


@cache
def imports() -> tuple[Import, ...]:
    """Every import of the program, the late and the type-only ones too."""
    known = modules()
    return tuple(dict.fromkeys(found for name, tree in known.items() for found in _imports(name, tree, known)))


def _imports(name: str, tree: ast.Module, known: dict[str, ast.Module]) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} has a relative import in line {node.lineno}"
            base = node.module or ""
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield Import(name, inner if inner in known else base, node.lineno)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module":
            yield from (Import(name, str(a.value), node.lineno) for a in node.args[:1] if isinstance(a, ast.Constant))


def top(module: str) -> str:
    return module.split(".")[0]
