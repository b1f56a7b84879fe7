"""An old store for tests: a tree of files with an index, the troubles of old stores, and what must come of it."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.engines import scan
from vault.domain.backfill import Fate

MAPPING = """
columns:
  file: Tệp
  type: Loại giấy tờ
  holder_number: Số định danh
  holder_name: Họ và tên
  number: Số, ký hiệu
  issued_on: Ngày cấp
  issuer: Cơ quan cấp
types: {Giấy phép xây dựng: GPXD}
issuers: {UBND huyện Tứ Kỳ: H23}
days: ["%d/%m/%Y"]
"""
HEAD = ("Tệp", "Loại giấy tờ", "Số định danh", "Họ và tên", "Số, ký hiệu", "Ngày cấp", "Cơ quan cấp")


@dataclass
class OldFolder:
    """The tree, its index and mapping, and the fate that each file must have."""

    root: Path
    index: Path
    mapping: Path
    fates: dict[str, Fate] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def counts(self) -> Counter[Fate]:
        """How many files must have which fate."""
        return Counter(self.fates.values())


def old_folder(place: Path, *, papers: int, first: int) -> OldFolder:
    """So many papers, and beside them two of every trouble; `first` numbers the pictures, so that sets differ."""
    found = OldFolder(place / "kho-cu", place / "bang-ke.csv", place / "anh-xa.yaml")
    rows: list[tuple[str, ...]] = []

    def put(name: str, data: bytes | None, fate: Fate, *, number: str, kind: str = "Giấy phép xây dựng",
            day: str = "05/03/2019", issuer: str = "UBND tỉnh Hải Dương", listed: bool = True) -> None:  # fmt: skip
        path = found.root / unicodedata.normalize("NFD", name)  # as a Mac leaves names
        if data is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            found.digests[name] = hashlib.sha256(data).hexdigest()
        if listed:
            who = first + len(rows)
            rows.append(
                (name.replace("/", "\\"), kind, f"0310909{who % 100000:05}", f"NGƯỜI CŨ {who}", number, day, issuer)
            )
        found.fates[name] = fate

    for number in range(papers):
        issuer = ("UBND tỉnh Hải Dương", "UBND huyện Tứ Kỳ", "UBND thành phố Hải Phòng")[number % 3]
        name = f"năm {2015 + number % 5}/giấy phép {number:05}.png"
        put(name, scan(first + number), Fate.IMPORTED, number=f"{first + number}/GPXD", issuer=issuer)
    put("hai lần/bản sao.png", scan(first), Fate.DUPLICATE, number="9001/GPXD")
    put("hai lần/bản sao 2.png", scan(first + 1), Fate.DUPLICATE, number="9002/GPXD")
    put("hỏng/cụt.png", scan(first + papers)[:40], Fate.REFUSED, number="9003/GPXD")
    put("hỏng/không phải giấy tờ.txt", b"=cmd|' /C calc'!A0", Fate.REFUSED, number="9004/GPXD")
    put("sai/loại lạ.png", scan(first + papers + 1), Fate.REFUSED, number="9005/GPXD", kind="Giấy gì đó")
    put("sai/ngày lạ.png", scan(first + papers + 2), Fate.REFUSED, number="9006/GPXD", day="31/02/2019")
    put("sai/tương lai.png", scan(first + papers + 3), Fate.REFUSED, number="9007/GPXD", day="05/03/2099")
    put("mất/không còn.png", None, Fate.MISSING, number="9008/GPXD")
    put("thừa/không ai biết.png", scan(first + papers + 4), Fate.UNLISTED, number="", listed=False)
    with found.index.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened, delimiter=";")
        writer.writerow(HEAD)
        writer.writerows(rows)
    found.mapping.write_text(MAPPING, encoding="utf-8")
    return found


def report_of(file: Path) -> dict[str, dict[str, str]]:
    """The lines of a report by file; a file that stands in it twice is an error."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    found = {row["file"]: row for row in rows}
    assert len(found) == len(rows), "every file has one line"
    return found
