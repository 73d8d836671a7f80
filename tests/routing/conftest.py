# SPDX-License-Identifier: AGPL-3.0-or-later
"""One router for all tests of routing: loading it takes longer than most of them."""

from __future__ import annotations

import pytest

from routing import EntryCard, Router


@pytest.fixture(scope="session")
def router() -> Router:
    return Router.load()


@pytest.fixture(scope="session")
def cards() -> tuple[EntryCard, ...]:
    return (
        EntryCard(
            "vhr",
            "vhr",
            words={
                "en": ["Voluntary return", "How can I go home?"],
                "fr": ["Comment rentrer chez moi ?"],
                "ar": ["كيف أرجع إلى بلدي؟"],
            },
        ),
        EntryCard(
            "doctor",
            "health",
            words={
                "en": ["Doctor and medicine", "Where is the clinic?", "I need a doctor"],
                "fr": ["Où est la clinique ?", "Je cherche un médecin"],
                "ar": ["وين العيادة؟", "أحتاج طبيب"],
            },
        ),
        EntryCard(
            "documents",
            "documents",
            words={"en": ["Passport and embassy", "How do I get a passport?"], "fr": ["Comment avoir un passeport ?"]},
        ),
        EntryCard(
            "rumour-flights",
            "pathways",
            kind="correction",
            words={"en": ["I heard there are free flights to Europe, is it true?"]},
        ),
        EntryCard("derna-flood", "disaster", places=("LY0101",), words={"en": ["Floods in Derna: where to go?"]}),
    )
