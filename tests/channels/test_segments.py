# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a text costs as SMS and where it is cut."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from channels import _render
from channels._segments import cut, graphemes, is_gsm, plain, segments, split, units
from channels.base import Choice, Outgoing

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€"
)
WORDS = st.sampled_from(
    [
        "clinic",
        "العيادة",
        "ক্লিনিক",
        "ክሊኒክ",
        "👩‍👩‍👧",
        "🇱🇾",
        "é",
        "e\u0301",
        "“yes”",
        "نعم.",
        "Ok. ",
        "[{€}]",
        "।",
        "\n\n",
        "\n",
    ]
)
TEXTS = st.lists(WORDS, max_size=120).map(" ".join) | st.text(max_size=700) | st.text(GSM, max_size=900)


def reference(text: str) -> int:
    """Segments counted by laying characters into boxes, as a phone network does."""
    if all(c in GSM for c in text):
        sizes, single, joined = [2 if c in "\f^{}\\[~]|€" else 1 for c in text], 160, 153
    else:
        sizes, single, joined = [len(c.encode("utf-16-le", "surrogatepass")) // 2 for c in text], 70, 67
    if sum(sizes) <= single:
        return 1
    boxes: list[list[int]] = [[]]
    for size in sizes:
        if sum(boxes[-1]) + size > joined:
            boxes.append([])
        boxes[-1].append(size)
    return len(boxes)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 10, 2),
        ("ع" * 70, 1),
        ("ع" * 71, 2),
        ("ع" * 134, 2),
        ("ع" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
        ("ê" + "a" * 69, 1),
        ("ê" + "a" * 70, 2),
    ],
)
def test_segments_are_counted_as_networks_count_them(text: str, count: int) -> None:
    assert segments(text) == count == reference(text)


@given(TEXTS)
def test_any_text_costs_what_the_reference_says(text: str) -> None:
    assert segments(text) == reference(text)


def test_the_alphabet_has_its_138_characters() -> None:
    assert len(set(GSM)) == 138 - 1  # the escape itself is no character
    assert all(is_gsm(c) for c in GSM)
    assert not any(is_gsm(c) for c in "çêâîôûëïα`’—…\u00a0ع😀\t")


def test_typographic_signs_are_made_plain_where_that_makes_the_text_gsm() -> None:
    assert plain("“It’s” «here» – today…\u00a0ok\u200b") == '"It\'s" "here" - today... ok'


def test_no_letter_is_replaced_and_a_text_that_stays_ucs2_is_left_alone() -> None:
    for text in ("Où êtes-vous ? «\u00a0Ici\u00a0»", "“نعم”", "’ç’"):
        assert plain(text) == text


@settings(max_examples=60)
@given(TEXTS, st.integers(1, 6))
def test_pieces_fit_join_to_the_text_and_cut_no_grapheme(text: str, budget: int) -> None:
    pieces = list(split(text, lambda piece: segments(piece) <= budget))
    assert "".join(pieces) == text
    assert all(segments(piece) <= budget for piece in pieces)
    seams = {sum(map(len, pieces[:n])) for n in range(1, len(pieces))}
    whole, at = graphemes(text), 0
    for grapheme in whole:
        inside = {seam for seam in seams if at < seam < at + len(grapheme)}
        assert not inside or segments(grapheme) > budget
        at += len(grapheme)


@pytest.mark.parametrize(
    ("text", "limit", "head"),
    [
        ("One. Two.\n\nThree. Four.", 18, "One. Two.\n\n"),
        ("One. Two.\nThree. Four.", 17, "One. Two.\n"),
        ("One two. Three four five", 17, "One two. "),
        ("أين العيادة؟ هي هنا اليوم", 18, "أين العيادة؟ "),
        ("ክሊኒኩ የት ነው። እዚህ ነው ዛሬ", 17, "ክሊኒኩ የት ነው። "),
        ("ক্লিনিক কোথায়। এখানে আছে", 20, "ক্লিনিক কোথায়। "),
        ("one two three", 9, "one two "),
        ("one two three", 7, "one two"),
        ("unbreakable", 4, "unbr"),
    ],
)
def test_a_cut_prefers_paragraph_then_line_then_sentence_then_word(text: str, limit: int, head: str) -> None:
    assert cut(text, lambda piece: len(piece) <= limit) == (head, text[len(head) :])


def test_a_grapheme_longer_than_any_part_is_cut_between_code_points() -> None:
    tower = "a" + "\u0301" * 3000
    pieces = list(split(tower, lambda piece: units(piece) <= 1600))
    assert [len(piece) for piece in pieces] == [1600, 1401]


@settings(max_examples=60)
@given(TEXTS.filter(str.strip), st.integers(1, 12), st.lists(st.text("ab ع", min_size=1, max_size=20), max_size=5))
def test_a_reply_stays_in_its_budget_and_more_brings_the_rest(text: str, budget: int, titles: list[str]) -> None:
    choices = tuple(Choice(str(n), title) for n, title in enumerate(titles))
    menu = _render.numbered(choices)
    said, rest, turns = "", text, 0
    while rest:
        rendered = _render.sms(Outgoing(rest, choices, "Reply MORE"), budget)
        least = segments(plain(f"{menu}\n\nReply MORE".strip())) + 1
        assert sum(part.segments for part in rendered.parts) <= max(budget, least)
        assert all(part.segments == segments(part.body["text"]) for part in rendered.parts)
        assert all(0 < units(part.body["text"]) <= 1600 for part in rendered.parts)
        body = "\n".join(part.body["text"] for part in rendered.parts)
        assert body.endswith("Reply MORE") == bool(rendered.rest)
        assert len(rendered.rest) < len(rest)
        said, rest, turns = said + body, rendered.rest, turns + 1
    letters = regex.findall(r"\p{L}", text)
    assert len(regex.findall(r"\p{L}", said)) >= len(letters)


def test_a_reply_without_a_line_for_more_goes_out_whole_in_ordered_parts() -> None:
    text = " ".join(str(n) for n in range(1000))
    rendered = _render.sms(Outgoing(text), 4)
    assert " ".join(part.body["text"] for part in rendered.parts) == text
    assert len(rendered.parts) == 3
    assert rendered.rest == ""


def test_a_menu_longer_than_the_budget_stays_whole() -> None:
    choices = tuple(Choice(str(n), f"اختيار رقم {n}") for n in range(12))
    rendered = _render.sms(Outgoing("نص طويل " * 60, choices, "أرسل المزيد"), 1)
    (part,) = rendered.parts
    assert all(choice.title in part.body["text"] for choice in choices)
    assert part.body["text"].startswith("نص طويل")
    assert rendered.rest
