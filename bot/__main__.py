# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m bot`: one command line for newcomers, operators and containers."""

from __future__ import annotations

import argparse
import sys

from sqlalchemy.exc import SQLAlchemyError

from bot.cli import classify, content, corrections, keys, letters, office, serve, simulate
from bot.errors import Refusal
from bot.keyring import KeyringError, SealBroken
from bot.settings import SettingsError


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    found = argparse.ArgumentParser(prog="python -m bot", description="Sawt, a common feedback mechanism helpline.")
    commands = found.add_subparsers(dest="command", required=True, metavar="command")
    for family in (serve, keys, content, office, letters, corrections, classify, simulate):
        family.register(commands)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        status: int | None = options.run(options)
    except SettingsError as error:
        print("Sawt cannot start:", *error.problems, sep="\n  ", file=sys.stderr)
        return 2
    except (KeyringError, SealBroken, ValueError) as error:
        print(f"Sawt cannot go on: {error}", file=sys.stderr)
        return 2
    except SQLAlchemyError as error:  # by its type only: its text may hold values
        print(
            f"Sawt cannot go on: the database failed ({type(error).__name__}); run: python -m bot check",
            file=sys.stderr,
        )
        return 2
    except Refusal as error:
        print(error.detail, file=sys.stderr)
        return 1
    return status or 0


if __name__ == "__main__":
    sys.exit(main())
