"""The format's document says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import qr
from qr import claims, credential, presentable, trust_list

TEXT = (Path(qr.__file__).parent / "FORMAT.md").read_text(encoding="utf-8")


def test_every_verdict_and_reason_stands_in_the_table_in_order() -> None:
    rows = re.findall(r"^\| ([A-Z_]+) \| .* \| ([A-Z0-9_, ]*) ?\|$", TEXT, re.MULTILINE)
    assert [verdict for verdict, _ in rows] == list(qr.Verdict)
    assert [detail for _, details in rows for detail in re.findall(r"[A-Z0-9_]+", details)] == list(qr.Reason)


def test_the_numbers_are_those_of_the_code() -> None:
    for label in (claims.EXP, claims.IAT, claims.CTI, claims.STATUS, claims.PAPER, presentable.PURPOSE):
        assert re.search(rf"(?<![\d-]){label}(?!\d)", TEXT), label
    for field, label in presentable.LABELS.items():
        assert re.search(rf"(?<![\d-]){label}\s", TEXT), field
    for number in (credential.MAX_FRAGMENT, presentable.TYP_SD_CWT, presentable.TYP_KB, presentable.ONE_WAY_SECONDS):
        assert str(number) in TEXT
    assert credential.AAD.decode() in TEXT
    assert trust_list.AAD.decode() in TEXT


def test_no_reason_is_left_out_of_the_browser_module() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (Path(qr.__file__).parent / "browser").glob("*.js"))
    assert [reason for reason in qr.Reason if f'"{reason}"' not in source] == []
    assert [verdict for verdict in qr.Verdict if f'"{verdict}"' not in source] == []
