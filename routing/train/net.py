# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fits the small network of `routing.net`, the same byte for byte on every run on one thread.

The gradients are written out by hand, so that training needs no more than numpy and scipy. `prepare` turns messages
into arrays of numbers once; a step of training only gathers from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from routing.features import Features, Ids
from routing.net import LAYERS, PIECES, SPELLING, TABLES, WIDTH, Seen, piece_numbers, seen, sum_share

_BATCH, _CHUNK = 48, 40  # messages; batches among which messages are sorted by length, to be much alike in each
_RATES = {"table": 3e-3, "layer": 1.5e-3}
_PACES = ((0.5, 1.0), (0.75, 0.4), (1.0, 0.15))  # share of the epochs until which the rates are multiplied
_DECAY = 1e-2  # of layers, per unit of rate
_SMOOTHING = 0.05  # of a label's share, given to all
_TOPIC_SHARE = 0.5  # of the loss
_SPREAD = {"pieces": 0.3, "senses": 0.15, "concepts": 0.1}  # standard deviations to begin with
_MEMORY, _SQUARE_MEMORY, _SMALLEST = 0.9, 0.999, 1e-8
_NO_WORD = 0  # number of the word without letters that stands in a message without words

Floats = NDArray[Any]
"""float32 in training, float64 where gradients are checked."""
Weights = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Drops:
    """Shares of what a step of training does without, so that no part of the network leans on another.

    `values` of vectors, whole `words`, the `spelling` or the `senses` of a word (never both), `concepts`.
    """

    values: float = 0.35
    words: float = 0.08
    spelling: float = 0.3
    senses: float = 0.1
    concepts: float = 0.15


NO_DROPS = Drops(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists of numbers end to end: list k is `values[starts[k] : starts[k + 1]]`."""

    values: Ids
    starts: Ids

    @classmethod
    def of(cls, rows: Iterable[Sequence[int] | Ids]) -> Lists:
        """From one sequence for each list."""
        kept = list(rows)
        starts = np.cumsum([0, *map(len, kept)], dtype=np.int64)
        return cls(np.fromiter(chain.from_iterable(kept), dtype=np.int64, count=int(starts[-1])), starts)

    def lengths(self, which: Ids) -> Ids:
        """How many numbers each of the lists `which` has."""
        lengths: Ids = self.starts[which + 1] - self.starts[which]
        return lengths

    def places(self, which: Ids) -> tuple[Ids, Ids]:
        """For each number in the lists `which`: the list's place in `which`, and the number's place in `values`."""
        lengths = self.lengths(which)
        before = np.cumsum(lengths) - lengths
        at = np.repeat(self.starts[which] - before, lengths) + np.arange(lengths.sum())
        return np.repeat(np.arange(len(which)), lengths), at


@dataclass(frozen=True, slots=True)
class Texts:
    """Messages as numbers.

    `words` and `concepts` of each message, `senses` of each entry of `words`, `pieces` of each distinct word; `sizes`
    counts the entries of each table.
    """

    words: Lists
    senses: Lists
    pieces: Lists
    concepts: Lists
    sizes: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.words.starts) - 1


def prepare(messages: Iterable[Seen], concepts: int, senses: int) -> Texts:
    """Number the words of `messages` in the order they come; `concepts` and `senses` are how many there are of each."""
    number: dict[str, int] = {}
    words, meant, found = [], [], []
    for message in messages:
        words.append([number.setdefault(word, len(number) + 1) for word in message.words] or [_NO_WORD])
        of_word: list[list[int]] = [[] for _ in words[-1]]
        for place, sense in message.senses.tolist():
            of_word[place].append(sense)
        meant += of_word
        found.append(message.concepts)
    pieces = Lists.of([[], *map(piece_numbers, number)])
    sizes = {"pieces": PIECES, "senses": senses, "concepts": concepts}
    return Texts(Lists.of(words), Lists.of(meant), pieces, Lists.of(found), sizes)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Sums of rows of a table: `shares` is items x `touched`, the numbers of the rows that are used at all."""

    shares: Any
    touched: Ids

    @classmethod
    def of(cls, items: Ids, numbers: Ids, shares: Floats, shape: tuple[int, int]) -> Lookup:
        """From entries sorted by item; `shape` is items x rows of the table."""
        used = np.zeros(shape[1], dtype=bool)
        used[numbers] = True
        touched = np.flatnonzero(used)
        place = np.cumsum(used) - 1
        starts = np.concatenate([[0], np.cumsum(np.bincount(items, minlength=shape[0]))])
        return cls(csr_matrix((shares, place[numbers], starts), shape=(shape[0], len(touched))), touched)

    def total(self, table: Floats) -> Floats:
        """The sum for each item (items x width)."""
        total: Floats = self.shares @ table[self.touched]
        return total

    def back(self, gradient: Floats) -> Floats:
        """The gradient of the rows touched, from that of the items."""
        rows: Floats = self.shares.T @ gradient
        return rows


@dataclass(frozen=True, slots=True)
class Batch:
    """Some messages as one step takes them, with what it does without already chosen.

    `starts`: where each message begins among the words. `owner`: the message of each word. `kept`: 1 or 0 for each
    word (words x 1). `share`: what the sum over words is multiplied by (messages x 1). `tables`: what is looked up in
    each. `masks`: what the vectors of words, the pooled ones and the hidden ones are multiplied by.
    """

    starts: Ids
    owner: Ids
    kept: Floats
    share: Floats
    tables: dict[str, Lookup]
    masks: dict[str, Floats]


def gather(texts: Texts, messages: Ids, width: int, drops: Drops, rng: np.random.Generator) -> Batch:
    """Some messages of `texts` by their numbers, for a network of this `width`."""
    owner, at = texts.words.places(messages)
    kept = (texts.words.values[at] != _NO_WORD) & (rng.random(len(at)) >= drops.words)
    chance = rng.random(len(at))
    count = np.bincount(owner, kept, len(messages))
    tables = {
        "pieces": _spelled(texts, at, kept & (chance >= drops.spelling)),
        "senses": _meant(texts, at, kept & (chance < 1.0 - drops.senses)),
        "concepts": _found(texts, messages, drops.concepts, rng),
    }
    shapes = {"words": (len(at), width), "pooled": (len(messages), 3 * width), "hidden": (len(messages), width)}
    return Batch(
        np.searchsorted(owner, np.arange(len(messages))),
        owner,
        kept[:, None].astype(np.float32),
        np.array([[sum_share(int(words))] for words in count], dtype=np.float32),
        tables,
        {name: _mask(shape, drops.values, rng) for name, shape in shapes.items()},
    )


def _spelled(texts: Texts, at: Ids, told: NDArray[np.bool_]) -> Lookup:
    """The mean of the pieces of each word that is `told`."""
    rows = np.flatnonzero(told)
    words = texts.words.values[at[rows]]
    places, pieces = texts.pieces.places(words)
    shares = (SPELLING / np.maximum(texts.pieces.lengths(words), 1)).astype(np.float32)
    shape = len(at), texts.sizes["pieces"]
    return Lookup.of(rows[places], texts.pieces.values[pieces], shares[places], shape)


def _meant(texts: Texts, at: Ids, told: NDArray[np.bool_]) -> Lookup:
    """The sum of the senses of each word that is `told`."""
    rows = np.flatnonzero(told)
    places, senses = texts.senses.places(at[rows])
    ones = np.ones(len(places), dtype=np.float32)
    return Lookup.of(rows[places], texts.senses.values[senses], ones, (len(at), texts.sizes["senses"]))


def _found(texts: Texts, messages: Ids, dropped: float, rng: np.random.Generator) -> Lookup:
    """The sum of the concepts of each message."""
    places, at = texts.concepts.places(messages)
    told = rng.random(len(places)) >= dropped
    ones = np.ones(int(told.sum()), dtype=np.float32)
    shape = len(messages), texts.sizes["concepts"]
    return Lookup.of(places[told], texts.concepts.values[at[told]], ones, shape)


def _mask(shape: tuple[int, int], dropped: float, rng: np.random.Generator) -> Floats:
    """Zeros for what is dropped; the rest is raised so that the mean stays."""
    told = rng.random(shape, dtype=np.float32) >= dropped
    return told * np.float32(1.0 / (1.0 - dropped))


@dataclass(frozen=True, slots=True)
class Pass:
    """What a batch became on its way: (words or messages) x (width, 3 x width, outputs)."""

    vectors: Floats
    told: Floats
    peaks: Floats
    pooled: Floats
    hidden: Floats
    outputs: dict[str, Floats]


def forward(weights: Weights, batch: Batch) -> Pass:
    """Category and topic scores of a batch, with all that `gradients` needs on the way back."""
    totals = {name: batch.tables[name].total(weights[name]) for name in TABLES}
    vectors = (totals["pieces"] + totals["senses"]) * batch.masks["words"]
    told = np.maximum(vectors @ weights["word"] + weights["word_bias"], 0) * batch.kept
    peaks = np.maximum.reduceat(told, batch.starts, axis=0)
    sums = np.add.reduceat(told, batch.starts, axis=0) * batch.share
    pooled = np.concatenate([sums, peaks, totals["concepts"]], axis=1) * batch.masks["pooled"]
    hidden = np.maximum(pooled @ weights["hidden"] + weights["hidden_bias"], 0) * batch.masks["hidden"]
    outputs = {name: hidden @ weights[name] + weights[f"{name}_bias"] for name in ("category", "topic")}
    return Pass(vectors, told, peaks, pooled, hidden, outputs)


def gradients(weights: Weights, batch: Batch, categories: Ids, topics: Ids) -> tuple[float, Weights]:
    """The loss of a batch, and its gradient by each array of weights; for tables only of the rows touched."""
    made = forward(weights, batch)
    total, back, found = 0.0, {}, Weights()
    for name, right, worth in (("category", categories, 1.0), ("topic", topics, _TOPIC_SHARE)):
        loss, scores = _loss(made.outputs[name], right)
        total += worth * loss
        back[name] = scores * made.hidden.dtype.type(worth)
        found |= _layer_gradients(name, made.hidden, back[name])
    hidden = sum(back[name] @ weights[name].T for name in back) * batch.masks["hidden"] * (made.hidden > 0)
    found |= _layer_gradients("hidden", made.pooled, hidden)
    pooled = (hidden @ weights["hidden"].T) * batch.masks["pooled"]
    sums, peaks, concepts = np.split(pooled, 3, axis=1)
    words = ((sums * batch.share)[batch.owner] + _peak_gradients(made, batch, peaks)) * (made.told > 0)
    found |= _layer_gradients("word", made.vectors, words)
    vectors = (words @ weights["word"].T) * batch.masks["words"]
    for name, gradient in (("pieces", vectors), ("senses", vectors), ("concepts", concepts)):
        found[name] = batch.tables[name].back(gradient)
    return total, found


def _loss(scores: Floats, right: Ids) -> tuple[float, Floats]:
    """The mean cross-entropy with smoothed labels, and its gradient by the scores (messages x outputs)."""
    messages, outputs = scores.shape
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    wanted = np.full_like(scores, _SMOOTHING / outputs)
    wanted[np.arange(messages), right] += 1.0 - _SMOOTHING
    return float(-(wanted * logs).sum() / messages), (np.exp(logs) - wanted) / messages


def _layer_gradients(name: str, inputs: Floats, outputs: Floats) -> Weights:
    return {name: inputs.T @ outputs, f"{name}_bias": outputs.sum(axis=0)}


def _peak_gradients(made: Pass, batch: Batch, peaks: Floats) -> Floats:
    """The gradient of each message's maximum handed to the words that reach it, in equal parts."""
    reached = made.told == made.peaks[batch.owner]
    parts: Floats = np.add.reduceat(reached, batch.starts, axis=0, dtype=peaks.dtype)
    shared: Floats = reached * (peaks / parts)[batch.owner]
    return shared


class Adam:
    """Adam with decay for layers; the rows of a table that a batch does not touch keep their moments as they are."""

    def __init__(self, weights: Weights) -> None:
        self._mean = {name: np.zeros_like(array) for name, array in weights.items()}
        self._square = {name: np.zeros_like(array) for name, array in weights.items()}
        self._steps = 0

    def step(self, weights: Weights, gradient: Weights, batch: Batch, pace: float) -> None:
        """Change `weights` in place, `pace` times as fast as at full rate."""
        self._steps += 1
        evening = float(np.sqrt(1.0 - _SQUARE_MEMORY**self._steps)) / (1.0 - _MEMORY**self._steps)
        for name, change in gradient.items():
            rate = pace * _RATES["table" if name in batch.tables else "layer"]
            rows: Ids | slice = slice(None)
            if name in batch.tables:
                rows = batch.tables[name].touched
            else:
                weights[name] *= 1.0 - rate * _DECAY
            mean, square = self._mean[name][rows], self._square[name][rows]
            mean += (1.0 - _MEMORY) * (change - mean)
            square += (1.0 - _SQUARE_MEMORY) * (change * change - square)
            self._mean[name][rows], self._square[name][rows] = mean, square
            weights[name][rows] -= rate * evening * mean / (np.sqrt(square) + _SMALLEST)


def fresh(
    texts: Texts, outputs: tuple[int, int], rng: np.random.Generator, width: int = WIDTH, dtype: type = np.float32
) -> Weights:
    """Weights to begin with; rows of a table that no message touches are zeros, so that they say nothing later."""
    weights: Weights = {}
    for name, lists in zip(TABLES, (texts.pieces, texts.senses, texts.concepts), strict=True):
        table = rng.normal(0.0, _SPREAD[name], (texts.sizes[name], width))
        table[np.bincount(lists.values, minlength=len(table)) == 0] = 0.0
        weights[name] = table.astype(dtype)
    shapes = ((width, width), (3 * width, width), (width, outputs[0]), (width, outputs[1]))
    for name, (wide, narrow) in zip(LAYERS, shapes, strict=True):
        most = 1.0 / np.sqrt(wide)
        weights[name] = rng.uniform(-most, most, (wide, narrow)).astype(dtype)
        weights[f"{name}_bias"] = rng.uniform(-most, most, narrow).astype(dtype)
    return weights


def train(texts: Texts, categories: Ids, topics: Ids, *, outputs: tuple[int, int], seed: int, epochs: int) -> Weights:
    """Weights after `epochs` over all `texts`; `outputs` are how many categories and topics there are."""
    rng = np.random.default_rng(seed)
    weights = fresh(texts, outputs, rng)
    adam = Adam(weights)
    for epoch in range(epochs):
        pace = next(pace for until, pace in _PACES if epoch < until * epochs)
        for messages in _batches(texts, rng):
            batch = gather(texts, messages, WIDTH, Drops(), rng)
            _, gradient = gradients(weights, batch, categories[messages], topics[messages])
            adam.step(weights, gradient, batch, pace)
    return weights


def _batches(texts: Texts, rng: np.random.Generator) -> Iterator[Ids]:
    """All messages in a new order, those of a batch much alike in length."""
    order = rng.permutation(len(texts))
    lengths = texts.words.lengths(order)
    made = []
    for start in range(0, len(order), _BATCH * _CHUNK):
        chunk = slice(start, start + _BATCH * _CHUNK)
        by_length = order[chunk][np.argsort(lengths[chunk], kind="stable")]
        made += [by_length[at : at + _BATCH] for at in range(0, len(by_length), _BATCH)]
    for at in rng.permutation(len(made)):
        yield made[at]


def stored(weights: Weights, prefix: str = "net_") -> dict[str, NDArray[Any]]:
    """What `Net.from_arrays` reads: tables in 255 steps with the size of a step for each column, the rest as it is."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, array in weights.items():
        if name in TABLES:
            scale = np.maximum(np.abs(array).max(axis=0, initial=0.0) / 127.0, 1e-12).astype(np.float32)
            arrays[f"{prefix}{name}"] = np.round(array / scale).astype(np.int8)
            arrays[f"{prefix}{name}_scale"] = scale
        else:
            arrays[f"{prefix}{name}"] = array.astype(np.float32)
    return arrays


def fit(
    messages: Sequence[Features],
    categories: Sequence[int],
    topics: Sequence[int],
    *,
    sizes: tuple[int, int],
    outputs: tuple[int, int],
    seed: int,
    epochs: int = 14,
) -> dict[str, NDArray[Any]]:
    """The arrays of a network fitted on `messages`, each with the number of its category and of its topic.

    `sizes` are how many concepts and senses are numbered; `outputs`, how many categories and topics there are. Takes
    minutes. ValueError where the sequences differ in length or are empty.
    """
    if not 0 < len(messages) == len(categories) == len(topics):
        raise ValueError(f"{len(messages)} messages, {len(categories)} categories, {len(topics)} topics")
    texts = prepare(map(seen, messages), *sizes)
    weights = train(texts, np.array(categories), np.array(topics), outputs=outputs, seed=seed, epochs=epochs)
    return stored(weights)
