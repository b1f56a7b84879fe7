"""Archive packages: E-ARK's validator finds no fault, what was written is read back, what was changed is refused."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.exchange import (
    ArchiveFile,
    ArchivePackage,
    PackageBrokenError,
    PackageKind,
    PreservationEvent,
    Representation,
    read_package,
    write_package,
)

MADE = datetime(2026, 11, 27, 2, 30, tzinfo=UTC)
SIP14 = {"SIP14"}
"""Rule SIP14 wants an attribute `NOTETYPE` without a namespace; the METS schema of the same validator forbids it."""


def package(kind: PackageKind = PackageKind.AIP, **changed: object) -> ArchivePackage:
    given_values: dict[str, object] = {
        "kind": kind,
        "fond": "H24.900",
        "uuid": UUID("6f9619ff-8b86-5011-b42d-00cf4fc964ff"),
        "created": MADE,
        "title": "Giấy phép xây dựng 12/GPXD (BẢN MẪU)",
        "agency_code": "H24.900",
        "agency_name": "UBND phường Mẫu",
        "record": {"code": "1826-CEJC-BDSJ-K7", "fields": {"number": "12/GPXD"}},
        "representations": (
            Representation("original", (ArchiveFile("original.jpg", "image/jpeg", b"\xff\xd8 scan"),)),
            Representation("sealed", (ArchiveFile("sealed.pdf", "application/pdf", b"%PDF-1.7 sealed"),)),
        ),
        "events": (PreservationEvent("digital signing", MADE, "UBND phường Mẫu", "B-LTA"),),
        "abstract": "Nhà ở riêng lẻ",
        "dates": {"issued": "2020-05-06"},
    }
    return ArchivePackage(**(given_values | changed))  # type: ignore[arg-type]


def faults(package: bytes, folder: Path) -> set[str]:
    """Rules of E-ARK's validator that a package breaks; it has to be well-formed, and no warning is given."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        file = folder / f"{opened.namelist()[0].split('/')[0]}.zip"  # the validator wants it named like its root
    file.write_bytes(package)
    script = Path(__file__).parent / "eark.py"
    ran = subprocess.run(
        [sys.executable, str(script), str(file)],
        env={**os.environ, "TMPDIR": str(folder)},  # noqa: TID251 - handed on
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(ran.stdout)
    assert told["structure"] == "WELLFORMED"
    assert [rule for severity, rule, _ in told["found"] if severity == "WARNING"] == []
    return {rule for severity, rule, _ in told["found"] if severity == "ERROR"}


@pytest.mark.parametrize(("kind", "known"), [(PackageKind.AIP, set()), (PackageKind.SIP, SIP14)])
def test_the_validator_of_e_ark_finds_no_fault(kind: PackageKind, known: set[str], tmp_path: Path) -> None:
    assert faults(write_package(package(kind)), tmp_path) == known


def test_the_bytes_are_the_same_each_time() -> None:
    assert write_package(package()) == write_package(package())


names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)
files = st.builds(ArchiveFile, names, st.sampled_from(["image/jpeg", "application/pdf"]), st.binary(max_size=200))
held = st.builds(
    Representation, names, st.lists(files, min_size=1, max_size=3, unique_by=lambda one: one.name).map(tuple)
)


@given(
    st.lists(held, min_size=1, max_size=3, unique_by=lambda one: one.name).map(tuple),
    words,
    st.dictionaries(words, st.one_of(words, st.integers(), st.none()), max_size=4),
    st.sampled_from(PackageKind),
)
def test_what_was_written_is_read_back_without_a_difference(
    representations: tuple[Representation, ...], title: str, record: dict[str, object], kind: PackageKind
) -> None:
    made = package(kind, representations=representations, title=title, record=record)
    assert read_package(write_package(made)) == made


def rewritten(change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(write_package(package()))) as archive:
        held_files = {name: archive.read(name) for name in archive.namelist()}
    change(held_files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in held_files.items():
            archive.writestr(name, data)
    return target.getvalue()


ROOT = package().folder
PATHS = zipfile.ZipFile(io.BytesIO(write_package(package()))).namelist()


@pytest.mark.parametrize("path", [path for path in PATHS if path != f"{ROOT}/METS.xml"])
def test_one_changed_byte_in_any_file_is_found(path: str) -> None:
    def change(held_files: dict[str, bytes]) -> None:
        held_files[path] = held_files[path][:-1] + bytes([held_files[path][-1] ^ 1])

    with pytest.raises(PackageBrokenError, match="not the file that METS describes"):
        read_package(rewritten(change))


@pytest.mark.parametrize("path", PATHS)
def test_a_missing_file_is_found(path: str) -> None:
    with pytest.raises(PackageBrokenError):
        read_package(rewritten(lambda held_files: held_files.pop(path) and None))


@pytest.mark.parametrize(
    "name", [f"{ROOT}/stowaway.txt", "../out.txt", f"{ROOT}/../../out.txt", "/etc/x", f"{ROOT}\\x", "other/METS.xml"]
)
def test_a_file_that_belongs_nowhere_is_refused(name: str) -> None:
    with pytest.raises(PackageBrokenError):
        read_package(rewritten(lambda held_files: held_files.update({name: b"x"})))


def test_an_entity_in_mets_reads_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("metadata/other/record.json", encoding="utf-8")

    def change(held_files: dict[str, bytes]) -> None:
        mets = held_files[f"{ROOT}/METS.xml"]
        doctype = f"<!DOCTYPE mets [<!ENTITY e SYSTEM 'file://{secret}'>]>".encode()
        mets = mets.replace(b"?>", b"?>" + doctype, 1).replace(b"LABEL=", b"NOTE='&e;' LABEL=", 1)
        held_files[f"{ROOT}/METS.xml"] = mets

    with pytest.raises(PackageBrokenError, match="no XML"):  # an attribute may name no external entity
        read_package(rewritten(change))


def test_a_package_that_unpacks_to_too_much_is_refused_before_it_is() -> None:
    with pytest.raises(PackageBrokenError, match="too large"):
        read_package(write_package(package()), most_bytes=100)


@given(st.binary(max_size=300))
def test_any_bytes_are_answered_with_our_own_error(data: bytes) -> None:
    with pytest.raises(PackageBrokenError):
        read_package(data)
