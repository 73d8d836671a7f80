# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the forms of content hold and which verb takes what of them, and the frame around every page of content."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, cast

from fastapi import Form
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from admin_api import content_changes as verbs
from admin_api import render
from admin_api.content_changes import Verb
from admin_api.content_schemas import (
    EditIn,
    FrameIn,
    PublishIn,
    RemarkIn,
    ReviseIn,
    RollBackIn,
    TranslationIn,
    WordsIn,
)
from admin_api.schemas import Sent
from bot.content.rules import LANGUAGES
from bot.content.snapshot import ZONE
from bot.errors import Invalid

Field = Annotated[str, Form(max_length=20_000)]
AUDIENCES = ("migrant", "refugee", "idp", "returnee", "host")
TABS = {
    "": "Entries",
    "/todo": "To do",
    "/facts": "Facts",
    "/points": "Service points",
    "/files": "Files",
    "/insight": "Questions and votes",
    "/history": "History",
}


class Given(BaseModel):
    """What the forms of an entry may hold; each verb takes what it needs."""

    title: str = ""
    questions: str = ""
    short: str = ""
    long: str = ""
    change: str = "WORDING"
    remark: str = ""
    revision: str = "0"
    starts_at: str = ""
    ends_at: str = ""
    slug: str = ""
    kind: str = "service"
    topic: str = ""
    audience: list[str] = []
    places: str = ""
    lines: str = ""
    sensitive: str = ""
    menu: str = ""

    def words(self) -> WordsIn:
        questions = [line.strip() for line in self.questions.splitlines() if line.strip()]
        return WordsIn(title=self.title, questions=questions, short=self.short, long=self.long)

    def frame(self) -> dict[str, Any]:
        return {
            "topic": self.topic,
            "audience": self.audience,
            "places": self.places.split(),
            "lines": self.lines.split(),
            "sensitive": self.sensitive == "yes",
            "menu": int(self.menu) if self.menu.strip().isdecimal() else None,
        }


Made = tuple[Callable[[Given], BaseModel], Verb[Any]]
VERBS: Mapping[str, Made] = {
    "revise": (lambda given: ReviseIn(change=cast(Any, given.change), words=given.words()), verbs.revise),
    "edit": (lambda given: EditIn(words=given.words(), change=cast(Any, given.change)), verbs.edit),
    "frame": (lambda given: FrameIn(**given.frame(), ends_at=moment(given.ends_at)), verbs.frame),
    "submit": (lambda _given: Sent(), verbs.submit),
    "publish": (
        lambda given: PublishIn(starts_at=moment(given.starts_at), ends_at=moment(given.ends_at)),
        verbs.publish,
    ),
    "send-back": (lambda given: RemarkIn(remark=given.remark), verbs.send_back),
    "archive": (lambda _given: Sent(), verbs.archive),
    "restore": (lambda _given: Sent(), verbs.restore),
    "withdraw": (lambda _given: Sent(), verbs.withdraw),
    "roll-back": (lambda given: RollBackIn(revision=int(given.revision or 0)), verbs.roll_back),
}
TEXT_VERBS: Mapping[str, Made] = {
    "write": (lambda given: TranslationIn(words=given.words()), verbs.translate),
    "submit": (lambda _given: Sent(), verbs.submit_translation),
    "approve": (lambda _given: Sent(), verbs.approve),
    "reject": (lambda given: RemarkIn(remark=given.remark), verbs.reject),
    "confirm": (lambda _given: Sent(), verbs.confirm),
}


def page(
    request: Request, template: str, around: render.Frame, tab: str, context: Mapping[str, Any], status: int = 200
) -> Response:
    """A page of content with its tabs."""
    return render.page(
        request,
        template,
        around,
        {**context, "tabs": TABS, "tab": tab, "tongues": LANGUAGES, "key": uuid.uuid4().hex},
        status,
    )


def made(shape: Callable[[], BaseModel]) -> BaseModel:
    """A request's shape. Raises Invalid with the field that is wrong."""
    try:
        return shape()
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors()[0]["loc"])
        raise Invalid(f"{where}: {error.errors()[0]['msg']}") from None
    except ValueError as error:
        raise Invalid("A number or a moment is not written as it should be.") from error


def moment(text: str) -> datetime | None:
    """What a browser's field for a moment holds, in Libyan time. Raises ValueError."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE) if text.strip() else None
