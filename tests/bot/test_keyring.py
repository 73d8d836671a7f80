# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key ring seals text to its row, opens nothing that was moved or changed, and is never lost by a command."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import keyring
from bot.keyring import Keyring, KeyringError, SealBroken

ROW = UUID("01890000-0000-7000-8000-000000000001")
OTHER = UUID("01890000-0000-7000-8000-000000000002")
PLACE = "message.body"


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    path = tmp_path_factory.mktemp("ring") / "keyring.json"
    keyring.create(path)
    return keyring.load(path)


@given(text=st.text(max_size=700))
def test_what_is_sealed_opens_again_in_any_script_and_of_any_length(one: Keyring, text: str) -> None:
    assert one.open(PLACE, ROW, one.seal(PLACE, ROW, text)) == text


def test_a_half_of_a_surrogate_pair_from_a_broken_phone_survives(one: Keyring) -> None:
    assert one.open(PLACE, ROW, one.seal(PLACE, ROW, "a\ud83d")) == "a\ud83d"


def test_bytes_are_sealed_whole_also_where_they_end_in_zeros(one: Keyring) -> None:
    data = b"\x89PNG" + bytes(600)
    assert one.open_bytes(PLACE, ROW, one.seal_bytes(PLACE, ROW, data)) == data


@given(position=st.integers(min_value=0, max_value=290), flip=st.integers(min_value=1, max_value=255))
def test_a_change_of_any_byte_is_found(one: Keyring, position: int, flip: int) -> None:
    sealed = bytearray(one.seal(PLACE, ROW, "stay where you are"))
    sealed[position % len(sealed)] ^= flip
    with pytest.raises((SealBroken, KeyringError)):
        one.open(PLACE, ROW, bytes(sealed))


@given(length=st.integers(min_value=0, max_value=286))
def test_a_cut_value_is_found(one: Keyring, length: int) -> None:
    with pytest.raises((SealBroken, KeyringError)):
        one.open(PLACE, ROW, one.seal(PLACE, ROW, "short")[:length])


@pytest.mark.parametrize(("place", "row"), [("note.body", ROW), ("message.name", ROW), (PLACE, OTHER)])
def test_a_value_does_not_open_in_another_table_column_or_row(one: Keyring, place: str, row: UUID) -> None:
    with pytest.raises(SealBroken):
        one.open(place, row, one.seal(PLACE, ROW, "for this row alone"))


def test_the_same_text_never_looks_the_same_twice(one: Keyring) -> None:
    assert len({one.seal(PLACE, ROW, "help") for _ in range(200)}) == 200


def test_the_length_of_a_text_shows_in_steps_of_256_bytes_only(one: Keyring) -> None:
    lengths = {len(one.seal(PLACE, ROW, "x" * n)) for n in range(253)}
    assert len(lengths) == 1
    assert len(one.seal(PLACE, ROW, "x" * 253)) == lengths.pop() + 256


def test_no_word_of_the_text_is_in_the_sealed_value_or_in_an_error(one: Keyring) -> None:
    sealed = one.seal(PLACE, ROW, "he said I must pay")
    assert b"pay" not in sealed
    with pytest.raises(SealBroken) as broken:
        one.open(PLACE, OTHER, sealed)
    assert "pay" not in str(broken.value)


def test_another_installations_ring_opens_nothing_and_finds_nothing(one: Keyring, tmp_path: Path) -> None:
    keyring.create(tmp_path / "other.json")
    other = keyring.load(tmp_path / "other.json")
    with pytest.raises(SealBroken):
        other.open(PLACE, ROW, one.seal(PLACE, ROW, "ours"))
    assert other.lookup("address", "sms", "+218910000001") != one.lookup("address", "sms", "+218910000001")


def test_a_lookup_is_the_same_each_time_and_differs_by_every_part(one: Keyring) -> None:
    found = one.lookup("address", "sms", "+218910000001")
    assert found == one.lookup("address", "sms", "+218910000001")
    assert len(found) == 32
    others = {
        one.lookup("address", "whatsapp", "+218910000001"),
        one.lookup("address", "sms", "+218910000002"),
        one.lookup("inbound", "sms", "+218910000001"),
        one.lookup("address", "sms+218910000001"),
    }
    assert len(others | {found}) == 5


def test_a_new_ring_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keyring.json"
    keyring.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_ring_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    keyring.create(path)
    before = path.read_bytes()
    with pytest.raises(KeyringError, match="never overwritten"):
        keyring.create(path)
    assert path.read_bytes() == before


def test_after_a_rotation_old_values_open_new_ones_need_the_new_key_and_lookups_stay(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    keyring.create(path)
    before = keyring.load(path)
    old = before.seal(PLACE, ROW, "before")
    assert keyring.rotate(path) == 2
    after = keyring.load(path)
    assert after.open(PLACE, ROW, old) == "before"
    assert after.lookup("address", "sms", "1") == before.lookup("address", "sms", "1")
    new = after.seal(PLACE, ROW, "after")
    assert int.from_bytes(new[1:3], "big") == 2
    with pytest.raises(KeyringError, match="no key 2"):
        before.open(PLACE, ROW, new)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["keyring.json"]


def test_a_second_rotation_counts_on(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    keyring.create(path)
    assert [keyring.rotate(path), keyring.rotate(path)] == [2, 3]
    assert keyring.load(path).active == 3


def test_a_missing_ring_says_which_command_makes_one(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="python -m bot keyring create"):
        keyring.load(tmp_path / "keyring.json")


def ring(**changes: object) -> str:
    key = "A" * 43 + "="
    return json.dumps({"version": 1, "active": 1, "keys": {"1": key}, "index": key} | changes)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        "null",
        ring(active=2),
        ring(active=None),
        ring(keys={}),
        ring(keys={"1": "short"}),
        ring(keys={"1": "!" * 44}),
        ring(keys={"one": "A" * 43 + "="}),
        ring(index=""),
        ring(index=7),
    ],
)
def test_a_broken_ring_is_refused_in_a_sentence_that_shows_nothing_of_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(text)
    with pytest.raises(KeyringError) as refused:
        keyring.load(path)
    assert str(path) in str(refused.value)
    assert "AAAA" not in str(refused.value)
    with pytest.raises(KeyringError):
        keyring.rotate(path)
    assert path.read_text() == text, "a ring that cannot be read is left as it is"


def test_a_ring_does_not_show_its_keys_when_it_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    keyring.create(path)
    written = json.loads(path.read_text())
    shown = repr(keyring.load(path))
    assert written["keys"]["1"] not in shown
    assert written["index"] not in shown


def test_rows_of_random_ids_keep_their_texts_apart(one: Keyring) -> None:
    rows = [uuid4() for _ in range(20)]
    sealed = [one.seal(PLACE, row, str(row)) for row in rows]
    assert [one.open(PLACE, row, value) for row, value in zip(rows, sealed, strict=True)] == [str(r) for r in rows]
