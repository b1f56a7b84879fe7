"""How long a validation report takes on one core. Prints one JSON object as its last line.

Figures: `b_b_ms`, `b_lta_ms` (small PDF), `sigs51_s` (one file with 51 signatures), and with `--large` the seconds
and the peak memory for a file of 120,000,000 bytes (`large_seal_s`, `large_validate_s`, `large_peak_mb`).
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from deploy.figures import last_line
from signing import Level, Report, Sealer, Trust, create_development_pki, inspect, seal

PASSPHRASE = b"bench"
NOW = datetime(2026, 11, 22, 2, 15, tzinfo=UTC)
LARGE_BYTES = 120_000_000


def page() -> bytes:
    target = BytesIO()
    canvas = Canvas(target, invariant=1)
    canvas.drawString(72, 700, "BAN MAU")
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def large() -> bytes:
    """A file of `LARGE_BYTES` whose bulk is one stream that no page draws."""
    head = (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
        b"/Resources << /XObject << /X 4 0 R >> >> >>\nendobj\n"
    )
    bulk = os.urandom(1_000_000) * (LARGE_BYTES // 1_000_000)
    lead = b"4 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Length %d >>\nstream\n" % len(bulk)
    body = head + lead + bulk + b"\nendstream\nendobj\n"
    offsets = [body.index(b"%d 0 obj" % number) for number in range(1, 5)]
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + table + b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def milliseconds(work: Callable[[], Report], rounds: int) -> float:
    taken = []
    for _ in range(rounds + 1):
        start = time.process_time()
        report = work()
        taken.append(1000 * (time.process_time() - start))
        if not report.verdict.is_valid:
            raise SystemExit(f"the measured file is not valid: {report.reasons}")
    return statistics.median(taken[1:])


def measure(rounds: int, *, with_large: bool) -> dict[str, float]:
    pki = create_development_pki(NOW, "Bench", PASSPHRASE)
    sealer = Sealer.from_pkcs12(pki.seal_pkcs12, PASSPHRASE)
    tsa = pki.timestamp_authority(PASSPHRASE, lambda: NOW)
    trust = Trust.from_pem(pki.root_pem)

    def sealed(pdf: bytes, level: Level) -> bytes:
        return seal(pdf, sealer=sealer, now=NOW, level=level, timestamper=tsa, validation=pki.evidence).pdf

    small = page()
    b_b, b_lta, many = sealed(small, Level.B_B), sealed(small, Level.B_LTA), small
    for _ in range(51):
        many = sealed(many, Level.B_B)
    figures = {
        "b_b_ms": round(milliseconds(lambda: inspect(b_b, trust=trust, now=NOW), rounds), 1),
        "b_lta_ms": round(milliseconds(lambda: inspect(b_lta, trust=trust, now=NOW), rounds), 1),
        "sigs51_s": round(milliseconds(lambda: inspect(many, trust=trust, now=NOW), 2) / 1000, 2),
    }
    if with_large:
        big = large()
        start = time.process_time()
        big = sealed(big, Level.B_LTA)
        figures["large_seal_s"] = round(time.process_time() - start, 1)
        figures["large_validate_s"] = round(milliseconds(lambda: inspect(big, trust=trust, now=NOW), 1) / 1000, 1)
        figures["large_peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--large", action="store_true", help="also a file of 120,000,000 bytes")
    parser.add_argument("--json", action="store_true", help="taken by every benchmark; the last line is JSON anyway")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    figures = measure(arguments.rounds, with_large=arguments.large)
    baseline = "targets on one core: b_b 40 ms, b_lta 300 ms, 51 signatures 5 s"
    print(last_line("validate", figures, baseline))


if __name__ == "__main__":
    main()
