# SPDX-License-Identifier: AGPL-3.0-or-later
"""Countries and nationalities in the words of the people who are in Libya."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import routing
from routing import countries
from routing.text import fold, tokens


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("I am from Nigeria and my wife is Nigerien", ("NG", "NE")),
        ("I want to go back to ghana please", ("GH",)),
        ("from South Sudan", ("SS",)),
        ("from Sudan", ("SD",)),
        ("je suis camerounais", ("CM",)),
        ("ambassade du Niger", ("NE",)),
        ("guinée bissau", ("GW",)),
        ("côte d'ivoire", ("CI",)),
        ("je veux rentrer au mali", ("ML",)),
        ("انا سوداني نبي نرجع للسودان", ("SD",)),
        ("جواز سفر مصري", ("EG",)),
        ("من تشاد", ("TD",)),
        ("وتونس", ("TN",)),
        ("ana soudani w ummi masreya", ("SD", "EG")),
        ("ni dan Nijar ne", ("NE",)),
        ("ኤርትራዊ እየ", ("ER",)),
        ("ካብ ኤርትራ ናብ ኢትዮጵያ", ("ER", "ET")),
        ("ወደ ኢትዮጵያ መመለስ", ("ET",)),
        ("Anigu waxaan ahay Soomaali", ("SO",)),
        ("আমি বাংলাদেশে ফিরতে চাই", ("BD",)),
        ("বাংলাদেশের পাসপোর্ট", ("BD",)),
        ("ami bangladesh jaite chai", ("BD",)),
        ("مجھے پاکستان واپس جانا ہے", ("PK",)),
        ("main pakistani hun", ("PK",)),
        ("mimi ni Mkenya", ("KE",)),
        ("Naija people", ("NG",)),
        ("palestinian family", ("PS",)),
        ("", ()),
        ("hello what are your hours", ()),
        ("دعم مالي", ()),
        ("بعد صلاة المغرب", ()),
        ("شام کو آنا", ()),
    ],
)
def test_countries_are_found_in_the_order_of_the_text(text: str, codes: tuple[str, ...]) -> None:
    assert countries.find(text) == codes


def _table() -> list[dict[str, str]]:
    path = Path(routing.__file__).parent / "data" / "countries.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_more_than_the_forty_four_nationalities_present_are_listed() -> None:
    codes = [row["code"] for row in _table()]
    assert len(codes) == len(set(codes)) > 44


def test_no_name_stands_for_two_countries() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for row in _table():
        for name in (row["name"], *row["names"].split(", ")):
            owners[" ".join(tokens(fold(name)))].add(row["code"])
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    assert isinstance(countries.find(text), tuple)
