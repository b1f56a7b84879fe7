"""Dossiers and results in the shape of the national portal: `HoSo`, `TaiLieuNop`, `GiayToKetQua`, `KetQua`.

Field names as provincial systems use them (vn-rules 1.4). What the receiver calls them and how it writes times is the
connection's matter (`vault.national.profile`): here values are ISO 8601 and our own words. Fields that this vault does
not know (payment, VNeID at the portal) are left out rather than guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vault.domain.catalogue import Component, Procedure
from vault.domain.dossiers import Attachment, Dossier, DossierChannel
from vault.domain.holders import HolderKind, HolderLink
from vault.domain.ids import RecordCode
from vault.domain.records import Record
from vault.domain.states import RecordState

Plain = dict[str, object]
_CHANNELS = {DossierChannel.COUNTER: "1", DossierChannel.ONLINE: "2", DossierChannel.POST: "3"}
_REUSED, _REPLACED = "1", "2"
"""`DuocTaiSuDung`: reused without a result code; reused, and `MaKetQuaThayThe` names it."""
_ENDING = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}


@dataclass(frozen=True, slots=True)
class Submitted:
    """A paper that stands for a component. `result`: the code of the result that it is; `national`: it came from there.

    `digitised` says that a paper was digitised (an electronic original never was paper).
    """

    attachment: Attachment
    record: Record
    component: Component | None
    result: str | None
    national: bool


@dataclass(frozen=True, slots=True)
class Resulting:
    """A result of the dossier with the name of its kind."""

    code: str
    record: Record
    type_name: str


def dossier_to_plain(
    dossier: Dossier,
    *,
    procedure: Procedure | None,
    submitted: Sequence[Submitted],
    results: Sequence[Resulting],
    host: str,
) -> Plain:
    """The whole dossier as it is now: told again, it replaces what was told before."""
    holder = dossier.holder
    ended = None if dossier.closed is None else dossier.closed.at.isoformat()
    return {
        "MaHoSo": dossier.code,
        "MaTTHC": dossier.procedure_code,
        "TenTTHC": "" if procedure is None else procedure.name,
        "MaLinhVuc": "" if procedure is None else procedure.field,
        "KenhThucHien": _CHANNELS[dossier.channel],
        "SoGiayToChuHoSo": holder.number or "",
        "ChuHoSo": holder.name,
        "LoaiDoiTuong": "2" if holder.kind in {HolderKind.TAX, HolderKind.TAX_BRANCH} else "1",
        "DinhDanhCHS": _identity(holder),
        "HoSoCoThanhPhanSoHoa": "1" if submitted else "0",
        "NgayTiepNhan": dossier.opened_at.isoformat(),
        "NgayHenTra": dossier.due_on and dossier.due_on.isoformat(),
        "NgayKetThucXuLy": ended,
        "NgayTra": ended if results else None,
        "HinhThuc": None if dossier.closed is None else dossier.closed.ending.value,
        "NoiNopHoSo": dossier.agency_code,
        "TaiLieuNop": [_submitted(one, host) for one in submitted],
        "GiayToKetQua": [_result_paper(one, host) for one in results],
    }


def result_to_plain(one: Resulting, dossier: Dossier, *, host: str) -> Plain:
    """A result with everything that the record carries of it (`KetQua`, QLHSC07)."""
    record = one.record
    owner = record.holders[0]
    file = result_file(record)
    return {
        "MaKetQua": one.code,
        "MaHoSo": dossier.code,
        "MaChuGiayTo": owner.number or "",
        "TenChuGiayTo": owner.name,
        "LoaiDinhDanhCHS": owner.kind.value,
        "MaGiayToKetQua": record.result_code or "",
        "LoaiGiayTo": record.type_code,
        "TenGiayToKetQua": one.type_name,
        "SoKyHieu": record.number or "",
        "TrichYeuNoiDung": record.abstract or "",
        "NgayCap": record.issued_on and record.issued_on.isoformat(),
        "ThoiHanHieuLuc": record.valid_until and record.valid_until.isoformat(),
        "PhamViHieuLuc": record.scope or "",
        "MaCoQuan": record.issuer_code or record.agency_code,
        "TenCoQuan": record.issuer_as_printed or "",
        "TenFile": f"{record.code}.{_ENDING[file[1]]}",
        "DaHuyBoThayThe": "0" if record.state is RecordState.ACTIVE else "1",
        "TepDuLieu": {
            "MaDinhDanh": file[0],
            "TenTep": f"{record.code}.{_ENDING[file[1]]}",
            "DinhDangTep": file[1],
            "DuongDanURL": _link(record.code, host),
        },
    }


def result_file(record: Record) -> tuple[str, str]:
    """SHA-256 and media type of the file that is the result: what its issuer signed, else what this agency sealed."""
    if record.signed_original:
        return record.original, record.original_mime
    return record.sealed, "application/pdf"


def _identity(holder: HolderLink) -> Mapping[str, object]:
    return {"LoaiDinhDanh": holder.kind.value, "SoDinhDanh": holder.number or ""}


def _submitted(one: Submitted, host: str) -> Plain:
    record = one.record
    reused = _REPLACED if one.result else _REUSED
    return {
        "TepDinhKemId": record.code,
        "TenTepDinhKem": one.component.name if one.component else one.attachment.component,
        "IsDeleted": "0",
        "MaThanhPhanHoSo": one.attachment.component,
        "DuongDanTaiTepTin": _link(record.code, host),
        "DuocSoHoa": "0" if record.signed_original else "1",
        "DuocTaiSuDung": reused,
        "DuocLayTuKhoDMQG": "1" if one.national else "0",
        "MaKetQuaThayThe": one.result or "",
    }


def _result_paper(one: Resulting, host: str) -> Plain:
    return {
        "TenGiayTo": one.type_name,
        "MaThanhPhanHoSo": "",
        "GiayToId": one.code,
        "DuongDanTepTinKetQua": _link(one.record.code, host),
        "MaGiayToKetQua": one.record.result_code or "",
    }


def _link(code: RecordCode, host: str) -> str:
    return f"https://{host}/api/v1/records/{code}"
