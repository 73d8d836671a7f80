# SPDX-License-Identifier: AGPL-3.0-or-later
"""`classify`: what routing makes of a text and why. Needs no setting, database or network."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from bot.content.starter import cards
from routing.decision import Heard
from routing.explain import as_json, as_text
from routing.router import Router


def register(commands: Any) -> None:
    command = commands.add_parser("classify", help="explain how a text is routed")
    command.add_argument("text", nargs="?", help="the text to explain")
    command.add_argument("--jsonl", action="store_true", help='read lines {"id", "text"} and write one answer each')
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if options.jsonl:
        return lines()
    if options.text is None:
        print("Give a text, or --jsonl and lines on standard input.", file=sys.stderr)
        return 2
    print(as_text(Router.load().route(Heard(options.text), cards())))
    return 0


def lines() -> int:
    """Answer each line as it comes. A bad line is reported by its number and the next one is read."""
    router, known = Router.load(), cards()
    for number, raw in enumerate(sys.stdin.buffer, start=1):
        if not raw.strip():
            continue
        try:
            wanted = json.loads(raw)
            text, name = wanted["text"], wanted["id"]
            if not isinstance(text, str):
                raise TypeError
        except (ValueError, KeyError, TypeError):
            print(f'line {number}: not an object with "id" and "text"', file=sys.stderr)
            continue
        answer = as_json(router.route(Heard(text), known), name)
        sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.flush()
    return 0
