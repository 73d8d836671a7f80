# SPDX-License-Identifier: AGPL-3.0-or-later
"""Puts together every word that routing knows: the lexicons of concepts, the words of topics, and the glossary."""

from __future__ import annotations

from routing.glossary import read_glosses
from routing.lexicon import Lexicon
from routing.topics import load_topics, patterns


def load_vocabulary() -> Lexicon:
    """The shipped words of all languages. Raises LexiconError, TopicError or GlossaryError with the file to mend."""
    lexicon = Lexicon.load(extra=patterns(load_topics()))
    senses: dict[str, dict[str, str]] = {}
    for language, sense, forms in read_glosses():
        senses.setdefault(language, {})[sense] = forms
    for language, glosses in senses.items():
        # Spelled in many ways already: forgiving slips as well would find a sense in every other word.
        lexicon.teach(language, glosses, forgiving=False)
    return lexicon
