"""How well a rescan of a paper is known again, and papers that only look alike are not taken for one.

    python deploy/bench_rescan.py [--people 4] [--readings FILE] [--read]

Every paper is scanned twice, at two severities with two seeds of noise. Against it stand papers of the same template
about the same person (another number, another day: the hardest), about others, and other papers of the same person.
With `--read` the specimens are drawn and read anew into FILE, one JSON object a line; without it the readings kept in
`tests/golden/reuse/rescans.jsonl` are judged, which the tests do too. The last line of output is one JSON object:

`precision`, `recall`   over all pairs of a first scan and a later one, at the score from which a rescan is offered
`alike_offered`         of the same template and person, but another paper: how many were offered
`pairs`, `same`         how many pairs were judged, and how many of them are the same paper
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

KEPT = ROOT / "tests" / "golden" / "reuse" / "rescans.jsonl"
KINDS = ("XNTTHN", "KS", "GPXD", "HKD", "CT07", "GPKDVT")
WHO = (
    "holder_name",
    "holder_id",
    "birth_date",
    "sex",
    "owner_name",
    "owner_id",
    "business_name",
    "tax_code",
    "address",
)
"""Facts that two papers of one template about one person share."""


def scans(people: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """What each file is, and the file: a first scan, a rescan, and a paper that looks alike."""
    from tests.golden.specimens import as_jpeg, draw  # noqa: PLC0415 - only to read anew

    for person in range(people):
        for place, kind in enumerate(KINDS):
            seed = 700 + 10 * person
            paper = draw(kind, seed=seed)
            shared = {name: paper.fields[name] for name in WHO if name in paper.fields}
            other = draw(kind, seed=seed + 5, overrides=_fitting(kind, seed + 5, shared))
            again = (2, 3)[(person + place) % 2]
            named = {"kind": kind, "person": person}
            yield named | {"paper": 0, "scan": 0, "severity": 1}, as_jpeg(paper, 1, seed=seed)
            yield named | {"paper": 0, "scan": 1, "severity": again}, as_jpeg(paper, again, seed=seed + 1)
            yield named | {"paper": 1, "scan": 0, "severity": 2}, as_jpeg(other, 2, seed=seed + 2)


def _fitting(kind: str, seed: int, wanted: dict[str, str]) -> dict[str, str]:
    from tests.golden.specimens import draw  # noqa: PLC0415 - only to read anew

    return {name: value for name, value in wanted.items() if name in draw(kind, seed=seed).fields}


def read_all(people: int, file: Path) -> None:
    """Read every scan into the file."""
    import ocr  # noqa: PLC0415 - only to read anew
    from vault.bootstrap import build  # noqa: PLC0415 - the same
    from vault.config import Settings  # noqa: PLC0415 - the same

    templates = build(Settings(home=Path())).templates
    with file.open("w", encoding="utf-8") as out:
        for named, data in scans(people):
            start = time.monotonic()
            pages = [ocr.read_page(page) for page in ocr.pages(data)]
            found = ocr.understand(pages, templates)
            fields = {name: one.value for name, one in sorted(found.fields.items()) if one.value}
            line = named | {"type": found.type.code, "fields": fields, "text": "\n".join(page.text for page in pages)}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            out.flush()
            print(f"{named} {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
