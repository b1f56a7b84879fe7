"""An old store is taken over: killed and run again without a loss, doubled by nothing, and honest about what it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from tests.fakes import desk
from tests.fakes.engines import ToldEngines, scan
from tests.fakes.http import stranger
from tests.fakes.parts import account, with_other
from tests.fakes.seals import PlainSeal
from tests.old_store import HEAD, OldFolder, old_folder, report_of
from tests.service import ROOT, VAULT
from vault.bootstrap import App, old_bucket
from vault.cli.index_file import index_rows
from vault.config import Settings
from vault.domain.backfill import Fate
from vault.domain.errors import Conflict, Invalid
from vault.domain.ids import Digest
from vault.domain.intake import Channel, IntakeState, NamedHolder
from vault.domain.people import Actor, Role
from vault.domain.reuse import VIET_NAM, Verdict
from vault.domain.states import SignerMatch, TrustLevel
from vault.usecases.digitize.import_paper import Imported, ImportPaper, import_paper
from vault.usecases.digitize.receive import Receive, receive
from vault.usecases.present.make_code import MakeCode, make_code
from vault.usecases.reuse.answer import answer
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier

pytestmark = pytest.mark.service

AGENCY = "H24.958"
PAPERS = 90
FIRST = 700_000


@pytest.fixture(scope="module")
def app(parts: App) -> App:
    return with_other(parts, engines=ToldEngines(), sealing=PlainSeal())


@pytest.fixture(scope="module")
def clerk(app: App) -> Actor:
    return account(app, "nhap-kho", Role.OFFICER, agency=AGENCY)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> OldFolder:
    return old_folder(tmp_path_factory.mktemp("cu"), papers=PAPERS, first=FIRST)


def command(old: OldFolder, report: Path, *more: str) -> list[str]:
    given = ("--index", str(old.index), "--mapping", str(old.mapping), "--as", "nhap-kho", "--report", str(report))
    return [str(VAULT), "import", str(old.root), *given, "--no-read", "--json", *more]


def environment(app: App) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VAULT_")}  # noqa: TID251 - the command's environment is what is tested
    return kept | {"VAULT_HOME": str(app.settings.home), "PYTHONPATH": str(ROOT)}


def run(app: App, old: OldFolder, report: Path, *more: str) -> tuple[int, dict[str, Any]]:
    line = command(old, report, *more)
    done = subprocess.run(line, env=environment(app), capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, json.loads(done.stdout.strip().splitlines()[-1])


def intakes(app: App) -> list[Any]:
    with app.uow.begin() as tx:
        return list(tx.intakes.list(AGENCY, limit=10_000))


@pytest.fixture(scope="module")
def dry_run(
    app: App, clerk: Actor, old: OldFolder, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """The report of a dry run before anything was taken, and what the command told."""
    assert clerk.agency_code == AGENCY
    report = tmp_path_factory.mktemp("thu") / "thu.csv"
    status, told = run(app, old, report, "--dry-run")
    assert status == 1
    assert intakes(app) == [], "a dry run keeps nothing"
    return report, told


def test_killed_and_run_again_nothing_is_lost_and_nothing_doubled(
    app: App, old: OldFolder, dry_run: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    dry, told = dry_run
    assert (told["ready"], told["imported"]) == (PAPERS, 0)
    assert {row["fate"] for row in report_of(dry).values()} == {"READY", "DUPLICATE", "REFUSED", "MISSING", "UNLISTED"}
    report = tmp_path / "bao-cao.csv"
    line = command(old, report)
    killed = subprocess.Popen(line, env=environment(app), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not report.exists() or report.read_bytes().count(b"\n") < 20:
        assert time.monotonic() < deadline
        assert killed.poll() is None, "it ended before it was killed"
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    before = len(intakes(app))
    assert 19 <= before < PAPERS
    with report.open("ab") as torn:
        torn.write("năm 2015/giấy phép 00".encode())  # the line that was being written

    status, told = run(app, old, report)
    assert status == 1, "some files cannot be taken, and the status says so"
    found = report_of(report)
    assert {name: row["fate"] for name, row in found.items()} == {n: f.value for n, f in old.fates.items()}
    assert told["imported"] == PAPERS
    kept = {one.original: one for one in intakes(app)}
    taken = {old.digests[name] for name, fate in old.fates.items() if fate is Fate.IMPORTED}
    assert set(kept) == taken, "every good file once, and nothing of a bad one"
    for name, row in found.items():
        if row["fate"] in {"IMPORTED", "DUPLICATE"}:
            assert row["sha256"] == old.digests[name]
            assert row["intake"] == kept[Digest(row["sha256"])].id
            assert app.blobs.get(Digest(row["sha256"])) == _bytes(old, name)
    assert found["sai/loại lạ.png"]["code"] == "TYPE_UNKNOWN"
    assert found["hai lần/bản sao.png"]["same_as"] == "năm 2015/giấy phép 00000.png"

    status, again = run(app, old, report)
    assert (again["imported"], len(intakes(app))) == (PAPERS, PAPERS)
    status, fresh = run(app, old, tmp_path / "khac.csv")
    assert (fresh["imported"], fresh["duplicate"]) == (PAPERS, 2), "without its report it still knows its own files"


def _bytes(old: OldFolder, name: str) -> bytes:
    return (old.root / unicodedata.normalize("NFD", name)).read_bytes()


def test_old_issuers_are_matched_to_who_answers_now(app: App, dry_run: tuple[Path, dict[str, Any]]) -> None:
    found = report_of(dry_run[0]).values()
    rows = {row["issuer"]: (row["issuer_code"], row["answers_now"]) for row in found if row["issuer"]}
    today = app.clock.now().astimezone(VIET_NAM).date()
    heir = app.catalogue.directory.current("H23", today)
    assert heir is not None
    assert heir.code != "H23", "Hải Dương was merged"
    assert rows["UBND tỉnh Hải Dương"] == ("H23", heir.code)
    assert rows["UBND huyện Tứ Kỳ"] == ("H23", heir.code), "named in the mapping"
    assert rows["UBND thành phố Hải Phòng"][1] == heir.code


def take(app: App, clerk: Actor, number: int, **changed: Any) -> Imported:
    holder = NamedHolder(f"0310909{number:05}", "NGƯỜI CŨ")
    fields = {"number": f"{number}/GPXD", "issued_on": "2019-03-05", "issuer": "UBND tỉnh Hải Dương"}
    given: dict[str, Any] = {
        "data": scan(800_000 + number),
        "filename": f"{number}.png",
        "row": number,
        "run": "thu",
        "type_code": "GPXD",
        "holders": (holder,),
        "fields": fields,
    }
    return import_paper(
        ImportPaper(**given | changed),
        actor=clerk,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        sealing=app.sealing,
        catalogue=app.catalogue,
        clock=app.clock,
        ids=app.ids,
        max_bytes=app.settings.max_upload_bytes,
    )


def test_whose_signature_an_old_file_bears_decides_what_it_is(parts: App) -> None:
    app = with_other(parts, engines=ToldEngines())  # the real seal: what it signs is trusted here
    clerk = account(app, "nhap-kho-ky", Role.OFFICER, agency=AGENCY)
    for number, issuer, trust, signer in (
        (61, "UBND phường Mẫu", TrustLevel.L4, SignerMatch.ISSUER),
        (62, "UBND tỉnh Hải Dương", TrustLevel.L0, SignerMatch.OTHER_ORGANISATION),
    ):
        page = app.engines.to_pdf(scan(800_000 + number))  # type: ignore[attr-defined] # the told engines have it
        fields = {"number": f"{number}/GPXD", "issued_on": "2019-03-05", "issuer": issuer}
        signed = parts.sealing.seal(page, reason="cấp phép").pdf
        found = take(app, clerk, number, data=signed, filename=f"{number}.pdf", fields=fields)
        assert found.intake is not None
        code = desk.be_sealed(app, found.intake)
        assert code is not None
        with app.uow.begin() as tx:
            record = tx.records.get(code)
        assert (record.trust, record.signer) == (trust, signer)


def test_what_nobody_compared_says_so_everywhere(app: App) -> None:
    # In the agency whose key signs here: only then does the QR lead to a trusted issuer.
    clerk = account(app, "nhap-kho-nha", Role.OFFICER, agency=app.settings.agency_code)
    found = take(app, clerk, 1)
    assert found.fate is Fate.IMPORTED
    assert found.intake is not None
    code = desk.be_sealed(app, found.intake)
    assert code == found.record, "the report names the record before it is sealed"
    assert code is not None
    with app.uow.begin() as tx:
        record = tx.records.get(code)
        events = tx.events.list(record=code, limit=10)
    assert (record.trust, record.compared_with_original, record.conversion_mark) == (TrustLevel.L0, False, False)
    assert record.issuer_code == "H23"
    seal = next(one for one in events if one.action.value == "SEAL")
    assert seal.details["compared"] is False
    checked = stranger(app).post("/api/v1/verify/text", json={"text": record.credential}).json()
    assert checked["claims"], checked
    assert checked["claims"]["number"].startswith("[CHƯA ĐỐI CHIẾU]")
    assert record.number == "1/GPXD"
    # The holder cannot show it as genuine.
    with app.uow.begin() as tx:
        holder_id = tx.records.first_holder(code)
    citizen = account(app, "nguoi-cu", Role.CITIZEN, holder_id=holder_id)
    what = MakeCode(code, ("number",), "UBND", "đối chiếu")
    with pytest.raises(Conflict, match="NOT_COMPARED"):
        make_code(what, actor=citizen, uow=app.uow, clock=app.clock, ids=app.ids)
    # And the counter asks for a look at the original.
    opening = OpenDossier("1.004194", "031090900001", "NGƯỜI CŨ")
    dossier = open_dossier(opening, actor=clerk, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    answered = answer(dossier.code, actor=clerk, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    decisions = [one for part in answered.components for one in part.decisions if one.record_code == code]
    assert decisions
    assert {one.verdict for one in decisions} <= {Verdict.NEEDS_CHECK, Verdict.NOT_USABLE}
    assert any("NOT_COMPARED" in {reason.value for reason in one.codes} for one in decisions)


def test_a_known_paper_makes_no_second_record(app: App, clerk: Actor) -> None:
    first = take(app, clerk, 2)
    assert first.intake is not None
    desk.be_sealed(app, first.intake)
    again = take(app, clerk, 2, data=scan(899_001), filename="quét lại.png")
    assert (again.fate, again.record) == (Fate.KNOWN, first.record)
    assert again.intake is not None
    with app.uow.begin() as tx:
        kept = tx.intakes.get(again.intake)
    assert (kept.state, kept.same_as) == (IntakeState.KNOWN, first.record)
    assert app.blobs.get(kept.original) == scan(899_001), "its bytes are kept"
    other = take(app, clerk, 2, data=scan(899_002), filename="khác.png", fields={"number": "77/GPXD"})
    assert other.fate is Fate.IMPORTED


def test_nobody_claims_the_channel_of_an_import(app: App, clerk: Actor) -> None:
    with pytest.raises(Invalid, match="CHANNEL"):
        receive(
            Receive(scan(899_003), "x.png", Channel.IMPORT),
            actor=clerk,
            uow=app.uow,
            blobs=app.blobs,
            engines=app.engines,
            clock=app.clock,
            ids=app.ids,
            max_bytes=10**6,
        )


def test_a_bucket_is_an_old_store_too(app: App, clerk: Actor, old: OldFolder, tmp_path: Path) -> None:
    """The same tree in S3: all of it is known from the folder, whose bytes are the same."""
    assert clerk
    settings = app.settings
    assert settings.s3_access_key is not None
    assert settings.s3_secret_key is not None
    keys = {
        "import_s3_endpoint": settings.s3_endpoint,
        "import_s3_access_key": settings.s3_access_key,
        "import_s3_secret_key": settings.s3_secret_key,
    }
    with_keys = with_other(app, settings=Settings(home=settings.home, **keys))
    bucket = old_bucket(with_keys, "kho-cu")
    bucket.prepare()
    for name in list(old.fates)[:3]:
        bucket.put(f"2019/{name}", _bytes(old, name), mime="image/png")
    report = tmp_path / "s3.csv"
    line = command(old, report, "--dry-run")
    line[2] = "s3://kho-cu/2019/"
    secrets = {
        "VAULT_IMPORT_S3_ENDPOINT": settings.s3_endpoint or "",
        "VAULT_IMPORT_S3_ACCESS_KEY": settings.s3_access_key.get_secret_value(),
        "VAULT_IMPORT_S3_SECRET_KEY": settings.s3_secret_key.get_secret_value(),
    }
    done = subprocess.run(
        line, env=environment(app) | secrets, capture_output=True, text=True, check=False, timeout=300
    )
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["imported"] + told["ready"] + told["known"] == 3
    assert report_of(report)["năm 2015/giấy phép 00000.png"]["fate"] in {"IMPORTED", "READY"}
    assert told["missing"] > PAPERS - 4


def test_an_index_may_be_a_workbook(tmp_path: Path) -> None:
    file = tmp_path / "bang-ke.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("Bảng kê")
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ("a.png", "GPXD", 31090000001, "NGƯỜI CŨ", "1/GPXD"))
        sheet.write_datetime(1, 5, date(2019, 3, 5), book.add_format({"num_format": "dd/mm/yyyy"}))
    (row,) = index_rows(file)
    assert (row["Số định danh"], row["Ngày cấp"]) == ("31090000001", "2019-03-05")
    assert list(index_rows(file, sheet="Bảng kê")) == [row]
    with pytest.raises(Invalid, match="IMPORT_INDEX"):
        list(index_rows(file, sheet="khác"))
    broken = tmp_path / "hong.xlsx"
    broken.write_bytes(b"PK no workbook")
    with pytest.raises(Invalid, match="IMPORT_INDEX"):
        list(index_rows(broken))
