"""The import contracts hold, and each of them breaks where it should: a contract that cannot break guards nothing."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PACKAGES = ("vault", "ocr", "signing", "qr")
ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# contract -> violations, each a set of files to plant
PLANTS: dict[str, list[dict[str, str]]] = {
    "libraries": [
        {"ocr/planted.py": "import vault.domain"},
        {"qr/planted.py": "import signing"},
        {"signing/planted.py": "from ocr import planted_name"},
    ],
    "rooms": [
        {"vault/domain/planted.py": "from vault import ports"},
        {"vault/usecases/planted.py": "import vault.db"},
        {"vault/db/planted.py": "import vault.blobs"},
        {"vault/web/planted.py": "import vault.cli"},
        {"vault/web/planted.py": "import vault.worker"},
        {"vault/bootstrap_planted/__init__.py": "", "vault/helpers/__init__.py": ""},  # a room without a place
    ],
    "pure-domain": [{"vault/domain/planted.py": "import cbor2"}, {"vault/domain/planted.py": "import qr"}],
    "verbs-without-vendors": [
        {"vault/usecases/planted.py": "import sqlalchemy"},
        {"vault/usecases/planted.py": "from fastapi import Request"},
    ],
    "one-root": [
        {"vault/cli/planted.py": "from vault.config import Settings"},
        {"vault/worker/planted.py": "import vault.db"},
        {"vault/web/planted.py": "from vault.blobs import S3Blobs"},
        {"vault/cli/planted.py": "import vault.keys"},
    ],
    "engine-roots-ocr": [{"vault/usecases/planted.py": "import ocr.errors"}],
    "engine-roots-signing": [{"vault/sandbox/planted.py": "from signing.errors import SigningError"}],
    "engine-roots-qr": [{"vault/web/planted.py": "from qr import errors"}],
    "no-cycles": [
        {
            "vault/domain/one.py": "from vault.domain import two",
            "vault/domain/two.py": "from vault.domain import one",
        },
    ],
}


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(program), "--no-cache", "--no-logo", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=_all_but_python)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def _all_but_python(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()]


def test_every_contract_is_kept() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_has_a_planted_violation() -> None:
    assert set(PLANTS) == set(CONTRACTS)


@pytest.mark.parametrize(
    ("contract", "files"),
    [pytest.param(name, files, id=f"{name}-{n}") for name, plants in PLANTS.items() for n, files in enumerate(plants)],
)
def test_each_contract_breaks_on_a_planted_violation(copy: Path, contract: str, files: dict[str, str]) -> None:
    for name, source in files.items():
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(source + "\n", encoding="utf-8")
    result = lint(copy, "--contract", contract)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{CONTRACTS[contract]['name']} BROKEN" in result.stdout or "not listed as layers" in result.stdout


def test_the_untouched_copy_is_kept(copy: Path) -> None:
    """Or the test above would prove nothing."""
    assert lint(copy).returncode == 0


def test_the_domain_imports_only_the_standard_library() -> None:
    """The contract names vendors; this needs no list and so misses none."""
    strangers = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "vault" / "domain").rglob("*.py")
        for name in _imported(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("vault.domain")
    }
    assert strangers == set()


def _imported(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names
