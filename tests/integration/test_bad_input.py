"""Files that must be refused: with their code, 422 and exit status 1, and nothing kept; then a good paper passes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from minio import Minio

from tests.golden.bad_input import CASES, OK, bad_input
from tests.integration.conftest import SPECIMEN, TIFF, Digitised
from tests.service import Service
from vault import messages
from vault.cli import desk as cli
from vault.cli.main import main
from vault.domain.audit import Outcome
from vault.domain.ids import digest_of
from vault.domain.people import Action, Role
from vault.messages import Language

pytestmark = pytest.mark.service
REFUSED = [name for name in CASES if bad_input(name).expected != OK]
TABLES = ("intake", "intake_page", "record", "record_version", "holder", "status_slot", "procrastinate_jobs")


@pytest.fixture(scope="module")
def kept(service: Service) -> Iterator[object]:
    """A function that counts what this service keeps of papers: rows by table, and the blobs under names given."""
    service.settle()  # papers of tests before are read to their last page: their rows are not counted as ours
    settings = service.app.settings
    assert settings.owner_database_url is not None
    assert settings.s3_endpoint is not None
    assert settings.s3_access_key is not None
    assert settings.s3_secret_key is not None
    keys = settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    store = Minio(settings.s3_endpoint, *keys, secure=False)
    with psycopg.connect(settings.owner_database_url.get_secret_value(), autocommit=True) as connection:

        def count(*contents: bytes) -> dict[str, object]:
            rows = {
                table: connection.execute(f"SELECT count(*) FROM {table} WHERE {_ours(table)}").fetchone()  # type: ignore[call-overload] # noqa: S608 - names of ours
                for table in TABLES
            }
            found = store.list_objects(settings.s3_bucket, prefix="blob/", recursive=True)
            names = {str(one.object_name).rsplit("/", 1)[-1] for one in found}
            return {**rows, "objects": names & {digest_of(content) for content in contents}}

        yield count


def _ours(table: str) -> str:
    return "task_name IN ('read_intake', 'seal_intake')" if table.startswith("procrastinate") else "true"


def refusals(service: Service) -> int:
    with service.app.uow.begin() as tx:
        return len(tx.events.list(action=Action.RECEIVE, outcome=Outcome.REFUSED, limit=2000))


@pytest.mark.parametrize("name", REFUSED)
def test_over_http_it_is_refused_with_its_code_and_leaves_nothing(service: Service, kept: object, name: str) -> None:
    assert callable(kept)
    case, before, events = bad_input(name), kept(), refusals(service)
    officer = service.client(Role.OFFICER)
    answer = officer.post("/api/v1/intakes", files={"file": (case.filename, case.content)})
    assert (answer.status_code, answer.json()["code"]) == (422, case.expected)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == messages.say(case.expected, Language.VI, **answer.json()["facts"])
    assert kept(case.content) == before
    assert refusals(service) == events + 1


@pytest.fixture
def _one_set_of_engines(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engines of one process serve all the cases: starting them is what takes the time."""
    monkeypatch.setattr(cli.bootstrap, "build", lambda: service.app)


@pytest.mark.usefixtures("_one_set_of_engines")
@pytest.mark.parametrize("name", REFUSED)
def test_by_command_line_it_is_refused_with_its_code_and_leaves_nothing(
    kept: object, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(kept)
    case, before = bad_input(name), kept()
    file = tmp_path / case.filename
    file.write_bytes(case.content)
    status = main(["digitize", str(file), "--json"])
    told = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert (status, told["ok"], told["code"]) == (1, False, case.expected)
    assert kept(case.content) == before


def test_the_same_as_a_process_of_its_own(service: Service, tmp_path: Path) -> None:
    case = bad_input("bomb-packed-twice")
    file = tmp_path / case.filename
    file.write_bytes(case.content)
    for command in ("digitize", "ocr"):
        status, told = service.vault_json(command, str(file))
        assert (status, told["code"]) == (1, case.expected)
    status, told = service.vault_json("verify", str(file))
    assert (status, told["kind"]) == (1, "pdf")
    assert not told["verdict"].startswith("VALID")


@pytest.mark.parametrize("name", ["noise-named-jpg", "truncated-png", "giant-png", "bomb-in-content", "empty"])
def test_a_stranger_who_checks_it_gets_an_answer(service: Service, name: str) -> None:
    case = bad_input(name)
    answer = service.client().post("/api/v1/verify/file", files={"file": (case.filename, case.content)})
    assert answer.status_code in {200, 422}
    if answer.status_code == 200:
        assert not answer.json()["verdict"].startswith("VALID")
    else:
        assert answer.json()["code"] in {case.expected, "IMAGE_UNREADABLE"}, "a picture is only looked at for its QR"


MIME = {
    "jpeg-named-pdf": "image/jpeg",
    "pdf-named-jpg": "application/pdf",
    "turned-by-exif": "image/jpeg",
    "cmyk-jpeg": "image/jpeg",
    "owner-password-only": "application/pdf",
    TIFF: "image/tiff",
}


@pytest.mark.parametrize("name", MIME)
def test_after_all_that_a_paper_that_came_oddly_is_digitised(
    service: Service, odd_papers: dict[str, Digitised], name: str
) -> None:
    """The worker lives, and judges by content: the wrong ending, a turned photograph, ink colours, two pages."""
    paper = odd_papers[name]
    assert (paper.read["state"], paper.read["failure"]) == ("READ", None)
    assert paper.read["mime"] == MIME[name]
    assert paper.read["page_count"] == paper.read["pages_read"] == (2 if name == TIFF else 1)
    assert paper.record
    original = service.client(Role.OFFICER).get(f"/api/v1/records/{paper.record}/files/ORIGINAL")
    assert original.content == paper.case.content
    assert original.headers["content-type"] == MIME[name]
    if name != TIFF:
        assert SPECIMEN.fields["number"] in paper.text or SPECIMEN.fields["holder_name"] in paper.text


def test_the_odd_papers_are_all_that_may_be_odd() -> None:
    assert set(MIME) == {name for name in CASES if name not in REFUSED} | {TIFF}
