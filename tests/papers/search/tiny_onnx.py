"""Sentence encoders small enough to be written down here, in the form that their makers publish: a tokenizer, and
weights in ONNX, which are protocol buffers (github.com/onnx/onnx/blob/main/onnx/onnx.proto)."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from papers.text.sparse import Floats

FLOAT, INT64 = 1, 7  # TensorProto.DataType
WORDS = {"[PAD]": 0, "<pad>": 1, "[UNK]": 2, "query": 3, "alpha": 4, "beta": 5, "gamma": 6}
BERT = ("input_ids", "attention_mask", "token_type_ids")


def write(
    folder: Path,
    *,
    weights: str = "model.onnx",
    dimensions: int = 4,
    inputs: Sequence[str] = BERT,
    outputs: Sequence[str] = ("last_hidden_state",),
    pad: str = "[PAD]",
) -> Floats:
    """Both files, into a folder. A token's vector is its row of the table that is returned; that of the output
    `sentence_embedding` is the sum over all of a text's tokens, where a text is filled up with `pad` nothing."""
    table = np.random.default_rng(0).standard_normal((len(WORDS), dimensions)).astype(np.float32)
    table[WORDS[pad]] = 0
    graph = [_nested(1, _text(1, "table"), _text(1, "input_ids"), _text(2, "tokens"), _text(4, "Gather"))]
    for name in outputs:
        step = [_text(1, "tokens"), _text(2, name)]
        if name == "sentence_embedding":
            axes = _nested(5, _text(1, "axes"), _number(8, 1), _number(20, 7))
            graph.append(
                _nested(1, *step, _text(4, "ReduceSum"), axes, _nested(5, _text(1, "keepdims"), _number(20, 2)))
            )
        else:
            graph.append(_nested(1, *step, _text(4, "Identity")))
    sizes = [_number(1, size) for size in table.shape]
    graph += [_text(2, "tiny"), _nested(5, *sizes, _number(2, FLOAT), _text(8, "table"), _bytes(9, table.tobytes()))]
    graph += [_nested(11, *_value(name, INT64, ["texts", "length"])) for name in inputs]
    for name in outputs:
        shape = ["texts", dimensions] if name == "sentence_embedding" else ["texts", "length", dimensions]
        graph.append(_nested(12, *_value(name, FLOAT, shape)))
    folder.mkdir(exist_ok=True)
    model = [_number(1, 6), _nested(7, *graph), _nested(8, _number(2, 11))]  # the format's version, the operators'
    (folder / weights).write_bytes(b"".join(model))
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer(pad)))
    return table


def _tokenizer(pad: str) -> dict[str, object]:
    """Words between spaces; texts are filled up to 20 tokens, as some makers' are, until somebody says otherwise."""
    padding = {"strategy": {"Fixed": 20}, "direction": "Right", "pad_to_multiple_of": None}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": padding | {"pad_id": WORDS[pad], "pad_type_id": 0, "pad_token": pad},
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": WORDS, "unk_token": "[UNK]"},
    }


def _value(name: str, kind: int, shape: Sequence[str | int]) -> list[bytes]:
    """What goes in or comes out: ValueInfoProto."""
    sizes = [_nested(1, _number(1, one) if isinstance(one, int) else _text(2, one)) for one in shape]
    return [_text(1, name), _nested(2, _nested(1, _number(1, kind), _nested(2, *sizes)))]


# ---------------------------------------------------------------------------------------------------- protocol buffers


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _nested(field: int, *parts: bytes) -> bytes:
    return _bytes(field, b"".join(parts))


def _varint(value: int) -> bytes:
    """Seven bits a byte, the last first."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
