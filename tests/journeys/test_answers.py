# SPDX-License-Identifier: AGPL-3.0-or-later
"""People ask about services and are answered from what is published, on each channel, in nine languages."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.store.messages import Message
from bot.store.people import Contact
from routing.text import script_of
from tests.fakes import telegram, twilio
from tests.journeys.conftest import World

QUESTIONS = {
    "en": ("sms", "Where is the clinic in Tripoli?", "Latn"),
    "fr": ("whatsapp", "Où est-ce que je peux voir un médecin à Tripoli ?", "Latn"),
    "ar": ("telegram", "وين العيادة في طرابلس ومتى تفتح؟", "Arab"),
    "ha": ("sms", "Ina ake samun likita a Tripoli?", "Latn"),
    "bn": ("whatsapp", "ত্রিপলিতে ডাক্তার কোথায় পাব?", "Beng"),
    "ti": ("telegram", "ሓኪም ኣበይ ይርከብ ኣብ ትሪፖሊ?", "Ethi"),
    "so": ("sms", "Xaggee ka heli karaa dhakhtar Tripoli?", "Latn"),
    "am": ("telegram", "ትሪፖሊ ውስጥ ሐኪም የት ነው?", "Ethi"),
    "ur": ("whatsapp", "طرابلس میں ڈاکٹر کہاں ملے گا؟", "Arab"),
}


@pytest.mark.parametrize("language", QUESTIONS)
def test_a_service_question_is_answered_at_once_in_its_language(world: World, language: str) -> None:
    channel, question, script = QUESTIONS[language]
    phone = world.phone(channel)
    replies = phone.says(question, **({"language": language} if channel == "telegram" else {}))
    assert 1 <= len(replies) <= 3
    assert "+218 00 000 0003" in replies[0], "the answer comes first, with the clinic's phone"
    assert script_of(replies[0]) == script
    with world.store.read() as session:
        sent = session.scalars(
            select(Message).where(Message.inbound.is_(False), Message.answer.is_not(None)).order_by(Message.at.desc())
        ).first()
        assert sent is not None
        assert sent.language == language


def test_a_follow_up_keeps_the_topic_and_changes_the_place(world: World) -> None:
    phone = world.phone()
    first = phone.says("Where is the clinic in Tripoli?")
    second = phone.says("and in Sabha?")
    assert "doctor" in first[0]
    assert "doctor" in second[0]
    assert "Example Street 0, Tripoli" not in second[0]


def test_an_answer_with_example_facts_says_so(world: World) -> None:
    replies = world.phone("whatsapp").says("Where is the Migrant Resource Centre?")
    assert "example" in " ".join(replies).lower()


def test_more_brings_the_rest_of_a_long_answer(world: World) -> None:
    phone = world.phone()
    first = phone.says("Where is the clinic in Tripoli?")
    assert "MORE" in first[0]
    rest = phone.says("MORE")
    assert rest
    assert rest[0] not in first


def test_a_vote_is_counted_once(world: World) -> None:
    phone = world.phone("telegram")
    phone.says("Where is the clinic in Tripoli?")
    titles = [title for title, _ in phone.buttons]
    if not titles:  # the first answer brings the welcome; the question comes with the second
        phone.says("and in Sabha?")
        titles = [title for title, _ in phone.buttons]
    assert titles, "an answer asks whether it helped"
    assert phone.taps(1)
    assert phone.says("How do I go home with IOM?")
    assert not [title for title, _ in phone.buttons if title in titles], "it is asked once a conversation"


def test_a_question_without_an_answer_reaches_a_person(world: World) -> None:
    phone = world.phone()
    before = len(world.officer.cases(limit=100))
    replies = phone.says("How much does a kilo of tomatoes cost in Zintan market, who can tell?")
    assert replies
    assert len(world.officer.cases(limit=100)) in (before, before + 1)


def test_a_greeting_gets_the_menu_and_a_number_opens_its_topic(world: World) -> None:
    phone = world.phone("whatsapp")
    menu = phone.says("hello")
    assert "1 " in menu[0]
    answer = phone.says("٢")
    assert "+218 00 000 0002" in answer[0]


def test_a_tapped_whatsapp_button_is_understood(world: World) -> None:
    phone = world.phone("whatsapp")
    phone.says("hello")
    payload = twilio.message("", f"whatsapp:{phone.address}", ButtonPayload="entry:mrc", ButtonText="MRC")
    assert phone.sends(payload | {"MessageType": "button"})


def test_a_language_is_chosen_by_its_name_and_kept(world: World) -> None:
    phone = world.phone()
    phone.says("hello")
    assert script_of(phone.says("عربي")[0]) == "Arab"
    assert script_of(phone.says("Where is the clinic in Tripoli?")[0]) == "Arab"


def test_an_unsure_language_is_asked_for_in_the_likeliest(world: World) -> None:
    replies = world.phone().says("ok")
    assert len(replies) <= 3
    assert any("\n" in reply for reply in replies)


def test_an_edited_telegram_message_is_heard(world: World) -> None:
    phone = world.phone("telegram")
    phone.says("hello", message_id=5)
    assert phone.sends(telegram.edited("Where is the clinic in Tripoli?", 5, int(phone.address)))


def test_a_sticker_is_answered_and_never_ignored(world: World) -> None:
    phone = world.phone("telegram")
    update = telegram.message(
        "",
        int(phone.address),
        "en",
        sticker={
            "file_id": "s",
            "file_unique_id": "s",
            "width": 1,
            "height": 1,
            "is_animated": False,
            "is_video": False,
            "type": "regular",
        },
    )
    assert phone.sends(update)


def test_a_location_pin_is_answered(world: World) -> None:
    phone = world.phone("whatsapp")
    fields = twilio.message(
        "", f"whatsapp:{phone.address}", Latitude="32.88", Longitude="13.19", MessageType="location"
    )
    assert phone.sends(fields)


def test_a_message_that_comes_twice_is_answered_once(world: World) -> None:
    phone = world.phone()
    fields = twilio.message("Where is the clinic in Tripoli?", phone.address)
    assert phone.sends(fields)
    assert phone.sends(fields) == []


def test_stop_is_confirmed_once_and_a_question_ends_the_silence(world: World) -> None:
    phone = world.phone()
    phone.says("hello")
    assert len(phone.says("STOP")) == 1
    assert phone.says("stop") == []
    assert phone.says("Where is the clinic in Tripoli?")


def test_a_stop_word_inside_a_cry_for_help_is_not_a_command(world: World) -> None:
    phone = world.phone()
    assert phone.says("stop he is hitting me")
    assert world.focal.newest()["category"] in ("protection", "emergency")


@pytest.mark.parametrize(
    ("word", "script"),
    [("قائمة", "Arab"), ("መልእኽቲ", "Ethi"), ("MENU", "Latn"), ("aide", "Latn"), ("taimako", "Latn")],
)
def test_commands_are_known_in_their_languages(world: World, word: str, script: str) -> None:
    assert script_of(" ".join(world.phone("whatsapp").says(word))) == script


def test_delete_my_data_asks_once_and_then_forgets(world: World) -> None:
    phone = world.phone("whatsapp")
    phone.says("hello")
    assert phone.says("delete my data")
    assert phone.says("1")
    with world.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Contact).where(Contact.erased_at.is_not(None))) == 1
