# SPDX-License-Identifier: AGPL-3.0-or-later
"""The starter content is whole, sound in every language, and says what the documentation says it does."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from bot.content import check, starter, starter_files, translating
from bot.content.facts import Fact
from bot.content.published import Published
from bot.content.rules import LANGUAGES, SHORT_SEGMENTS, sms_segments
from bot.content.starter_files import StarterError
from bot.content.table import BEGIN, END, coverage_table
from bot.settings import Settings
from bot.store.engine import Store
from routing.decision import EntryCard
from routing.topics import load_topics
from tests.bot.content.desk import REVIEWER, TRANSLATOR, Desk
from tests.conftest import Clock
from tests.tree import ROOT


@pytest.mark.parametrize("language", starter_files.languages())
def test_every_starter_text_is_sound(language: str) -> None:
    assert [f"{slug}: {p.field} {p.says}" for _, slug, p in check.check_files([language]) if p.level == "error"] == []


def test_all_nine_languages_are_there() -> None:
    assert set(starter_files.languages()) == set(LANGUAGES)


def test_every_topic_has_an_entry() -> None:
    assert set(load_topics()) == {entry.topic for entry in starter_files.entries().values() if entry.kind != "line"}


def test_there_are_at_least_forty_services_and_some_corrections_with_a_date() -> None:
    kinds = Counter(entry.kind for entry in starter_files.entries().values())
    assert kinds["service"] >= 40
    assert kinds["correction"] >= 2


def test_no_fact_is_made_up() -> None:
    office = starter_files.office()
    assert office.example
    assert all(fact.example for fact in office.facts.values())
    phones = [fact.value for name, fact in office.facts.items() if name.startswith("phone_")]
    assert all(phone.startswith("+218 00 000 ") for phone in phones)


def test_the_table_in_the_documentation_is_made_from_the_content() -> None:
    text = (ROOT / "docs/content.md").read_text(encoding="utf-8")
    assert text.split(BEGIN)[1].split(END)[0].strip() == coverage_table().strip()


def test_cards_come_from_the_files_alone() -> None:
    cards = starter.cards()
    assert all(isinstance(card, EntryCard) for card in cards)
    assert {"vhr", "mrc", "staff-conduct", "rumour-flights-europe"} <= {card.slug for card in cards}
    assert not any(card.slug.startswith("line-") for card in cards)


def seeded(store: Store, clock: Clock, **settings: object) -> Published:
    chosen = Settings(**settings)  # type: ignore[arg-type]
    assert "published" in starter.seed(store, None, chosen, clock(), True)  # type: ignore[arg-type]
    return Published(store, Desk(store, clock).bell, chosen, clock)


def test_seeding_publishes_everything_once_and_says_so(store: Store, clock: Clock) -> None:
    published = seeded(store, clock)
    again = starter.seed(store, None, Settings(), clock(), True)  # type: ignore[arg-type]
    assert again == "The starter content is there already; nothing was changed."
    known = published.known()
    assert len(known.cards) == len(starter.cards())
    for entry in starter_files.entries().values():
        if entry.kind == "line":
            name = entry.slug.removeprefix("line-")
            assert all(known.knowledge.line(name, code) for code in LANGUAGES), name
            continue
        for code in LANGUAGES:
            served = known.knowledge.entry(entry.slug, code)
            assert served is not None, (entry.slug, code)
            assert "{" not in served.text
            first = served.text.split("\n\n")[0]
            assert sms_segments(first) <= SHORT_SEGMENTS
    for code in LANGUAGES:
        assert len(known.knowledge.menu(code)) == 8


def test_an_answer_with_an_example_fact_says_so_and_one_without_does_not(store: Store, clock: Clock) -> None:
    knowledge = seeded(store, clock).known().knowledge
    assert knowledge.entry("mrc", "ar").example  # type: ignore[union-attr]


def test_only_checked_texts_are_served_where_an_office_wants_that(store: Store, clock: Clock) -> None:
    published = seeded(store, clock, checked_only=True)
    assert published.known().cards == ()
    desk = Desk(store, clock)
    desk.published = published
    with desk.as_(REVIEWER) as hand:
        translating.reject(hand, "mrc", "ar", "A word is wrong")
    with desk.as_(TRANSLATOR) as hand:
        translating.submit_translation(hand, "mrc", "ar")
    with desk.as_(REVIEWER) as hand:
        translating.approve(hand, "mrc", "ar")
    published._rung.set()
    assert desk.knowledge().languages("mrc") == ("ar",)


def test_production_is_never_given_examples(store: Store, clock: Clock) -> None:
    told = starter.seed(store, None, Settings(env="production"), clock(), True)  # type: ignore[arg-type]
    assert "facts are empty" in told
    assert "waiting for review" in told
    assert Published(store, Desk(store, clock).bell, Settings(env="production"), clock).known().cards == ()
    seeded(store, clock)
    real = Published(store, Desk(store, clock).bell, Settings(env="production"), clock)
    assert real.known().knowledge.entry("mrc", "en") is None


def test_an_office_file_fills_the_facts(store: Store, clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text(
        'office = "Ours"\nverified_by = "A. Person"\nverified_on = 2026-11-01\nexpires_on = 2027-05-01\n'
        '[facts]\nphone_mrc = "+218 11 111 1111"\naddress_mrc = { en = "A street" }\n'
        '[facts.hours_mrc]\nsun = "08:00-12:00"\n',
        encoding="utf-8",
    )
    knowledge = seeded(store, clock, office=path).known().knowledge
    served = knowledge.entry("mrc", "en")
    assert served is not None
    assert "+218 11 111 1111" in served.text
    assert not served.example
    assert knowledge.entry("vhr", "en") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("office = [", "office.toml"),
        ('office = "x"', "facts"),
        ('office = "x"\n[facts]\nphone_x = "call us"', "phone_x: a phone is digits"),
        ('office = "x"\n[facts]\nlink_x = "http://x.org"', "link_x: a link begins with https"),
        ('office = "x"\n[facts]\nmail_x = "a"', "a fact's name begins with its kind"),
        ('office = "x"\n[facts]\n[facts.hours_x]\nsun = "8-12"', "hours_x: hours are given"),
        ('office = "x"\n[facts]\naddress_x = { en = "a \\u202E b" }', "direction control"),
    ],
)
def test_a_bad_office_file_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "office.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StarterError, match=says):
        starter_files.office(path)


def test_a_fact_is_good_until_the_day_it_expires() -> None:
    fact = Fact("phone_x", "+1", "A", date(2026, 1, 1), date(2026, 6, 1))
    assert fact.trouble(date(2026, 5, 31)) is None
    assert fact.trouble(date(2026, 6, 1)) == "expired"
    assert fact.trouble(date(2025, 12, 31)) == "unverified"
    assert Fact("phone_x", None).trouble(date(2026, 1, 1)) == "empty"
