"""Networks in ONNX files. onnxruntime stays in this file.

Its wheel of 1.31 makes a device number under the user's cache and reports to its maker's servers as soon as it is
imported; this program tells nobody that it reads papers. The variable works only before the import.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ocr.errors import ReaderMissingError

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # noqa: TID251 - the only way to tell onnxruntime, see above
import onnxruntime  # type: ignore[import-untyped]


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
