# SPDX-License-Identifier: AGPL-3.0-or-later
"""The spellings that people type for Libya's places, script by script, and the tables they come from."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

import routing
from routing.places import Gazetteer

_TABLES = Path(routing.__file__).parent / "data" / "places"
_LEVELS = {"country", "region", "district", "municipality", "neighbourhood", "town", "crossing", "landmark", "route"}


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


def rows(name: str) -> list[dict[str, str]]:
    with (_TABLES / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


_SPELLINGS = {
    "Tripoli": "Tripoli TRIPOLI tripolis Trablus 6rablos Tarabulus tripolii طرابلس طرابلص ትሪፖሊ ጥራብሉስ ত্রিপলি ٹریپولی",
    "Benghazi": "Benghazi Bengazi Banghazi ben8azi بنغازي بنقازي ቤንጋዚ በንጋዚ বেনগাজি বেনঘাজি بنغازی",
    "Misrata": "Misrata Misurata msrata Musrata مصراتة مصراطة ሚስራታ ምስራታ মিসরাতা مصراتہ",
    "Sabha": "Sabha Sebha sab7a Sabhah سبها صبها ሳብሃ ሰብሓ সাবহা سبھا",
    "Zawiya": "Zawiya Zawia Zaouia Azzawya Azzawiya الزاوية الزاويه ዛዊያ ዛውያ জাওয়াইয়া জাওইয়া زاویہ?",
    "Zuwara": "Zuwara Zwara zuwarah Zouara زوارة زواره ዝዋራ ዙዋራ জুয়ারা زوارہ",
    "Sabratha": "Sabratha Sabrata sabratah sebratha صبراتة سبراتة ሳብራታ ሳብራጣ সাবরাতা صبراتہ",
    "Kufra": "Kufra Koufra Alkufra Cufra الكفرة الكفره ኩፍራ কুফরা کفرہ",
    "Ajdabiya": "Ajdabiya Ejdabia Ijdabiya Ajdabia اجدابيا إجدابيا ኣጅዳብያ আজদাবিয়া اجدابیہ",
    "Tobruk": "Tobruk Tobrouk Tubruq 6obruk طبرق ጦብሩቅ ቶብሩክ তোবরুক طبرق",
    "Derna": "Derna Darnah Darna درنة درنه ደርና দারনা درنہ",
    "Qatrun": "Qatrun Gatrun gatroun Katron Algatroun القطرون ቃትሩን ቃጥሩን কাতরুন قطرون",
    "Gharyan": "Gharyan Gharian Garian Ghiryan غريان ጋርያን গারিয়ান غریان",
    "Tajoura": "Tajoura Tajura Tadjoura تاجوراء تاجورا ታጁራ তাজুরা تاجورہ",
    "Janzour": "Janzour Janzur Zanzur جنزور ጃንዙር জানজুর جنزور",
    "Garabulli": "Garabulli Qarabulli Garaboli القربولي ጋራቡሊ গারাবুলি",
    "Tarhuna": "Tarhuna Tarhouna tar7una ترهونة ታርሁና তারহুনা ترہونہ",
    "Zliten": "Zliten Zlitan Zeliten زليتن ዝሊተን জ্লিটেন زلیتن",
    "Surman": "Surman Sorman صرمان ሱርማን সুরমান",
    "Zintan": "Zintan Zentan Azzintan الزنتان ዚንታን জিনতান",
    "Murzuq": "Murzuq Murzuk Mourzouk مرزق ሙርዙቅ মুরজুক",
    "Ubari": "Ubari Awbari Oubari Obari اوباري ኡባሪ উবারি",
    "Nalut": "Nalut Nalout نالوت ናሉት নালুত",
    "Ghat": "Ghat غات",
    "Ghadames": "Ghadames Ghadamis غدامس ጋዳሜስ গাদামেস",
    "Shahhat": "Shahhat Shahat Chahat ሻሃት শাহাত",
    "Gargaresh": "Gargaresh Gargarech gergarech Karkarish Gargaaresh قرقارش ጋርጋሬሽ গারগারেশ",
    "Fashloum": "Fashloum Fashlum Fachloum فشلوم ፋሽሉም ফাশলুম",
    "Ganfouda": "Ganfouda Ganfuda Qanfuda قنفودة ጋንፉዳ গানফুদা",
    "Tawergha": "Tawergha Tawarga Taourgha تاورغاء تاورغا ታወርጋ তাওয়ারগা",
    "Mizda": "Mizda Mezda مزدة ሚዝዳ মিজদা",
    "Al Kararim": "Kararim Karareem الكراريم ካራሪም কারারিম",
    "Tajarhi": "Tajarhi Tejerhi تجرهي ታጃርሂ",
    "Toummo": "Toummo Tummo Toumou تومو ቱሞ",
    "Salloum": "Salloum Sallum Sollum السلوم ሳሉም",
    "Mitiga": "Mitiga Matiga معيتيقة ሚቲጋ মিতিগা",
}
_OF_SEVERAL_WORDS = {
    "Bani Walid": ["Bani Walid", "Beni Oulid", "baniwalid", "بني وليد", "በኒወሊድ", "বনি ওয়ালিদ", "بنی ولید"],
    "Abu Salim": ["Abu Salim", "Abou Slim", "abusliem", "ابو سليم", "بوسليم", "አቡ ሳሊም", "আবু সালিম", "ابو سلیم"],
    "Ain Zara": ["Ain Zara", "Ein Zara", "3in zara", "ainzara", "عين زاره", "ዓይን ዛራ", "আইন জারা", "عین زارہ"],
    "Suq al Juma": ["Suq al Juma", "Souq Jumaa", "souk el jomaa", "suk juma", "سوق الجمعة", "ሱቅ አል ጁማ", "সুক আল জুমা"],
    "Hay al Andalus": ["Hay al Andalus", "Hai Alandalus", "7ay al andalus", "حي الاندلس", "ሃይ አል አንዳሉስ"],
    "Qasr Bin Ghashir": ["Qasr Ben Ghashir", "Gasr bin Ghashir", "ben gashir", "قصر بن غشير", "ቃስር ቢን ጋሽር"],
    "Ras Ajdir": ["Ras Ajdir", "Ras Jdir", "rasjdir", "راس جدير", "راس اجدير", "ራስ ጅዲር", "রাস আজদির", "راس جدیر"],
    "Al Bayda": ["Al Bayda", "El Beida", "albayda", "مدينة البيضاء", "አል ባይዳ", "আল বাইদা"],
    "Brak": ["Brak al Shati", "Brak Shati", "براك الشاطئ", "ብራክ ሻቲ", "ব্রাক আল শাতি"],
    "Umm al-Aranib": ["Um al Aranib", "Umm al-Aranib", "ام الارانب", "أم الأرانب", "ኡም አል አራኒብ"],
    "Tariq al-Sikka": ["Tariq al-Sikka", "Trig Sikka", "Tarik Sika", "طريق السكة", "ታሪቅ አል ሲካ"],
    "Bir al-Ghanam": ["Bir al-Ghanam", "Bir Ghanam", "بئر الغنم", "ቢር አል ጋናም"],
    "Abu Kammash": ["Abu Kammash", "Bu Kammash", "ابو كماش", "بوكماش"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("spelling", "name"),
    [(word, name) for name, words in _SPELLINGS.items() for word in words.split() if not word.endswith("?")]
    + [(phrase, name) for name, phrases in _OF_SEVERAL_WORDS.items() for phrase in phrases],
)
def test_a_spelling_finds_its_place(gazetteer: Gazetteer, spelling: str, name: str) -> None:
    assert [place.name for place in gazetteer.find(spelling).places] == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("بطرابلس", "Tripoli"),
        ("فطرابلس", "Tripoli"),
        ("وبنغازي", "Benghazi"),
        ("لسبها", "Sabha"),
        ("للكفرة", "Kufra"),
        ("وبالزاوية", "Zawiya"),
        ("በትሪፖሊ", "Tripoli"),
        ("ከቤንጋዚ", "Benghazi"),
        ("ንሳብሃ", "Sabha"),
        ("ብምስራታ", "Misrata"),
        ("ত্রিপলিতে", "Tripoli"),
        ("ত্রিপোলির", "Tripoli"),
        ("মিসরাতায়", "Misrata"),
        ("বেনগাজির", "Benghazi"),
        ("বনি ওয়ালিদের", "Bani Walid"),
        ("tripolite achi", "Tripoli"),
        ("tripolir kase", "Tripoli"),
        ("Tripoliga", "Tripoli"),
        ("طرابلس میں", "Tripoli"),
        ("l'hopital d'Ajdabiya", "Ajdabiya"),
        ("ftripoli", "Tripoli"),
    ],
)
def test_what_a_language_glues_to_a_name_does_not_hide_it(gazetteer: Gazetteer, text: str, name: str) -> None:
    assert [place.name for place in gazetteer.find(text).places] == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("garabuulli", "Garabulli"),
        ("Benghhazi", "Benghazi"),
        ("sabbratha", "Sabratha"),
        ("ajdabyia", "Ajdabiya"),
        ("gargaresch", "Gargaresh"),
        ("shwayriif", "Ash Shwayrif"),
        ("طراابلسس", "Tripoli"),
        ("القرابوللى", "Garabulli"),
        ("ጋራቡልሊ", "Garabulli"),
    ],
)
def test_a_slip_in_a_long_name_does_not_hide_it(gazetteer: Gazetteer, text: str, name: str) -> None:
    assert [place.name for place in gazetteer.find(text).places] == [name]


def test_the_tables_hold_every_division_once() -> None:
    assert Counter({name: len(rows(name)) for name in ("regions", "districts", "municipalities")}) == {
        "regions": 3,
        "districts": 22,
        "municipalities": 100,
    }
    codes = [row["pcode"] for name in ("regions", "districts", "municipalities", "localities") for row in rows(name)]
    assert [code for code, count in Counter(filter(None, codes)).items() if count > 1] == []


@pytest.mark.parametrize("name", ["regions", "districts", "municipalities", "localities"])
def test_every_row_of_a_table_is_whole(name: str) -> None:
    for row in rows(name):
        assert row["level"] in _LEVELS, row
        assert row["name"], row
        assert row["names"], row
        if row["pcode"]:
            assert row["pcode"].startswith(row["parent_pcode"]), row
        if row["lat"] and row["level"] != "route":
            assert 19 <= float(row["lat"]) <= 34, row
            assert 7 <= float(row["lon"]) <= 26, row


def test_every_municipality_has_coordinates_in_its_own_reach(gazetteer: Gazetteer) -> None:
    for row in rows("municipalities"):
        place = gazetteer.nearest(float(row["lat"]), float(row["lon"]))
        assert place is not None
        assert place.pcode is not None
        # Two towns may lie closer than the coordinates are exact, but never in different regions.
        assert place.pcode[:4] == row["pcode"][:4]


def test_every_municipality_is_found_by_its_official_names(gazetteer: Gazetteer) -> None:
    for row in rows("municipalities"):
        official = row["names"].split(", ")[0].rstrip("?")
        found = gazetteer.find(official)
        assert row["pcode"] in {place.pcode for place in (*found.places, *found.ambiguous)}, official
