# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one message comes to: the fixed decisions of the taxonomy, in several languages."""

from __future__ import annotations

import pytest

from routing import EntryCard, Heard, Router
from routing.decision import SENSITIVE

EMERGENCIES = [
    "our boat is sinking please send help",
    "القارب يغرق أنقذونا الماء يدخل",
    "le bateau coule on est perdu en mer au secours",
    "jirgin ruwa yana nutsewa ku cece mu",
    "doonta waa degaysa na badbaadi",
    "mashua inazama tuokoeni",
    "kashti doob rahi hai bachao",
    "নৌকা ডুবে যাচ্ছে বাঁচান",
]
EXPLOITATION = [
    "your staff asked me to sleep with him before he gives me the card",
    "the guard wants me to come to his room alone before he puts my name on the list",
    "الموظف طلب مني ننام معاه باش يعطيني البطاقة",
    "votre agent veut que je couche avec lui pour avoir la carte",
]
PROTECTION = [
    "my brother was kidnapped and they ask for ransom",
    "my husband beats me every night",
    "mijina yana dukana kullum",
    "ninkayga ayaa i garaaca",
    "i don't want to live anymore",
    "je n'ai plus envie de vivre",
    "mera shohar mujhe marta hai",
]
MISCONDUCT = [
    "your officer asked money to put my name on the list",
    "le monsieur du bureau demande de l'argent pour m'inscrire",
    "الموظف طلب رشوة باش يسجل اسمي",
]


@pytest.mark.parametrize("text", EMERGENCIES)
def test_an_emergency_is_escalated_at_the_highest_priority(router: Router, text: str) -> None:
    decision = router.route(Heard(text))
    assert (decision.category, decision.action, decision.priority) == ("emergency", "escalate", "P0")


@pytest.mark.parametrize("text", EXPLOITATION)
def test_sexual_exploitation_goes_to_its_compartment(router: Router, text: str) -> None:
    decision = router.route(Heard(text))
    assert (decision.category, decision.compartment, decision.action) == ("pseah", "pseah", "escalate")


@pytest.mark.parametrize("text", PROTECTION + MISCONDUCT)
def test_violence_and_corruption_are_seen_by_a_person(router: Router, text: str, cards: tuple[EntryCard, ...]) -> None:
    decision = router.route(Heard(text), cards)
    assert decision.sensitive
    assert decision.action == "escalate"
    assert decision.answer is None
    assert decision.compartment is not None


def test_thoughts_of_suicide_come_first_of_all(router: Router) -> None:
    decision = router.route(Heard("i want to kill myself"))
    assert (decision.category, decision.priority) == ("protection", "P0")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("where is the clinic in sabha?", "doctor"),
        ("how do i get a new passport?", "documents"),
        ("comment rentrer dans mon pays svp ?", "vhr"),
        ("وين العيادة؟", "doctor"),
    ],
)
def test_a_question_is_answered_from_the_entry_of_its_topic(
    router: Router, cards: tuple[EntryCard, ...], text: str, slug: str
) -> None:
    decision = router.route(Heard(text), cards)
    assert (decision.category, decision.action, decision.answer) == ("information_request", "answer", slug)


def test_a_question_without_an_entry_goes_to_a_person(router: Router) -> None:
    assert router.route(Heard("where is the clinic in sabha?")).action == "escalate"


def test_a_request_is_escalated_and_answered(router: Router, cards: tuple[EntryCard, ...]) -> None:
    decision = router.route(Heard("my baby has fever and i have no money, i need a doctor please help us"), cards)
    assert (decision.category, decision.action, decision.answer) == ("assistance_request", "escalate", "doctor")


@pytest.mark.parametrize(
    ("text", "category", "action"),
    [
        ("thank you very much god bless you for your help", "appreciation", "record"),
        ("i suggest you add more toilets in the centre", "suggestion", "record"),
        ("ok", "other", "menu"),
    ],
)
def test_what_needs_no_person_is_recorded_or_given_the_menu(
    router: Router, text: str, category: str, action: str
) -> None:
    decision = router.route(Heard(text, language="en"))
    assert (decision.category, decision.action) == (category, action)


def test_a_rumour_is_answered_where_there_is_a_correction(router: Router, cards: tuple[EntryCard, ...]) -> None:
    text = "i heard there are free flights to europe is it true?"
    assert router.route(Heard(text), cards).answer == "rumour-flights"
    assert router.route(Heard(text)).action == "record"


def test_a_command_is_the_whole_message(router: Router) -> None:
    assert router.route(Heard("STOP")).command == "stop"
    hurt = router.route(Heard("stop he is hitting me"))
    assert hurt.command is None
    assert hurt.sensitive


def test_an_unknown_language_is_asked_for_only_where_nothing_is_at_stake(router: Router) -> None:
    assert router.route(Heard("😀")).action == "ask_language"
    assert router.route(Heard("😀", language="ha")).action == "menu"


def test_an_ellipsis_keeps_the_topic_of_the_question_before(router: Router, cards: tuple[EntryCard, ...]) -> None:
    decision = router.route(Heard("and in Sabha?", last_topic="health"), cards)
    assert (decision.topic, decision.answer) == ("health", "doctor")
    assert decision.place is not None
    assert decision.place.name == "Sabha"


def test_several_messages_are_one_thought(router: Router) -> None:
    decision = router.route(Heard("before he puts my name on the list", earlier=("the guard wants me in his room",)))
    assert decision.sensitive


def test_a_pin_gives_the_place(router: Router) -> None:
    decision = router.route(Heard("where is the clinic?", pin=(32.89, 13.19)))
    assert decision.place is not None


def test_an_entry_of_another_place_is_not_served(router: Router, cards: tuple[EntryCard, ...]) -> None:
    text = "where do we go when there is a flood in {}?"
    assert router.route(Heard(text.format("Derna")), cards).answer == "derna-flood"
    assert router.route(Heard(text.format("Sabha")), cards).answer != "derna-flood"


def test_every_decision_says_why(router: Router, cards: tuple[EntryCard, ...]) -> None:
    decision = router.route(Heard("your Officer asked me 100 dinar to put my name on the list"), cards)
    assert {reason.source for reason in decision.reasons} >= {"lexicon", "language"}
    assert any("Officer" in reason.words for reason in decision.reasons)


def test_sensitive_means_category_or_compartment(router: Router) -> None:
    for text in EMERGENCIES + EXPLOITATION + PROTECTION + MISCONDUCT:
        decision = router.route(Heard(text))
        assert decision.sensitive == (decision.category in SENSITIVE or decision.compartment is not None)


def test_many_messages_are_routed_in_their_order(router: Router) -> None:
    heard = [Heard("hello"), Heard("our boat is sinking"), Heard("thanks a lot")]
    assert router.route_many(heard) == [router.route(one) for one in heard]
