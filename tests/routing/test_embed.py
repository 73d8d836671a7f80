# SPDX-License-Identifier: AGPL-3.0-or-later
"""The optional sentence model, with a tiny one made here: words of harm point one way, all others the other way."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from routing import Heard, Router
from routing.embed import Embedder, EmbedError
from routing.utterances import Utterance

_WORDS = ["[UNK]", "zorb", "clinic", "bus", "where"]
_VECTORS = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 1, 1], [0, 1, 0]], dtype=np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model that looks each word up in a table of three numbers, and its tokenizer."""
    table = numpy_helper.from_array(_VECTORS, "table")
    gather = helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", 3])
    graph = helper.make_graph([gather], "tiny", [ids], [out], [table])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, str(tmp_path / "model.onnx"))
    vocabulary = {word: number for number, word in enumerate(_WORDS)}
    tokenizer = {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
    }
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return tmp_path


def _example(category: str, topic: str, text: str) -> Utterance:
    return Utterance("en", category, topic, "easy", None, "", text)  # type: ignore[arg-type]


@pytest.fixture
def embedder(folder: Path) -> Embedder:
    examples = [
        _example("pseah", "staff_conduct", "zorb zorb"),
        _example("information_request", "health", "where clinic"),
        _example("information_request", "pathways", "where bus"),
    ]
    return Embedder(folder, examples)


def test_a_text_like_a_sensitive_example_raises_caution(embedder: Embedder) -> None:
    assert embedder.look("zorb").caution > 0.5
    assert embedder.look("where clinic").caution == 0.0


def test_topics_go_by_likeness(embedder: Embedder) -> None:
    topics = embedder.look("clinic").topics
    assert max(topics, key=topics.__getitem__) == "health"
    assert sum(topics.values()) == pytest.approx(1.0)


def test_the_sentence_model_can_raise_caution_and_never_lower_it(router: Router, embedder: Embedder) -> None:
    careful = Router(router._parts, embedder)
    assert router.route(Heard("hello zorb")).action != "escalate"
    assert careful.route(Heard("zorb zorb zorb")).action == "escalate"
    assert careful.route(Heard("my husband beats me where is the clinic")).sensitive


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbedError, match=r"model\.onnx is missing"):
        Embedder(tmp_path)


def test_an_empty_text_has_a_vector(embedder: Embedder) -> None:
    assert embedder.embed("").shape == (3,)
