# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads a JSON body into an object that can be stored, or says that it is malformed without repeating it."""

from __future__ import annotations

import json
from typing import Any

from channels.base import Malformed


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises `Malformed`. Half a surrogate pair, which no UTF-8 can hold, becomes U+FFFD."""
    try:
        raw = json.loads(body)
        if b"\\ud" in body.lower():
            text = json.dumps(raw, ensure_ascii=False)
            raw = json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    except (ValueError, RecursionError):
        # `from None`: the library's error repeats the body.
        raise Malformed("the JSON cannot be read") from None
    if not isinstance(raw, dict):
        raise Malformed("the JSON is not an object")
    return raw
