# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes the parts of the documentation that the program knows best: `python -m tests.docs`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from bot import settings
from bot.__main__ import parser

ROOT = Path(__file__).parent.parent
TITLES = {
    "core": "The service",
    "sms": "SMS, and Twilio for WhatsApp too",
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "simulator": "Simulator",
}


def settings_table() -> str:
    """All settings as tables, one for each place they belong to."""
    blocks = []
    rows = settings.table()
    for where, title in TITLES.items():
        lines = [f"### {title}", "", "| Setting | Default | What it is |", "|---|---|---|"]
        lines += [_row(setting) for place, setting in rows if place == where]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _row(setting: settings.Setting) -> str:
    default = {None: "must be set", "": "empty"}.get(setting.default, f"`{setting.default}`")
    text = setting.help.replace("|", "\\|") + (" Secret." if setting.secret else "")
    return f"| `{setting.name}` | {default} | {text} |"


def commands(of: argparse.ArgumentParser | None = None, before: str = "") -> Iterator[tuple[str, str, str]]:
    """Every command with its arguments and what it does, in the order of `--help`."""
    for action in (of or parser())._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for name, inner in action.choices.items():
            full = f"{before} {name}".strip()
            below = list(commands(inner, full))
            if not below:
                yield full, _usage(inner), helps.get(name, "")
            yield from below


def _usage(command: argparse.ArgumentParser) -> str:
    words = []
    for action in command._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        name = action.option_strings[-1] if action.option_strings else ""
        value = ""
        if action.nargs != 0:
            choices = "|".join(map(str, action.choices)) if action.choices else ""
            value = choices or str(action.metavar or action.dest).upper()
        word = f"{name} {value}".strip()
        many = isinstance(action, argparse._AppendAction) or action.nargs in ("*", "+")
        word += " …" if many else ""
        needed = action.required if action.option_strings else action.nargs not in ("?", "*")
        words.append(word if needed else f"[{word}]")
    return " ".join(words)


def command_table() -> str:
    """All commands as one table."""
    lines = ["| Command | What it does |", "|---|---|"]
    for name, usage, text in commands():
        called = f"{name} {usage}".strip().replace("|", "\\|")
        lines.append(f"| `{called}` | {text[:1].upper()}{text[1:]} |")
    return "\n".join(lines)


GENERATED = {"docs/settings.md": settings_table, "docs/commands.md": command_table}


def filled(page: str, content: str) -> str:
    """The page with its generated part made anew."""
    found = re.sub(
        r"(?<=<!-- generated -->\n).*(?=\n<!-- end -->)", lambda _: f"\n{content}\n", page, count=1, flags=re.S
    )
    assert "<!-- generated -->" in found, "the page has no generated part"
    return found


if __name__ == "__main__":
    for name, make in GENERATED.items():
        path = ROOT / name
        path.write_text(filled(path.read_text(), make()))
