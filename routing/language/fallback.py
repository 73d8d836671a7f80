# SPDX-License-Identifier: AGPL-3.0-or-later
"""The second opinion of `langdetect`, with profiles added for languages it lacks, asked only where the model doubts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException
from langdetect.utils.lang_profile import LangProfile

_SEED = 20
_LONGEST = 300
# Shipped profiles that help: the product's own languages and those that are taken for them.
_SHIPPED = ("ar", "bn", "de", "en", "es", "fa", "fr", "hi", "id", "it", "pt", "so", "sw", "tl", "tr", "ur")
__all__ = ["SecondOpinion", "added_profile"]


class SecondOpinion:
    """langdetect over one text. Reading its profiles takes about 50 ms: no message should wait for it.

    `added` is the file of added profiles; raises OSError or ValueError where it is missing or damaged.
    """

    def __init__(self, added: Path) -> None:
        factory = DetectorFactory()
        # Unseeded, short texts change their language from call to call.
        factory.set_seed(_SEED)
        profiles = [json.loads(Path(PROFILES_DIRECTORY, name).read_text("utf-8")) for name in _SHIPPED]
        profiles += json.loads(added.read_text("utf-8"))
        for index, profile in enumerate(profiles):
            factory.add_profile(LangProfile(**profile), index, len(profiles))
        self._factory = factory

    def probabilities(self, text: str, labels: tuple[str, ...]) -> Mapping[str, float]:
        """What langdetect gives each of `labels`, the languages that are none of them under `other`.

        Empty where it finds nothing to go by.
        """
        detector = self._factory.create()
        detector.append(text[:_LONGEST])
        try:
            found = detector.get_probabilities()
        except LangDetectException:
            # It raises where a text has no n-gram of any profile: then it simply has no opinion.
            return {}
        shares: dict[str, float] = {}
        for language in found:
            code = language.lang if language.lang in labels else "other"
            shares[code] = shares.get(code, 0.0) + language.prob
        return shares


def added_profile(code: str, texts: Iterable[str], kept: int) -> dict[str, object]:
    """A langdetect profile of a language that it lacks, with the `kept` most frequent n-grams of `texts`."""
    profile = LangProfile(code)
    for text in texts:
        profile.update(text)
    profile.omit_less_freq()
    frequent = sorted(profile.freq.items(), key=lambda item: (-item[1], item[0]))[:kept]
    return {"name": code, "freq": dict(sorted(frequent)), "n_words": profile.n_words}
