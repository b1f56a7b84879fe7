"""Networks in ONNX files. onnxruntime stays in this file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnxruntime  # type: ignore[import-untyped]

from ocr.errors import ReaderMissingError


def session(path: Path) -> Any:
    """A session on one thread: pages are read in parallel by processes, and more threads make each slower."""
    if not path.is_file():
        raise ReaderMissingError(f"{path.name} is not installed")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own that it does not export
        raise ReaderMissingError(f"{path.name}: {error}") from error
