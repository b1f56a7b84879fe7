"""How fast seals are made on one core, side by side with pyHanko as it comes. Prints one JSON object as its last line.

Figures: `seals_per_s_core` (small PDF, P-256, B-B), `ratio_pyhanko_default` against pyHanko with the same key
in the same run, the same two for RSA-3072, `b_lta_ms` with a local time-stamp authority.
With `--bulk N`: N PDFs through `vault seal-all`, killed (-9) after a third and after two thirds and run again, on all
cores: `bulk_files`, `bulk_s` with the restarts, `bulk_per_s`, and two that must be 0: `bulk_missing`, files without a
seal at the end, and `bulk_touched_again`, files that changed after they had been published. Each seal (B-LTA) is
validated before it is published.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import subprocess
import sys
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

from deploy.figures import last_line
from signing import DevelopmentPki, Level, Sealer, create_development_pki, seal

PASSPHRASE = b"bench"
NOW = datetime(2026, 11, 22, 2, 15, tzinfo=UTC)


def page(text: str = "BAN MAU") -> bytes:
    target = BytesIO()
    canvas = Canvas(target, invariant=1)
    canvas.drawString(72, 700, text)
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


def bulk(count: int) -> dict[str, float]:
    """The figures of `--bulk`."""
    with tempfile.TemporaryDirectory() as place:
        source, out = Path(place) / "in", Path(place) / "out"
        source.mkdir()
        for number in range(count):
            (source / f"{number:06}.pdf").write_bytes(page(f"BAN MAU {number}"))
        command = [str(Path(sys.executable).with_name("vault")), "seal-all", str(source), str(out), "--json"]
        environment = {**os.environ, "VAULT_HOME": str(Path(place) / "home")}
        begin = time.monotonic()
        seen: dict[str, tuple[int, int]] = {}
        for share in (1 / 3, 2 / 3):
            run = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while run.poll() is None and len(published(out)) < share * count:
                time.sleep(0.2)
            run.kill()
            run.wait()
            seen |= published(out)
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.monotonic() - begin
        final = published(out)
        return {
            "bulk_files": count,
            "bulk_s": round(seconds, 1),
            "bulk_per_s": round(count / seconds, 1),
            "bulk_missing": count - len(final),
            "bulk_touched_again": sum(final.get(name) != was for name, was in seen.items()),
        }


def published(out: Path) -> dict[str, tuple[int, int]]:
    """Name of each sealed file, with its inode and the time when it was written."""
    if not out.is_dir():
        return {}
    files = [(entry.name, entry.stat()) for entry in os.scandir(out) if entry.name.endswith(".pdf")]
    return {name: (found.st_ino, found.st_mtime_ns) for name, found in files}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="processor seconds per figure")
    parser.add_argument("--bulk", type=int, metavar="N", help="seal N PDFs in bulk, killed twice, and nothing else")
    parser.add_argument("--json", action="store_true", help="taken by every benchmark; the last line is JSON anyway")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    figures = bulk(arguments.bulk) if arguments.bulk else measure(arguments.seconds)
    baseline = (
        "none" if arguments.bulk else "pyHanko's SimpleSigner with default settings, same key, same file, same run"
    )
    print(last_line("sign", figures, baseline))


if __name__ == "__main__":
    main()
