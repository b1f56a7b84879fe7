"""A scanner's folder, watched by the command line and by the page: every file once, aside when it is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import Visits
from tests.golden.specimens import as_jpeg, draw
from vault.domain.people import Role

if TYPE_CHECKING:
    from tests.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.service]


def test_the_command_takes_each_file_once_and_moves_it(service: Service, tmp_path: Path) -> None:
    data = as_jpeg(draw("HONGHEO", seed=640), 3)
    (tmp_path / "1.jpg").write_bytes(data)
    (tmp_path / "2.jpg").write_bytes(data)
    (tmp_path / "3.pdf").write_bytes(b"no pdf")
    status, told = service.vault_json("watch", str(tmp_path), "--once", "--every", "0.2")
    assert (status, told["received"], told["duplicate"], told["refused"]) == (1, 1, 1, 1)
    assert sorted(one.name for one in (tmp_path / "da-nhan").iterdir()) == ["1.jpg", "2.jpg"]
    assert sorted(one.name for one in (tmp_path / "khong-nhan").iterdir()) == ["3.pdf", "3.pdf.txt"]
    assert "không phải PDF" in (tmp_path / "khong-nhan" / "3.pdf.txt").read_text(encoding="utf-8")
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == [".vault-watch"]
    listed = service.client(Role.OFFICER).get("/api/v1/intakes", params={"limit": 200}).json()
    assert [one["channel"] for one in listed if one["filename"] == "1.jpg"] == ["FOLDER"]


def test_the_page_takes_new_files_of_a_chosen_folder_and_moves_them(visit: Visits) -> None:
    found = visit()
    found.sign_in(Role.OFFICER)
    page = found.page
    # The browser's own folder of this site stands for the one a person would choose: the same API, without a dialogue.
    page.add_init_script("window.showDirectoryPicker = () => navigator.storage.getDirectory()")
    found.go("/so-hoa")
    put = """async ([name, bytes]) => {
      const root = await navigator.storage.getDirectory();
      const stream = await (await root.getFileHandle(name, { create: true })).createWritable();
      await stream.write(new Uint8Array(bytes)); await stream.close();
    }"""
    page.click("#folder")
    page.wait_for_function("() => document.getElementById('folder-told').textContent.includes('da-gui')")
    page.evaluate(put, ["may-quet.jpg", list(as_jpeg(draw("HONGHEO", seed=641), 3))])
    page.evaluate(put, ["hong.pdf", [1, 2, 3]])
    page.wait_for_function(
        "() => document.querySelector('#sent a') && document.querySelector('#sent .why')", timeout=120_000
    )
    listing = """async () => {
      const root = await navigator.storage.getDirectory(); const found = [];
      for await (const [name, one] of root.entries()) {
        if (one.kind === "file") found.push(name);
        else for await (const inner of one.keys()) found.push(`${name}/${inner}`);
      }
      return found.sort();
    }"""
    for _ in range(400):
        if page.evaluate(listing) == ["da-gui/may-quet.jpg", "khong-nhan/hong.pdf"]:
            break
        page.wait_for_timeout(250)
    assert page.evaluate(listing) == ["da-gui/may-quet.jpg", "khong-nhan/hong.pdf"]
    assert json.loads(page.evaluate("JSON.stringify([...document.querySelectorAll('#sent li')].length)")) == 2
