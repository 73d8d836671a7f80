# SPDX-License-Identifier: AGPL-3.0-or-later
"""An optional local sentence model as a second pair of eyes: it can raise caution and sharpen topics, no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.decision import SENSITIVE
from routing.utterances import Utterance, load_part

_EXAMPLES = 480
_NEAREST = 5
_MOST_TOKENS = 128
_STEEPNESS = 12.0
_TOPIC_STEEPNESS = 20.0
_MOST_CAUTION = 0.6
_MOST_CHARACTERS = 2_000


class EmbedError(ValueError):
    """The model folder cannot be used; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the sentence model makes of a text: `caution` 0 to 0.6, and a probability for each topic it knows."""

    caution: float = 0.0
    topics: dict[str, float] = field(default_factory=dict)


class Embedder:
    """Compares a text with labelled examples by meaning, on this machine; nothing is downloaded or sent."""

    def __init__(self, folder: Path, examples: Sequence[Utterance] | None = None) -> None:
        """`folder` holds `model.onnx` and `tokenizer.json`; `examples` default to a sample of the training part.

        Raises EmbedError where a file or the `embed` extra is missing.
        """
        model, vocabulary = folder / "model.onnx", folder / "tokenizer.json"
        for path in (model, vocabulary):
            if not path.is_file():
                raise EmbedError(f"{path.name} is missing in the folder of the sentence model")
        try:
            runtime, tokenizers = import_module("onnxruntime"), import_module("tokenizers")
        except ImportError as error:
            raise EmbedError("install the `embed` extra to use a sentence model") from error
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session: Any = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._inputs = {spec.name for spec in self._session.get_inputs()}
        self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(vocabulary))
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        rows = list(examples) if examples is not None else _sample(load_part("train"))
        if not rows:
            raise EmbedError("the sentence model needs labelled examples")
        vectors = np.stack([self.embed(row.text) for row in rows])
        alarming = np.array([row.category in SENSITIVE for row in rows])
        self._alarming, self._plain = vectors[alarming], vectors[~alarming]
        self._topics = {
            topic: vectors[[row.topic == topic for row in rows]].mean(axis=0)
            for topic in sorted({row.topic for row in rows if row.topic})
        }

    def embed(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a text: the mean of its token vectors, or the model's own sentence vector."""
        encoded = self._tokenizer.encode(text[:_MOST_CHARACTERS] or " ")
        ids = encoded.ids or [0]
        feeds = {
            "input_ids": np.array([ids], dtype=np.int64),
            "attention_mask": np.ones((1, len(ids)), dtype=np.int64),
            "token_type_ids": np.zeros((1, len(ids)), dtype=np.int64),
        }
        output = self._session.run(None, {name: feeds[name] for name in self._inputs if name in feeds})[0]
        vector: NDArray[np.float32] = np.asarray(output[0], dtype=np.float32)
        if vector.ndim > 1:
            vector = vector.mean(axis=0)
        return vector / np.float32(max(float(np.linalg.norm(vector)), 1e-9))

    def look(self, text: str) -> Seen:
        """Caution: how much nearer the text is to sensitive examples than to others. Topics: by their centres."""
        vector = self.embed(text)
        lead = _nearest(self._alarming, vector) - _nearest(self._plain, vector)
        caution = _MOST_CAUTION / (1.0 + float(np.exp(-_STEEPNESS * lead)))
        closeness = {topic: float(centre @ vector) for topic, centre in self._topics.items()}
        powers = {topic: float(np.exp(_TOPIC_STEEPNESS * near)) for topic, near in closeness.items()}
        total = sum(powers.values()) or 1.0
        return Seen(caution if lead > 0 else 0.0, {topic: power / total for topic, power in powers.items()})


def _nearest(vectors: NDArray[np.float32], vector: NDArray[np.float32]) -> float:
    if not len(vectors):
        return -1.0
    return float(np.sort(vectors @ vector)[-_NEAREST:].mean())


def _sample(rows: Sequence[Utterance]) -> list[Utterance]:
    step = max(len(rows) // _EXAMPLES, 1)
    return list(rows[::step])
