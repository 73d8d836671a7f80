# SPDX-License-Identifier: AGPL-3.0-or-later
"""Content for the people who write, translate, review and publish it: the list, one entry, one text side by side."""

from __future__ import annotations

from typing import Annotated, Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_api import content_changes as verbs
from admin_api import content_showing as showing
from admin_api import desk, render
from admin_api.api.content import CONTENT, Slug
from admin_api.changes import Version
from admin_api.content_changes import Verb
from admin_api.content_schemas import (
    EntryIn,
)
from admin_api.pages.content_forms import AUDIENCES, VERBS, Field, Given, made, page
from admin_api.policy import GuardedRoute, allow
from admin_api.signin import check_form
from bot.content import previewing, views
from bot.content.hand import entry_of, published_before, revision_of, translation_of
from bot.content.snapshot import ZONE, as_words
from bot.content.writing import CHANGES, ENTRY_KINDS
from bot.errors import Conflict, Invalid, NotAllowed, Refusal, Stale

router = APIRouter(route_class=GuardedRoute, prefix="/content")

_PAGE = 20
_TODO = ("needs_review", "machine", "stale", "rejected", "draft")


@router.get("")
@allow(CONTENT)
def listing(
    request: Request,
    q: Annotated[str, Query(max_length=80)] = "",
    topic: Annotated[str, Query(max_length=24)] = "",
    kind: Annotated[str, Query(max_length=12)] = "",
    start: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    with desk.read(request) as at:
        found, around = showing.rows(at.session, at.now), render.frame(request, at)
    sought = q.strip().casefold()
    rows = [
        row
        for row in found
        if (not topic or row.topic == topic)
        and (row.kind == kind if kind else row.kind != "line")
        and (sought in row.slug or sought in row.title.casefold())
    ]
    chosen = {"q": q, "topic": topic, "kind": kind}
    more = f"?{urlencode({**chosen, 'start': start + _PAGE})}" if len(rows) > start + _PAGE else None
    context = {"rows": rows[start : start + _PAGE], "chosen": chosen, "kinds": ENTRY_KINDS, "next": more}
    return page(request, "content.html", around, "", context)


@router.get("/todo")
@allow(CONTENT)
def todo(request: Request) -> Response:
    with desk.read(request) as at:
        found, around = showing.rows(at.session, at.now), render.frame(request, at)
    waiting = [row for row in found if row.status in ("draft", "review", "planned")]
    texts = [
        (row, code, cell)
        for state in _TODO
        for row in found
        for code, cell in row.cells.items()
        if cell.state == state and row.status not in ("draft", "review", "archived")
    ]
    return page(request, "content_todo.html", around, "/todo", {"waiting": waiting, "texts": texts[:300]})


@router.get("/new")
@allow(CONTENT)
def blank(request: Request) -> Response:
    return _new(request, Given(), None)


@router.post("/new")
@allow(CONTENT)
def make(
    request: Request,
    form: Field = "",
    key: Field = "",
    title: Field = "",
    questions: Field = "",
    short: Field = "",
    long: Field = "",
    slug: Field = "",
    kind: Field = "service",
    topic: Field = "",
    sensitive: Field = "",
    audience: Annotated[list[str] | None, Form()] = None,
) -> Response:
    check_form(request, form)
    given = Given(
        title=title,
        questions=questions,
        short=short,
        long=long,
        slug=slug.strip(),
        kind=kind,
        topic=topic,
        sensitive=sensitive,
        audience=audience or [],
    )
    try:
        body = made(lambda: EntryIn(slug=given.slug, kind=cast(Any, kind), words=given.words(), **given.frame()))
        verbs.change(request, given.slug, "", body, None, key or None, cast(Verb[Any], verbs.create), 201)
    except (Invalid, Conflict, NotAllowed) as refusal:
        return _new(request, given, refusal)
    return RedirectResponse(f"/console/content/e/{given.slug}", 303)


@router.get("/e/{slug}")
@allow(CONTENT)
def entry(request: Request, slug: Slug) -> Response:
    return _entry(request, slug)


@router.post("/e/{slug}/{verb}")
@allow(CONTENT)
def act(
    request: Request,
    slug: Slug,
    verb: str,
    form: Field = "",
    version: Field = "",
    key: Field = "",
    title: Field = "",
    questions: Field = "",
    short: Field = "",
    long: Field = "",
    change: Field = "WORDING",
    remark: Field = "",
    revision: Field = "0",
    starts_at: Field = "",
    ends_at: Field = "",
    topic: Field = "",
    places: Field = "",
    lines: Field = "",
    sensitive: Field = "",
    menu: Field = "",
    audience: Annotated[list[str] | None, Form()] = None,
) -> Response:
    check_form(request, form)
    given = Given(
        title=title,
        questions=questions,
        short=short,
        long=long,
        change=change,
        remark=remark,
        revision=revision,
        starts_at=starts_at,
        ends_at=ends_at,
        topic=topic,
        places=places,
        lines=lines,
        sensitive=sensitive,
        menu=menu,
        audience=audience or [],
    )
    if verb not in VERBS:
        raise Invalid
    shape, does = VERBS[verb]
    try:
        body = made(lambda: shape(given))
        verbs.change(request, slug, "", body, Version.parse(version), key or None, does)
    except (Invalid, Conflict, Stale, NotAllowed) as refusal:
        return _entry(request, slug, refusal, given if verb in ("revise", "edit") else None)
    return RedirectResponse(f"/console/content/e/{slug}", 303)


def _new(request: Request, given: Given, refusal: Refusal | None) -> Response:
    with desk.read(request) as at:
        around = render.frame(request, at)
    context = {"given": given, "refusal": refusal.detail if refusal else "", "kinds": ENTRY_KINDS}
    return page(
        request,
        "content_new.html",
        around,
        "",
        {**context, "audiences": AUDIENCES},
        refusal.status if refusal else 200,
    )


def _entry(request: Request, slug: str, refusal: Refusal | None = None, draft: Given | None = None) -> Response:
    with desk.read(request) as at:
        found = showing.entry(at.session, slug, at.now, not at.service.settings.production)
        row = entry_of(at.session, slug)
        newest = revision_of(at.session, row)
        base = published_before(at.session, row, newest.number)
        difference: list[tuple[str, str]] = []
        if base is not None and newest.status in ("draft", "review"):
            old, new = (as_words(translation_of(at.session, each, row.source)) for each in (base, newest))
            difference = views.difference(old, new)
        previews = views.previews(
            at.session, newest, previewing.renderers(at.service.channels), at.now.astimezone(ZONE).date()
        )
        context: dict[str, Any] = {
            "entry": found,
            "source": found.texts[0],
            "status": newest.status,
            "difference": difference,
            "previews": previews,
            "events": showing.events(at.session, row, 30),
        }
        around = render.frame(request, at)
    context |= {
        "refusal": refusal.detail if refusal else "",
        "draft": draft or found.texts[0],
        "changes": CHANGES,
        "drafted": "\n".join(found.texts[0].questions) if draft is None else draft.questions,
        "audiences": AUDIENCES,
    }
    return page(request, "content_entry.html", around, "", context, refusal.status if refusal else 200)
