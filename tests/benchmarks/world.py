# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fresh installations to measure on."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import databases
from tests.running import Installation


@contextmanager
def installed(database: str, **env: str) -> Iterator[Installation]:
    """An installation of its own on `sqlite` or `postgresql`, brought to this version and with content."""
    name = f"sawt_bench_{os.getpid()}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        url = f"sqlite:///{path}/sawt.db" if database == "sqlite" else databases.fresh_postgres(name)
        try:
            with Installation(path, url, **env) as found:
                for words in (("migrate",), ("keyring", "create"), ("seed",)):
                    found.command(*words)
                yield found
        finally:
            if database == "postgresql":
                databases.drop_postgres(name)


def resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")
