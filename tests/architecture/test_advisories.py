"""The step that audits the locked libraries: with a planted advisory, and without any."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deploy import advisories


def advisory(name: str, *, ecosystem: str = "PyPI", **affected: Any) -> dict[str, Any]:
    package = {"ecosystem": ecosystem, "name": name}
    return {"id": f"TEST-{name}", "summary": "thử", "affected": [{"package": package, **affected}]}


def told(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    monkeypatch.setenv("VAULT_ADVISORIES", str(folder))
    return advisories.main(), capsys.readouterr().out


def ranges(*events: dict[str, str], kind: str = "ECOSYSTEM") -> list[dict[str, Any]]:
    return [{"type": kind, "events": list(events)}]


def test_a_planted_advisory_is_found_and_fails_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = {(ecosystem, name): version for ecosystem, name, version in advisories.locked()}
    assert len(here) > 50
    mine = here["PyPI", "sqlalchemy"]
    planted = [
        advisory("SQLAlchemy", ranges=ranges({"introduced": "0"})),
        advisory("psycopg", ranges=ranges({"introduced": "0"}, {"fixed": "0.1"})),
        advisory("fastapi", versions=[here["PyPI", "fastapi"]]),
        advisory("htmx.org", ecosystem="npm", ranges=ranges({"introduced": "0"}, kind="SEMVER")),
        advisory("nothing-of-ours", ranges=ranges({"introduced": "0"})),
        advisory("uvicorn", ranges=ranges({"introduced": "0"})) | {"withdrawn": "2026-01-01T00:00:00Z"},
    ]
    for number, one in enumerate(planted):
        (tmp_path / f"{number}.json").write_text(json.dumps(one), encoding="utf-8")
    status, said = told(tmp_path, monkeypatch, capsys)
    assert status == 1
    lines = said.splitlines()
    assert f"SQLAlchemy {mine}: TEST-SQLAlchemy thử" in lines
    assert sorted(line.split()[0] for line in lines[:-1]) == ["SQLAlchemy", "fastapi", "htmx.org"]
    assert lines[-1].startswith("6 advisories, ")


def test_without_advisories_it_says_that_nothing_was_audited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(tmp_path, monkeypatch, capsys)[0] == 2, "an empty folder is a mistake, not a clean bill"
    monkeypatch.delenv("VAULT_ADVISORIES")
    assert advisories.main() == 0
    assert capsys.readouterr().out.strip() == advisories.NOTHING


@pytest.mark.parametrize(
    ("version", "hit"), [("1.0", False), ("1.2", True), ("1.9.9", True), ("2.0", False), ("2.5", True), ("3.0", False)]
)
def test_ranges_are_read_as_osv_says(version: str, hit: bool) -> None:  # noqa: FBT001 - the expectation
    events = ({"introduced": "1.1"}, {"fixed": "2.0"}, {"introduced": "2.5"}, {"last_affected": "2.9"})
    assert advisories.hits(version, {"ranges": ranges(*events)}) is hit
