"""How well a rescan of a paper is known again, and papers that only look alike are not taken for one.

    python deploy/bench_rescan.py [--people 4] [--readings FILE] [--read]

Every paper is scanned twice, at two severities with two seeds of noise. Against it stand papers of the same template
about the same person (another number, another day: the hardest), about others, and other papers of the same person.
With `--read` the specimens are drawn and read anew into FILE, one JSON object a line; without it the readings kept in
`tests/golden/reuse/rescans.jsonl` are judged, which the tests do too. The last line of output is one JSON object:

`precision`, `recall`   over all pairs of a first scan and another one, at the score from which a rescan is offered
`alike_offered`         of the same template and person, but another paper: how many were offered
`pairs`, `same`         how many pairs were judged, and how many of them are the same paper
"""

from __future__ import annotations

import argparse
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


def judged(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Every later scan against every first scan of a paper, as the vault would see them."""
    from vault.domain.rescans import OFFERED, Reading, likeness  # noqa: PLC0415 - the path comes first

    def reading(line: dict[str, Any]) -> Reading:
        return Reading(line["type"], line["fields"], line["text"])

    def paper(line: dict[str, Any]) -> tuple[Any, ...]:
        return line["kind"], line["person"], line["paper"]

    firsts = [line for line in lines if line["scan"] == 0]
    pairs = [
        (paper(kept) == paper(scan), kept, scan, likeness(reading(scan), reading(kept)))
        for kept in firsts
        for scan in lines
        if scan is not kept and (scan["scan"] == 1 or paper(scan) > paper(kept))
    ]
    offered = [same for same, _, _, score in pairs if score >= OFFERED]
    alike = [
        score >= OFFERED
        for same, kept, scan, score in pairs
        if not same and (kept["kind"], kept["person"]) == (scan["kind"], scan["person"])
    ]
    return {
        "precision": round(sum(offered) / max(1, len(offered)), 3),
        "recall": round(sum(offered) / sum(same for same, *_ in pairs), 3),
        "alike_offered": f"{sum(alike)} of {len(alike)}",
        "pairs": len(pairs),
        "same": sum(same for same, *_ in pairs),
        "lowest_same": round(min(score for same, *_, score in pairs if same), 2),
        "highest_other": round(max(score for same, *_, score in pairs if not same), 2),
    }


def load(file: Path = KEPT) -> list[dict[str, Any]]:
    """The readings that are kept."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    """Read anew if asked to, then judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--people", type=int, default=4, help="people for each of the kinds of paper")
    parser.add_argument("--readings", type=Path, default=KEPT)
    parser.add_argument("--read", action="store_true", help="draw and read the specimens anew (minutes)")
    parser.add_argument("--json", action="store_true", help="only the last line on standard output")
    chosen = parser.parse_args()
    if chosen.read:
        read_all(chosen.people, chosen.readings)
    from deploy.figures import last_line  # noqa: PLC0415 - the path comes first

    print(last_line("rescan", judged(load(chosen.readings)), "targets: precision 0.95, recall 0.90"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
