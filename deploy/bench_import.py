"""An old store of many files is imported, killed in the middle, and imported again: no file is lost, none is doubled.

    python deploy/bench_import.py [--files 10000] [--kills 2] [--json]

Starts a database and an object store in a temporary folder (no worker: what is measured is the taking in, not the
sealing), writes the files with an index (`tests/old_store.py`), runs `vault import`, ends it with SIGKILL a few times,
and compares every file with what the vault then holds, byte for byte. The last line of output is one JSON object:

`lost`, `doubled`    good files that are not in the vault with their bytes, or are in it twice: 0
`wrong_fates`        files of which the report tells something else than what they are: 0
`files_per_s`        files a second over all runs, starts included
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

AGENCY = "H24.958"
FIRST = 3_000_000


def main() -> None:
    """Run it."""
    from deploy.figures import last_line  # noqa: PLC0415 - the path comes first
    from tests.fakes.parts import running  # noqa: PLC0415 - the same

    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--files", type=int, default=10_000)
    asked.add_argument("--kills", type=int, default=2)
    asked.add_argument("--json", action="store_true", help="the last line is JSON either way")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "vault") as app:
        figures = measure(app, Path(folder), given.files, given.kills)
    print(last_line("import", figures, "every file in the vault once, byte for byte"))
    sys.exit(1 if figures["lost"] or figures["doubled"] or figures["wrong_fates"] else 0)


def measure(app: Any, folder: Path, files: int, kills: int) -> dict[str, Any]:
    """Import, kill, import again, compare."""
    from tests.fakes.parts import account  # noqa: PLC0415 - the path comes first
    from tests.old_store import old_folder, report_of  # noqa: PLC0415 - the same
    from vault.domain.backfill import Fate  # noqa: PLC0415 - the same
    from vault.domain.people import Role  # noqa: PLC0415 - the same

    account(app, "nhap-kho", Role.OFFICER, agency=AGENCY)
    old = old_folder(folder / "cu", papers=files, first=FIRST)
    report = folder / "bao-cao.csv"
    line = [str(ROOT / ".venv" / "bin" / "vault"), "import", str(old.root), "--index", str(old.index)]
    line += ["--mapping", str(old.mapping), "--as", "nhap-kho", "--report", str(report), "--no-read", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}
    environment |= {"VAULT_HOME": str(app.settings.home), "PYTHONPATH": str(ROOT)}
    begin = time.monotonic()
    for number in range(kills):
        process = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wanted = files * (number + 1) // (kills + 1)
        while process.poll() is None and (not report.exists() or report.read_bytes().count(b"\n") < wanted):
            time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(line, env=environment, stdout=subprocess.DEVNULL, check=False)
    seconds = time.monotonic() - begin
    found = report_of(report)
    wrong = sum(found.get(name, {}).get("fate") != fate.value for name, fate in old.fates.items())
    good = {old.digests[name] for name, fate in old.fates.items() if fate is Fate.IMPORTED}
    with app.uow.begin() as tx:
        kept = [one.original for one in tx.intakes.list(AGENCY, limit=2 * files + 100)]
    held = set(kept)
    lost = sum(one not in held or hashlib.sha256(app.blobs.get(one)).hexdigest() != one for one in good)
    return {
        "files": len(old.fates),
        "imported": len(good),
        "kills": kills,
        "lost": lost,
        "doubled": len(kept) - len(held) + len(held - good),
        "wrong_fates": wrong,
        "seconds": round(seconds, 1),
        "files_per_s": round(len(old.fates) / seconds, 1),
    }


if __name__ == "__main__":
    main()
