# SPDX-License-Identifier: AGPL-3.0-or-later
"""What officers corrected in routing, as labelled rows that a person reviews before a model learns from them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import astuple, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.keyring import Keyring
from bot.store.cases import Case, CaseEvent
from bot.store.messages import Message

COLUMNS = ("category", "topic", "difficulty", "place", "variety", "text")


@dataclass(frozen=True, slots=True)
class Corrected:
    """One corrected message, with the columns of the labelled utterances. A machine got it wrong, so it is hard."""

    category: str
    topic: str
    difficulty: str
    place: str
    variety: str
    text: str


def corrected(session: Session, keyring: Keyring, language: str, *, restricted: bool = False) -> Iterator[Corrected]:
    """The messages that opened cases of this language which an officer filed elsewhere, as they are filed now.

    Restricted cases are left out unless asked for: their words go no further than they must.
    """
    query = select(Case).where(
        Case.language == language,
        Case.id.in_(select(CaseEvent.case_id).where(CaseEvent.verb == "refiled", CaseEvent.actor != "system")),
    )
    if not restricted:
        query = query.where(Case.compartment.is_(None))
    for case in session.scalars(query.order_by(Case.opened_at)):
        first = select(Message).where(Message.case_id == case.id, Message.inbound).order_by(Message.at).limit(1)
        message = session.scalar(first)
        if message is not None:
            words = " ".join(keyring.open("message.body", message.id, message.body).split())
            yield Corrected(case.category, case.topic or "-", "hard", case.place_name or "-", "-", words)


def as_tsv(rows: Iterator[Corrected]) -> str:
    """The rows with their header, tab-separated, as the trainer reads them."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
    writer.writerow(COLUMNS)
    writer.writerows(astuple(row) for row in rows if row.text)
    return out.getvalue()
