# SPDX-License-Identifier: AGPL-3.0-or-later
"""From words and pins to places: which one is meant, which stay open, and what is no place at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.places import Found, Gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


def first(found: Found) -> str | None:
    return found.places[0].name if found.places else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("we are in the boat 4 hours from zuwara engine is dead", "Zuwara"),
        ("Abu Salim, Tripoli", "Abu Salim"),
        ("Tripoli, Ain Zara", "Ain Zara"),
        ("they keep us in Tariq al-Sikka Tripoli", "Tariq al-Sikka"),
        ("from sabha is there a flight or must I come to tripoli", "Sabha"),
        ("I want to go to Tripoli, I am in Kufra", "Kufra"),
        ("من الكفرة الى طرابلس", "Kufra"),
        ("the road Agadez to Qatrun", "Qatrun"),
        ("ካብ ኩፍራ ናብ ትሪፖሊ", "Kufra"),
        ("Misrata, Al Kararim detention", "Al Kararim"),
        ("prison Osama", "Al-Nasr detention centre, Zawiya"),
        ("perdus vers la passe de Salvador", "Salvador Pass"),
    ],
)
def test_the_place_meant_comes_first(gazetteer: Gazetteer, text: str, name: str) -> None:
    assert first(gazetteer.find(text)) == name


@pytest.mark.parametrize(
    ("text", "pcode"),
    [
        ("derna", "LY010102"),
        ("Derna district", "LY0101"),
        ("mantika Derna", "LY0101"),
        ("منطقة الزاوية", "LY0213"),
        ("مدينة الزاوية", "LY021301"),
        ("Tripoli", "LY021104"),
        ("tripoli district", "LY0211"),
        ("Gargaresh", "LY02110604"),
        ("Hun Libya", "LY031701"),
    ],
)
def test_a_name_that_a_district_shares_means_the_municipality_unless_the_district_is_said(
    gazetteer: Gazetteer, text: str, pcode: str
) -> None:
    assert gazetteer.find(text).places[0].pcode == pcode


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("العوينات", {"LY03210101", "LY010701"}),
        ("Suq al Khamis", {"LY021202", "LY021001"}),
        ("tariq al matar", {"LY021105", "LY031901"}),
    ],
)
def test_a_double_name_is_reported_as_open(gazetteer: Gazetteer, text: str, codes: set[str]) -> None:
    found = gazetteer.find(text)
    assert not found.places
    assert {place.pcode for place in found.ambiguous} == codes


@pytest.mark.parametrize(
    ("text", "prefer", "pcode"),
    [
        ("al uwaynat near ghat", None, "LY03210101"),
        ("al uwaynat, desert of kufra", None, "LY010701"),
        ("souq al khamis prison in khoms", None, "LY021001"),
        ("sabha tariq al matar", None, "LY031901"),
        ("العوينات", "LY032101", "LY03210101"),
        ("Hawari", "LY010304", "LY010304"),
    ],
)
def test_another_place_settles_a_double_name(gazetteer: Gazetteer, text: str, prefer: str | None, pcode: str) -> None:
    found = gazetteer.find(text, prefer)
    assert found.places[0].pcode == pcode
    assert not found.ambiguous


@pytest.mark.parametrize(
    ("text", "name"),
    [("Aljfara", "Al Jafara"), ("الجفارة", "Al Jafara"), ("Aljufra", "Jufra"), ("الجفرة", "Jufra")],
)
def test_jafara_and_jufra_are_not_mixed_up(gazetteer: Gazetteer, text: str, name: str) -> None:
    assert first(gazetteer.find(text)) == name


@pytest.mark.parametrize(
    "text",
    [
        "what is the break time",
        "what sort of papers do i need",
        "je veux sortir de la maison",
        "son dernier mot",
        "le bord de mer",
        "sijui huna nini hapa",
        "anigu ma hun tahay",
        "main theek hun bhai",
        "zindagi jadu nahi hai",
        "ghar ka kaam bahut hai",
        "انا هون ومش قادر اطلع",
        "سرت في الشارع وانا خايف",
        "المية في الماية باردة",
        "السلام عليكم ورحمة الله",
        "هذا شيء جميل والله",
        "طلعنا الدرج",
        "عايلات واجدة هنا",
        "الكلام متوازن",
        "في الساعة الخامسة",
        "travels and tables",
        "the police took my husband at the bridge",
        "clinic kliniki",
        "nigerian embassy",
        "habari yako",
        "albarka magani birnin",
        "አካላት መሰረት እንጀራ",
        "ናይ ለይቲ ክሊኒክ",
        "bangali bhai der card",
        "free seba r jonno",
        "madame me doit trois mois",
        "ሰላም",
        "আমাদের টাকা দেয় নাই",
        "السودانيين في المطار",
        "hello what are the opening hours",
        "thank you very much",
        "",
        "🙏🙏",
        "1",
    ],
)
def test_words_that_look_like_a_place_are_not_taken_for_one(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find(text) == Found()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("in Hun", "Hun"),
        ("hun", "Hun"),
        ("مدينة هون", "Hun"),
        ("في سرت", "Sirte"),
        ("brak", "Brak"),
        ("brak: no doctor here", "Brak"),
        ("the dam is full (Baida)", "Al Bayda"),
        ("وصلنا، سرت، امس", "Sirte"),
        ("مدينة الجميل", "Al Jamil"),
        ("من الخمس", "Khoms"),
        ("ina Brak yanzu", "Brak"),
    ],
)
def test_a_doubtful_name_counts_beside_a_cue_or_by_itself(gazetteer: Gazetteer, text: str, name: str) -> None:
    assert first(gazetteer.find(text)) == name


def test_a_place_that_is_not_listed_stays_unknown(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("I live in Ouagadougou Street behind Samarkand") == Found()


@pytest.mark.parametrize(
    ("latitude", "longitude", "name"),
    [
        (32.89, 13.18, "Tripoli"),
        (27.04, 14.43, "Sabha"),
        (24.96, 10.18, "Ghat"),
        (21.50, 24.00, "Kufra"),
        (33.50, 12.50, "Zuwara"),
        (31.20, 16.60, "Sirte"),
        (32.76, 22.64, "Derna"),
    ],
)
def test_a_pin_in_libya_or_off_its_coast_is_in_the_nearest_municipality(
    gazetteer: Gazetteer, latitude: float, longitude: float, name: str
) -> None:
    place = gazetteer.nearest(latitude, longitude)
    assert place is not None
    assert (place.name, place.level) == (name, "municipality")


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(36.80, 10.18), (30.05, 31.20), (35.90, 14.50), (13.50, 2.10), (0.0, 0.0), (15.50, 32.50), (90.0, 180.0)],
)
def test_a_pin_in_another_country_has_no_place(gazetteer: Gazetteer, latitude: float, longitude: float) -> None:
    assert gazetteer.nearest(latitude, longitude) is None


def test_codes_tell_what_contains_what(gazetteer: Gazetteer) -> None:
    assert gazetteer.contains("LY0211", "LY021105")
    assert gazetteer.contains("LY021105", "LY021105")
    assert not gazetteer.contains("LY021105", "LY0211")
    place = gazetteer.by_pcode("LY031901")
    assert place is not None
    assert place.name == "Sabha"
    assert {"Sebha", "سبها"} <= set(place.names)
    assert gazetteer.by_pcode("LY999999") is None


def test_a_very_long_text_is_read_at_both_ends(gazetteer: Gazetteer) -> None:
    padding = "lorem ipsum " * 10_000
    assert first(gazetteer.find(f"Sabha {padding}")) == "Sabha"
    assert first(gazetteer.find(f"{padding} in Sabha")) == "Sabha"


_LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
_PIECES = st.lists(
    st.sampled_from(
        [
            "tripoli",
            "طرابلس",
            "ب",
            "ትሪፖሊ",
            "ত্রিপলি",
            "te",
            "\u200f",
            "\u0640",
            "-",
            "'",
            "bani",
            "walid",
            "في",
            "7",
            "،",
        ]
    )
    | st.text(max_size=4),
    max_size=30,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(text=_LETTERS | _PIECES)
def test_no_text_of_any_script_raises(gazetteer: Gazetteer, text: str) -> None:
    found = gazetteer.find(text)
    assert not {place.name for place in found.places} & {place.name for place in found.ambiguous}


@settings(max_examples=60, deadline=None)
@given(
    noise=st.sampled_from(["!!", " 🙏", " please", "\u200b", "..."]), name=st.sampled_from(["Sabha", "طرابلس", "ቤንጋዚ"])
)
def test_noise_around_a_name_changes_nothing(gazetteer: Gazetteer, noise: str, name: str) -> None:
    assert gazetteer.find(name + noise).places == gazetteer.find(name).places != ()


@settings(max_examples=60, deadline=None)
@given(latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))
def test_every_pin_has_an_answer(gazetteer: Gazetteer, latitude: float, longitude: float) -> None:
    place = gazetteer.nearest(latitude, longitude)
    assert place is None or place.pcode is not None
