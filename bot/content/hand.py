# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who changes content, and the one way in which changes are made: one after the other, each with its history."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.bell import Bell
from bot.errors import Conflict, NotAllowed, NotFound, Stale
from bot.store.content import ContentEvent, ContentVersion, Entry, Revision, Translation
from bot.store.officers import Officer

ContentRole = Literal["author", "translator", "reviewer", "publisher"]
CONTENT_ROLES: tuple[ContentRole, ...] = ("author", "translator", "reviewer", "publisher")
SEED = "seed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who works on content. `languages` are those in which they translate and review; empty means all."""

    id: str
    may: frozenset[str] = frozenset(CONTENT_ROLES)
    languages: tuple[str, ...] = ()

    def need(self, role: ContentRole, language: str | None = None) -> None:
        """Raises NotAllowed unless the actor has this role (and works in this language)."""
        if role not in self.may:
            raise NotAllowed(f"This needs the content role {role}.")
        if language is not None and self.languages and language not in self.languages:
            raise NotAllowed("This is not one of your languages.", "not_your_language")

    def other_than(self, who: str | None, what: str) -> None:
        """Raises NotAllowed where this would be the same person twice. Starter content needs one person less."""
        if self.id == who and self.id != SEED:
            raise NotAllowed(f"Somebody else must do this: {what}.", "two_people")


def actor(officer: Officer) -> Actor:
    """What an officer may do with content."""
    if not officer.active or "content" not in officer.roles:
        return Actor(str(officer.id), frozenset())
    return Actor(str(officer.id), frozenset(officer.content_roles or CONTENT_ROLES), tuple(officer.languages))


@dataclass(slots=True)
class Hand:
    """One change in one transaction: while it lasts no other change happens, and at its end the bell rings."""

    session: Session
    actor: Actor
    now: datetime
    _version: ContentVersion = field(repr=False)

    @classmethod
    def take(cls, session: Session, who: Actor, now: datetime, bell: Bell | None) -> Hand:
        """Begin a change. The bell rings when the session commits."""
        if bell is not None:
            bell.ring(session, "content")
        return cls(session, who, now, _hold(session))

    def record(
        self, verb: str, entry: Entry | None = None, language: str | None = None, subject: str = "", **detail: Any
    ) -> None:
        """Add a row to the history; whoever looks sees from its number that something changed."""
        self._version.number += 1
        if entry is not None:
            entry.version += 1
            entry.updated_at = self.now
        self.session.add(
            ContentEvent(
                number=self._version.number,
                at=self.now,
                actor=self.actor.id,
                verb=verb,
                entry_id=entry.id if entry else None,
                language=language,
                subject=subject or (entry.slug if entry else ""),
                detail=detail,
            )
        )
        self.session.flush()


def _hold(session: Session) -> ContentVersion:
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(ContentVersion).values(id=1, number=0).on_conflict_do_nothing())
    return session.scalars(
        select(ContentVersion).where(ContentVersion.id == 1).with_for_update().execution_options(populate_existing=True)
    ).one()


def entry_of(session: Session, slug: str, version: int | None = None) -> Entry:
    """An entry by its slug. Raises NotFound, and Stale where it is not at the version that was read."""
    entry = session.scalar(select(Entry).where(Entry.slug == slug).execution_options(populate_existing=True))
    if entry is None:
        raise NotFound("There is no such entry.")
    if version is not None and entry.version != version:
        raise Stale
    return entry


def revision_of(session: Session, entry: Entry, number: int | None = None) -> Revision:
    """A revision by its number; without one the newest that was not withdrawn. Raises NotFound."""
    query = select(Revision).where(Revision.entry_id == entry.id).order_by(Revision.number.desc())
    if number is not None:
        revision = session.scalar(query.where(Revision.number == number))
    else:
        standing = session.scalar(query.where(Revision.status != "withdrawn").limit(1))
        revision = standing or session.scalar(query.limit(1))
    if revision is None:
        raise NotFound("There is no such revision.")
    return revision


def next_number(session: Session, entry: Entry) -> int:
    """The number of an entry's next revision."""
    return (session.scalar(select(func.max(Revision.number)).where(Revision.entry_id == entry.id)) or 0) + 1


def published_before(session: Session, entry: Entry, number: int) -> Revision | None:
    """The last revision before this number that was published, at once or for later."""
    return session.scalar(
        select(Revision)
        .where(Revision.entry_id == entry.id, Revision.status == "published", Revision.number < number)
        .order_by(Revision.number.desc())
        .limit(1)
    )


def translations_of(session: Session, revision: Revision) -> dict[str, Translation]:
    """A revision's translations by language, the last attempt of each."""
    return {row.language: row for row in attempts_of(session, revision)}


def attempts_of(session: Session, revision: Revision) -> list[Translation]:
    """All texts of a revision: what is served, and what is worked on beside it."""
    query = select(Translation).where(Translation.revision_id == revision.id).order_by(Translation.attempt)
    return list(session.scalars(query))


def translation_of(session: Session, revision: Revision, language: str) -> Translation:
    """A revision's words in one language. Raises NotFound."""
    row = translations_of(session, revision).get(language)
    if row is None:
        raise NotFound("There is no translation into this language.")
    return row


def require_state(state: str, *wanted: str) -> None:
    """Raises Conflict unless the state is one of those wanted."""
    if state not in wanted:
        raise Conflict(f"It is {state.replace('_', ' ')}, not {' or '.join(wanted).replace('_', ' ')}.")
