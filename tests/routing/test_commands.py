# SPDX-License-Identifier: AGPL-3.0-or-later
"""A command is a whole message in any language; a cry for help that holds a command's word is none."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import routing
from routing.commands import Commands
from routing.decision import Command
from routing.text import fold, tokens

_FILE = Path(routing.__file__).parent / "data" / "commands.toml"
_PHRASES = tomllib.loads(_FILE.read_text(encoding="utf-8"))
_WRITTEN = ["ar", "ar-Latn", "en", "pcm", "fr", "ha", "am", "am-Latn", "ti", "ti-Latn", "so", "bn", "bn-Latn"]
_WRITTEN += ["ur", "ur-Latn", "sw", "ff"]


@pytest.fixture(scope="module")
def commands() -> Commands:
    return Commands.load()


@pytest.mark.parametrize("command", get_args(Command))
@pytest.mark.parametrize("language", _WRITTEN)
def test_every_language_has_words_for_every_command(commands: Commands, command: Command, language: str) -> None:
    phrases = _PHRASES[command][language]
    assert phrases
    for phrase in phrases:
        assert commands.recognise(phrase) == command, phrase


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("STOP!!", "stop"),
        ("stpo", "stop"),
        ("sotp", "stop"),
        ("sttop", "stop"),
        ("stooooop", "stop"),
        ("S T O P", "stop"),
        ("pls stop", "stop"),
        ("Stop please 🙏", "stop"),
        ("🛑 stop 🛑", "stop"),
        ("/stop", "stop"),
        ("/stop@SawtBot", "stop"),
        ("END", "stop"),
        ("Cancel", "stop"),
        ("QUIT", "stop"),
        ("unsubscribe", "stop"),
        ("STOPALL", "stop"),
        ("توقف من فضلك", "stop"),
        ("اوقــف", "stop"),
        ("/start", "start"),
        ("/start ref_12", "start"),
        ("/START@SawtBot", "start"),
        ("/help", "help"),
        ("Help", "help"),
        ("hlep", "help"),
        ("aide", "help"),
        ("مساعدة", "help"),
        ("mneu", "menu"),
        ("Menu.", "menu"),
        ("/menu", "menu"),
        ("changer de langue svp", "language"),
        ("/language", "language"),
        ("talk to a person please", "person"),
        ("don Allah ina so in yi magana da mutum", "person"),
        ("delete my data", "delete"),
        ("/delete_my_data", "delete"),
        ("খ", None),
        ("exit", "exit"),
        ("more", "more"),
        ("MORE!", "more"),
        ("المزيد", "more"),
    ],
)
def test_usual_forms_and_slips_are_recognised(commands: Commands, text: str, command: Command | None) -> None:
    assert commands.recognise(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "stop he is hitting me",
        "please stop him",
        "make him stop",
        "help me",
        "help me please",
        "please help",
        "help pls",
        "help help help",
        "HELP they are beating us",
        "aidez-moi",
        "aide moi svp",
        "ساعدوني",
        "ساعدني من فضلك",
        "save me",
        "SOS",
        "እርዱኝ",
        "ሓግዙኒ",
        "i caawi",
        "nisaidie",
        "taimake ni",
        "আমাকে সাহায্য করুন",
        "amake sahajjo korun",
        "میری مدد کریں",
        "madad karo",
        "leave me alone",
        "he said delete the messages or else",
        "the end of my life",
        "I want to start a business",
        "more than ten people are trapped",
        "call me, he has a knife",
        "post",
        "spot",
        "ok",
        "1",
        "",
        "   ",
        "🙏",
        "acha",
        "bas",
        "بس",
        "كفى",
        "home sweet home",
        "العودة",
        "retour",
    ],
)
def test_what_a_person_should_see_is_no_command(commands: Commands, text: str) -> None:
    assert commands.recognise(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("English", "en"),
        ("english please", "en"),
        ("in English", "en"),
        ("عربي", "ar"),
        ("العربية", "ar"),
        ("français", "fr"),
        ("FRANCAIS", "fr"),
        ("hausa", "ha"),
        ("বাংলা", "bn"),
        ("ትግርኛ", "ti"),
        ("አማርኛ", "am"),
        ("af soomaali", "so"),
        ("اردو", "ur"),
        ("roman urdu", "ur-Latn"),
        ("arabizi", "ar-Latn"),
        ("banglish", "bn-Latn"),
        ("pidgin", "pcm"),
        ("kiswahili", "sw"),
        ("pulaar", "ff"),
    ],
)
def test_the_name_of_a_language_alone_asks_for_it(commands: Commands, text: str, code: str) -> None:
    assert commands.language_named(text) == code
    assert commands.recognise(text) == "language"


@pytest.mark.parametrize("text", ["I speak english and my wife is sick", "stop", "", "language", "somali embassy"])
def test_other_texts_name_no_language(commands: Commands, text: str) -> None:
    assert commands.language_named(text) is None


def test_no_phrase_belongs_to_two_commands_or_languages() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for command in get_args(Command):
        for phrases in _PHRASES[command].values():
            for phrase in phrases:
                owners[" ".join(tokens(fold(phrase)))].add(command)
    for code, names in _PHRASES["languages"].items():
        for name in names:
            owners[" ".join(tokens(fold(name)))].add(code)
    assert {phrase: found for phrase, found in owners.items() if len(found) > 1} == {}


def test_a_long_text_is_never_a_command(commands: Commands) -> None:
    assert commands.recognise("stop " * 20_000) is None
    assert commands.recognise("\u200b" * 400 + "stop") == "stop"


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200), before=st.sampled_from(["", "stop", "help ", "/start"]))
def test_no_text_raises(commands: Commands, text: str, before: str) -> None:
    assert commands.recognise(before + text) in {None, *get_args(Command)}
    commands.language_named(before + text)
