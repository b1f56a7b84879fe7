"""How well and how fast papers are read: drawn specimens at four severities, and real pages that were typed by hand.

    python deploy/bench_ocr.py [--seeds 1] [--kinds KS,KH] [--severities 1,2,3,4] [--samples DIR] [--no-peer]

The last line of output is one JSON object: {"name", "figures", "baseline", "machine"}. Figures:

cer_specimen_1..4   character errors per 100 characters of the truth, any order of lines, dot leaders left out
cer_real            the same over the real pages; false_text: characters read where their truth has none, per 100
cer_photo_bent      the first BENT photographs perspective left as it is; cer_photo_flat: the same as they are read
flattened_scans     percent of the specimens of severities 1 to 3 whose perspective was undone (nothing is gained there)
field_exact_1..4    fields exactly right, of those that the paper states and its template asks for, percent
type_accuracy       percent of specimens of severities 1 to 3 whose kind was found; type_accuracy_4: photographs
accept_share        percent of the fields found on real pages that the reader marks as needing no look
accept_error        percent of those whose value the truth of the page does not contain
accept_share_specimen, accept_error_specimen   the same against the facts of the specimens of severities 1 to 3
ece                 expected calibration error of the fields of these specimens, ten bins of equal size, 0 to 1
understand_share    kind and fields of the real pages: processor time in percent of what reading them took
pages_per_s_core    real pages and specimens per second of processor time, Tesseract's processes included
cer_real_fast, false_text_fast  the real pages in fast mode
ratio_ocrmypdf      pages a second against OCRmyPDF 17 on the same PDF, one job, taking turns, by the clock
ratio_ocrmypdf_fast the same in fast mode; ..._cpu: both by processor time, which a busy machine disturbs less
peak_mb             largest memory of this process or of one it started
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import ocr  # noqa: E402 - the path comes first, so that the specimens of the tests are found too
from deploy.figures import last_line  # noqa: E402 - the same
from tests.golden.specimens import KINDS, Specimen, as_jpeg, as_pdf, draw  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCANS = (1, 2, 3)
PHOTOGRAPH = 4
TYPE_OF = {"TLKS": "KS"}  # an extract of the birth register is read by the template of birth certificates
LEADERS = re.compile(r"(?:[.…·_]\s?){3,}")
PEER = ROOT / ".venv" / "peers" / "ocrmypdf"
TURNS = 3
BENT = 8
BINS = 10


@dataclass
class Tally:
    """What was counted over some pages."""

    score: ocr.Score = field(default_factory=lambda: ocr.Score(0, 0, 0))
    papers: int = 0
    typed: int = 0
    asked: int = 0
    exact: int = 0
    accepted: int = 0
    accepted_wrong: int = 0
    flattened: int = 0
    bent: ocr.Score = field(default_factory=lambda: ocr.Score(0, 0, 0))
    flat: ocr.Score = field(default_factory=lambda: ocr.Score(0, 0, 0))
    judged: list[tuple[float, bool]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    pages: int = 0
    seconds: float = 0.0
    understanding: float = 0.0


def templates() -> tuple[ocr.Template, ...]:
    """The catalogue's templates."""
    files = sorted((ROOT / "vault" / "catalogue" / "templates").glob("*.yaml"))
    return tuple(ocr.Template.from_dict(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)


def read(data: bytes, tally: Tally | None = None, *, fast: bool = False) -> list[ocr.PageText]:
    """All pages of one file; the tally counts them and the processor time they took."""
    start = processor_seconds()
    readers = ocr.default_readers(fast=fast)
    texts = [ocr.read_page(page, readers=readers) for page in ocr.pages(data)]
    if tally is not None:
        tally.pages += len(texts)
        tally.seconds += processor_seconds() - start
    return texts


def score(truth: str, said: str) -> ocr.Score:
    """Character errors without dot leaders, which no truth holds."""
    return ocr.cer(truth, LEADERS.sub(" ", said))


def specimen_tally(specimen: Specimen, severity: int, forms: Sequence[ocr.Template], tally: Tally) -> None:
    """Read one specimen and count."""
    texts = [read(as_jpeg(specimen, severity, page=number), tally)[0] for number in range(len(specimen.pages))]
    for truth, text in zip(specimen.text, texts, strict=True):
        tally.score += score(truth, text.text)
    tally.flattened += "FLATTENED" in texts[0].steps
    if severity == PHOTOGRAPH and tally.papers < BENT:
        picture = next(iter(ocr.pages(as_jpeg(specimen, severity, page=0))))
        bent = ocr.read_page(picture, steps=ocr.STEPS - {"FLATTENED"})
        tally.bent += score(specimen.text[0], bent.text)
        tally.flat += score(specimen.text[0], texts[0].text)
    paper = ocr.understand(texts, forms)
    code = TYPE_OF.get(specimen.kind, specimen.kind)
    tally.papers += 1
    tally.typed += paper.type.code == code
    asked = next(({spec.name for spec in form.fields} for form in forms if form.code == code), set())
    for name in asked & set(specimen.fields):
        got = paper.fields.get(name) if paper.type.code == code else None
        right = got is not None and same(specimen.fields[name], got.value)
        tally.asked += 1
        tally.exact += right
        if not right:
            said = got.value if got else "(not found)"
            tally.missed.append(f"{specimen.kind}.{name}: {specimen.fields[name]} | {said}")
        if got is not None and got.value:
            tally.judged.append((got.confidence, right))
            tally.accepted += got.accept
            tally.accepted_wrong += got.accept and not right


def same(truth: str, said: str) -> bool:
    """Equal but for case (NAM and Nam are one sex, MẪU and Mẫu one name) and runs of spaces."""
    return " ".join(truth.split()).casefold() == " ".join(said.split()).casefold()


def fast_figures(folder: Path) -> dict[str, float]:
    """Characters of the real pages in fast mode."""
    total = ocr.Score(0, 0, 0)
    for truth, picture in real_pages(folder):
        (text,) = read(picture.read_bytes(), fast=True)
        total += score(truth.read_text(encoding="utf-8"), text.text)
    return {"cer_real_fast": percent(total.errors, total.units), "false_text_fast": percent(total.extra, total.units)}


def real_pages(folder: Path) -> list[tuple[Path, Path]]:
    """Each page that was typed by hand: its text and its picture."""
    pairs = []
    for truth in sorted(folder.glob("*.gt.txt")):
        stem = truth.name.removesuffix(".gt.txt")
        pairs.append((truth, next(file for file in folder.glob(f"{stem}.*") if file.suffix in {".png", ".jpg"})))
    return pairs


def real_tally(folder: Path, forms: Sequence[ocr.Template]) -> Tally:
    """Read the pages that have a .gt.txt beside them; a field is right when the truth contains its value."""
    tally = Tally()
    for truth_file, picture in real_pages(folder):
        stem = truth_file.name.removesuffix(".gt.txt")
        truth = truth_file.read_text(encoding="utf-8")
        texts = read(picture.read_bytes(), tally)
        tally.papers += 1
        tally.score += score(truth, texts[0].text)
        start = processor_seconds()
        said = ocr.understand(texts, forms)
        tally.understanding += processor_seconds() - start
        for name, got in said.fields.items():
            if not got.value:
                continue
            tally.asked += 1
            right = any(squeezed(form) in squeezed(truth) for form in written(got.value))
            tally.accepted += got.accept
            tally.accepted_wrong += got.accept and not right
            if not right:
                tally.missed.append(f"{stem}.{name}: {got.value}")
    return tally


def written(value: str) -> list[str]:
    """The ways a value may stand on the page."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return [value]
    day = date.fromisoformat(value)
    return [f"ngày {a} tháng {b} năm {day.year}" for a in {day.day, f"{day:%d}"} for b in {day.month, f"{day:%m}"}]


def squeezed(text: str) -> str:
    """Without spaces and case."""
    return "".join(text.split()).casefold()


def processor_seconds() -> float:
    """Processor time of this process and of those it waited for."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def peer() -> Path | None:
    """OCRmyPDF in an environment of its own under .venv; None, with a line that says so, when it cannot be had."""
    program = PEER / "bin" / "ocrmypdf"
    if not program.exists():
        uv = [str(ROOT / ".venv" / "bin" / "uv")]
        try:
            subprocess.run([*uv, "venv", "-q", str(PEER)], check=True, timeout=120)
            install = [*uv, "pip", "install", "-q", "--python", str(PEER / "bin" / "python"), "ocrmypdf==17.*"]
            subprocess.run(install, check=True, timeout=600)
        except (OSError, subprocess.SubprocessError) as problem:
            print(f"ratio_ocrmypdf is left out: {problem}", file=sys.stderr)
            return None
    return program


def peer_figures(kinds: Sequence[str]) -> dict[str, float]:
    """All read the same image PDF in turns; the median of the ratios counts."""
    program = peer()
    if program is None:
        return {}
    data = as_pdf(joined([draw(kind, seed=90) for kind in kinds[:4]]), 2)
    modes = {"ratio_ocrmypdf": ocr.default_readers(), "ratio_ocrmypdf_fast": ocr.default_readers(fast=True)}
    ratios: dict[str, list[float]] = {name + unit: [] for name in modes for unit in ("", "_cpu")}
    for readers in modes.values():  # networks are loaded once for each process, not once for each paper
        ocr.read_page(next(iter(ocr.pages(data))), readers=readers)
    with tempfile.TemporaryDirectory() as folder:
        scan, result = Path(folder, "scan.pdf"), Path(folder, "result.pdf")
        scan.write_bytes(data)
        command = [str(program), "-q", "-l", "vie", "--jobs", "1", "--output-type", "pdf", str(scan), str(result)]
        for _ in range(TURNS):
            start, spent = time.perf_counter(), processor_seconds()
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
            theirs, theirs_cpu = time.perf_counter() - start, processor_seconds() - spent
            if done.returncode:
                print(f"ratio_ocrmypdf is left out: {done.stderr.strip()[-300:]}", file=sys.stderr)
                return {}
            for name, readers in modes.items():
                start, spent = time.perf_counter(), processor_seconds()
                for page in ocr.pages(data):
                    ocr.read_page(page, readers=readers)
                ratios[name].append(theirs / (time.perf_counter() - start))
                ratios[name + "_cpu"].append(theirs_cpu / (processor_seconds() - spent))
    return {name: round(statistics.median(values), 2) for name, values in ratios.items()}


def joined(papers: Sequence[Specimen]) -> Specimen:
    """One specimen with the pages of all."""
    pages = tuple(page for paper in papers for page in paper.pages)
    return Specimen(papers[0].kind, papers[0].seed, pages, ("",) * len(pages), {}, {}, ())


def percent(part: float, whole: float) -> float:
    """Rounded to two decimals; nothing of nothing is 0."""
    return round(100 * part / whole, 2) if whole else 0.0


def specimen_figures(tallies: Mapping[int, Tally]) -> dict[str, float]:
    """Figures of the drawn papers."""
    figures: dict[str, float] = {}
    for severity, tally in tallies.items():
        figures[f"cer_specimen_{severity}"] = percent(tally.score.errors, tally.score.units)
        figures[f"field_exact_{severity}"] = percent(tally.exact, tally.asked)
    scans = [tally for severity, tally in tallies.items() if severity in SCANS]
    figures["type_accuracy"] = percent(sum(t.typed for t in scans), sum(t.papers for t in scans))
    if photographs := tallies.get(PHOTOGRAPH):
        figures["type_accuracy_4"] = percent(photographs.typed, photographs.papers)
        figures["cer_photo_bent"] = percent(photographs.bent.errors, photographs.bent.units)
        figures["cer_photo_flat"] = percent(photographs.flat.errors, photographs.flat.units)
    figures["flattened_scans"] = percent(sum(t.flattened for t in scans), sum(t.papers for t in scans))
    accepted = sum(tally.accepted for tally in scans)
    figures["accept_share_specimen"] = percent(accepted, sum(tally.asked for tally in scans))
    figures["accept_error_specimen"] = percent(sum(tally.accepted_wrong for tally in scans), accepted)
    figures["ece"] = calibration_error([one for tally in scans for one in tally.judged])
    return figures


def calibration_error(judged: Sequence[tuple[float, bool]]) -> float:
    """How far confidence and share of right fields lie apart, over ten bins of equal size; 0 for no field."""
    ordered = sorted(judged)
    bins = [ordered[len(ordered) * k // BINS : len(ordered) * (k + 1) // BINS] for k in range(BINS)]
    apart = (abs(sum(conf for conf, _ in part) - sum(right for _, right in part)) for part in bins)
    return round(sum(apart) / max(1, len(ordered)), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seeds", type=int, default=1, help="papers of each kind and severity")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--severities", default="1,2,3,4")
    parser.add_argument(
        "--samples", type=Path, default=Path(os.environ.get("VAULT_SAMPLES", ROOT.parent / "shared" / "samples"))
    )
    parser.add_argument("--no-peer", action="store_true", help="leave OCRmyPDF out")
    parser.add_argument("--json", action="store_true", help="for symmetry with the other benchmarks; it is always JSON")
    chosen = parser.parse_args()
    os.environ["OMP_THREAD_LIMIT"] = "1"
    forms = templates()
    kinds = chosen.kinds.split(",")
    tallies = {int(severity): Tally() for severity in chosen.severities.split(",")}
    for kind in kinds:
        for seed in range(1001, 1001 + chosen.seeds):
            specimen = draw(kind, seed=seed)
            for severity, tally in tallies.items():
                specimen_tally(specimen, severity, forms, tally)
        print(kind, specimen_figures(tallies), file=sys.stderr)
    figures = specimen_figures(tallies)
    counted = list(tallies.values())
    for severity, tally in tallies.items():
        print(f"severity {severity}, fields missed (truth | read):", *tally.missed, sep="\n  ", file=sys.stderr)
    if (chosen.samples / "ocr").is_dir():
        real = real_tally(chosen.samples / "ocr", forms)
        counted.append(real)
        figures |= {
            "cer_real": percent(real.score.errors, real.score.units),
            "false_text": percent(real.score.extra, real.score.units),
            "accept_share": percent(real.accepted, real.asked),
            "accept_error": percent(real.accepted_wrong, real.accepted),
            "understand_share": percent(real.understanding, real.seconds),
        }
        figures |= fast_figures(chosen.samples / "ocr")
        print("real pages, values not in the truth:", *real.missed, sep="\n  ", file=sys.stderr)
    figures["pages_per_s_core"] = round(
        sum(tally.pages for tally in counted) / sum(tally.seconds for tally in counted), 3
    )
    if not chosen.no_peer:
        figures |= peer_figures(kinds)
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    figures["peak_mb"] = round(max(peaks) / 1024, 1)
    baseline = "OCRmyPDF 17, Debian's vie, one job, same PDF, taking turns; confidence of deploy/calibrate_ocr.py"
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(last_line("ocr", figures, f"{baseline}; load at the end {load}"))


if __name__ == "__main__":
    main()
