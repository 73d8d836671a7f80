# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing that a person wrote, no address and no secret reaches a log, whatever goes wrong."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from bot import logs
from bot.store.base import new_id
from bot.store.engine import Store
from bot.store.people import Contact

CANARIES = ("hit me in the camp", "ضربني في المخيم", "+218910000042", "7654321:bot-token-canary")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What would be on standard error at the loudest level."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs._QUIET}
    logs.set_up("debug")
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


def clean(out: io.StringIO) -> str:
    """The log, which holds no canary."""
    text = out.getvalue()
    assert not [canary for canary in CANARIES if canary in text]
    return text


def test_an_exception_is_logged_by_type_and_place_and_never_with_its_text(log: io.StringIO) -> None:
    for canary in CANARIES:
        try:
            raise ValueError(canary)
        except ValueError:
            logging.getLogger("bot.worker").exception("a message failed")
    text = clean(log)
    assert text.count("a message failed") == len(CANARIES)
    assert text.count("(ValueError at test_logs.py:") == len(CANARIES)


def test_the_causes_of_an_exception_are_not_told_either(log: io.StringIO) -> None:
    try:
        try:
            raise KeyError(CANARIES[0])
        except KeyError as error:
            raise RuntimeError(CANARIES[2]) from error
    except RuntimeError:
        logging.getLogger("bot.turn").error("failed", exc_info=True)
    assert "RuntimeError" in clean(log)


def test_a_record_that_cannot_be_formatted_does_not_print_its_arguments(log: io.StringIO) -> None:
    logging.getLogger("bot.turn").error("%d of %s", CANARIES[0])
    clean(log)


def test_an_error_that_ends_a_thread_is_named_without_its_text(log: io.StringIO) -> None:
    def work() -> None:
        raise ValueError(CANARIES[1])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert "a thread ended in ValueError at test_logs.py:" in clean(log)


def test_an_error_that_ends_the_process_is_named_without_its_text(log: io.StringIO) -> None:
    try:
        raise ValueError(CANARIES[1])
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert "this process ended in ValueError at test_logs.py:" in clean(log)


def test_an_error_that_no_task_waited_for_is_named_without_its_text(log: io.StringIO) -> None:
    async def fail() -> None:
        raise ValueError(CANARIES[0])

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(logs.of_loop)
        task = loop.create_task(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        loop.call_soon(lambda text: 1 / 0, CANARIES[2])
        await asyncio.sleep(0.01)

    asyncio.run(main())
    text = clean(log)
    assert "nobody waited for ValueError at test_logs.py:" in text
    assert "nobody waited for ZeroDivisionError at test_logs.py:" in text


def test_the_event_loops_own_way_is_kept_quiet(log: io.StringIO) -> None:
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: %s", CANARIES[0])
    assert clean(log) == ""


def test_the_url_of_a_provider_call_is_not_logged(log: io.StringIO) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.get(f"https://api.telegram.org/bot{CANARIES[3]}/sendMessage", params={"text": CANARIES[0]})
    clean(log)


@pytest.mark.parametrize("name", ["telegram.Bot", "twilio.http_client", "twilio.async_http_client", "httpcore.http11"])
@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING])
def test_the_client_libraries_are_not_heard(log: io.StringIO, name: str, level: int) -> None:
    logging.getLogger(name).log(level, "POST %s", CANARIES[2])
    assert clean(log) == ""


def test_a_database_error_holds_no_value_of_the_row(log: io.StringIO, store: Store) -> None:
    def row(key: bytes, **values: object) -> Contact:
        now = datetime(2026, 11, 22, tzinfo=UTC)
        return Contact(id=new_id(), channel="sms", address_key=key, address=b"x", created_at=now, **values)

    key = CANARIES[2].encode()
    with store.write() as session:
        session.add(row(key))
    with pytest.raises(IntegrityError) as taken, store.write() as session:
        session.add(row(key))
    with pytest.raises(StatementError) as wrong, store.write() as session:
        session.add(row(b"other", last_inbound_at=CANARIES[0]))
    for found in (taken, wrong):
        # What PostgreSQL itself adds names the unique key: a keyed hash, where it belongs to a person.
        told = str(found.value).replace(str(getattr(found.value, "orig", "")), "")
        assert not [canary for canary in CANARIES if canary in told]
        logging.getLogger("bot.intake").error("not stored", exc_info=found.value)
    assert "IntegrityError" in clean(log)


def test_the_store_is_not_chatty_at_the_loudest_level(log: io.StringIO, store: Store) -> None:
    with store.write() as session:
        session.add(
            Contact(
                id=new_id(),
                channel=CANARIES[2],
                address_key=b"k",
                address=CANARIES[0].encode(),
                created_at=datetime(2026, 11, 22, tzinfo=UTC),
            )
        )
    with suppress(RuntimeError), store.write() as session:
        session.flush()
        raise RuntimeError(CANARIES[0])
    assert "INSERT" not in clean(log)
