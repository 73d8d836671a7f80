# SPDX-License-Identifier: AGPL-3.0-or-later
"""Case references: short enough to read out, random, telling nothing, and proof against a slip of the finger."""

from __future__ import annotations

import secrets
import unicodedata

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: they are misread, or make words
_LENGTH = 7
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_ref() -> str:
    """A fresh reference such as `K7M4-2QXT`: seven random characters and a check character."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return _shown(body + _check(body))


def read_ref(text: str) -> str | None:
    """The reference meant, or None. Case, spaces, dashes, digits of any script and I, L, O are forgiven."""
    plain = "".join(_plain(character) for character in unicodedata.normalize("NFKC", text)).upper().translate(_ALIKE)
    if len(plain) != _LENGTH + 1 or any(character not in _ALPHABET for character in plain):
        return None
    return _shown(plain) if _check(plain[:-1]) == plain[-1] else None


def _plain(character: str) -> str:
    if character in "-–—_ .\u200e\u200f":
        return ""
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)


def _check(body: str) -> str:
    """Weighted so that every single slip shows, and nearly every swap of neighbours."""
    return _ALPHABET[sum((2 * place + 1) * _ALPHABET.index(c) for place, c in enumerate(body)) % 32]


def _shown(ref: str) -> str:
    return f"{ref[:4]}-{ref[4:]}"
