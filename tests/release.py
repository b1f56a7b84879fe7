"""The last release as it was given out: its own program in a folder of its own, with the packages that are locked here.

A virtual environment is what tells the release's processes (and the children that they start with `-I`) which program
they are: its one `.pth` names the release first and then the packages of ours, without the project itself.
"""

from __future__ import annotations

import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from deploy.release import unpacked

OURS = Path(sys.executable).parent
_VAULT = """#!{python}
import sys
from vault.cli.main import run
sys.exit(run())
"""


@dataclass(frozen=True)
class Release:
    """An unpacked release."""

    folder: Path

    @property
    def vault(self) -> Path:
        """Its command line."""
        return self.folder / ".venv" / "bin" / "vault"


def unpack(folder: Path) -> Release:
    """Lay the kept release out, ready to run."""
    for name, content in unpacked().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    own = folder / ".venv"
    venv.create(own, symlinks=True)
    (packages,) = own.glob("lib/python3*/site-packages")
    (others,) = OURS.parent.glob("lib/python3*/site-packages")
    (packages / "release.pth").write_text(f"{folder}\n{others}\n", encoding="utf-8")
    (own / "bin" / "weed").symlink_to(OURS / "weed")  # the object store's program stands beside Python's
    release = Release(folder)
    release.vault.write_text(_VAULT.format(python=own / "bin" / "python"), encoding="utf-8")
    release.vault.chmod(0o755)
    return release
