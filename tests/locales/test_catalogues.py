# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogues are complete, short, safe and in their own words; and the check that says so sees what is wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from channels import _segments
from locales import check, languages
from locales.catalogues import catalogue
from locales.check import FIRST_LINE, Entry, entries, filled
from routing.commands import Commands
from tests.bot.dialogue.talking import LANGUAGES

ROOT = Path(__file__).parents[2]


def test_the_catalogues_have_no_problem() -> None:
    assert check.problems() == []


def test_there_are_nine_languages() -> None:
    assert languages() == LANGUAGES


def test_every_message_that_the_dialogue_says_is_in_the_catalogue_and_none_is_idle() -> None:
    code = "\n".join(
        file.read_text(encoding="utf-8")
        for file in [*(ROOT / "bot" / "dialogue").glob("*.py"), ROOT / "bot" / "wording.py"]
    )
    known = set(entries("en"))
    said = {
        key for key in re.findall(r'"([a-z]+\.[a-z_]+)"', code) if key.split(".")[0] in {k.split(".")[0] for k in known}
    }
    built = {f"form.{step}" for step in ("about", "where", "contact")} | {
        *(f"safe.ask_{step}" for step in ("now", "contact", "area", "minor")),
        *(f"status.{status}" for status in ("waiting", "closed")),
    }
    assert said <= known
    assert known == said | built


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_to_write_are_commands_that_routing_knows(language: str) -> None:
    commands = Commands.load()
    stand_for = {"stop", "start", "menu", "language", "person", "delete", "exit", "more"}
    for entry in entries(language).values():
        found = {commands.recognise(word) for word in _words(entry.forms[0])}
        assert set(entry.mentions) <= found & stand_for, entry.key


def _words(text: str) -> set[str]:
    parts = re.split(r"[\s:;,.()\"،۔።፣፦।؛]+", text)
    return {*parts, *(f"{first} {second}" for first, second in pairwise(parts))}


@pytest.mark.parametrize("language", LANGUAGES)
def test_segments_are_counted_as_the_sms_channel_counts_them(language: str) -> None:
    for entry in entries(language).values():
        for form in entry.forms:
            text = filled(form, language)
            assert check.segments(text) == _segments.segments(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_opens_a_sensitive_reply_fills_the_first_line_neutrally(language: str) -> None:
    openers = [entry for entry in entries(language).values() if "opens" in entry.notes]
    assert {"safe.received", "safe.added", "emergency.received", "emergency.added"} <= {entry.key for entry in openers}
    for entry in openers:
        assert len(entry.forms[0]) >= FIRST_LINE
        assert not check.revealing(language, entry.forms[0])


SOURCE = Entry(
    "safe.received",
    ("Thank you for writing to us. Your message has arrived {ref}.",),
    False,
    2,
    frozenset({"neutral", "opens"}),
)


@pytest.mark.parametrize(
    ("language", "form", "complaint"),
    [
        ("fr", "", "has no words"),
        ("fr", "Merci.", "other placeholders"),
        ("fr", "Merci {reference}.", "other placeholders"),
        ("fr", "Merci {ref}. " * 30, "SMS segments"),
        ("fr", SOURCE.forms[0], "still English"),
        ("fr", "Thank you for this {ref} et merci beaucoup à vous.", "English words"),
        ("ar", "Merci beaucoup de nous avoir écrit, {ref}.", "Latin letters"),
        ("ar", "شکریہ کہ آپ نے ہمیں لکھا ہے، پیغام مل گیا {ref}", "neighbour"),
        ("ur", "شكراً لأنك كتبت إلينا اليوم، وصلت رسالتك {ref}", "neighbour"),
        ("so", "ስለጻፉልን እናመሰግናለን {ref} ስለጻፉልን እናመሰግናለን", "another script"),
        ("bn", "ስለጻፉልን እናመሰግናለን {ref} ስለጻፉልን እናመሰግናለን", "another script"),
        ("fr", "Merci, vous avez un signalement chez nous {ref}.", "must not stand on a screen"),
        ("fr", "Merci bien {ref}.", "fewer than 40"),
        ("fr", "Merci beaucoup à vous. Que vous est-il arrivé ? {ref}", "asks a question"),
    ],
)
def test_the_check_sees_what_is_wrong(language: str, form: str, complaint: str) -> None:
    found = check._entry_problems(language, replace(SOURCE, forms=(form,)), SOURCE, catalogue(language))
    assert any(complaint in problem for problem in found)


def test_the_check_sees_lost_notes_and_plural_forms() -> None:
    plural = Entry("when.days", ("{n} day", "{n} days"), True, 1)
    found = list(
        check._entry_problems("ar", replace(plural, forms=("{n} يوم", "{n} أيام"), budget=9), plural, catalogue("ar"))
    )
    assert len(found) == 2


def test_the_command_line_says_whether_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main() == 0
    assert capsys.readouterr().out == ""
