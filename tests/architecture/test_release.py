"""What a release is, and that the program which upgrades are tested from is really that of its commit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from deploy import release

TOLD = json.loads((release.KEPT / "release.json").read_text(encoding="utf-8"))


def has_history(root: Path) -> bool:
    found = subprocess.run(["git", "cat-file", "-e", f"{TOLD['commit']}^{{tree}}"], cwd=root, check=False, stderr=-3)
    return found.returncode == 0


def test_the_kept_program_is_that_of_its_commit(root: Path) -> None:
    """By the digest that was written down; by Git itself, file by file, where the clone reaches back so far."""
    files = {name: release.blob_digest(content) for name, content in release.unpacked().items()}
    assert len(files) > 400
    assert release.tree_digest(files) == TOLD["tree"]
    if has_history(root):
        assert files == release.files_of(TOLD["commit"], root)


def test_the_upgrade_from_it_is_a_real_one(root: Path) -> None:
    numbers = sorted(one.name[:4] for one in (root / "vault/db/migrations/versions").glob("[0-9]*.py"))
    assert TOLD["schema"] in numbers
    assert numbers[-1] > TOLD["schema"], "no migration is newer than the kept release: nothing would be tested"
    kept = {name: content for name, content in release.unpacked().items() if "/migrations/versions/0" in name}
    assert max(kept).rpartition("/")[2][:4] == TOLD["schema"]
    # A migration that was given out is never changed: nobody would run it again.
    assert [name for name, content in kept.items() if (root / name).read_bytes() != content] == []


def test_every_place_names_one_version(root: Path) -> None:
    assert len(set(release.versions(root).values())) == 1, release.versions(root)


@pytest.fixture
def tree(root: Path, tmp_path: Path) -> Path:
    """A small repository whose files name a version, committed."""
    for name in release.versions(root):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((root / name).read_bytes())
    for name in ("ocr/a.py", "ocr/models/a.onnx", "signing/a.py", "qr/a.py", "vault/db/migrations/versions/0016_a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n", encoding="utf-8")
    (tmp_path / "vault/web/static/icons").mkdir(parents=True)
    (tmp_path / "vault/web/static/icons/a.png").write_bytes(b"x")
    release.git("init", "--quiet", at=tmp_path)
    release.git("config", "user.name", "Mẫu", at=tmp_path)
    release.git("config", "user.email", "mau@example.vn", at=tmp_path)
    commit(tmp_path)
    return tmp_path


def commit(tree: Path) -> None:
    release.git("add", "--all", at=tree)
    release.git("commit", "--quiet", "--no-verify", "--message", "x", at=tree)


def test_a_release_is_a_tag_given_out_once_on_a_clean_commit(tree: Path) -> None:
    (tree / "ocr/a.py").write_text("# other\n", encoding="utf-8")
    with pytest.raises(release.NotAReleaseError, match="no commit holds"):
        release.tag(tree)
    commit(tree)
    name = release.tag(tree)
    assert name == f"v{release.versions(tree)['pyproject.toml']}"
    assert release.git("cat-file", "-t", name, at=tree) == b"tag\n"
    with pytest.raises(release.NotAReleaseError, match="given out already"):
        release.tag(tree)
    page = tree / "vault/__init__.py"
    page.write_text(
        page.read_text(encoding="utf-8").replace("__version__ = ", "__version__ = '9' + "), encoding="utf-8"
    )
    commit(tree)
    with pytest.raises(release.NotAReleaseError, match="different versions"):
        release.tag(tree)


def test_what_is_kept_is_the_program_without_what_is_large(tree: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    told = release.keep(release.tag(tree), kept, tree)
    files = {name: release.blob_digest(content) for name, content in release.unpacked(kept).items()}
    assert set(files) == {
        "ocr/a.py", "signing/a.py", "qr/a.py", "vault/__init__.py", "pyproject.toml",
        "vault/db/migrations/versions/0016_a.py",
    }  # fmt: skip
    assert files == release.files_of(told["commit"], tree)
    assert (told["tree"], told["schema"]) == (release.tree_digest(files), "0016")
