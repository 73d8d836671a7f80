# SPDX-License-Identifier: AGPL-3.0-or-later
"""Content goes out to spreadsheets and translators' tools and comes back unharmed; what is broken changes nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from bot.content import exchange, starter_files
from bot.content.exchange import FORMATS, BadFile, Item, sheets
from bot.content.exchange.plan import bring_back, take_out
from bot.content.rules import LANGUAGES
from bot.content.words import Words
from bot.store.content import ContentEvent, Translation
from bot.store.engine import Store
from tests.bot.content.desk import AUTHOR, TRANSLATOR, Desk
from tests.conftest import Clock


def starter_items(language: str) -> list[Item]:
    """All starter content in one language beside its source."""
    found = []
    for entry in starter_files.entries().values():
        if words := entry.words.get(language):
            plain = Words(words.title, words.questions, words.short, words.long)
            source = entry.words["en"]
            beside = Words(source.title, source.questions, source.short, source.long)
            found.append(Item(entry.slug, language, 3, plain, beside, "approved"))
    return found


HAVE = [code for code in starter_files.languages() if code != "en"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", HAVE)
def test_all_starter_content_comes_back_as_it_went(form: str, language: str) -> None:
    items = starter_items(language)
    assert len(items) > 60
    assert exchange.read(form, exchange.write(form, items)) == items


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=60).map(str.strip)


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=40, deadline=None)
@given(texts=st.tuples(TEXTS, TEXTS, TEXTS, st.lists(TEXTS.filter(bool), max_size=3)))
def test_any_text_comes_back_as_it_went(form: str, texts: tuple[str, str, str, Sequence[str]]) -> None:
    title, short, long, questions = texts
    if any("<" in text or "&" in text or "\u0640" in text for text in (title, short, long, *questions)):
        return  # what may look like HTML is refused, which is another test
    words = Words(title, tuple(question.strip() for question in questions), short, f"{long}\n{short}".strip())
    source = Words("Title", ("Question?",), "Short", "Long\nline")
    items = [Item("desk", "ar", 1, words, source, "draft")]
    assert exchange.read(form, exchange.write(form, items)) == items


def test_nothing_in_a_sheet_is_ever_run() -> None:
    words = Words("=1+1", ("@SUM(A1)", "+1", "-1"), '=HYPERLINK("x")', "'=quoted")
    items = [Item("desk", "ar", 1, words, Words("Desk"), "draft")]
    book = load_workbook(io.BytesIO(sheets.write_xlsx(items)))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value} == {"s"}  # type: ignore[union-attr]
    for cell in sheets.write_csv(items).decode("utf-8-sig").splitlines()[1].split(","):
        assert cell[:1] not in ("=", "@", "+", "-")
    for form in ("xlsx", "csv"):
        assert exchange.read(form, exchange.write(form, items)) == items


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEAD = ("entry", "language", "revision", "title", "questions", "short", "long")
GOOD = ("desk", "fr", "1", "Guichet", "a\nb\nc\nd", "Venez. Appelez {phone_desk}.", "Plus.")


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 70_000_000)
    return out.getvalue()


BROKEN = [
    ("xlsx", b"PK\x03\x04 no workbook", "file", "is not an XLSX workbook"),
    ("xlsx", zip_bomb(), "file", "unpacks to more"),
    ("xlsx", b"x" * (exchange.LARGEST + 1), "file", "larger than 5 MB"),
    ("xlsx", workbook([HEAD, (*GOOD[:3], "=1+1", *GOOD[4:])]), "D2", "is a formula"),
    ("xlsx", workbook([HEAD, (*GOOD[:5], "Come <b>now</b>", "x")]), "F2", "HTML"),
    ("xlsx", workbook([HEAD, (*GOOD[:5], "Venez \u202eici", "x")]), "F2", "direction control U+202E"),
    ("xlsx", workbook([HEAD, ("desk", "fr", "one", *GOOD[3:])]), "C2", "no revision number"),
    ("xlsx", workbook([("entry", "language")]), "row 1", "lacks the column revision"),
    ("xlsx", workbook([]), "row 1", "it must name the columns"),
    ("csv", b"entry,language\n\xff\xfe", "line 2", "not UTF-8"),
    ("csv", ",".join(HEAD).encode() + b"\ndesk,fr,1,=cmd,q,s,l", "D2", "is a formula"),
    ("csv", b"a\x00b", "file", "NUL"),
    ("po", b'msgid ""\nmsgstr "Language: fr\\n"\n\nmsgctxt "x"\nmsgid "a"\nmsgstr "b\n', "line", "not sound PO"),
    ("po", b'msgid ""\nmsgstr ""\n"Language: fr\\n"\n\nmsgid "a"\nmsgstr "b"\n', "line 5", "no context"),
    ("po", b'msgid "a"\nmsgstr "\xff"\n', "line 2", "not UTF-8"),
    ("xliff", b"<xliff>\n <file>", "line 2, column 8", "not sound XML"),
    ("xliff", b'<!DOCTYPE x [<!ENTITY a "b">]><xliff/>', "file", "entities"),
    ("xliff", b'<xliff version="1.2"/>', "line 1, column 1", "not XLIFF 2"),
    (
        "xliff",
        b'<xliff version="2.0" trgLang="fr"><file original="desk@1">\n<unit id="short"><segment><source>a</source>'
        b'<target>b <ph id="1"/></target></segment></unit></file></xliff>',
        "line 2",
        "the element ph",
    ),
    ("json", b'{"items": [\n{]}', "line 2, column 2", "Expecting"),
    ("json", b'{"items": [{"entry": 1, "words": {}}]}', "items[0].entry", "is not a text"),
    ("json", b"[" * 100_000, "file", "nested"),
]


@pytest.mark.parametrize(("form", "data", "where", "says"), BROKEN, ids=[f"{row[0]}-{row[3]}" for row in BROKEN])
def test_a_broken_file_says_where_and_what(form: str, data: bytes, where: str, says: str) -> None:
    with pytest.raises(BadFile) as raised:
        exchange.read(form, data)
    assert any(where in trouble.where and says in trouble.says for trouble in raised.value.troubles)


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    found = Desk(store, clock)
    found.entry()
    return found


def test_an_import_writes_drafts_and_a_dry_run_nothing(desk: Desk) -> None:
    items = exchange.read("xlsx", workbook([HEAD, GOOD]))
    with desk.as_(TRANSLATOR) as hand:
        before = hand.session.scalar(select(func.count()).select_from(ContentEvent))
        outcome = bring_back(hand, items, dry=True)
        assert outcome.changed == (("desk", "fr"),)
        assert outcome.good
        assert hand.session.scalar(select(func.count()).select_from(ContentEvent)) == before
        bring_back(hand, items, submit=True)
        row = hand.session.scalars(select(Translation).where(Translation.language == "fr")).one()
        assert (row.state, row.title) == ("needs_review", "Guichet")
        assert bring_back(hand, items, dry=True).same == 1


@pytest.mark.parametrize(
    ("change", "where", "says"),
    [
        ({0: "nothing"}, "A2", "no such entry"),
        ({1: "en"}, "B2", "is the source"),
        ({1: "xx"}, "B2", "not a language"),
        ({2: "7"}, "C2", "the source is at revision 1"),
    ],
)
def test_what_stands_against_an_import_is_told_with_its_cell_and_changes_nothing(
    desk: Desk, change: dict[int, str], where: str, says: str
) -> None:
    row = [change.get(at, value) for at, value in enumerate(GOOD)]
    items = exchange.read("xlsx", workbook([HEAD, row, (GOOD[0], "ar", *GOOD[2:])]))
    with pytest.raises(BadFile) as raised, desk.as_(TRANSLATOR) as hand:
        bring_back(hand, items)
    assert [(t.where, says in t.says) for t in raised.value.troubles if t.level == "error"] == [(where, True)]
    with desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Translation)) == 1


def test_an_unsound_text_comes_in_with_a_warning_at_its_cell(desk: Desk) -> None:
    row = (*GOOD[:5], "Venez 24 heures.", "Plus.")
    with desk.as_(TRANSLATOR) as hand:
        outcome = bring_back(hand, exchange.read("xlsx", workbook([HEAD, row])), dry=True)
    assert outcome.good
    assert {(t.where, t.says) for t in outcome.troubles} == {
        ("F2", "short lacks {phone_desk}"),
        ("F2", "short has the number 24 that the source has not"),
    }


def test_everything_can_be_taken_out_and_brought_back_unchanged(desk: Desk) -> None:
    desk.french()
    with desk.store.read() as session:
        items = take_out(session, [code for code in LANGUAGES if code != "en"])
    assert {item.state for item in items if item.language == "fr"} == {"approved"}
    with desk.as_(AUTHOR) as hand:
        assert bring_back(hand, exchange.read("csv", exchange.write("csv", items)), dry=True).changed == ()
