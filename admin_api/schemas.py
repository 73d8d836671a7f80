# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API's own shapes, apart from the tables: what is asked and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from routing.decision import Category, Compartment, Priority

Status = Literal["open", "waiting", "closed"]
Resolution = Literal["answered", "helped", "referred", "not_reachable", "withdrawn", "duplicate", "outside_mandate"]
DeliveryState = Literal[
    "waiting", "sending", "held", "silenced", "refused", "unsettled", "queued", "sent", "delivered", "read", "failed"
]


def printable(text: str) -> str:
    """Text without NUL, which no database takes."""
    if "\x00" in text:
        raise ValueError("the text holds a NUL character")
    return text


Text = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(printable)]
Line = Annotated[str, Field(min_length=1, max_length=254), AfterValidator(printable)]
Code = Annotated[str, Field(min_length=1, max_length=24), AfterValidator(printable)]


class Sent(BaseModel):
    """What a request holds; names that are not known are refused."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """RFC 9457. `code` is stable; `detail` is for people; `fields` says which fields are wrong."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    fields: list[dict[str, str]] = []


class Me(BaseModel):
    """Who the key belongs to, and what it opens."""

    id: UUID
    email: str
    name: str
    roles: list[str]
    compartments: list[str]
    languages: list[str]
    places: list[str]
    topics: list[str]
    locale: str


class PlaceOut(BaseModel):
    """A place of the gazetteer; `pcode` is that of the smallest unit containing it."""

    pcode: str | None
    name: str


class ClocksOut(BaseModel):
    """When things are due. NULL: nothing is waited for, or closing is case-led."""

    first_due_at: datetime
    first_action_at: datetime | None
    answer_due_at: datetime | None
    close_due_at: datetime | None
    paused_at: datetime | None
    closed_at: datetime | None
    overdue: bool


class OfficerOut(BaseModel):
    """An officer as colleagues see them."""

    id: UUID
    email: str
    name: str


class CaseOut(BaseModel):
    """One case as the list shows it: codes, no words of the person."""

    ref: str
    category: Category
    compartment: Compartment | None
    topic: str | None
    priority: Priority
    status: Status
    language: str | None
    place: PlaceOut | None
    queue: str
    assignee: OfficerOut | None
    opened_at: datetime
    updated_at: datetime
    clocks: ClocksOut
    version: int = Field(description="Send it back quoted in If-Match to change the case.")


class CasePage(BaseModel):
    """Cases and the cursor of the next page, NULL on the last."""

    items: list[CaseOut]
    next: str | None


class Window(BaseModel):
    """Whether the channel lets us write now. `limited` false: at any time."""

    limited: bool
    open: bool
    until: datetime | None


class ContactOut(BaseModel):
    """How the person is reached. The address itself is shown to nobody."""

    channel: str
    name: str | None
    language: str | None
    stopped: bool = Field(description="The person asked for silence: nothing is sent until they write again.")
    blocked: bool = Field(description="The provider says that the person cannot be written to.")
    window: Window


class CaseDetail(CaseOut):
    """One case whole."""

    resolution: Resolution | None
    person_informed: bool
    contact: ContactOut


class AttachmentOut(BaseModel):
    """A file that came with a message. `state`: waiting, fetched, failed; only a fetched one can be downloaded."""

    id: UUID
    content_type: str
    filename: str
    voice: bool
    state: Literal["waiting", "fetched", "failed"]
    href: str


class MessageOut(BaseModel):
    """One message of the case's thread."""

    id: UUID
    direction: Literal["in", "out"]
    author: Literal["person", "bot", "officer"]
    officer: OfficerOut | None
    text: str
    kind: str
    language: str | None
    at: datetime
    answer: str | None = Field(description="The slug of the entry that this message served.")
    delivery: DeliveryState | None = Field(
        description="How far an outgoing message has come, by its least advanced part; NULL for an incoming one."
    )
    delivery_error: str | None = Field(description="The provider's code where it did not arrive.")
    segments: int | None
    attachments: list[AttachmentOut]


class Messages(BaseModel):
    """The thread of a case, oldest first."""

    items: list[MessageOut]


class NoteOut(BaseModel):
    """A note of an officer for officers."""

    id: UUID
    officer: OfficerOut | None
    text: str
    at: datetime


class Notes(BaseModel):
    items: list[NoteOut]


class EventOut(BaseModel):
    """One entry of a case's history; `detail` holds codes, no words of a person."""

    number: int
    at: datetime
    actor: Literal["system", "person", "officer"]
    officer: OfficerOut | None
    verb: str
    detail: dict[str, Any]


class History(BaseModel):
    """A case's history, oldest first. `whole`: nothing in it was changed, removed or added afterwards."""

    items: list[EventOut]
    whole: bool


class ReplyIn(Sent):
    """Words for the person, sent on their channel. `language` is that of the text, if it is not the case's."""

    text: Text
    language: Code | None = None


class NoteIn(Sent):
    text: Text


class AssignIn(Sent):
    """`me`, an officer's e-mail address, or null to give the case back to the queue."""

    assignee: Line | None


class ReferIn(Sent):
    """To whom, and that the person agreed."""

    to: Text
    consent: bool


class CloseIn(Sent):
    """What came of it, and whether the person was told."""

    resolution: Resolution
    person_informed: bool


class CorrectIn(Sent):
    """Where the case truly belongs. What is left out stays; `compartment` and `topic` null take it away.

    A restricted category always has its compartment, so that leaving `compartment` out or giving a laxer one
    never opens such a case to others.
    """

    category: Category | None = None
    priority: Priority | None = None
    compartment: Compartment | None = None
    topic: Code | None = None


class Replied(BaseModel):
    """What became of a reply so far, and where to look it up later."""

    message_id: UUID
    delivery: DeliveryState
    href: str
    case: CaseDetail


class Noted(BaseModel):
    note_id: UUID
    case: CaseDetail


class Changed(BaseModel):
    """The case after the change; NULL where the change took it out of the officer's sight."""

    case: CaseDetail | None


class Counts(BaseModel):
    """How many cases the officer may see. All but `status` count cases that are not closed."""

    status: dict[str, int]
    priority: dict[str, int]
    queue: dict[str, int]
    category: dict[str, int]
    overdue: int
    mine: int
    notices: int


class NoticeOut(BaseModel):
    """Something an officer must know. It never says what a case is about."""

    id: UUID
    kind: str
    case: str | None = Field(description="The reference, where there is a case and the officer may see it.")
    at: datetime
    seen_at: datetime | None


class Notices(BaseModel):
    items: list[NoticeOut]
    next: str | None


class SeenIn(Sent):
    """Which notices were seen; null means all."""

    ids: list[UUID] | None = None


class Seen(BaseModel):
    seen: int


class Officers(BaseModel):
    items: list[OfficerOut]


class ClassifyIn(Sent):
    """A text to try; it is routed and forgotten."""

    text: Text


class ReasonOut(BaseModel):
    source: str
    says: str
    words: list[str]
    weight: float


class TriedPlace(PlaceOut):
    names: list[str] = []


class Classified(BaseModel):
    """What routing would do with the text, and why."""

    language: str
    category: Category
    compartment: Compartment | None
    priority: Priority
    topic: str | None
    place: TriedPlace | None
    sensitive: bool
    action: Literal["answer", "escalate", "record", "menu", "ask_language", "command"]
    command: str | None
    answer: str | None
    confidence: float
    reasons: list[ReasonOut]
