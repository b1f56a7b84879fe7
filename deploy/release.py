"""Releases: an annotated tag on a clean commit whose files agree on its version, and the program of the last one, kept.

Kept is what the upgrade test starts (`tests/integration/test_last_release.py`): the four packages without the network
that reads lines and without pictures, as one compressed tar. A clone without history has it, and nothing is fetched.
Whoever has the history proves it equal to the commit, file by file (`tests/architecture/test_release.py`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import re
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "tests" / "golden" / "last_release"
WHAT = (
    "vault", "ocr", "signing", "qr", "pyproject.toml",
    ":(exclude)ocr/models/*.onnx", ":(exclude)vault/web/static/icons/*.png",
)  # fmt: skip
"""Pathspecs of the program. The network is 3.5 MB and may be missing: Tesseract then reads alone."""

_NOT = ":(exclude)"


class NotAReleaseError(Exception):
    """What is not so yet, in words."""


def git(*words: str, at: Path = ROOT) -> bytes:
    """Standard output of git. Raises `subprocess.CalledProcessError`."""
    return subprocess.run(["git", *words], cwd=at, stdout=subprocess.PIPE, check=True).stdout


def versions(root: Path = ROOT) -> Mapping[str, str]:
    """Every place that names the version of this tree, and what it says."""
    said = {
        "pyproject.toml": tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    }
    for name, pattern in {
        "vault/__init__.py": r'^__version__ = "(.+)"$',
        "deploy/compose.yaml": r"image: kho-so:(\S+)",
        "deploy/Containerfile": r"-t kho-so:(\S+) ",
        "deploy/README.md": r"-t kho-so:(\S+) ",
    }.items():
        found = re.search(pattern, (root / name).read_text(encoding="utf-8"), re.MULTILINE)
        said[name] = found.group(1) if found else "nothing"
    return said


def tag(root: Path = ROOT) -> str:
    """Make the commit that is checked out the release of its version; gives the tag.

    Raises `NotAReleaseError` when files are uncommitted, disagree about the version, or the version was given out.
    """
    said = versions(root)
    if len(set(said.values())) != 1:
        raise NotAReleaseError("these files name different versions: " + ", ".join(f"{k} {v}" for k, v in said.items()))
    if git("status", "--porcelain", at=root).strip():
        raise NotAReleaseError("there are changes that no commit holds: commit them first")
    name = f"v{next(iter(said.values()))}"
    if git("tag", "--list", name, at=root).strip():
        raise NotAReleaseError(f"{name} was given out already: raise the version first")
    git("tag", "--annotate", "--message", f"Kho so {name[1:]}", name, at=root)
    return name


def files_of(commit: str, root: Path = ROOT) -> dict[str, str]:
    """Path and Git's own digest of every file that is kept of a commit."""
    paths = [one for one in WHAT if not one.startswith(_NOT)]
    lines = git("ls-tree", "-r", "-z", commit, "--", *paths, at=root).decode().split("\0")
    found = {line.split("\t")[1]: line.split()[2] for line in lines if line}
    return {name: digest for name, digest in found.items() if not _left_out(name)}


def _left_out(name: str) -> bool:
    return any(fnmatch(name, one.removeprefix(_NOT)) for one in WHAT if one.startswith(_NOT))


def blob_digest(content: bytes) -> str:
    """The digest under which Git knows a file of this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def unpacked(kept: Path = KEPT) -> dict[str, bytes]:
    """Path and content of every file of the kept release."""
    packed = lzma.decompress((kept / "program.tar.xz").read_bytes())
    with tarfile.open(fileobj=BytesIO(packed)) as tar:
        return {one.name: held.read() for one in tar if one.isfile() and (held := tar.extractfile(one))}


def tree_digest(files: Mapping[str, str]) -> str:
    """One digest of paths and Git's digests."""
    return hashlib.sha256("".join(f"{digest} {name}\n" for name, digest in sorted(files.items())).encode()).hexdigest()


def keep(commit: str, kept: Path = KEPT, root: Path = ROOT) -> Mapping[str, str]:
    """Keep the program of a commit as the last release; gives what is written down about it."""
    whole = git("rev-parse", "--verify", f"{commit}^{{commit}}", at=root).decode().strip()
    packed = git("archive", "--format=tar", whole, *WHAT, at=root)
    program = tomllib.loads(git("show", f"{whole}:pyproject.toml", at=root).decode())["project"]["version"]
    names = git("ls-tree", "--name-only", f"{whole}:vault/db/migrations/versions", at=root).decode().split()
    told = {
        "version": program,
        "commit": whole,
        "schema": max(name[:4] for name in names if name[:4].isdigit()),
        "tree": tree_digest(files_of(whole, root)),
    }
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "program.tar.xz").write_bytes(lzma.compress(packed, preset=9 | lzma.PRESET_EXTREME))
    (kept / "release.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return told


def main(arguments: Sequence[str]) -> int:
    """Tag or keep; exit status 1 with words when it may not be."""
    parser = argparse.ArgumentParser(prog="deploy/release", description=__doc__.partition("\n")[0] if __doc__ else "")
    parts = parser.add_subparsers(dest="what", required=True)
    parts.add_parser("tag", help="the commit that is checked out becomes the release of its version")
    keeping = parts.add_parser("keep", help="keep a release's program for the upgrade test")
    keeping.add_argument("commit")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.what == "tag":
            name = tag()
            print(f"{name}: push it (git push origin {name}), then: bash deploy/release keep {name}")
        else:
            print(json.dumps(keep(chosen.commit)))
    except NotAReleaseError as error:
        print(f"deploy/release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
