# SPDX-License-Identifier: AGPL-3.0-or-later
"""One change of content, the same for the API and the console: not stale, done once, answered after commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request

from admin_api import content_showing as showing
from admin_api import desk as desks
from admin_api.changes import Version
from admin_api.content_schemas import (
    EditIn,
    EntryIn,
    FactIn,
    FactOut,
    FrameIn,
    PointIn,
    PublishIn,
    RemarkIn,
    ReviseIn,
    RollBackIn,
    TranslationIn,
    VerifyIn,
    WordsIn,
)
from admin_api.desk import Desk
from admin_api.repeats import Answer, Keyed
from bot.content import keeping, machine, publishing, translating, writing
from bot.content.exchange.items import whole
from bot.content.hand import Hand, actor, entry_of, revision_of, translation_of
from bot.content.snapshot import as_words
from bot.content.words import Words
from bot.errors import Conflict, Invalid, Stale, VersionMissing

Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Bench:
    """A change under way: the officer's desk, the content's hand, and what is changed."""

    desk: Desk
    hand: Hand
    slug: str
    language: str = ""


Verb = Callable[[Bench, Body], object]


def change(
    request: Request,
    slug: str,
    language: str,
    body: Body,
    version: Version | None,
    key: str | None,
    verb: Verb[Body],
    status: int = 200,
) -> tuple[Answer, bool]:
    """Do it, or give the answer of the time it was done. `version` None is for what needs none (creating).

    The answer is the entry as it is then. Raises VersionMissing, Stale, and what the verb raises.
    """
    said = "\n".join((request.method, request.url.path, body.model_dump_json(exclude_unset=True)))
    keyed = Keyed(key, said)
    with desks.write(request) as desk:
        if (stored := keyed.stored(desk)) is not None:
            return stored, True
        hand = Hand.take(desk.session, actor(desk.officer), desk.now, desk.service.bell)
        if version is not None:
            _current(hand, slug, version)
        verb(Bench(desk, hand, slug, language), body)
        shown = showing.entry(desk.session, slug, desk.now, not desk.service.settings.production)
        answer = Answer(status, shown.model_dump_json(), f'"{shown.version}"')
        keyed.store(desk, answer)
    return answer, False


def set_fact(request: Request, name: str, body: FactIn | VerifyIn, key: str | None) -> Answer:
    """Set or verify a fact. Raises Invalid, Stale, NotFound."""
    keyed = Keyed(key, f"{request.url.path}\n{body.model_dump_json()}")
    with desks.write(request) as desk:
        if (stored := keyed.stored(desk)) is not None:
            return stored
        hand = Hand.take(desk.session, actor(desk.officer), desk.now, desk.service.bell)
        if isinstance(body, VerifyIn):
            keeping.verify_fact(
                hand,
                name,
                verified_by=body.verified_by,
                verified_on=body.verified_on,
                expires_on=body.expires_on,
                version=body.version,
            )
        else:
            keeping.set_fact(
                hand,
                name,
                body.value,
                verified_by=body.verified_by,
                verified_on=body.verified_on,
                expires_on=body.expires_on,
                version=body.version,
            )
        found: FactOut = next(each for each in showing.facts(desk.session, desk.now) if each.name == name)
        answer = Answer(200, found.model_dump_json(), f'"{found.version}"')
        keyed.store(desk, answer)
    return answer


def set_point(request: Request, body: PointIn, point_id: UUID | None, key: str | None) -> Answer:
    """Make a service point or change one. Raises Invalid, NotFound."""
    keyed = Keyed(key, f"{request.url.path}\n{body.model_dump_json()}")
    with desks.write(request) as desk:
        if (stored := keyed.stored(desk)) is not None:
            return stored
        hand = Hand.take(desk.session, actor(desk.officer), desk.now, desk.service.bell)
        row = keeping.set_point(
            hand,
            body.names,
            body.pcode,
            body.latitude,
            body.longitude,
            topics=body.topics,
            facts=body.facts,
            active=body.active,
            point_id=point_id,
        )
        answer = Answer(200 if point_id else 201, showing.point(row).model_dump_json())
        keyed.store(desk, answer)
    return answer


def create(bench: Bench, body: EntryIn) -> None:
    writing.create(
        bench.hand,
        body.slug,
        body.kind,
        body.topic,
        words(body.words),
        audience=body.audience,
        places=body.places,
        lines=body.lines,
        sensitive=body.sensitive,
        menu=body.menu,
    )


def revise(bench: Bench, body: ReviseIn) -> None:
    writing.revise(bench.hand, bench.slug, body.change, words(body.words))


def edit(bench: Bench, body: EditIn) -> None:
    writing.edit(bench.hand, bench.slug, words(body.words), body.change)


def frame(bench: Bench, body: FrameIn) -> None:
    writing.frame(
        bench.hand,
        bench.slug,
        topic=body.topic,
        audience=body.audience,
        places=body.places,
        lines=body.lines,
        sensitive=body.sensitive,
        menu=body.menu,
        ends_at=_zoned(body.ends_at, "ends_at"),
    )


def submit(bench: Bench, _body: BaseModel) -> None:
    writing.submit(bench.hand, bench.slug)


def publish(bench: Bench, body: PublishIn) -> None:
    publishing.publish(
        bench.hand,
        bench.slug,
        starts_at=_zoned(body.starts_at, "starts_at"),
        ends_at=_zoned(body.ends_at, "ends_at"),
        examples=not bench.desk.service.settings.production,
    )


def send_back(bench: Bench, body: RemarkIn) -> None:
    publishing.send_back(bench.hand, bench.slug, body.remark)


def archive(bench: Bench, _body: BaseModel) -> None:
    publishing.archive(bench.hand, bench.slug)


def restore(bench: Bench, _body: BaseModel) -> None:
    publishing.restore(bench.hand, bench.slug)


def withdraw(bench: Bench, _body: BaseModel) -> None:
    publishing.withdraw(bench.hand, bench.slug)


def roll_back(bench: Bench, body: RollBackIn) -> None:
    publishing.roll_back(bench.hand, bench.slug, body.revision)


def translate(bench: Bench, body: TranslationIn) -> None:
    translating.translate(bench.hand, bench.slug, bench.language, words(body.words))


def submit_translation(bench: Bench, _body: BaseModel) -> None:
    translating.submit_translation(bench.hand, bench.slug, bench.language)


def approve(bench: Bench, _body: BaseModel) -> None:
    translating.approve(bench.hand, bench.slug, bench.language)


def reject(bench: Bench, body: RemarkIn) -> None:
    translating.reject(bench.hand, bench.slug, bench.language, body.remark)


def confirm(bench: Bench, _body: BaseModel) -> None:
    translating.confirm(bench.hand, bench.slug, bench.language)


def drafted(draft: Words) -> Verb[BaseModel]:
    """The verb that writes a machine's draft, which was fetched before the change began."""

    def write(bench: Bench, _body: BaseModel) -> None:
        bench.hand.actor.need("translator", bench.language)
        translating.translate(bench.hand, bench.slug, bench.language, draft, machine=True)

    return write


def fetch_draft(request: Request, slug: str, language: str) -> Words:
    """Have the translation service draft a text, outside any transaction. Raises Conflict where there is none."""
    with desks.read(request) as desk:
        url = desk.service.settings.translate_url
        actor(desk.officer).need("translator", language)
        row = entry_of(desk.session, slug)
        source = as_words(translation_of(desk.session, revision_of(desk.session, row), row.source))
        source_language = row.source
    if not url:
        raise Conflict("No translation service is set up.", "no_machine")
    try:
        return machine.draft(url, source, source_language, language)
    except machine.NoTranslation as error:
        raise Conflict(str(error), "no_machine") from error


def words(given: WordsIn) -> Words:
    """Words as the verbs take them."""
    return whole(
        {
            "title": given.title,
            "questions": "\n".join(given.questions),
            "short": given.short,
            "long": given.long,
        }
    )


def _current(hand: Hand, slug: str, version: Version) -> None:
    entry = entry_of(hand.session, slug)
    if version.read is None:
        raise VersionMissing
    if entry.version not in version.read:
        raise Stale("The entry has changed since you read it; read it again and decide.")


def _zoned(at: datetime | None, name: str) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise Invalid("A moment needs its zone, such as +02:00.", name)
    return at
