# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fakes are as strict as the providers and misbehave as told: what is proved with them rests on that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
from twilio.request_validator import RequestValidator

from tests.fakes import telegram, twilio
from tests.fakes._http import Answer, Request, Server

PERSON = "+218910000001"
ROOT = Path(__file__).parents[2]
PUBLIC = "https://sawt.example"


class Service(Server):
    """Stands for Sawt: takes hooks and answers 200."""

    async def answer(self, request: Request) -> Answer | None:
        return Answer(200)

    def states(self) -> list[str]:
        return [dict(parse_qsl(r.body.decode()))["MessageStatus"] for r in list(self.requests)]


def post(fake: twilio.FakeTwilio, **fields: str) -> httpx.Response:
    url = f"{fake.url}/2010-04-01/Accounts/{fake.account}/Messages.json"
    return httpx.post(url, data=fields, auth=(fake.account, fake.token), trust_env=False)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"From": twilio.SMS_FROM, "Body": "x"}, 21604),
        ({"To": PERSON, "Body": "x"}, 21603),
        ({"To": PERSON, "From": twilio.SMS_FROM}, 21602),
        ({"To": PERSON, "From": twilio.SMS_FROM, "Body": " "}, 21602),
        ({"To": "218910000001", "From": twilio.SMS_FROM, "Body": "x"}, 21211),
        ({"To": PERSON, "From": twilio.SMS_FROM, "Body": "x" * 1601}, 21617),
        ({"To": f"whatsapp:{PERSON}", "From": twilio.SMS_FROM, "Body": "x"}, 63007),
        ({"To": PERSON, "From": twilio.SMS_FROM, "Body": "x", "Bodi": "x"}, 20001),
        ({"To": PERSON, "From": twilio.SMS_FROM, "Body": "x", "StatusCallback": "/x"}, 21609),
    ],
)
def test_twilio_refuses_what_twilio_refuses(fields: dict[str, str], code: int) -> None:
    with twilio.FakeTwilio() as fake:
        answer = post(fake, **fields)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert fake.messages == []


def test_twilio_wants_the_sign_in() -> None:
    with twilio.FakeTwilio() as fake:
        url = f"{fake.url}/2010-04-01/Accounts/{fake.account}/Messages.json"
        assert httpx.post(url, data={"To": PERSON}, trust_env=False).status_code == 401
        assert httpx.get(url, auth=(fake.account, "wrong"), trust_env=False).status_code == 401


def test_early_callbacks_come_before_the_answer_signed_and_as_often_as_told() -> None:
    with Service() as service, twilio.FakeTwilio() as fake:
        fake.routes[PUBLIC] = service.url
        fake.then, fake.early, fake.copies = ("sent", "delivered"), True, 2
        callback = f"{PUBLIC}/hooks/sms/status"
        post(fake, To=PERSON, From=twilio.SMS_FROM, Body="x", StatusCallback=callback)
        assert service.states() == ["sent", "sent", "delivered", "delivered"]
        for request in service.requests:
            fields = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
            signature = request.headers["x-twilio-signature"]
            assert RequestValidator(fake.token).validate(callback, fields, signature)


def test_a_report_can_be_sent_at_any_time() -> None:
    with Service() as service, twilio.FakeTwilio() as fake:
        fake.routes[PUBLIC] = service.url
        post(fake, To=PERSON, From=twilio.SMS_FROM, Body="x", StatusCallback=f"{PUBLIC}/hooks/sms/status")
        for state in ("delivered", "sent"):
            assert fake.report(fake.messages[0]["sid"], state).status_code == 200
        assert service.states() == ["delivered", "sent"]


def test_a_cut_and_a_hang_may_take_the_message_first() -> None:
    with twilio.FakeTwilio() as fake:
        for accept in (False, True):
            fake.trouble(cut=True, accept=accept)
            with pytest.raises(httpx.RemoteProtocolError):
                post(fake, To=PERSON, From=twilio.SMS_FROM, Body=str(accept))
        assert fake.texts(PERSON) == ["True"]


def test_telegram_calls_the_webhook_with_the_secret_it_was_given() -> None:
    with Service() as service, telegram.FakeTelegram() as fake:
        fake.routes[PUBLIC] = service.url
        home = f"{fake.url}/bot{fake.token}"
        httpx.post(f"{home}/setWebhook", data={"url": f"{PUBLIC}/x", "secret_token": "s"}, trust_env=False)
        fake.push(telegram.message("hi"))
        assert service.requests[0].headers["x-telegram-bot-api-secret-token"] == "s"
        assert httpx.post(f"{home}/getUpdates", trust_env=False).status_code == 409


def test_telegram_refuses_what_telegram_refuses() -> None:
    with telegram.FakeTelegram() as fake:
        home = f"{fake.url}/bot{fake.token}"
        for method, fields, status in (
            ("sendMessage", {"text": "x"}, 400),
            ("sendMessage", {"chat_id": "1"}, 400),
            ("sendMessage", {"chat_id": "1", "text": "😀" * 2049}, 400),
            ("sendMessage", {"chat_id": "1", "text": "x", "txt": "x"}, 400),
            ("sendMesage", {"chat_id": "1", "text": "x"}, 404),
        ):
            assert httpx.post(f"{home}/{method}", data=fields, trust_env=False).status_code == status
        assert httpx.post(f"{fake.url}/bot1:no/getMe", trust_env=False).status_code == 401
        assert fake.messages == []


@pytest.mark.parametrize("name", ["twilio", "telegram"])
def test_a_fake_can_be_run_by_hand(name: str) -> None:
    command = [sys.executable, "-u", "-m", f"tests.fakes.{name}", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert " at http://127.0.0.1:" in line
        process.kill()
