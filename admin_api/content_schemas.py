# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shapes of the content API: what is asked and what is answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from admin_api.schemas import Code, Line, Sent, printable

Change = Literal["FACT", "WORDING", "TYPO"]
Loose = Annotated[str, Field(max_length=4000), AfterValidator(printable)]
Slug = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(printable)]


class WordsIn(Sent):
    """The words of an entry in one language. Facts stand in them as `{phone_mrc}`."""

    title: Loose
    questions: list[Loose] = Field(default_factory=list, max_length=60)
    short: Loose
    long: Loose = ""


class FrameIn(Sent):
    """What an entry has besides its words. `menu` is its rank in the main menu."""

    topic: Code
    audience: list[Code] = Field(default_factory=list)
    places: list[Code] = Field(default_factory=list)
    lines: list[Code] = Field(default_factory=list)
    sensitive: bool = False
    menu: Annotated[int | None, Field(ge=1, le=99)] = None
    ends_at: datetime | None = None


class EntryIn(Sent):
    """A new entry with its first draft."""

    slug: Slug
    kind: Literal["service", "correction", "line"] = "service"
    topic: Code
    audience: list[Code] = Field(default_factory=list)
    places: list[Code] = Field(default_factory=list)
    lines: list[Code] = Field(default_factory=list)
    sensitive: bool = False
    menu: Annotated[int | None, Field(ge=1, le=99)] = None
    words: WordsIn


class ReviseIn(Sent):
    """A new revision. TYPO keeps the translations; FACT and WORDING make them stale when it is published."""

    change: Change
    words: WordsIn


class EditIn(Sent):
    """New words for the draft."""

    words: WordsIn
    change: Change | None = None


class PublishIn(Sent):
    """From when until when it is served; left out means at once and without end."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None


class RemarkIn(Sent):
    """Why it goes back."""

    remark: Annotated[str, Field(max_length=1000), AfterValidator(printable)] = ""


class RollBackIn(Sent):
    """Which published revision to serve again."""

    revision: Annotated[int, Field(ge=1, le=1_000_000)]


class TranslationIn(Sent):
    """A translation of the newest revision."""

    words: WordsIn


class FactIn(Sent):
    """A fact's value by its kind, and who verified it, when, and until when it holds."""

    value: Any = None
    verified_by: Annotated[str, Field(max_length=120), AfterValidator(printable)] = ""
    verified_on: date | None = None
    expires_on: date | None = None
    version: int | None = None


class VerifyIn(Sent):
    """That the value as it stands was verified."""

    verified_by: Annotated[str, Field(min_length=1, max_length=120), AfterValidator(printable)]
    verified_on: date
    expires_on: date
    version: int | None = None


class PointIn(Sent):
    """A service point; `facts` are names of its facts."""

    names: dict[Code, Line]
    pcode: Code
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    topics: list[Code] = Field(default_factory=list)
    facts: list[Line] = Field(default_factory=list)
    active: bool = True


class ProblemOut(BaseModel):
    """What is wrong with a text, and where."""

    field: str
    says: str
    level: Literal["error", "warning"]


class TextOut(BaseModel):
    """The words of a revision in one language, and what is wrong with them. `segments` is what `short` costs as SMS."""

    language: str
    state: str
    because: str | None
    checked: bool
    attempt: int
    title: str
    questions: list[str]
    short: str
    long: str
    filled: str
    filled_long: str
    segments: int
    translator: str
    reviewer: str | None
    remark: str
    updated_at: datetime
    problems: list[ProblemOut]


class RevisionOut(BaseModel):
    """One revision of the source text."""

    number: int
    change: str
    status: str
    author: str
    publisher: str | None
    created_at: datetime
    live_from: datetime | None
    facts: list[str]


class CellOut(BaseModel):
    """One language of one entry."""

    state: str
    checked: bool
    behind: int
    days: int


class EntryRow(BaseModel):
    """An entry in the list, with the state of each language."""

    slug: str
    title: str
    kind: str
    topic: str
    status: str
    owner: str
    cells: dict[str, CellOut]


class Entries(BaseModel):
    items: list[EntryRow]


class EntryOut(BaseModel):
    """One entry: its frame, its revisions, and the texts of the newest revision that was not withdrawn."""

    slug: str
    kind: str
    topic: str
    audience: list[str]
    places: list[str]
    lines: list[str]
    sensitive: bool
    menu: int | None
    source: str
    owner: str
    status: str
    archived_at: datetime | None
    ends_at: datetime | None
    version: int
    revision: int
    facts_missing: dict[str, str]
    revisions: list[RevisionOut]
    texts: list[TextOut]


class FactOut(BaseModel):
    """A fact as it stands, the office's or that of a service `point`. `trouble` is why it may not be served."""

    name: str
    kind: str
    value: Any
    text: str
    verified_by: str
    verified_on: date | None
    expires_on: date | None
    example: bool
    trouble: str | None
    entries: list[str]
    point: UUID | None
    version: int


class Facts(BaseModel):
    items: list[FactOut]


class PointOut(BaseModel):
    id: UUID
    names: dict[str, str]
    pcode: str
    latitude: float
    longitude: float
    topics: list[str]
    facts: list[str]
    active: bool
    example: bool
    version: int


class Points(BaseModel):
    items: list[PointOut]


class ContentEventOut(BaseModel):
    """One thing that was done."""

    number: int
    at: datetime
    actor: str
    verb: str
    subject: str
    language: str | None
    detail: dict[str, Any]


class ContentHistory(BaseModel):
    items: list[ContentEventOut]


class TroubleOut(BaseModel):
    """What is wrong in a file, with its cell or line."""

    where: str
    says: str
    level: str


class OutcomeOut(BaseModel):
    """What an import did, or would do."""

    dry: bool
    changed: list[list[str]]
    same: int
    troubles: list[TroubleOut]


class DiffOut(BaseModel):
    """Lines that stayed (` `), went (`-`) and came (`+`)."""

    old: int
    new: int
    lines: list[tuple[str, str]]


class PartOut(BaseModel):
    text: str
    segments: int


class PreviewOut(BaseModel):
    """One text as one channel would bring it."""

    channel: str
    language: str
    segments: int
    parts: list[PartOut]


class Previews(BaseModel):
    items: list[PreviewOut]


class Vote(BaseModel):
    entry: str
    language: str
    helped: int
    not_helped: int


class CountOut(BaseModel):
    value: str
    count: int


class Insight(BaseModel):
    """The last days: questions that found no answer, and votes on answers."""

    days: int
    unanswered: dict[str, list[CountOut]]
    helped: list[Vote]
