# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console's own style and script, named by their content so that browsers keep them."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, also compressed."""

    plain: bytes
    zipped: bytes
    content_type: str
    mark: str


@cache
def all_assets() -> dict[str, Asset]:
    """Every file that may be served, by name."""
    found = {}
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in _TYPES:
            body = path.read_bytes()
            mark = sha256(body).hexdigest()[:12]
            found[path.name] = Asset(body, gzip.compress(body, mtime=0), _TYPES[path.suffix], mark)
    return found


def url(name: str) -> str:
    """Where a page asks for a file: another content has another address."""
    return f"/console/static/{name}?v={all_assets()[name].mark}"
