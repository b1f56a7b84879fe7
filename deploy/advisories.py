"""What is known to be wrong with the libraries that are locked: the locks against a local copy of advisories.

`VAULT_ADVISORIES` names a folder of OSV files (https://ossf.github.io/osv-schema/; `all.zip` of the ecosystems PyPI and
npm at osv.dev, unpacked). Without it nothing is audited, and that is said. pip-audit asks its sources over the network
only, and where this project is built there is none.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
NOTHING = "no advisories: VAULT_ADVISORIES names no folder of OSV files (PyPI, npm), so nothing was audited"


def locked() -> Iterator[tuple[str, str, str]]:
    """(ecosystem, name, version) of everything that is installed by a lock."""
    for file in ("run.txt", "test.txt", "uv.txt"):
        lock = (ROOT / "deploy" / "lock" / file).read_text(encoding="utf-8")
        for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock, re.MULTILINE):
            yield "PyPI", canonicalize_name(name), version
    packages = json.loads((ROOT / "deploy" / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for place, one in packages.items():
        if place:
            yield "npm", place.rpartition("node_modules/")[2], one["version"]


def hits(version: str, affected: Mapping[str, Any]) -> bool:
    """Whether one `affected` of an advisory names this version: by list, or by ranges of events."""
    if version in affected.get("versions", ()):
        return True
    try:
        mine = Version(version)
        return any(_inside(mine, one["events"]) for one in affected.get("ranges", ()) if one["type"] != "GIT")
    except InvalidVersion:
        return True  # what cannot be compared is looked at by a person


def _inside(mine: Version, events: list[Mapping[str, str]]) -> bool:
    """OSV: sorted by version, the last event at or before ours decides."""
    inside = False
    places = [(Version("0") if text == "0" else Version(text), kind) for one in events for kind, text in one.items()]
    for at, kind in sorted(places, key=lambda one: one[0]):
        if kind == "last_affected":
            inside = inside and mine <= at
        elif kind != "limit" and mine >= at:
            inside = kind == "introduced"
    return inside


def found(folder: Path) -> Iterator[str]:
    """`NAME VERSION: ADVISORY summary` of everything that is affected; withdrawn advisories count no more."""
    here: dict[tuple[str, str], set[str]] = {}
    for ecosystem, name, version in locked():
        here.setdefault((ecosystem, name), set()).add(version)
    for file in sorted(folder.rglob("*.json")):
        advisory = json.loads(file.read_text(encoding="utf-8"))
        if advisory.get("withdrawn"):
            continue
        for one in advisory.get("affected", ()):
            package = one.get("package", {})
            name = package.get("name", "")
            ecosystem = package.get("ecosystem", "")
            known = here.get((ecosystem, canonicalize_name(name) if ecosystem == "PyPI" else name), ())
            for version in sorted(known):
                if hits(version, one):
                    yield f"{name} {version}: {advisory['id']} {advisory.get('summary', '')}".rstrip()


def main() -> int:
    """Exit status 1 when something is affected, 2 when the folder holds no advisory."""
    folder = os.environ.get("VAULT_ADVISORIES")
    if not folder:
        print(NOTHING)
        return 0
    count = sum(1 for _ in Path(folder).rglob("*.json"))
    if not count:
        print(f"no OSV file lies in {folder}")
        return 2
    affected = sorted(set(found(Path(folder))))
    for line in affected:
        print(line)
    print(f"{count} advisories, {len(set(locked()))} locked packages, {len(affected)} affected")
    return 1 if affected else 0


if __name__ == "__main__":
    sys.exit(main())
