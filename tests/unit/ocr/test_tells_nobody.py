"""The runtime of the networks reports to its maker unless it is told not to before it is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def left_by(home: Path, words: str) -> list[str]:
    """What a Python with this home leaves behind in it."""
    home.mkdir()
    given = {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", words], env=given, check=True, capture_output=True)
    return [one.name for one in home.rglob("*")]


def test_networks_are_loaded_without_a_device_number_and_without_a_queue_of_reports(tmp_path: Path) -> None:
    assert left_by(tmp_path / "ours", "import ocr.onnx") == []
    whole = "import os, ocr.onnx; assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'"
    assert left_by(tmp_path / "told", whole) == []
