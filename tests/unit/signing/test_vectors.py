"""Other people's files: what their names say against what this validator says, and broken files by the hundred.

Where this validator differs on purpose, `DIFFERENCES` gives the reason; `VECTORS.md` beside this file is that table.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signing import Reason, Report, Trust, Verdict, inspect

pytestmark = pytest.mark.needs_vectors

AT = datetime(2026, 11, 22, tzinfo=UTC)
FAILED = {Verdict.CHANGED_AFTER_SIGNING, Verdict.BAD_SIGNATURE, Verdict.SIGNATURE_DESTROYED, Verdict.INCONCLUSIVE}
STRUCTURE = {Verdict.CHANGED_AFTER_SIGNING, Verdict.SIGNATURE_DESTROYED, Verdict.INCONCLUSIVE}

# The first pattern that fits a path decides what is expected of it.
EXPECTED = (
    # what the names of pyHanko's files say
    (r"signed-encrypted|-(aes256|rc4|pubkey)|pubkey-|encrypted-nocf|malformed-(encrypt|oe|perms)", "locked"),
    (r"sneaky|not-all-paths|coverage-anomalies/(?!base)", "refused"),
    (r"ed448-disallowed", "weak"),
    (r"hybrid|illegal-header|hopeless|malformed|orphaned-xrefs|broken-xref-size|obo[2456]", "broken"),
    (r"pyhanko.*/(form-update|extensions|pades-|certified|sig-|ed448|separate-annots|pdf-sig)", "intact"),
    (r"pyhanko.*signed-twice", "intact"),
    (r"coverage-anomalies/base", "unreadable"),
    (r"pyhanko", "unsigned"),
    # what the names of the other suite say
    (r"added-page|annot-added|hide\.pdf|rev_n-[13]|overlap|out-of-byteRange|pdf-eof|duplicated-doctst", "refused"),
    (r"malformed|infinite_loop|no-certificates|unsupported", "refused"),
    (r"fieldmdp-exclude", "unsigned"),
    (r"dss-pades", "intact"),
)

DIFFERENCES = {
    "pyhanko-pdf/pdf/pdf-sig-with-econtent.pdf": (
        "the CMS carries content of its own, which ISO 32000-2, 12.8.3.3.1 forbids: it could say something else"
    ),
    "pyhanko-pdf/pdf/pades-lta-dss-indirect-arrs-test.pdf": (
        "an object that belongs to no security store stands after the last time stamp; only evidence may"
    ),
    "dss-pades/validation/DSS-2821.pdf": (
        "a later revision overwrites a cross-reference stream, so the file is not readable strictly"
    ),
    "dss-pades/validation/Signature-P-DE_SCI-4.pdf": (
        "the archive tool exchanged the /Resources of the page; what is drawn could differ"
    ),
    "dss-pades/validation/Signature-P-FR_CS-5.pdf": (
        "revisions after the first signature are hybrid (two tables that may disagree)"
    ),
    "dss-pades/validation/dss-1420/PAdES-BpB-att-SHA256-SHA3_256withRSA.pdf": (
        "RSA with SHA3-256 is not implemented: not conclusive"
    ),
    "dss-pades/validation/signature-referenced-from-multiple-fields.pdf": (
        "two fields show one signature; which place is meant is not conclusive"
    ),
}


def files(vectors: Path, *suites: str) -> list[Path]:
    found = (path for suite in suites for path in (vectors / suite).rglob("*") if path.is_file())
    return sorted(path for path in found if path.suffix == ".pdf" or "fuzz" in str(path))


def look(path: Path) -> Report:
    return inspect(path.read_bytes(), trust=Trust.nothing(), now=AT)


def expected_of(name: str) -> str:
    return next(kind for pattern, kind in EXPECTED if re.search(pattern, name))


def fits(kind: str, report: Report) -> bool:
    all_intact = bool(report.signatures) and all(s.intact for s in report.signatures)
    return {
        "locked": report.verdict is Verdict.INCONCLUSIVE,
        "broken": report.verdict is Verdict.INCONCLUSIVE,
        "unreadable": report.verdict is Verdict.INCONCLUSIVE,
        "refused": report.verdict in STRUCTURE,
        "weak": Reason.WEAK_ALGORITHM in report.reasons,
        "unsigned": not report.signatures and report.verdict in {Verdict.UNSIGNED, Verdict.INCONCLUSIVE},
        "intact": all_intact and report.verdict not in FAILED,
    }[kind]


def test_the_suites_agree_but_for_the_differences_that_have_a_reason(vectors: Path) -> None:
    paths = files(vectors, "pyhanko-pdf", "dss-pades")
    names = [str(path.relative_to(vectors)) for path in paths]
    wrong = {name for path, name in zip(paths, names, strict=True) if not fits(expected_of(name), look(path))}
    assert wrong == set(DIFFERENCES)
    assert len(paths) > 170
    assert 1 - len(wrong) / len(paths) >= 0.95


def test_the_table_of_differences_is_the_one_in_the_document() -> None:
    document = (Path(__file__).parent / "VECTORS.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", document, re.MULTILINE))
    assert rows == DIFFERENCES


def test_nothing_is_valid_without_a_root(vectors: Path) -> None:
    assert not any(look(path).verdict.is_valid for path in files(vectors, "dss-pades"))


def test_broken_files_are_answered_quickly_and_never_valid(vectors: Path) -> None:
    paths = files(vectors, "broken-pdf")
    assert len(paths) > 300
    for path in paths:
        started = time.process_time()  # what it costs, whatever else the machine does
        report = look(path)
        assert time.process_time() - started < 20, path
        assert not report.verdict.is_valid, path
        assert Report.from_dict(report.as_dict()) == report
