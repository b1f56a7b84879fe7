"""Fit the confidence of fields to seeded specimens, and write what was found to ocr/confidence.json.

    python deploy/calibrate_ocr.py [--seeds 3001,3002,3003] [--variants 961,962] [--severities 1,2,3] [--reads DIR]
        [--only-kept] [--check]

Run it again whenever a reader, the vote or the templates change. Specimens are drawn, read (pages already in DIR are
not read again: give a new DIR after a change of readers) and understood; each field that was found and the facts of the
specimen also state is one case, right or wrong. Variants (`tests.golden.variants`) are papers in other wordings and
layouts; of an even seed they come from the second pool of wordings. Every other seed is held out, and the printed
figures are those of the held-out seeds: ``ece`` (expected calibration error, ten bins of equal size),
``accept_share`` and ``accept_error`` in percent of the cases. --check writes nothing and judges all seeds with the
shipped numbers. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import ocr  # noqa: E402 - the path comes first, so that the specimens of the tests are found too
from ocr.trust import EVIDENCE, FOR, NEVER, Calibration  # noqa: E402
from tests.golden import variants  # noqa: E402 - the same
from tests.golden.specimens import KINDS, Specimen, as_jpeg, draw  # noqa: E402

TARGET = ROOT / "ocr" / "confidence.json"
TYPE_OF = {"TLKS": "KS"}
MOST_WRONG = 0.0035
"""Share of accepted fields that may be wrong where the threshold is chosen; 0.5 percent is asked, seeds differ."""
LEAST_ACCEPT = 0.9
PRIOR = {
    "read": 0.27, "mean": 0.17, "doubt": -0.73, "prose": -0.13, "long": -0.48, "label": -0.41, "placed": -1.77,
    "odd": -6.03, "strange": -5.1, "agrees": 0.63, "untyped": -0.92,
}  # fmt: skip
"""What an earlier fit on 2,567 fields came to. Wrong fields are rare, so evidence that no page of a run happens to hold
(a mark in the middle of a word) keeps this weight instead of none; what the pages do show moves it."""
SPREAD = 0.7
"""How far from it a weight may lie, as a standard deviation, in units of its evidence's spread."""
STEPS = 6000
BINS = 10


@dataclass(frozen=True)
class Case:
    """One field of one specimen: its evidence, and whether its value is the specimen's."""

    group: str
    name: str
    evidence: Mapping[str, float]
    confidence: float
    accept: bool
    blocked: bool
    right: bool


def templates() -> tuple[ocr.Template, ...]:
    """The catalogue's templates."""
    files = sorted((ROOT / "vault" / "catalogue" / "templates").glob("*.yaml"))
    return tuple(ocr.Template.from_dict(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)


@dataclass(frozen=True)
class Paper:
    """One paper to be read: its name in ``reads`` up to the severity, and how it is drawn."""

    group: str
    kind: str
    name: str
    code: str
    draw: Callable[[], Specimen]


def papers(kinds: Sequence[str], seeds: Sequence[int], others: Sequence[int]) -> Iterator[Paper]:
    """Our own specimens of ``seeds``, then variants of ``others``."""
    for seed in seeds:
        for kind in kinds:
            yield Paper(f"{seed}", kind, f"{kind}-{seed}", TYPE_OF.get(kind, kind), partial(draw, kind, seed=seed))
    for seed in others:
        held = seed % 2 == 0
        for kind, code in variants.TYPE_OF.items():
            drawn = partial(variants.draw, kind, seed=seed, held=held)
            yield Paper(f"v{seed}", kind, f"v{int(held)}-{kind}-{seed}", code, drawn)


def read(paper: Paper, specimen: Specimen, severity: int, reads: Path | None) -> list[ocr.PageText]:
    """The pages of a specimen as read, kept in ``reads``."""
    kept = None if reads is None else reads / f"{paper.name}-{severity}.json"
    if kept is not None and kept.exists():
        return [ocr.PageText.from_dict(page) for page in json.loads(kept.read_text(encoding="utf-8"))]
    pictures = (as_jpeg(specimen, severity, page=number) for number in range(len(specimen.pages)))
    texts = [ocr.read_page(next(iter(ocr.pages(picture)))) for picture in pictures]
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps([text.as_dict() for text in texts], ensure_ascii=False), encoding="utf-8")
    return texts


def cases(
    wanted: Iterable[Paper], severities: Sequence[int], reads: Path | None, *, only_kept: bool = False
) -> Iterator[Case]:
    """Every field that was found and that the specimen states."""
    forms = templates()
    shipped = Calibration.from_dict(json.loads(TARGET.read_text(encoding="utf-8")))
    for paper in wanted:
        kept = [] if reads is None else [one for one in severities if (reads / f"{paper.name}-{one}.json").exists()]
        if not (asked := kept if only_kept else severities):
            continue
        specimen = paper.draw()
        for severity in asked:
            said = ocr.understand(read(paper, specimen, severity, reads), forms)
            for name, found in said.fields.items():
                if name not in specimen.fields or not found.value or not found.evidence:
                    continue
                right = said.type.code == paper.code and same(specimen.fields[name], found.value)
                blocked = found.confidence < shipped.confidence(found.evidence) - 1e-6 or any(
                    evidence in found.evidence for evidence in NEVER
                )
                label = f"{paper.name}.{name}/{severity}"
                yield Case(paper.group, label, found.evidence, found.confidence, found.accept, blocked, right)


def same(truth: str, said: str) -> bool:
    """Equal but for case and runs of spaces."""
    return " ".join(truth.split()).casefold() == " ".join(said.split()).casefold()


def fitted(seen: Sequence[Case]) -> tuple[float, dict[str, float]]:
    """Logistic regression whose weights have the sign that their evidence has; projected gradient steps (Adam)."""
    usable = [case for case in seen if not case.blocked]
    facts = np.array([[case.evidence.get(name, 0.0) for name in EVIDENCE] for case in usable])
    right = np.array([case.right for case in usable], dtype=float)
    spread = np.maximum(facts.std(axis=0), 0.25)
    scaled = np.hstack([facts / spread, np.ones((len(facts), 1))])
    signs = np.array([1.0 if name in FOR else -1.0 for name in EVIDENCE])
    signs[EVIDENCE.index("prose")] = 0.0
    prior = np.array([PRIOR.get(name, 0.0) for name in EVIDENCE]) * spread
    weights = np.append(prior, 0.0)
    first, second = np.zeros(scaled.shape[1]), np.zeros(scaled.shape[1])
    for step in range(1, STEPS + 1):
        likely = 1.0 / (1.0 + np.exp(-scaled @ weights))
        slope = scaled.T @ (likely - right) / len(usable)
        slope[:-1] += (weights[:-1] - prior) / (SPREAD**2 * len(usable))
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        weights -= 0.01 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9)
        wrong_way = signs * weights[:-1] < 0
        weights[:-1][wrong_way] = 0.0
    return float(weights[-1]), {
        name: round(float(weight / size), 4) for name, weight, size in zip(EVIDENCE, weights, spread, strict=False)
    }


def threshold(seen: Sequence[Case], sure: Callable[[Case], float]) -> float:
    """The lowest confidence from which on at most ``MOST_WRONG`` of the fields are wrong."""
    ordered = sorted((case for case in seen if not case.blocked), key=sure, reverse=True)
    wrong, best = 0, 1.0
    for number, case in enumerate(ordered, start=1):
        wrong += not case.right
        if wrong <= MOST_WRONG * number and sure(case) >= LEAST_ACCEPT:
            best = sure(case)
    return math.floor(best * 1e4) / 1e4


def figures(seen: Sequence[Case], sure: Sequence[float], accept: Sequence[bool]) -> dict[str, float]:
    """Calibration error in ten bins of equal size, and what accepting comes to."""
    confidence, right = np.array(sure), np.array([case.right for case in seen], dtype=float)
    order: NDArray[np.int64] = np.argsort(confidence)
    parts = np.array_split(order, BINS)
    ece = sum(len(part) * abs(float(confidence[part].mean() - right[part].mean())) for part in parts) / len(seen)
    taken = np.array(accept, dtype=bool)
    wrong = float((1 - right[taken]).mean()) if taken.any() else 0.0
    return {
        "fields": len(seen),
        "ece": round(ece, 4),
        "accept_share": round(100 * float(taken.mean()), 2),
        "accept_error": round(100 * wrong, 2),
        "right": round(100 * float(right.mean()), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", default="3001,3002,3003,3004")
    parser.add_argument("--variants", default="", help="seeds of papers in other wordings and layouts")
    parser.add_argument("--severities", default="1,2,3")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--reads", type=Path, help="folder of pages already read")
    parser.add_argument("--only-kept", action="store_true", help="use the pages in --reads and read no others")
    parser.add_argument("--check", action="store_true", help="judge the shipped numbers, write nothing")
    chosen = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    seeds, others = ([int(seed) for seed in text.split(",") if seed] for text in (chosen.seeds, chosen.variants))
    severities = [int(one) for one in chosen.severities.split(",")]
    wanted = papers(chosen.kinds.split(","), seeds, others)
    seen = list(cases(wanted, severities, chosen.reads, only_kept=chosen.only_kept))
    if chosen.check:
        print(json.dumps(figures(seen, [case.confidence for case in seen], [case.accept for case in seen])))
        return
    groups = list(dict.fromkeys(case.group for case in seen))
    held = set(groups[1::2])
    fit, rest = [case for case in seen if case.group not in held], [case for case in seen if case.group in held]
    tried = weighed(fit)
    sure = [tried.confidence(case.evidence) if not case.blocked else case.confidence for case in rest]
    accept = [value >= tried.accept_from and not case.blocked for value, case in zip(sure, rest, strict=True)]
    for case, value, taken in zip(rest, sure, accept, strict=True):
        if taken and not case.right:
            print(f"accepted and wrong: {case.name} {value:.4f} {dict(case.evidence)}", file=sys.stderr)
    result = figures(rest, sure, accept)
    final = weighed(seen)
    kept = {
        "accept_from": final.accept_from,
        "bias": round(final.bias, 4),
        "weights": dict(final.weights),
        "fitted_on": {"seeds": seeds, "variants": others, "severities": severities, "fields": len(seen)},
        "held_out": result,
    }
    TARGET.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps({"accept_from": final.accept_from, **result}))


def weighed(seen: Sequence[Case]) -> Calibration:
    """Weights and threshold from these cases."""
    bias, weights = fitted(seen)
    plain = Calibration(bias, weights, 1.0)
    return Calibration(bias, weights, threshold(seen, lambda case: plain.confidence(case.evidence)))


if __name__ == "__main__":
    main()
