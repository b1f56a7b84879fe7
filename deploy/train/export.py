"""Writes the trained network as ONNX with static int8, calibrated on drawn lines, alphabet in its metadata.

python deploy/train/export.py OUT.pt HELD.npz ocr/models/house.onnx
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

sys.path.insert(0, str(Path(__file__).resolve().parent))
import words
from network import Network
from train import batches, shard, stacked


class _Lines(CalibrationDataReader):
    def __init__(self, path: Path, many: int) -> None:
        chosen = random.Random(1).sample(batches(shard(path), random.Random(1)), many)
        self.batches = iter([{"lines": stacked(batch, None).contiguous().numpy()} for batch in chosen])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.batches, None)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("held", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--batches", type=int, default=24)
    chosen = parser.parse_args()
    network = Network(len(words.ALPHABET) + 1)
    network.load_state_dict(torch.load(chosen.weights, weights_only=True))
    network.eval()
    with tempfile.TemporaryDirectory() as folder:
        plain, ready, small = (Path(folder, name) for name in ("plain.onnx", "ready.onnx", "small.onnx"))
        torch.onnx.export(
            torch.nn.Sequential(network, torch.nn.Softmax(2)), (torch.zeros(2, 1, 32, 160),), str(plain), dynamo=False,
            input_names=["lines"], output_names=["chances"], opset_version=20,
            dynamic_axes={"lines": {0: "batch", 3: "width"}, "chances": {0: "batch", 1: "steps"}},
        )  # fmt: skip
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        graph = onnx.load(str(ready)).graph
        # the first convolution sees grey values and costs little; the head decides between marks: both stay exact
        first = next(node.name for node in graph.node if node.op_type == "Conv")
        last = [node.name for node in graph.node if node.op_type in {"MatMul", "Gemm"}][-1]
        quantize_static(
            str(ready), str(small), _Lines(chosen.held, chosen.batches), quant_format=QuantFormat.QDQ, per_channel=True,
            reduce_range=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv", "MatMul", "Gemm", "Add"], nodes_to_exclude=[first, last],
            extra_options={"MatMulConstBOnly": True},
        )  # fmt: skip
        model = onnx.load(str(small))
        model.metadata_props.add(key="alphabet", value=words.ALPHABET)
        onnx.save(model, str(chosen.out))
        onnx.save(onnx.load(str(plain)), str(chosen.out.with_suffix(".plain.onnx")))
    print(chosen.out, chosen.out.stat().st_size)


if __name__ == "__main__":
    main()
