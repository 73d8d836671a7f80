# SPDX-License-Identifier: AGPL-3.0-or-later
"""Routing on one core: messages a second, latency, memory, load; its language part beside langdetect and lingua."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from statistics import quantiles

from langdetect import DetectorFactory, LangDetectException, detect
from lingua import LanguageDetectorBuilder

from routing import Heard, Router
from routing.train.cards import starter_cards
from routing.utterances import Utterance, load_part
from tests.benchmarks.world import resident

MESSAGES = int(os.environ.get("SAWT_BENCH_MESSAGES", "2000"))
_LIKE = {"pcm": "en", "ar-Latn": "ar", "bn-Latn": "bn", "ur-Latn": "ur"}
"""Neither peer knows these: naming the language without its spelling is counted as right for them."""


def run() -> None:
    before = resident(os.getpid())
    began = time.perf_counter()
    router = Router.load()
    print(f"routing load: {time.perf_counter() - began:.2f} s; memory added {resident(os.getpid()) - before:.0f} MB")
    cards = starter_cards()
    router.route(Heard("where is the clinic?"), cards)  # indexes the content, once for each publication
    rows = (load_part("test") * 10)[:MESSAGES]
    heard = [Heard(row.text) for row in rows]
    for name in ("words met for the first time", "words met before"):
        began = time.perf_counter()
        router.route_many(heard, cards)
        speed = len(heard) / (time.perf_counter() - began)
        print(f"routing, whole, batch, {name}: {speed:,.0f} messages/s on one core")
    each = []
    for one in heard:
        began = time.perf_counter()
        router.route(one, cards)
        each.append(1000 * (time.perf_counter() - began))
    cuts = quantiles(each, n=100)
    print(f"routing, one at a time: p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms")
    print(f"routing, memory added after {3 * len(heard):,} messages: {resident(os.getpid()) - before:.0f} MB")
    _peers(router, rows)


def _peers(router: Router, rows: Sequence[Utterance]) -> None:
    """Language alone, ours and the peers', on the same texts in the same run."""
    identifier = router._parts.identifier
    DetectorFactory.seed = 0
    lingua = LanguageDetectorBuilder.from_all_languages().build()

    def ours(text: str) -> str:
        return identifier.identify(text, {}).code

    def by_langdetect(text: str) -> str:
        try:
            return str(detect(text))
        except LangDetectException:
            return "unsure"

    def by_lingua(text: str) -> str:
        found = lingua.detect_language_of(text)
        return found.iso_code_639_1.name.lower() if found else "unsure"

    speeds: dict[str, float] = {}
    peers: dict[str, Callable[[str], str]] = {"ours": ours, "langdetect": by_langdetect, "lingua": by_lingua}
    for name, identify in peers.items():
        identify("warm up, please")
        began = time.perf_counter()
        codes = [identify(row.text) for row in rows]
        speeds[name] = len(rows) / (time.perf_counter() - began)
        kind = (lambda code: code) if name == "ours" else (lambda code: _LIKE.get(code, code))
        right = sum(code == kind(row.language) for code, row in zip(codes, rows, strict=True)) / len(rows)
        print(f"language, {name}: {speeds[name]:,.0f} messages/s, {right:.1%} right")
    for name in ("langdetect", "lingua"):
        print(f"language: ours is {speeds['ours'] / speeds[name]:.1f} times as fast as {name}")
