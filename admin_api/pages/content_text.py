# SPDX-License-Identifier: AGPL-3.0-or-later
"""One text beside its source: translated, checked while one types, handed in, approved, sent back, confirmed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from admin_api import content_changes as verbs
from admin_api import content_showing as showing
from admin_api import desk, render
from admin_api.api.content import CONTENT, Slug, Tongue
from admin_api.changes import Version
from admin_api.content_changes import Verb
from admin_api.pages.content_forms import TEXT_VERBS, Field, Given, made, page
from admin_api.policy import GuardedRoute, allow
from admin_api.schemas import Sent
from admin_api.signin import check_form
from bot.content.hand import entry_of, revision_of, translation_of
from bot.content.snapshot import ZONE, as_words
from bot.content.translating import problems
from bot.errors import Conflict, Invalid, NotAllowed, Refusal, Stale
from locales import direction

router = APIRouter(route_class=GuardedRoute, prefix="/content")


@router.get("/e/{slug}/in/{language}")
@allow(CONTENT)
def text(request: Request, slug: Slug, language: Tongue) -> Response:
    return _text(request, slug, language)


@router.post("/e/{slug}/in/{language}/{verb}")
@allow(CONTENT)
def act_on_text(
    request: Request,
    slug: Slug,
    language: Tongue,
    verb: str,
    form: Field = "",
    version: Field = "",
    key: Field = "",
    title: Field = "",
    questions: Field = "",
    short: Field = "",
    long: Field = "",
    remark: Field = "",
) -> Response:
    check_form(request, form)
    given = Given(title=title, questions=questions, short=short, long=long, remark=remark)
    if verb != "machine" and verb not in TEXT_VERBS:
        raise Invalid
    try:
        if verb == "machine":
            does: Verb[Any] = verbs.drafted(verbs.fetch_draft(request, slug, language))
            body: BaseModel = Sent()
        else:
            shape, does = TEXT_VERBS[verb]
            body = made(lambda: shape(given))
        verbs.change(request, slug, language, body, Version.parse(version), key or None, does)
    except (Invalid, Conflict, Stale, NotAllowed) as refusal:
        return _text(request, slug, language, refusal, given if verb == "write" else None)
    return RedirectResponse(f"/console/content/e/{slug}/in/{language}", 303)


@router.post("/e/{slug}/in/{language}/check/live")
@allow(CONTENT)
def live(
    request: Request,
    slug: Slug,
    language: Tongue,
    form: Field = "",
    title: Field = "",
    questions: Field = "",
    short: Field = "",
    long: Field = "",
) -> Response:
    """What is wrong with a text as it is being typed; a fragment, and nothing is stored."""
    check_form(request, form)
    words = verbs.words(Given(title=title, questions=questions, short=short, long=long).words())
    with desk.read(request, awake=False) as at:
        row = entry_of(at.session, slug)
        source = None
        if language != row.source:
            source = as_words(translation_of(at.session, revision_of(at.session, row), row.source))
        today = at.now.astimezone(ZONE).date()
        found = problems(showing.stored_facts(at.session), language, words, source, row, today)
        around = render.frame(request, at)
    return render.page(request, "content_problems.html", around, {"problems": found})


def _text(
    request: Request, slug: str, language: str, refusal: Refusal | None = None, draft: Given | None = None
) -> Response:
    with desk.read(request) as at:
        found = showing.entry(at.session, slug, at.now, not at.service.settings.production)
        around = render.frame(request, at)
        machine = bool(at.service.settings.translate_url)
    own = [each for each in found.texts if each.language == language]
    newest = own[-1] if own else None
    stale = next((each for each in own if each.state == "stale"), None)
    shown = draft or newest
    questions = shown.questions if isinstance(shown, Given) else "\n".join(newest.questions if newest else [])
    context = {
        "entry": found,
        "source": found.texts[0],
        "own": newest,
        "stale": stale,
        "tongue": language,
        "draft": shown or Given(),
        "drafted": questions,
        "machine": machine,
        "refusal": refusal.detail if refusal else "",
        "way": direction(language),
    }
    return page(request, "content_text.html", around, "", context, refusal.status if refusal else 200)
