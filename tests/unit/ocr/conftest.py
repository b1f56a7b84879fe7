from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ocr import Template

TEMPLATES = Path(__file__).resolve().parents[3] / "vault" / "catalogue" / "templates"


@pytest.fixture(scope="session")
def templates() -> list[Template]:
    """The templates that the program ships."""
    return [Template.from_dict(yaml.safe_load(path.read_text("utf-8"))) for path in sorted(TEMPLATES.glob("*.yaml"))]
