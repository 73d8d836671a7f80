# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decides the language of one message from script, hand lexicon, models, history and a second opinion."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from routing.decision import UNSURE, Guess
from routing.language.fallback import SecondOpinion
from routing.language.features import words
from routing.language.lexicon import FIXED, Entry, key, load_lexicon
from routing.language.model import ScriptModel, load_models
from routing.text import clean, excerpt, letters_by_script, script_of

CODES = (
    "ar",
    "ar-Latn",
    "en",
    "fr",
    "ha",
    "bn",
    "bn-Latn",
    "ti",
    "so",
    "am",
    "ur",
    "ur-Latn",
    "pcm",
    "sw",
    "ff",
    "other",
)
"""Every language code that a `Guess` may name, apart from `unsure`."""

_ROOT = Path(__file__).resolve().parent.parent
MODELS = _ROOT / "models"
MODEL = "language.npz"
PROFILES = "language.profiles.json"
LEXICON = _ROOT / "data" / "language" / "short.tsv"

_LEXICON_LONGEST, _LEXICON_WORDS = 60, 6
_FIXED_SHARE = 0.97
_UNMODELLED_SHARE = 0.99
# A second opinion that agrees lifts a share of one half above the usual threshold, one of a third not.
_OPINION_WEIGHT = 0.2
_OPINION_FLOOR = 0.1
# Whoever wrote one of a pair may well write the other: the same person with another keyboard, or a near language.
_KIN: Mapping[str, tuple[str, float]] = {
    "ar": ("ar-Latn", 0.5),
    "ar-Latn": ("ar", 0.5),
    "bn": ("bn-Latn", 0.5),
    "bn-Latn": ("bn", 0.5),
    "ur": ("ur-Latn", 0.5),
    "ur-Latn": ("ur", 0.5),
    "en": ("pcm", 0.3),
    "pcm": ("en", 0.3),
}
# Even an improbable language may be written next: people lend their telephones.
_HISTORY_FLOOR = 0.05
_BORROWERS = frozenset({"Arab", "Beng", "Ethi"})
_BORROWED_SHARE = 0.3
# A shared word says next to nothing itself.
_SHARED_FLOOR = 0.01
# How much rarer than in training a language outside the product is on this helpline, by script.
_OTHER_HERE: Mapping[str, float] = {"Latn": 0.4, "Arab": 0.35, "Ethi": 1.0, "Beng": 0.05}
# Assamese letters inside the Bengali block.
_NOT_BENGALI = frozenset("\u09f0\u09f1")
_ONE_REPLY = frozenset({"en", "pcm"})


class Identifier:
    """The language identifier. One instance serves a process; it holds the models and no text of anyone."""

    def __init__(
        self,
        models: Mapping[str, ScriptModel],
        lexicon: Mapping[str, Entry],
        opinion: SecondOpinion,
        threshold: float,
    ) -> None:
        self.models = models
        self.threshold = threshold
        self._lexicon = lexicon
        self._opinion = opinion

    @classmethod
    def load(cls, folder: Path = MODELS) -> Identifier:
        """The identifier with the models in `folder`. Raises OSError or ValueError where one is missing or damaged."""
        models, meta = load_models(folder / MODEL)
        return cls(models, load_lexicon(LEXICON), SecondOpinion(folder / PROFILES), float(meta["threshold"]))

    def identify(self, text: str, prior: Mapping[str, float] | None = None) -> Guess:
        """The language of `text`, given the person's past languages as shares in `prior`. Never raises."""
        cleaned = excerpt(clean(text))
        script = _script_read(cleaned)
        history = _with_kin(prior or {})
        entry = self._lexicon.get(key(cleaned)) if _may_be_listed(cleaned) else None
        if entry is not None:
            return self._from_lexicon(entry, script, history)
        found = words(cleaned, script)
        if script == "Zyyy" or not found:
            return self._from_history(script, history)
        model = self.models.get(script)
        if model is None:
            return Guess("other", _UNMODELLED_SHARE, script, (("other", _UNMODELLED_SHARE),))
        shares = model.probabilities(found)
        if script == "Beng" and _NOT_BENGALI.intersection(cleaned):
            return Guess("other", _UNMODELLED_SHARE, script, (("other", _UNMODELLED_SHARE),))
        shares = _scaled(shares, {code: _OTHER_HERE[script] if code == "other" else 1.0 for code in shares}, 0.0)
        if history:
            shares = _scaled(shares, history, _HISTORY_FLOOR)
        if not self._sure(shares):
            shares = self._asked(cleaned, script, model, shares)
        return self._guess(shares, script, self._sure(shares))

    def _sure(self, shares: Mapping[str, float]) -> bool:
        best = max(shares, key=shares.__getitem__)
        share = shares[best]
        if best in _ONE_REPLY:
            # Both are answered in English: a doubt between the two alone is no reason to ask.
            share = sum(shares.get(code, 0.0) for code in _ONE_REPLY)
        return share >= self.threshold

    def _asked(self, cleaned: str, script: str, model: ScriptModel, shares: Mapping[str, float]) -> dict[str, float]:
        """`shares` after the second opinion; in Latin letters that can only confirm what the model finds likeliest."""
        said = self._opinion.probabilities(cleaned, model.labels)
        if not said:
            return dict(shares)
        best = max(said, key=said.__getitem__)
        if script == "Latn" and best != max(shares, key=shares.__getitem__):
            return dict(shares)
        weights = {code: (_OPINION_FLOOR + said.get(code, 0.0)) ** _OPINION_WEIGHT for code in shares}
        return _scaled(shares, weights, 0.0)

    def _from_lexicon(self, entry: Entry, script: str, history: Mapping[str, float]) -> Guess:
        if entry.kind == FIXED:
            code = entry.codes[0]
            return Guess(code, _FIXED_SHARE, script, ((code, _FIXED_SHARE),))
        # Falls with the place in the list, which stands likeliest first.
        shares = {code: 1.0 / (2 + place) for place, code in enumerate(entry.codes)}
        shares = _scaled(shares, history, _SHARED_FLOOR) if history else _scaled(shares, {}, 1.0)
        return self._guess(shares, script, bool(history) and self._sure(shares))

    def _from_history(self, script: str, history: Mapping[str, float]) -> Guess:
        """The likeliest language of the person's past, for a message without a word."""
        if not history:
            return Guess(UNSURE, 0.0, script)
        return self._guess(history, script, self._sure(history))

    @staticmethod
    def _guess(shares: Mapping[str, float], script: str, sure: bool) -> Guess:
        likeliest = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:3]
        code, share = likeliest[0]
        return Guess(code if sure else UNSURE, share, script, tuple(likeliest))


def _may_be_listed(cleaned: str) -> bool:
    return len(cleaned) <= _LEXICON_LONGEST and cleaned.count(" ") < _LEXICON_WORDS


def _script_read(cleaned: str) -> str:
    """The script whose words tell the language: other scripts borrow Latin words, hardly ever the other way round."""
    script = script_of(cleaned)
    if script != "Latn" or cleaned.isascii():
        return script
    counts = letters_by_script(cleaned)
    strongest = max(counts, key=lambda name: (name in _BORROWERS) * counts[name])
    borrows = strongest in _BORROWERS and counts[strongest] >= _BORROWED_SHARE * counts.total()
    return strongest if borrows else script


def _with_kin(prior: Mapping[str, float]) -> dict[str, float]:
    """The person's history as shares that sum to one, part of it lent to the kindred way of writing."""
    known = {code: share for code, share in prior.items() if code in CODES and share > 0.0}
    lent = dict(known)
    for code, share in known.items():
        if code in _KIN:
            kindred, part = _KIN[code]
            lent[kindred] = max(lent.get(kindred, 0.0), share * part)
    return _scaled(lent, {}, 1.0) if lent else {}


def _scaled(shares: Mapping[str, float], weights: Mapping[str, float], floor: float) -> dict[str, float]:
    """`shares` times `weights`, summing to one. A weight below `floor` counts as `floor`."""
    weighted = {code: share * max(floor, weights.get(code, 0.0)) for code, share in shares.items()}
    total = sum(weighted.values())
    return {code: share / total for code, share in weighted.items()} if total > 0.0 else dict(shares)
