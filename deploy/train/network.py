"""The reader's network: PP-OCRv6's small recogniser (Apache-2.0) with a Vietnamese head and finer steps.

Weights come from the ONNX file in the hash-pinned `rapidocr` wheel, whose convolutions are already fused with their
normalisation; so this is the fused form. A stem that halves both sides twice, thirteen blocks (depthwise 3 x 3, for
some squeeze and excitation, then 1 x 1 expansion and compression), two attention blocks along the line, and a linear
layer over the alphabet. What differs from the original:

* one step for every 4 columns instead of 8: narrow letters with marks need a step of their own;
* 249 signs instead of 18,710; rows of letters that the original knows are kept, those of "ẫ" begin as "â" + "ã" - "a".
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

_BLOCKS = (
    (96, 96, 1, True),
    (96, 96, 1, False), (96, 96, 1, False),
    (96, 192, 2, False), *(((192, 192, 1, True), (192, 192, 1, False)) * 3),
    (192, 384, 2, False), (384, 384, 1, True), (384, 384, 1, False),
)  # fmt: skip
_WIDE = 120
_HEADS = 8


class Squeeze(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(channels, channels // 4, 1)
        self.up = nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * functional.hardsigmoid(self.up(functional.relu(self.down(x.mean((2, 3), keepdim=True)))))


class Block(nn.Module):
    def __init__(self, inside: int, outside: int, stride: int, squeeze: bool) -> None:  # noqa: FBT001 - a row of the table
        super().__init__()
        self.depth = nn.Conv2d(inside, inside, 3, (stride, 1), 1, groups=inside)
        self.squeeze = Squeeze(inside) if squeeze else None
        self.grow = nn.Conv2d(inside, inside * 2, 1)
        self.shrink = nn.Conv2d(inside * 2, outside, 1)
        self.kept = inside == outside and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        x = self.depth(x)
        if self.squeeze is not None:
            x = self.squeeze(x)
        y = self.shrink(functional.gelu(self.grow(x)))
        return x + y if self.kept else y


class Stem(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(1, 48, 3, 2, 1)
        self.two_a = nn.Conv2d(48, 24, 2)
        self.two_b = nn.Conv2d(24, 48, 2)
        self.three = nn.Conv2d(96, 48, 3, 2, 1)
        self.four = nn.Conv2d(48, 96, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.one(x))
        y = functional.relu(self.two_a(functional.pad(x, (0, 1, 0, 1))))
        y = functional.relu(self.two_b(functional.pad(y, (0, 1, 0, 1))))
        x = functional.max_pool2d(functional.pad(x, (0, 1, 0, 1)), 2, 1)
        x = functional.relu(self.three(torch.cat((x, y), 1)))
        return functional.relu(self.four(x))


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.before = nn.LayerNorm(_WIDE, eps=1e-5)
        self.all = nn.Linear(_WIDE, 3 * _WIDE)
        self.out = nn.Linear(_WIDE, _WIDE)
        self.after = nn.LayerNorm(_WIDE, eps=1e-5)
        self.grow = nn.Linear(_WIDE, 2 * _WIDE)
        self.shrink = nn.Linear(2 * _WIDE, _WIDE)

    def forward(self, x: Tensor) -> Tensor:
        batch, steps, _ = x.shape
        query, key, value = (
            self.all(self.before(x)).reshape(batch, steps, 3, _HEADS, _WIDE // _HEADS).permute(2, 0, 3, 1, 4)
        )
        weights = torch.softmax(query @ key.transpose(2, 3) * (_WIDE // _HEADS) ** -0.5, 3)
        x = x + self.out((weights @ value).transpose(1, 2).reshape(batch, steps, _WIDE))
        return x + self.shrink(functional.silu(self.grow(self.after(x))))


class Network(nn.Module):
    """Lines (batch x 1 x height x width, -1 = ink to 1 = paper) to scores (batch x width / 4 x signs)."""

    def __init__(self, signs: int) -> None:
        super().__init__()
        self.stem = Stem()
        self.blocks = nn.Sequential(*(Block(*shape) for shape in _BLOCKS))
        self.skip = nn.Conv2d(384, _WIDE, 1)
        self.reduce = nn.Conv2d(384, _WIDE, 1)
        self.local = nn.Conv2d(_WIDE, _WIDE, (1, 7), padding=(0, 3), groups=_WIDE)
        self.attention = nn.Sequential(Attention(), Attention())
        self.norm = nn.LayerNorm(_WIDE, eps=1e-6)
        self.head = nn.Linear(_WIDE, signs)

    def forward(self, x: Tensor) -> Tensor:
        """Scores before the softmax."""
        x = self.blocks(self.stem(x)).mean(2, keepdim=True)
        skip = functional.silu(self.skip(x))
        z = functional.silu(self.reduce(x))
        z = z + functional.silu(self.local(z))
        z = self.norm(self.attention(z.squeeze(2).transpose(1, 2)))
        return self.head(z + skip.squeeze(2).transpose(1, 2))


Weights = tuple[np.ndarray, np.ndarray]


def begun(base: Path, alphabet: str) -> Network:
    """The network with the weights of the original, ready to be trained on."""
    model = onnx.load(str(base))
    convolutions, linears, norms = _parts(model.graph)
    network = Network(len(alphabet) + 1)
    first, bias = convolutions[0]
    convolutions[0] = (first.sum(1, keepdims=True), bias)  # it was given the same grey three times
    with torch.no_grad():
        for kind, parts in ((nn.Conv2d, convolutions), (nn.Linear, linears[:-1]), (nn.LayerNorm, norms)):
            mine = [module for module in network.modules() if isinstance(module, kind) and module is not network.head]
            for module, (weight, bias) in zip(mine, parts, strict=True):
                module.weight.copy_(torch.from_numpy(weight.copy()))
                module.bias.copy_(torch.from_numpy(bias.copy()))
        known = next(p.value for p in model.metadata_props if p.key == "character").split("\n")
        rows = {char: row for row, char in enumerate(known, start=1)} | {" ": len(known) + 1}
        for place, char in enumerate(("", *alphabet)):
            vector, level = _row(char, rows, *linears[-1])
            network.head.weight[place].copy_(torch.from_numpy(vector))
            network.head.bias[place] = float(level)
    return network


def _parts(graph: onnx.GraphProto) -> tuple[list[Weights], list[Weights], list[Weights]]:
    """Weights and biases of convolutions (normalisation worked in), linear layers and layer norms, in order."""
    made = {output: node for node in graph.node for output in node.output}
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    after = {name: node for node in reversed(graph.node) for name in node.input}

    def value(name: str) -> np.ndarray | None:
        while name not in constants and name in made and made[name].op_type in {"Identity", "Reshape"}:
            name = made[name].input[0]
        return constants.get(name)

    convolutions, linears, norms = [], [], []
    for node in graph.node:
        follower = after.get(node.output[0])
        weight = value(node.input[1]) if len(node.input) > 1 else None
        if node.op_type == "Conv" and follower.op_type == "BatchNormalization":
            scale, shift, mean, spread = (value(name) for name in follower.input[1:])
            factor = scale / np.sqrt(spread + 1e-5)
            convolutions.append((weight * factor[:, None, None, None], shift - mean * factor))
        elif node.op_type == "Conv":
            convolutions.append((weight, value(follower.input[1]).reshape(-1)))
        elif node.op_type == "MatMul" and weight is not None:
            linears.append((weight.T, value(follower.input[1])))
        elif node.op_type == "Div" and follower is not None and follower.op_type == "Mul":
            scale = value(follower.input[1])
            if scale is not None and scale.size == _WIDE:
                norms.append((scale.reshape(-1), value(after[follower.output[0]].input[1]).reshape(-1)))
    return convolutions, linears, norms


def _row(char: str, rows: dict[str, int], weight: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, float]:
    """A letter's row of the original, or one put together from its parts."""
    if not char:
        return weight[0].copy(), bias[0]
    if char in rows:
        return weight[rows[char]].copy(), bias[rows[char]]
    parts = unicodedata.normalize("NFD", char)
    known = [part for part in (unicodedata.normalize("NFC", parts[0] + mark) for mark in parts[1:]) if part in rows]
    letter = rows.get(parts[0], rows["?"])
    vector, level = weight[letter].copy(), float(bias[letter])
    for part in known:
        vector += weight[rows[part]] - weight[letter]
        level += float(bias[rows[part]] - bias[letter])
    return vector, level - 0.5


__all__ = ["Network", "begun"]
