"""How fast seals are made on one core, side by side with pyHanko as it comes. Prints one JSON object as its last line.

Figures: `seals_per_s_core` (small PDF, P-256, B-B), `ratio_pyhanko_default` against pyHanko with the same key
in the same run, the same two for RSA-3072, `b_lta_ms` with a local time-stamp authority.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from reportlab.pdfgen.canvas import Canvas

from signing import DevelopmentPki, Level, Sealer, create_development_pki, seal

PASSPHRASE = b"bench"
NOW = datetime(2026, 11, 22, 2, 15, tzinfo=UTC)


def page() -> bytes:
    target = BytesIO()
    canvas = Canvas(target, invariant=1)
    canvas.drawString(72, 700, "BAN MAU")
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def as_it_comes(pki: DevelopmentPki) -> Callable[[bytes], object]:
    """The documented way of pyHanko: load the PKCS#12, sign with default settings."""
    with tempfile.TemporaryDirectory() as folder:
        container = Path(folder) / "key.p12"
        container.write_bytes(pki.seal_pkcs12)
        signer = signers.SimpleSigner.load_pkcs12(str(container), passphrase=PASSPHRASE)
    metadata = signers.PdfSignatureMetadata(field_name="Seal1", subfilter=SigSeedSubFilter.PADES)
    return lambda pdf: signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), metadata, signer=signer)


def per_second(work: Callable[[bytes], object], pdf: bytes, seconds: float) -> float:
    """Median rate of short rounds; the first one only warms up."""
    rates = []
    for _ in range(6):
        done, start = 0, time.process_time()
        while time.process_time() - start < seconds / 5:
            work(pdf)
            done += 1
        rates.append(done / (time.process_time() - start))
    return statistics.median(rates[1:])


def measure(seconds: float) -> dict[str, float]:
    pdf = page()
    figures: dict[str, float] = {}
    for suffix, bits in (("", None), ("_rsa3072", 3072)):
        pki = create_development_pki(NOW, "Bench", PASSPHRASE, rsa_bits=bits)
        sealer = Sealer.from_pkcs12(pki.seal_pkcs12, PASSPHRASE)
        ours = per_second(lambda p, s=sealer: seal(p, sealer=s, now=NOW, level=Level.B_B), pdf, seconds)
        theirs = per_second(as_it_comes(pki), pdf, seconds)
        figures[f"seals_per_s_core{suffix}"] = round(ours, 1)
        figures[f"ratio_pyhanko_default{suffix}"] = round(ours / theirs, 2)
        if bits is None:
            tsa = pki.timestamp_authority(PASSPHRASE, lambda: NOW)
            full = per_second(
                lambda p, s=sealer, t=tsa, e=pki.evidence: seal(p, sealer=s, now=NOW, timestamper=t, validation=e),
                pdf,
                seconds,
            )
            figures["b_lta_ms"] = round(1000 / full, 1)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="processor seconds per figure")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    figures = measure(arguments.seconds)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    baseline = "pyHanko's SimpleSigner with default settings, same key, same file, same run"
    print(json.dumps({"name": "sign", "figures": figures, "baseline": baseline, "machine": machine}))


if __name__ == "__main__":
    main()
