# SPDX-License-Identifier: AGPL-3.0-or-later
"""Seals what people wrote before it reaches the database, and finds addresses without keeping them in the clear.

The key ring is a JSON file outside the database: numbered sealing keys, of which one is active and the others only
open, and one index key for lookups. A lost ring cannot be replaced: nothing sealed under it opens again.

An envelope is `version (1) | key number (2) | nonce (12) | AES-256-GCM-SIV ciphertext`. The associated data names the
table, the column and the row, so a ciphertext moved to another place does not open. Text is padded to a multiple of
256 bytes before sealing, so that its length tells little.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import digest
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = 1
_NONCE = 12
_HEAD = 3 + _NONCE
_BUCKET = 256
_LENGTH = 4


class KeyringError(Exception):
    """The key ring is missing, unreadable or does not hold the key that is asked for."""


class SealBroken(Exception):
    """A sealed value does not open here: it was changed, cut, or belongs to another row or key ring."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of one installation. `sealing` maps key numbers to ciphers; `active` seals, all of them open."""

    active: int
    sealing: Mapping[int, AESGCMSIV]
    index: bytes

    def seal(self, place: str, row: UUID, text: str) -> bytes:
        """Seal a text for `place` (`table.column`) of one row."""
        return self.seal_bytes(place, row, text.encode("utf-8", "surrogatepass"))

    def open(self, place: str, row: UUID, sealed: bytes) -> str:
        """The text sealed there. Raises SealBroken, KeyringError."""
        return self.open_bytes(place, row, sealed).decode("utf-8", "surrogatepass")

    def seal_bytes(self, place: str, row: UUID, data: bytes) -> bytes:
        body = len(data).to_bytes(_LENGTH, "big") + data
        body += bytes(-len(body) % _BUCKET)
        head = bytes((_VERSION,)) + self.active.to_bytes(2, "big")
        nonce = secrets.token_bytes(_NONCE)
        return head + nonce + self.sealing[self.active].encrypt(nonce, body, _bound(head, place, row))

    def open_bytes(self, place: str, row: UUID, sealed: bytes) -> bytes:
        head, nonce = sealed[:3], sealed[3:_HEAD]
        if len(sealed) <= _HEAD or head[0] != _VERSION:
            raise SealBroken(f"{place} holds no envelope of this version")
        number = int.from_bytes(head[1:3], "big")
        cipher = self.sealing.get(number)
        if cipher is None:
            raise KeyringError(f"the key ring has no key {number}")
        try:
            body = cipher.decrypt(nonce, sealed[_HEAD:], _bound(head, place, row))
        except InvalidTag:
            raise SealBroken(f"{place} does not open for this row") from None
        return body[_LENGTH : _LENGTH + int.from_bytes(body[:_LENGTH], "big")]

    def lookup(self, *parts: str) -> bytes:
        """A keyed hash (32 bytes) by which an address or a provider's id is found again."""
        return digest(self.index, "\x1f".join(parts).encode(), "sha256")


def _bound(head: bytes, place: str, row: UUID) -> bytes:
    return b"sawt|" + head + b"|" + place.encode() + b"|" + row.bytes


def create(path: Path) -> None:
    """Write a new key ring, readable by its owner alone. An existing file is never touched: raises KeyringError."""
    ring = {
        "version": 1,
        "active": 1,
        "keys": {"1": base64.b64encode(secrets.token_bytes(32)).decode()},
        "index": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        raise KeyringError(f"{path} is there already; a key ring is never overwritten") from None
    with os.fdopen(handle, "w") as file:
        json.dump(ring, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def load(path: Path) -> Keyring:
    """Read a key ring. Raises KeyringError with what to do."""
    try:
        ring = json.loads(path.read_text())
        keys = {int(number): base64.b64decode(key, validate=True) for number, key in ring["keys"].items()}
        index = base64.b64decode(ring["index"], validate=True)
        active = int(ring["active"])
    except FileNotFoundError:
        raise KeyringError(f"there is no key ring at {path}; make one with: python -m bot keyring create") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise KeyringError(f"{path} is not a readable key ring") from None
    if active not in keys or any(len(key) != 32 for key in (*keys.values(), index)):
        raise KeyringError(f"{path} is not a complete key ring")
    return Keyring(
        active=active,
        sealing={number: AESGCMSIV(_derive(key, b"seal")) for number, key in keys.items()},
        index=_derive(index, b"index"),
    )


def rotate(path: Path) -> int:
    """Add a sealing key and make it the active one; the older keys go on opening. Returns its number."""
    load(path)
    ring = json.loads(path.read_text())
    number = max(int(n) for n in ring["keys"]) + 1
    ring["keys"][str(number)] = base64.b64encode(secrets.token_bytes(32)).decode()
    ring["active"] = number
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(handle, "w") as file:
        json.dump(ring, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return number


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"sawt key ring 1", info=purpose).derive(key)
