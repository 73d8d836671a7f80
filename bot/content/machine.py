# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drafts by a self-hosted LibreTranslate: marked as a machine's, handed in and approved by people or never served."""

from __future__ import annotations

import re
from collections.abc import Sequence

import httpx

from bot.content.facts import PLACEHOLDER, placeholders
from bot.content.words import Words

_SECONDS = 30.0
_LARGEST = 256 * 1024
_MARK = re.compile(r"\[\s*(\d{1,2})\s*\]")


class NoTranslation(Exception):
    """The translation service gave nothing that can be used; the text says why, without any content."""


def draft(url: str, source: Words, from_language: str, to_language: str, client: httpx.Client | None = None) -> Words:
    """The source in another language, as the machine has it. Raises NoTranslation.

    Placeholders go as numbers in brackets, which such machines leave alone; a text that comes back without one of
    them is refused, so that no fact is lost or invented.
    """
    texts = [source.title, *source.questions, source.short, source.long]
    own = client or httpx.Client(timeout=_SECONDS)
    try:
        done = _asked(own, url, [_guarded(text) for text in texts], from_language, to_language)
    finally:
        if client is None:
            own.close()
    back = [_opened(text, original) for text, original in zip(done, texts, strict=True)]
    return Words(back[0], tuple(back[1:-2]), back[-2], back[-1])


def _asked(client: httpx.Client, url: str, texts: Sequence[str], source: str, target: str) -> list[str]:
    try:
        answer = client.post(
            f"{url}/translate", json={"q": list(texts), "source": source, "target": target, "format": "text"}
        )
    except httpx.HTTPError as error:
        raise NoTranslation(f"the translation service cannot be reached ({type(error).__name__})") from error
    if answer.status_code != 200:
        raise NoTranslation(f"the translation service answered {answer.status_code}")
    if len(answer.content) > _LARGEST:
        raise NoTranslation("the translation service answered too much")
    try:
        done = answer.json()["translatedText"]
    except (ValueError, KeyError, TypeError) as error:
        raise NoTranslation("the translation service answered something else") from error
    if not isinstance(done, list) or len(done) != len(texts) or not all(isinstance(text, str) for text in done):
        raise NoTranslation("the translation service answered something else")
    return done


def _guarded(text: str) -> str:
    numbers = iter(range(1, 100))
    return PLACEHOLDER.sub(lambda _found: f"[{next(numbers)}]", text)


def _opened(text: str, original: str) -> str:
    names = placeholders(original)
    if sorted(int(number) for number in _MARK.findall(text)) != list(range(1, len(names) + 1)):
        raise NoTranslation("the translation service lost or doubled a placeholder")
    return _MARK.sub(lambda found: f"{{{names[int(found[1]) - 1]}}}", text).strip()
