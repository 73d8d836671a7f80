# SPDX-License-Identifier: AGPL-3.0-or-later
"""Content over the API: entries, translations, facts, service points, exchange and what to see to."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from admin_api import content_changes as verbs
from admin_api import content_showing as showing
from admin_api import desk
from admin_api.changes import Version
from admin_api.content_changes import Body as Given
from admin_api.content_changes import Verb
from admin_api.content_schemas import (
    ContentHistory,
    DiffOut,
    EditIn,
    Entries,
    EntryIn,
    EntryOut,
    FrameIn,
    PartOut,
    PreviewOut,
    Previews,
    PublishIn,
    RemarkIn,
    ReviseIn,
    RollBackIn,
    TranslationIn,
)
from admin_api.openapi import IdempotencyKey, IfMatch, problems
from admin_api.policy import GuardedRoute, Policy, allow
from admin_api.schemas import Sent
from bot.content import exchange, previewing, views
from bot.content.hand import entry_of, revision_of, translation_of
from bot.content.snapshot import ZONE, as_words

router = APIRouter(route_class=GuardedRoute, prefix="/content", tags=["content"])

CONTENT = Policy(roles=frozenset({"content"}))
UPLOAD = Policy(roles=frozenset({"content"}), body=exchange.LARGEST + 64 * 1024)
Slug = Annotated[str, Path(max_length=80, pattern=r"^[^\x00]+$", description="The entry's slug.")]
Tongue = Annotated[Literal["ar", "en", "fr", "ha", "bn", "ti", "so", "am", "ur"], Path()]
Form = Literal["xlsx", "csv", "po", "xliff", "json"]
_PROBLEMS = problems(404, 409, 411, 412, 413, 428)


@router.get("/entries", responses=problems(), summary="All entries with the state of each language")
@allow(CONTENT)
def entries(
    request: Request,
    kind: Literal["service", "correction", "line"] | None = None,
    q: Annotated[str, Query(max_length=80, description="A piece of the slug or the title.")] = "",
) -> Entries:
    with desk.read(request) as at:
        found = showing.rows(at.session, at.now)
    wanted = q.casefold()
    return Entries(
        items=[
            row
            for row in found
            if (kind is None or row.kind == kind) and (wanted in row.slug or wanted in row.title.casefold())
        ]
    )


@router.post(
    "/entries", status_code=201, response_model=EntryOut, responses=problems(409, 411, 413), summary="Make an entry"
)
@allow(CONTENT)
def create(request: Request, body: EntryIn, idempotency_key: IdempotencyKey = None) -> Response:
    answer, again = verbs.change(request, body.slug, "", body, None, idempotency_key, verbs.create, 201)
    response = answer.response(again=again)
    response.headers["Location"] = f"/api/v1/content/entries/{body.slug}"
    return response


@router.get("/entries/{slug}", responses=problems(404), summary="One entry with its texts and what is wrong with them")
@allow(CONTENT)
def entry(request: Request, response: Response, slug: Slug) -> EntryOut:
    with desk.read(request) as at:
        found = showing.entry(at.session, slug, at.now, not at.service.settings.production)
    response.headers["ETag"] = f'"{found.version}"'
    return found


@router.get("/entries/{slug}/diff", responses=problems(404), summary="What two revisions differ in")
@allow(CONTENT)
def diff(request: Request, slug: Slug, old: Annotated[int, Query(ge=1)], new: Annotated[int, Query(ge=1)]) -> DiffOut:
    with desk.read(request) as at:
        row = entry_of(at.session, slug)
        first, second = (
            as_words(translation_of(at.session, revision_of(at.session, row, number), row.source))
            for number in (old, new)
        )
    return DiffOut(old=old, new=new, lines=views.difference(first, second))


@router.get("/entries/{slug}/preview", responses=problems(404), summary="How each text would arrive on each channel")
@allow(CONTENT)
def preview(request: Request, slug: Slug) -> Previews:
    with desk.read(request) as at:
        revision = revision_of(at.session, entry_of(at.session, slug))
        today = at.now.astimezone(ZONE).date()
        found = views.previews(at.session, revision, previewing.renderers(at.service.channels), today)
    return Previews(
        items=[
            PreviewOut(
                channel=each.channel,
                language=each.language,
                segments=each.segments,
                parts=[PartOut(text=text, segments=cost) for text, cost in each.parts],
            )
            for each in found
        ]
    )


@router.get("/entries/{slug}/history", responses=problems(404), summary="What was done with the entry, newest first")
@allow(CONTENT)
def entry_history(request: Request, slug: Slug) -> ContentHistory:
    with desk.read(request) as at:
        return ContentHistory(items=showing.events(at.session, entry_of(at.session, slug)))


@router.post(
    "/entries/{slug}/revise",
    response_model=EntryOut,
    responses=_PROBLEMS,
    summary="Begin a new revision of the source text",
)
@allow(CONTENT)
def revise(
    request: Request, slug: Slug, body: ReviseIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, slug, "", body, if_match, idempotency_key, verbs.revise)


@router.post("/entries/{slug}/edit", response_model=EntryOut, responses=_PROBLEMS, summary="Change the draft")
@allow(CONTENT)
def edit(
    request: Request, slug: Slug, body: EditIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, slug, "", body, if_match, idempotency_key, verbs.edit)


@router.post(
    "/entries/{slug}/frame",
    response_model=EntryOut,
    responses=_PROBLEMS,
    summary="Change what is not text; it is live at once",
)
@allow(CONTENT)
def frame(
    request: Request, slug: Slug, body: FrameIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, slug, "", body, if_match, idempotency_key, verbs.frame)


@router.post(
    "/entries/{slug}/submit", response_model=EntryOut, responses=_PROBLEMS, summary="Hand the draft in for review"
)
@allow(CONTENT)
def submit(request: Request, slug: Slug, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None) -> Response:
    return _done(request, slug, "", Sent(), if_match, idempotency_key, verbs.submit)


@router.post(
    "/entries/{slug}/publish",
    response_model=EntryOut,
    responses=_PROBLEMS,
    summary="Publish what is under review, not by its author",
)
@allow(CONTENT)
def publish(
    request: Request, slug: Slug, body: PublishIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, slug, "", body, if_match, idempotency_key, verbs.publish)


@router.post(
    "/entries/{slug}/send-back", response_model=EntryOut, responses=_PROBLEMS, summary="Give it back to its author"
)
@allow(CONTENT)
def send_back(
    request: Request, slug: Slug, body: RemarkIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, slug, "", body, if_match, idempotency_key, verbs.send_back)


@router.post("/entries/{slug}/archive", response_model=EntryOut, responses=_PROBLEMS, summary="Stop serving it")
@allow(CONTENT)
def archive(request: Request, slug: Slug, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None) -> Response:
    return _done(request, slug, "", Sent(), if_match, idempotency_key, verbs.archive)


@router.post("/entries/{slug}/restore", response_model=EntryOut, responses=_PROBLEMS, summary="Serve it again")
@allow(CONTENT)
def restore(request: Request, slug: Slug, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None) -> Response:
    return _done(request, slug, "", Sent(), if_match, idempotency_key, verbs.restore)


@router.post(
    "/entries/{slug}/withdraw",
    response_model=EntryOut,
    responses=_PROBLEMS,
    summary="Take the newest revision back before it is served",
)
@allow(CONTENT)
def withdraw(
    request: Request, slug: Slug, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, slug, "", Sent(), if_match, idempotency_key, verbs.withdraw)


@router.post(
    "/entries/{slug}/roll-back", response_model=EntryOut, responses=_PROBLEMS, summary="Serve an earlier revision again"
)
@allow(CONTENT)
def roll_back(
    request: Request, slug: Slug, body: RollBackIn, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    return _done(request, slug, "", body, if_match, idempotency_key, verbs.roll_back)


@router.post(
    "/entries/{slug}/texts/{language}",
    response_model=EntryOut,
    responses=_PROBLEMS,
    summary="Write a translation as a draft",
)
@allow(CONTENT)
def translate(
    request: Request,
    slug: Slug,
    language: Tongue,
    body: TranslationIn,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    return _done(request, slug, language, body, if_match, idempotency_key, verbs.translate)


@router.post(
    "/entries/{slug}/texts/{language}/submit",
    response_model=EntryOut,
    responses=_PROBLEMS,
    summary="Hand a translation in for review",
)
@allow(CONTENT)
def submit_translation(
    request: Request,
    slug: Slug,
    language: Tongue,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    return _done(request, slug, language, Sent(), if_match, idempotency_key, verbs.submit_translation)


@router.post(
    "/entries/{slug}/texts/{language}/approve",
    response_model=EntryOut,
    responses=_PROBLEMS,
    summary="Approve a translation, not by its translator",
)
@allow(CONTENT)
def approve(
    request: Request,
    slug: Slug,
    language: Tongue,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    return _done(request, slug, language, Sent(), if_match, idempotency_key, verbs.approve)


@router.post(
    "/entries/{slug}/texts/{language}/reject",
    response_model=EntryOut,
    responses=_PROBLEMS,
    summary="Send a translation back",
)
@allow(CONTENT)
def reject(
    request: Request,
    slug: Slug,
    language: Tongue,
    body: RemarkIn,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    return _done(request, slug, language, body, if_match, idempotency_key, verbs.reject)


@router.post(
    "/entries/{slug}/texts/{language}/confirm",
    response_model=EntryOut,
    responses=_PROBLEMS,
    summary="Say that a stale text holds with the facts as they are",
)
@allow(CONTENT)
def confirm(
    request: Request,
    slug: Slug,
    language: Tongue,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    return _done(request, slug, language, Sent(), if_match, idempotency_key, verbs.confirm)


@router.post(
    "/entries/{slug}/texts/{language}/machine",
    response_model=EntryOut,
    responses=_PROBLEMS,
    summary="Have the translation service draft a text; a person hands it in",
)
@allow(CONTENT)
def machine(
    request: Request, slug: Slug, language: Tongue, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    draft = verbs.fetch_draft(request, slug, language)
    return _done(request, slug, language, Sent(), if_match, idempotency_key, verbs.drafted(draft))


def _done(
    request: Request,
    slug: str,
    language: str,
    body: Given,
    if_match: str | None,
    key: str | None,
    verb: Verb[Given],
) -> Response:
    answer, again = verbs.change(request, slug, language, body, Version.parse(if_match), key, verb)
    return answer.response(again=again)
