# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person must follow up becomes a case at once, reaches those who may see it, and is answered in the thread."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.store.people import Contact
from tests.fakes import telegram, twilio
from tests.journeys.conftest import World
from tests.running import wait_for

DISCLOSURES = {
    "en": ("sms", "the man who gives the food cards says I must sleep with him first"),
    "fr": ("whatsapp", "l'agent de l'ONG me demande de coucher avec lui pour avoir l'aide"),
    "ar": ("telegram", "الموظف متاع المساعدات قالي تعالي ارقدي معاي باش نعطيك الكرت"),
    "ha": ("sms", "ma'aikacin agaji yana so in kwana da shi kafin ya ba ni abinci"),
    "bn": ("whatsapp", "ত্রাণের লোক বলছে তার সাথে শুতে হবে তাহলে কার্ড দেবে"),
    "ti": ("telegram", "እቲ ሰራሕተኛ ረድኤት ምሳይ ክትድቅሲ ኣለኪ ኢሉኒ ሓገዝ ንምሃብ"),
    "so": ("sms", "shaqaalaha gargaarka wuxuu iga dalbaday inaan la seexdo si uu cunto ii siiyo"),
    "am": ("telegram", "የእርዳታ ሰራተኛው ካርድ ለመስጠት ከእኔ ጋር ተኚ አለኝ"),
    "ur": ("whatsapp", "امدادی کارکن کہتا ہے کہ کارڈ کے لیے میرے ساتھ سونا ہوگا"),
}


@pytest.mark.parametrize("language", DISCLOSURES)
def test_what_an_aid_worker_did_reaches_its_focal_point_and_nobody_else(world: World, language: str) -> None:
    channel, words = DISCLOSURES[language]
    before = {case["ref"] for case in world.officer.cases(limit=100)}
    phone = world.phone(channel)
    replies = phone.says(words)
    case = world.focal.newest()
    assert (case["category"], case["compartment"], case["priority"]) == ("pseah", "pseah", "P1")
    assert case["ref"] not in {c["ref"] for c in world.officer.cases(limit=100)}
    assert {c["ref"] for c in world.officer.cases(limit=100)} == before
    assert world.officer.status(f"/cases/{case['ref']}") == 404
    assert world.manager.status(f"/cases/{case['ref']}") == 404
    assert 1 <= len(replies) <= 3
    head = replies[0][:40].lower()
    assert not any(word in head for word in ("abus", "sexual", "rape", "report", "اغتصاب", "جنسي"))


def test_an_emergency_is_p0_and_gets_the_danger_line(world: World) -> None:
    phone = world.phone()
    replies = phone.says("our boat is taking water we are 40 people please help")
    case = world.officer.newest()
    assert (case["category"], case["priority"]) == ("emergency", "P0")
    assert "+218 00 000 000" in replies[0]


def test_a_pin_sent_after_an_emergency_joins_its_case(world: World) -> None:
    phone = world.phone("whatsapp")
    phone.says("the boat is sinking help us")
    case = world.officer.newest()
    phone.sends(
        twilio.message("", f"whatsapp:{phone.address}", Latitude="33.10", Longitude="12.40", MessageType="location")
    )
    thread = world.officer.get(f"/cases/{case['ref']}/messages")["items"]
    assert any("33.1" in message["text"] for message in thread)


def test_several_short_messages_are_one_thought(world: World) -> None:
    phone = world.phone()
    phone.says("hello")
    phone.says("I have a problem at the distribution")
    phone.says("the one who keeps the list, he says come to my room at night alone or no food")
    case = world.focal.newest()
    assert case["compartment"] == "pseah"
    mine = [c for c in world.focal.cases(limit=100) if c["compartment"] == "pseah"]
    phone.says("please dont tell him")
    assert len([c for c in world.focal.cases(limit=100) if c["compartment"] == "pseah"]) == len(mine)


def test_a_complaint_opens_a_case_with_a_reference_and_clocks(world: World) -> None:
    phone = world.phone()
    replies = phone.says("my cash card was stopped two months ago and nobody answers me")
    case = world.officer.newest()
    assert (case["category"], case["priority"], case["status"]) == ("complaint", "P2", "open")
    assert case["ref"] in " ".join(replies)
    assert case["clocks"]["first_due_at"] > case["opened_at"]


def test_an_officers_reply_goes_out_in_the_thread_and_its_fate_is_told(world: World) -> None:
    world.installation.twilio.then = ("sent", "delivered")
    phone = world.phone()
    phone.says("nobody came to repair the water tank, third week now, I complain")
    case = world.officer.newest()
    answer = world.officer.post(f"/cases/{case['ref']}/reply", case["version"], text="A team comes on Sunday.")
    assert answer.status_code in (200, 201, 202)
    world.settled()
    assert phone.new() == ["A team comes on Sunday."]

    def delivered() -> bool:
        thread = world.officer.get(f"/cases/{case['ref']}/messages")["items"]
        return any(m["text"] == "A team comes on Sunday." and m["delivery"] == "delivered" for m in thread)

    wait_for(delivered)
    world.installation.twilio.then = ()
    assert world.officer.get(f"/cases/{case['ref']}")["status"] == "waiting"


def test_what_the_person_answers_an_officer_reaches_the_case(world: World) -> None:
    phone = world.phone("telegram")
    phone.says("I complain, the staff in the centre were rude to my mother and sent us away")
    case = world.officer.newest()
    world.officer.post(f"/cases/{case['ref']}/reply", case["version"], text="Which day was it?")
    world.settled()
    phone.new()
    phone.says("it was on tuesday in the morning")
    thread = world.officer.get(f"/cases/{case['ref']}/messages")["items"]
    assert thread[-1]["text"] == "it was on tuesday in the morning" or any(
        m["text"] == "it was on tuesday in the morning" for m in thread
    )
    assert world.officer.get(f"/cases/{case['ref']}")["status"] == "open"


def test_case_status_by_reference(world: World) -> None:
    phone = world.phone()
    phone.says("my card was stopped, nobody answers, this is a complaint")
    ref = world.officer.newest()["ref"]
    assert ref in " ".join(phone.says(ref.lower().replace("-", " ")))
    assert ref not in " ".join(world.phone().says(ref)), "somebody else's reference tells nothing"


def test_a_request_for_a_person_opens_a_case(world: World) -> None:
    phone = world.phone()
    replies = phone.says("I want to talk to a person")
    assert replies
    assert world.officer.newest()["category"] == "assistance_request"


def test_a_voice_note_is_kept_sealed_and_reaches_an_officer(world: World) -> None:
    sound = b"OggS" + bytes(2000)
    phone = world.phone("whatsapp")
    url = world.installation.twilio.put_media(sound)
    replies = phone.sends(
        twilio.message(
            "",
            f"whatsapp:{phone.address}",
            NumMedia="1",
            MediaUrl0=url,
            MediaContentType0="audio/ogg",
            MessageType="audio",
        )
    )
    assert replies
    case = world.officer.newest()

    def fetched() -> list[dict[str, str]]:
        thread = world.officer.get(f"/cases/{case['ref']}/messages")["items"]
        return [a for m in thread for a in m["attachments"] if a["state"] == "fetched"]

    attachment = wait_for(fetched)[0]
    got = world.http.get(
        f"/api/v1/cases/{case['ref']}/attachments/{attachment['id']}",
        headers={"Authorization": f"Bearer {world.officer.token}"},
    )
    assert got.content == sound


def test_a_person_who_blocks_us_is_not_written_to(world: World) -> None:
    phone = world.phone("telegram")
    phone.says("I complain about the long queue at the clinic, three hours every time")
    case = world.officer.newest()
    phone.sends(telegram.membership("kicked", int(phone.address)))
    answer = world.officer.post(f"/cases/{case['ref']}/reply", case["version"], text="Hello")
    assert answer.status_code == 409


@pytest.mark.parametrize(("status", "accept"), [(429, False), (503, False), (500, True), (500, False)])
def test_a_reply_survives_a_provider_in_trouble_and_is_not_doubled(world: World, status: int, accept: bool) -> None:
    phone = world.phone()
    after = 1 if status == 429 else None
    world.installation.twilio.trouble(1, status=status, after=after, accept=accept)
    replies = phone.says("Where is the clinic in Tripoli?")
    assert replies
    assert len(replies) == len(set(replies))


def test_a_time_out_after_the_provider_took_it_is_not_sent_again(world: World) -> None:
    phone = world.phone()
    world.installation.twilio.trouble(1, cut=True, accept=True)
    replies = phone.says("Where is the clinic in Tripoli?")
    assert replies
    assert len(replies) == len(set(replies))


def test_early_and_doubled_receipts_are_not_lost(world: World) -> None:
    fake = world.installation.twilio
    fake.then, fake.early, fake.copies, fake.shuffled = ("sent", "delivered"), True, 2, True
    phone = world.phone()
    phone.says("my card was stopped and nobody answers, I complain")
    case = world.officer.newest()
    world.officer.post(f"/cases/{case['ref']}/reply", case["version"], text="We look into it.")
    world.settled()
    fake.then, fake.early, fake.copies, fake.shuffled = (), False, 1, False

    def delivered() -> bool:
        thread = world.officer.get(f"/cases/{case['ref']}/messages")["items"]
        return [m["delivery"] for m in thread if m["text"] == "We look into it."] == ["delivered"]

    wait_for(delivered)


def test_a_reply_outside_whatsapps_window_is_held_until_the_person_writes(world: World) -> None:
    phone = world.phone("whatsapp")
    phone.says("my card was stopped, nobody answers, I complain")
    case = world.officer.newest()
    with world.store.write() as session:
        for contact in session.scalars(select(Contact).where(Contact.channel == "whatsapp")):
            contact.last_inbound_at -= timedelta(hours=25)
    answer = world.officer.post(f"/cases/{case['ref']}/reply", case["version"], text="Your card works again.")
    assert answer.json()["delivery"] == "held"
    assert phone.new() == []
    assert "Your card works again." in phone.says("hello?")


def test_nothing_personal_is_in_the_logs(world: World) -> None:
    canary = "canary7391"
    phone = world.phone()
    phone.says(f"{canary} my card was stopped, I complain, nobody answers {canary}")
    world.http.post("/hooks/sms", content=canary.encode())
    text = world.installation.log.read_text()
    assert canary not in text
    assert phone.address not in text
