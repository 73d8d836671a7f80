# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes pages: templates that always escape, in the officer's language and direction, with times in words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import HTMLResponse

from admin_api import assets, labels
from admin_api.desk import Desk
from admin_api.listing import own_notices
from admin_api.nav import shown_to
from admin_api.schemas import ClocksOut
from admin_api.signin import credential, form_token
from bot.store.cases import Notice
from bot.store.officers import Officer
from locales import console, direction, format_datetime, language_name, negotiate
from routing.topics import load_topics

LANGUAGES = ("en", "ar", "fr")
"""Languages of the console, in the order of the switch."""
SPOKEN = ("ar", "ar-Latn", "en", "fr", "ha", "bn", "bn-Latn", "ti", "so", "am", "ur", "ur-Latn", "pcm", "sw", "ff")
"""Languages that a case may be filtered by."""
_TEMPLATES = Path(__file__).parent / "templates"
_SHORT = "d MMM y, HH:mm"


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of a signed-in officer shows around its content."""

    officer: Officer
    form: str
    unseen: int


def frame(request: Request, at: Desk) -> Frame:
    """Gathered within the request's transaction."""
    held = credential(request)
    fresh = own_notices(at.officer).where(Notice.seen_at.is_(None)).subquery()
    unseen = at.session.scalar(select(func.count()).select_from(fresh)) or 0
    return Frame(at.officer, form_token(held.secret) if held else "", unseen)


def page(
    request: Request, template: str, around: Frame | None, context: Mapping[str, Any], status: int = 200
) -> HTMLResponse:
    """A whole page. Without a frame it is one for people who are not signed in."""
    language = language_of(request, around)
    html = (
        environment(language)
        .get_template(template)
        .render(
            **context,
            around=around,
            path=request.url.path,
            fresh_key=lambda: uuid.uuid4().hex,
            now=request.app.state.service.clock(),
        )
    )
    return HTMLResponse(html, status, {"Vary": "Accept-Language, Cookie"})


def language_of(request: Request, around: Frame | None) -> str:
    """The officer's language, else the browser's, else English."""
    if around is not None and around.officer.locale in LANGUAGES:
        return around.officer.locale
    wanted = [item.partition(";")[0].strip() for item in request.headers.get("accept-language", "").split(",")]
    return negotiate([code for code in wanted if code][:20], LANGUAGES) or "en"


@cache
def environment(language: str) -> Environment:
    """The templates in one language."""
    words = console(language)
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    speech = Speech(language)
    made.globals.update(
        language=language,
        dir=direction(language),
        languages=[(code, language_name(code), direction(code)) for code in LANGUAGES],
        asset=assets.url,
        say=speech,
        labels=labels.ALL,
        topics=_topics(language),
        spoken=SPOKEN,
        nav=shown_to,
    )
    return made


@cache
def _topics(language: str) -> Mapping[str, str]:
    """The names of the topics, which the office may have added to."""
    return {code: topic.labels[language] for code, topic in load_topics().items()}


class Speech:
    """Codes and times in the words of one language."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._words = console(language)

    def text(self, english: str) -> str:
        """A sentence that the console knows, translated; another one as it is."""
        return str(self._words.gettext(english)) if english else ""

    def label(self, group: str, code: str | None) -> str:
        """The name of a code; an unknown code stands for itself."""
        if not code:
            return "–"
        return self.text(labels.ALL[group].get(code, code))

    def topic(self, code: str | None) -> str:
        if not code:
            return "–"
        return _topics(self._language).get(code, code)

    def tongue(self, code: str | None) -> str:
        """A language's name."""
        if not code or code in ("unsure", "other"):
            return self.text("Not known")
        return language_name(code, self._language)

    def moment(self, at: datetime | None) -> str:
        return format_datetime(at, self._language, _SHORT) if at else "–"

    def span(self, length: timedelta) -> str:
        """A length of time in its largest whole unit."""
        minutes = max(1, round(abs(length).total_seconds() / 60))
        if minutes < 60:
            return self._many("%(num)d minute", "%(num)d minutes", minutes)
        if minutes < 48 * 60:
            return self._many("%(num)d hour", "%(num)d hours", round(minutes / 60))
        return self._many("%(num)d day", "%(num)d days", round(minutes / 1440))

    def days(self, count: int) -> str:
        return self._many("%(num)d day", "%(num)d days", count)

    def clock(self, status: str, clocks: ClocksOut, now: datetime) -> str:
        """What the case waits for, in words."""
        if status == "closed":
            return self.text("Closed")
        if status == "waiting" and clocks.paused_at:
            return self.text("Waiting for the person for %(span)s") % {"span": self.span(now - clocks.paused_at)}
        due = clocks.answer_due_at
        if due is None:
            return "–"
        if due < now:
            return self.text("Answer overdue by %(span)s") % {"span": self.span(now - due)}
        return self.text("Answer due in %(span)s") % {"span": self.span(due - now)}

    def _many(self, one: str, many: str, count: int) -> str:
        return str(self._words.ngettext(one, many, count)) % {"num": count}
