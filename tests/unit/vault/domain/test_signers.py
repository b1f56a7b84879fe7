"""Whose signature it is: certificates as they are written, against issuers as papers print them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import signing
from vault.catalogue import load
from vault.domain.agencies import Agency, AgencyDirectory, AgencyLevel
from vault.domain.intake import SignatureSummary
from vault.domain.signers import CONVERSION, UNCOMPARED, Signer, match_signers, signer_of, signers_in, speaks_for
from vault.domain.states import SignerMatch as M

HOME = "H24.900"
FIRE = "CỤC CẢNH SÁT PHÒNG CHÁY, CHỮA CHÁY VÀ CỨU NẠN, CỨU HỘ"
LOCAL = (
    Agency("H24.31", "UBND phường Máy Mẫu", AgencyLevel.COMMUNE, valid_to=date(2025, 6, 30), successor="H24.32"),
    Agency("H24.32", "UBND phường Cầu Mẫu", AgencyLevel.COMMUNE, valid_from=date(2025, 7, 1)),
    Agency("H24.33", "UBND xã Đảo Mẫu", AgencyLevel.COMMUNE, signers=("Trung tâm Hành chính công Mẫu", "H24.32")),
)
DIRECTORY = AgencyDirectory((*load().directory, *LOCAL))
BEFORE, AFTER = date(2025, 6, 1), date(2026, 3, 1)


def signer(
    organisation: str, *units: str, name: str = "Nguyễn Văn Mẫu", on: date | None = AFTER, at: str = ""
) -> Signer:
    return Signer(name, organisation, units, at, on)


WARD = signer("UBND THÀNH PHỐ HẢI PHÒNG", "UBND QUẬN HỒNG BÀNG", "UBND PHƯỜNG MẪU")
WARD_SEAL = signer("UBND thành phố Hải Phòng", name="ỦY BAN NHÂN DÂN PHƯỜNG MẪU")
CITY_SEAL = signer("ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG", name="Ủy ban nhân dân thành phố Hải Phòng")
SCHOOL = signer("UBND thành phố Hải Phòng", name="Trường THCS Mẫu")
OLD_PROVINCE = signer("UBND TỈNH HẢI DƯƠNG", name="UBND TỈNH HẢI DƯƠNG", on=BEFORE)
FIRE_SEAL = signer("BỘ CÔNG AN", name=FIRE, at="Hà Nội")
CASES: Mapping[str, tuple[str, str, Signer, M]] = {
    # what: issuer as printed, its code, who signed, what it is
    "a person of the ward": ("UBND phường Mẫu", "", WARD, M.ISSUER),
    "the seal of the ward": ("Uỷ ban nhân dân phường Mẫu", "", WARD_SEAL, M.ISSUER),
    "with its city": ("UBND phường Mẫu, TP. Hải Phòng", "", WARD_SEAL, M.ISSUER),
    "with its district, which the certificate names": (
        "UBND phường Mẫu, quận Hồng Bàng, thành phố Hải Phòng",
        "",
        WARD,
        M.ISSUER,
    ),
    "with another district": ("UBND phường Mẫu, quận Lê Chân, thành phố Hải Phòng", "", WARD, M.OTHER_ORGANISATION),
    "a ward of that name in another province": ("UBND phường Mẫu, tỉnh Đồng Nai", "", WARD, M.OTHER_ORGANISATION),
    "a namesake elsewhere, of which the paper tells no province": (
        "UBND phường Mẫu",
        "",
        signer("UBND tỉnh Đồng Nai", "UBND phường Mẫu"),
        M.OTHER_ORGANISATION,
    ),
    "another ward": ("UBND phường Khác", "", WARD_SEAL, M.OTHER_ORGANISATION),
    "the city above the ward": ("UBND phường Mẫu, thành phố Hải Phòng", "", CITY_SEAL, M.OTHER_ORGANISATION),
    "the city itself": ("UBND TP Hải Phòng", "", CITY_SEAL, M.ISSUER),
    "by its code alone": ("", "H24", CITY_SEAL, M.ISSUER),
    "a school signs for the city": ("UBND thành phố Hải Phòng", "", SCHOOL, M.PART_OF_ISSUER),
    "somebody in an office of the city": (
        "UBND thành phố Hải Phòng",
        "",
        signer("UBND thành phố Hải Phòng", "Văn phòng"),
        M.PART_OF_ISSUER,
    ),
    "a department": (
        "UBND thành phố Hải Phòng - Sở Xây dựng",
        "",
        signer("UBND TP HẢI PHÒNG", name="SỞ XÂY DỰNG"),
        M.ISSUER,
    ),
    "the department of another province": (
        "Sở Xây dựng Hải Phòng",
        "",
        signer("UBND TỈNH ĐỒNG NAI", "SỞ XÂY DỰNG"),
        M.OTHER_ORGANISATION,
    ),
    "spelled without marks": ("UBND phường Mẫu", "", signer("UBND thanh pho Hai Phong", "UBND phuong Mau"), M.ISSUER),
    "a school spelled without marks signs for the city": (
        "UBND thành phố Hải Phòng",
        "",
        signer("UBND thanh pho Hai Phong", name="Truong THCS Mau"),
        M.PART_OF_ISSUER,
    ),
    "somebody of the Văn family": ("UBND phường Mẫu", "", signer("UBND PHƯỜNG MẪU", name="Văn Như Mẫu"), M.ISSUER),
    "a company": ("UBND phường Mẫu", "", signer("CÔNG TY TNHH MẪU", name="CÔNG TY TNHH MẪU"), M.OTHER_ORGANISATION),
    "a company that has the name in its own": (
        "UBND phường Mẫu",
        "",
        signer("Công ty UBND phường Mẫu"),
        M.OTHER_ORGANISATION,
    ),
    "a company that states itself": (
        "Công ty TNHH Mẫu Hải Phòng",
        "",
        signer("CÔNG TY TNHH MẪU HẢI PHÒNG", name="CÔNG TY TNHH MẪU HẢI PHÒNG"),
        M.ISSUER_NO_AGENCY,
    ),
    "a company with a ward among its units": (
        "UBND phường Mẫu",
        "",
        signer("CÔNG TY TNHH MẪU", "UBND phường Mẫu"),
        M.UNKNOWN,
    ),
    "a public hospital, by the agency above it": (
        "Bệnh viện Mẫu",
        "",
        signer("UBND thành phố Hải Phòng", "SỞ Y TẾ", name="BỆNH VIỆN MẪU"),
        M.ISSUER,
    ),
    "a ward whose certificate names nothing above it": ("UBND phường Mẫu", "", signer("UBND PHƯỜNG MẪU"), M.ISSUER),
    "a person who names the issuer as himself": (
        "UBND phường Mẫu",
        "",
        signer("", name="UBND phường Mẫu"),
        M.PERSON_ONLY,
    ),
    "a people's committee of nowhere": (
        "UBND thành phố Hải Phòng",
        "",
        signer("UBND", name="UBND"),
        M.OTHER_ORGANISATION,
    ),
    # provinces that merged on 1/7/2025
    "signed before the merger": ("UBND tỉnh Hải Dương", "H23", OLD_PROVINCE, M.ISSUER),
    "signed anew by the successor": ("UBND tỉnh Hải Dương", "", CITY_SEAL, M.SUCCESSOR),
    "the successor before it was one": ("UBND tỉnh Hải Dương", "", replace(CITY_SEAL, signed_on=BEFORE), M.NOT_THEN),
    "a certificate that outlived its province": (
        "UBND tỉnh Hải Dương",
        "",
        replace(OLD_PROVINCE, signed_on=AFTER),
        M.NOT_THEN,
    ),
    "an index that names today's province": ("UBND thành phố Hải Phòng", "", OLD_PROVINCE, M.PREDECESSOR),
    "a department of the old province": (
        "Sở Xây dựng tỉnh Hải Dương",
        "",
        signer("UBND tỉnh Hải Dương", name="Sở Xây dựng", on=BEFORE),
        M.ISSUER,
    ),
    "its successor": ("Sở Xây dựng tỉnh Hải Dương", "", signer("UBND TP Hải Phòng", name="Sở Xây dựng"), M.SUCCESSOR),
    # wards that an operator lists
    "a merged ward, by its successor": (
        "UBND phường Máy Mẫu",
        "",
        signer("UBND TP Hải Phòng", name="UBND phường Cầu Mẫu"),
        M.SUCCESSOR,
    ),
    "the successor's paper, signed by the ward of before": (
        "UBND phường Cầu Mẫu",
        "",
        signer("UBND TP Hải Phòng", name="UBND phường Máy Mẫu", on=BEFORE),
        M.PREDECESSOR,
    ),
    "a body that the catalogue lets sign": (
        "UBND xã Đảo Mẫu",
        "",
        signer("UBND TP Hải Phòng", name="Trung tâm Hành chính công Mẫu"),
        M.ENTITLED,
    ),
    "an agency that the catalogue lets sign": (
        "UBND xã Đảo Mẫu",
        "H24.33",
        signer("UBND TP Hải Phòng", name="UBND phường Cầu Mẫu"),
        M.ENTITLED,
    ),
    # ministries
    "a ministry's successor": ("Bộ Giao thông vận tải", "", signer("BỘ XÂY DỰNG", name="BỘ XÂY DỰNG"), M.SUCCESSOR),
    "the police of a province": (
        "Công an thành phố Hải Phòng",
        "G01",
        signer("BỘ CÔNG AN", "CÔNG AN THÀNH PHỐ HẢI PHÒNG"),
        M.ISSUER,
    ),
    "the police of another": (
        "Công an thành phố Hải Phòng",
        "G01",
        signer("BỘ CÔNG AN", "CÔNG AN TỈNH ĐỒNG NAI"),
        M.OTHER_ORGANISATION,
    ),
    # nothing to compare with
    "no issuer": ("", "", WARD, M.UNKNOWN),
    "a name and a code of two provinces": (
        "UBND tỉnh Đồng Nai",
        "H24",
        signer("UBND tỉnh Đồng Nai", name="UBND tỉnh Đồng Nai"),
        M.UNKNOWN,
    ),
    "a report of before, a person": (
        "UBND thành phố Hải Phòng",
        "",
        Signer("Nguyễn Văn Mẫu", "UBND thành phố Hải Phòng", None),
        M.UNKNOWN,
    ),
    "a report of before, a seal": (
        "UBND phường Mẫu",
        "",
        Signer("UBND phường Mẫu", "UBND thành phố Hải Phòng", None),
        M.ISSUER,
    ),
    # the real letters and circulars of ../shared/samples (see below for the files themselves)
    "f38: an officer of a division": (
        "Cục Cảnh sát phòng cháy, chữa cháy và cứu nạn, cứu hộ",
        "",
        signer("BỘ CÔNG AN", FIRE, "PHÒNG 6"),
        M.PART_OF_ISSUER,
    ),
    "f38: the seal of the department": ("Bộ Công an - " + FIRE, "G01", FIRE_SEAL, M.ISSUER),
    "f38 said to be of the ministry": ("Bộ Công an", "", FIRE_SEAL, M.PART_OF_ISSUER),
    "f40: a seal by its house number": (
        FIRE,
        "",
        signer("BỘ CÔNG AN", "V01", name="C07", at="Hà Nội"),
        M.OTHER_ORGANISATION,
    ),
    "circular 51: published by the Government's portal": (
        "Bộ Công an",
        "",
        signer("VĂN PHÒNG CHÍNH PHỦ", name="CỔNG THÔNG TIN ĐIỆN TỬ CHÍNH PHỦ", at="Hà Nội"),
        M.OTHER_ORGANISATION,
    ),
}


@pytest.mark.parametrize(("printed", "code", "who", "wanted"), CASES.values(), ids=CASES)
def test_whose_signature_it_is(printed: str, code: str, who: Signer, wanted: M) -> None:
    fields = {name: value for name, value in (("issuer", printed), ("issuer_code", code)) if value}
    assert match_signers([who], fields, DIRECTORY, home=HOME) is wanted


def test_one_signature_of_the_issuer_is_enough() -> None:
    fields = {"issuer": "UBND phường Mẫu"}
    company = signer("CÔNG TY TNHH MẪU")
    assert match_signers([company, WARD_SEAL], fields, DIRECTORY, home=HOME) is M.ISSUER
    assert match_signers([company, SCHOOL], fields, DIRECTORY, home=HOME) is M.OTHER_ORGANISATION
    assert match_signers([], fields, DIRECTORY, home=HOME) is M.UNKNOWN


def test_the_sealed_copy_of_a_record_handed_in_again_is_no_original() -> None:
    fields = {"issuer": "UBND phường Mẫu"}
    for reason in (CONVERSION, UNCOMPARED):
        copy = replace(WARD_SEAL, reason=reason)
        assert match_signers([copy], fields, DIRECTORY, home=HOME) is M.UNKNOWN
        wanted = M.CONVERTER if reason == CONVERSION else M.UNKNOWN
        assert match_signers([copy], fields, DIRECTORY, home=HOME, converted=True) is wanted
    assert match_signers([replace(WARD_SEAL, reason=CONVERSION), WARD], fields, DIRECTORY, home=HOME) is M.ISSUER


def test_a_conversion_is_vouched_for_by_a_body_never_by_a_person() -> None:
    fields = {"issuer": "UBND xã Khác"}
    assert match_signers([WARD_SEAL], fields, DIRECTORY, home=HOME, converted=True) is M.CONVERTER
    assert match_signers([signer("")], fields, DIRECTORY, home=HOME, converted=True) is M.PERSON_ONLY
    assert match_signers([WARD_SEAL], {"issuer": "UBND phường Mẫu"}, DIRECTORY, home=HOME, converted=True) is M.ISSUER
    own = signer("Bệnh viện tư Mẫu")
    assert match_signers([own], {"issuer": "Bệnh viện tư Mẫu"}, DIRECTORY, home=HOME, converted=True) is M.CONVERTER


ENTRY = {
    "kind": "signature", "verdict": "VALID", "changes_after": "none", "signer": "UBND phường Mẫu",
    "organisation": "UBND phường Mẫu", "units": [], "locality": "", "signed_at": "2026-03-01T20:00:00+00:00",
}  # fmt: skip


@pytest.mark.parametrize(
    "other", [{"verdict": "UNKNOWN_ROOT"}, {"kind": "timestamp"}, {"changes_after": "form"}, {"changes_after": "other"}]
)
def test_what_does_not_hold_for_what_the_file_shows_speaks_for_nobody(other: dict[str, str]) -> None:
    assert signers_in({"signatures": [ENTRY | other]}) == ()
    (found,) = signers_in({"signatures": [ENTRY]})
    assert found.signed_on == date(2026, 3, 2), "the day in Viet Nam"


@pytest.mark.parametrize(
    ("times", "wanted"),
    [
        ({"stamped_then": True, "claimed_at": "2020-01-01T00:00:00+00:00"}, date(2026, 3, 2)),
        ({"stamped_then": False, "claimed_at": "2024-05-06T20:00:00+07:00"}, date(2024, 5, 6)),
        ({"claimed_at": "2024-05-06T20:00:00+07:00"}, date(2024, 5, 6)),
        ({"claimed_at": "2030-01-01T00:00:00+00:00"}, date(2026, 3, 2)),
        ({"claimed_at": ""}, date(2026, 3, 2)),
        ({"claimed_at": "", "signed_at": ""}, None),
    ],
)
def test_a_later_stamp_does_not_say_when_it_was_signed(times: dict[str, object], wanted: date | None) -> None:
    (found,) = signers_in({"signatures": [ENTRY | times]})
    assert found.signed_on == wanted


def test_nothing_is_asked_of_signatures_that_prove_nothing() -> None:
    fields = {"issuer": "UBND phường Mẫu"}
    summary = SignatureSummary("VALID", 1, present=True, signers=(), report={"signatures": [ENTRY]})
    assert signer_of(summary, fields, DIRECTORY, home=HOME) is M.ISSUER
    for one in (None, replace(summary, verdict="UNKNOWN_ROOT"), replace(summary, verdict="")):
        assert signer_of(one, fields, DIRECTORY, home=HOME) is None


@pytest.mark.parametrize(
    ("agency", "name", "fields", "wanted"),
    [
        ("H24.900", "UBND phường Mẫu", {"issuer": "UBND phường Mẫu, thành phố Hải Phòng"}, True),
        ("H24.900", "UBND phường Mẫu", {"issuer": "UBND phường Khác"}, False),
        ("H24.900", "UBND phường Mẫu", {"issuer": "UBND phường Mẫu", "issuer_code": "H24.900"}, True),
        ("H24.900", "UBND phường Mẫu", {"issuer": "UBND phường Mẫu", "issuer_code": "H24.901"}, False),
        ("H24.900", None, {"issuer": "UBND phường Mẫu"}, None),
        ("H24.32", None, {"issuer": "UBND phường Máy Mẫu"}, True),
        ("H24.32", None, {"issuer": "UBND phường Máy Mẫu", "issuer_code": "H24.31"}, True),
        ("H24.31", None, {"issuer": "UBND phường Cầu Mẫu", "issuer_code": "H24.32"}, False),
        ("H24.32", None, {"issuer": "UBND xã Đảo Mẫu"}, True),
        ("H24.32", None, {"issuer": "UBND xã Đảo Mẫu", "issuer_code": "H24.33"}, True),
        ("H24.33", None, {"issuer": "UBND phường Cầu Mẫu"}, False),
        ("H24.900", "UBND phường Mẫu", {}, None),
    ],
)
def test_for_whom_an_agency_may_hand_in(
    agency: str,
    name: str | None,
    fields: dict[str, str],
    wanted: bool | None,  # noqa: FBT001 - a table's column
) -> None:
    assert speaks_for(agency, name, fields, DIRECTORY, AFTER) is wanted


@pytest.mark.needs_samples
def test_the_real_letter_of_six_signatures_is_its_departments(samples: Path) -> None:
    report = signing.inspect(
        (samples / "signed-government-pdf" / "cong-van-f38.pdf").read_bytes(),
        trust=signing.Trust.vietnam_government(),
        now=datetime(2026, 11, 28, tzinfo=UTC),
    )
    signers = signers_in(report.as_dict())
    assert [one.signed_on for one in signers] == [date(2026, 6, 24)] * 6
    one_by_one = [match_signers([one], {"issuer": FIRE}, DIRECTORY, home=HOME) for one in signers]
    assert one_by_one == [M.PART_OF_ISSUER, M.ISSUER, M.ISSUER, M.ISSUER, M.ISSUER, M.ISSUER]
    assert match_signers(signers, {"issuer": "UBND phường Mẫu"}, DIRECTORY, home=HOME) is M.OTHER_ORGANISATION
