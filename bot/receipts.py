# SPDX-License-Identifier: AGPL-3.0-or-later
"""Brings providers' receipts to the parts they speak of, whichever of the two was written first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.store.messages import Outbox, ParkedReceipt
from channels.base import Delivery, further

KEPT = timedelta(days=7)
"""How long a receipt waits for its part before it is dropped."""
_AT_ONCE = 500


def settle(session: Session, now: datetime, keys: Sequence[bytes] | None = None) -> int:
    """Apply receipts whose part is known, those for `keys` or all, and drop the ones that waited too long.

    Returns how many were applied. Order and repetition of receipts do not matter: a delivery only goes forward.
    """
    query = (
        select(ParkedReceipt, Outbox)
        .join(Outbox, Outbox.provider_key == ParkedReceipt.provider_key)
        .order_by(ParkedReceipt.at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True, of=ParkedReceipt)
    )
    if keys is not None:
        query = query.where(ParkedReceipt.provider_key.in_(keys))
    found = session.execute(query).all()
    for receipt, part in found:
        _apply(part, Delivery(receipt.state), receipt.error, receipt.at)
        session.delete(receipt)
    if keys is None:
        session.execute(delete(ParkedReceipt).where(ParkedReceipt.at < now - KEPT))
    return len(found)


def _apply(part: Outbox, state: Delivery, error: str, at: datetime) -> None:
    before = Delivery(part.delivery) if part.delivery else Delivery.QUEUED
    after = further(before, state)
    if after is before:
        return
    part.delivery = after.value
    if after in (Delivery.DELIVERED, Delivery.READ) and part.delivered_at is None:
        part.delivered_at = at
    part.error = error if after is Delivery.FAILED else ""
