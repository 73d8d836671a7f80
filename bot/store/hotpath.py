# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two statements that every inbound message passes through, written for each database by hand.

The data layer's own bulk insert costs more than the signature, the parsing and the sealing of a message together, on
PostgreSQL most of all, where it sends each row apart. Here a whole group is one statement there, and plain tuples on
SQLite. Nothing else goes around the models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

_COLUMNS = ("id", "channel", "provider_key", "address_key", "payload", "received_at")
_INBOX_SQLITE = (
    "INSERT INTO inbox (id, channel, provider_key, address_key, payload, received_at, state, attempts, error) "
    "VALUES (?, ?, ?, ?, ?, ?, 'pending', 0, '') ON CONFLICT DO NOTHING"
)
_LANE_SQLITE = (
    "INSERT INTO lane (address_key, next_at) VALUES (?, ?) ON CONFLICT (address_key) "
    "DO UPDATE SET next_at = min(coalesce(lane.next_at, excluded.next_at), excluded.next_at)"
)
_INBOX_POSTGRES = (
    "INSERT INTO inbox (id, channel, provider_key, address_key, payload, received_at, state, attempts, error) "
    "SELECT u.*, 'pending', 0, '' FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::bytea[], %s::bytea[], "
    "%s::timestamptz[]) AS u ON CONFLICT DO NOTHING"
)
_LANE_POSTGRES = (
    "INSERT INTO lane (address_key, next_at) SELECT * FROM unnest(%s::bytea[], %s::timestamptz[]) "
    "ON CONFLICT (address_key) "
    "DO UPDATE SET next_at = least(coalesce(lane.next_at, excluded.next_at), excluded.next_at)"
)


def add_to_inbox(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert inbox rows (id, channel, provider_key, address_key, payload, received_at); one that is known is left."""
    if connection.dialect.name == "sqlite":
        tuples = [
            (r["id"].hex, r["channel"], r["provider_key"], r["address_key"], r["payload"], _text(r["received_at"]))
            for r in rows
        ]
        connection.exec_driver_sql(_INBOX_SQLITE, tuples)
    else:
        connection.exec_driver_sql(_INBOX_POSTGRES, tuple([row[name] for row in rows] for name in _COLUMNS))


def wake_lanes(connection: Connection, due: Mapping[bytes, datetime]) -> None:
    """Make lanes due no later than these times. Keys go in order, so that two writers never wait for each other."""
    keys = sorted(due)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_LANE_SQLITE, [(key, _text(due[key])) for key in keys])
    else:
        connection.exec_driver_sql(_LANE_POSTGRES, (keys, [due[key] for key in keys]))


def _text(moment: datetime) -> str:
    """As the data layer writes a time on SQLite: in UTC, without a zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
