"""Writes specimens as files: python -m tests.golden.specimens OUTDIR --kinds KS,KH --seed 1 --severity 2.

Beside each file lies FILE.json with kind, seed, severity, text, fields and the boxes mapped to the degraded pages.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.golden.specimens import KINDS, Specimen, as_jpeg, as_pdf, as_png, as_tiff, draw, scans
from tests.golden.specimens.degrade import SEVERITIES


def main(arguments: list[str] | None = None) -> int:
    """Draw what is asked for into a folder, one line of output per file."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.golden.specimens", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("outdir", type=Path)
    parser.add_argument("--kinds", default=",".join(KINDS), help="comma-separated; all without it")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=1, help="how many seeds of each kind")
    parser.add_argument("--severity", type=int, default=1, choices=SEVERITIES)
    parser.add_argument("--format", default="pdf", choices=("pdf", "jpeg", "png", "tiff"))
    chosen = parser.parse_args(arguments)
    kinds = chosen.kinds.split(",")
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        parser.error(f"no such kind: {', '.join(unknown)}; there are {', '.join(KINDS)}")
    chosen.outdir.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        for seed in range(chosen.seed, chosen.seed + chosen.count):
            _write(draw(kind, seed=seed), chosen.severity, chosen.format, chosen.outdir)
    return 0


def _write(specimen: Specimen, severity: int, form: str, folder: Path) -> None:
    stem = f"{specimen.kind}-{specimen.seed}-s{severity}"
    if form in {"pdf", "tiff"}:
        files = {f"{stem}.{form}": as_pdf(specimen, severity) if form == "pdf" else as_tiff(specimen, severity)}
    else:
        make = as_jpeg if form == "jpeg" else as_png
        numbers = range(len(specimen.pages))
        files = {f"{stem}-p{page + 1}.{form}": make(specimen, severity, page=page) for page in numbers}
    for name, content in files.items():
        (folder / name).write_bytes(content)
        sys.stdout.write(f"{folder / name}\n")
    pages = scans(specimen, severity)
    truth = {
        "kind": specimen.kind,
        "seed": specimen.seed,
        "severity": severity,
        "files": list(files),
        "text": specimen.text,
        "fields": dict(specimen.fields),
        "boxes": {name: [box[0], *pages[box[0]].map_box(box[1:])] for name, box in specimen.boxes.items()},
    }
    (folder / f"{stem}.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
