# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our signature check says what Twilio's own library says, for requests as proxies, ports and people make them."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels._twilio_hooks import signed, verified
from channels.base import BadSignature, HookRequest, Malformed

TOKEN = "a-token"
LIBRARY = RequestValidator(TOKEN)
URLS = (
    "https://sawt.example/hooks/sms",
    "https://sawt.example:443/hooks/sms",
    "https://sawt.example:8443/hooks/sms",
    "http://sawt.example/hooks/sms",
    "http://sawt.example:80/hooks/sms",
    "https://sawt.example/hooks/sms?bodySHA256=x&a=b",
    "https://sawt.example/hooks/sms?a=b&a=c&empty=",
    "https://sawt.example/hooks/%D8%A3?q=%20+",
    "https://xn--bcher-kva.example/hooks/sms/",
)
FIELDS = {"Body": "أين العيادة؟", "From": "+218910000001", "Empty": "", "New": "unknown", "MessageSid": "SM1"}


class Multi(dict[str, list[str]]):
    """Repeated fields in the form that the library understands."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def multi(pairs: list[tuple[str, str]]) -> Multi:
    fields = Multi()
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def request(url: str, pairs: list[tuple[str, str]] | dict[str, str], signature: str) -> HookRequest:
    headers = {"x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
    return HookRequest(url, headers, urlencode(pairs).encode())


@pytest.mark.parametrize("url", URLS)
def test_a_request_is_good_with_and_without_the_port(url: str) -> None:
    with_port = url if url.count(":") > 1 else url.replace("example/", f"example:{443 if 's:' in url else 80}/", 1)
    without = url.replace(":8443", "").replace(":443", "").replace(":80/", "/")
    for form in (with_port, without):
        signature = LIBRARY.compute_signature(form, FIELDS)
        assert LIBRARY.validate(url, FIELDS, signature)
        assert verified(request(url, FIELDS, signature), TOKEN) == FIELDS


@pytest.mark.parametrize("left_out", ["Empty", "New", "Body"])
def test_every_field_counts_also_empty_and_unknown_ones(left_out: str) -> None:
    signature = LIBRARY.compute_signature(URLS[0], FIELDS)
    fewer = {name: value for name, value in FIELDS.items() if name != left_out}
    with pytest.raises(BadSignature):
        verified(request(URLS[0], fewer, signature), TOKEN)


def test_repeated_fields_count_once_each_value_and_the_first_is_read() -> None:
    pairs = [("A", "2"), ("A", "1"), ("A", "2"), ("B", "")]
    signature = LIBRARY.compute_signature(URLS[0], multi(pairs))
    assert verified(request(URLS[0], pairs, signature), TOKEN) == {"A": "2", "B": ""}


def test_the_query_and_the_path_count_as_they_stand() -> None:
    signature = LIBRARY.compute_signature(URLS[0], FIELDS)
    for other in (URLS[0] + "?", URLS[0] + "/", URLS[0] + "?a=b", URLS[0].upper(), "https://evil.example/hooks/sms"):
        with pytest.raises(BadSignature):
            verified(request(other, FIELDS, signature), TOKEN)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
PAIRS = st.lists(st.tuples(NAMES | st.sampled_from(["A", "Body", "From"]), NAMES), max_size=12)


@settings(max_examples=300)
@given(st.sampled_from(URLS), PAIRS)
def test_any_fields_are_judged_as_the_library_judges_them(url: str, pairs: list[tuple[str, str]]) -> None:
    signature = LIBRARY.compute_signature(url, multi(pairs))
    assert LIBRARY.validate(url, multi(pairs), signature)
    assert signed(TOKEN, url, pairs, signature)
    found = verified(request(url, pairs, signature), TOKEN)
    assert found == {name: values[0] for name, values in multi(pairs).items()}


@settings(max_examples=300)
@given(st.sampled_from(URLS), st.sampled_from(URLS), PAIRS, PAIRS)
def test_any_changed_request_is_judged_as_the_library_judges_it(
    url: str, other: str, pairs: list[tuple[str, str]], more: list[tuple[str, str]]
) -> None:
    signature = LIBRARY.compute_signature(url, multi(pairs))
    changed = pairs + more
    assert signed(TOKEN, other, changed, signature) == LIBRARY.validate(other, multi(changed), signature)


@given(st.text(max_size=40))
def test_a_made_up_signature_is_refused(signature: str) -> None:
    with pytest.raises(BadSignature):
        verified(request(URLS[0], FIELDS, signature), TOKEN)


def json_request(url: str, body: bytes, signature: str) -> HookRequest:
    return HookRequest(url, {"x-twilio-signature": signature, "content-type": "application/json"}, body)


def test_a_json_body_is_vouched_for_by_its_hash_in_the_signed_url() -> None:
    body = json.dumps({"MessageSid": "SM1", "Body": "مرحبا", "n": 3, "nested": {}}, ensure_ascii=False).encode()
    url = f"https://sawt.example/hooks/sms?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = LIBRARY.compute_signature(url, {})
    assert LIBRARY.validate(url, body.decode(), signature)
    assert verified(json_request(url, body, signature), TOKEN) == {"MessageSid": "SM1", "Body": "مرحبا", "n": "3"}


def test_a_json_body_without_its_hash_or_with_another_is_refused() -> None:
    body = b'{"Body": "x"}'
    for url in (URLS[0], f"{URLS[0]}?bodySHA256={'0' * 64}", f"{URLS[0]}?bodySHA256=\u0661"):
        with pytest.raises(BadSignature):
            verified(json_request(url, body, LIBRARY.compute_signature(url, {})), TOKEN)


def test_a_signed_json_body_that_is_no_object_is_malformed() -> None:
    for body in (b"[1]", b"{", b"\xff"):
        url = f"{URLS[0]}?bodySHA256={hashlib.sha256(body).hexdigest()}"
        with pytest.raises(Malformed):
            verified(json_request(url, body, LIBRARY.compute_signature(url, {})), TOKEN)
