"""Papers about one person: criminal record, poverty, disability, birth notice of the hospital, diploma."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.golden.specimens.civil import TODAY, chair, committee, identity
from tests.golden.specimens.draft import double_header, heading, place_and_date, republic, sign
from tests.golden.specimens.people import Person, person
from tests.golden.specimens.sheet import Span
from tests.golden.specimens.spelling import long_date, short_date

if TYPE_CHECKING:
    from tests.golden.specimens.draft import Draft
    from tests.golden.specimens.sheet import Sheet, Spans


def _line(
    draft: Draft, sheet: Sheet, label: str, name: str, value: str, *, bold: bool = False, leader: bool = True
) -> str:
    stated = draft.fact(name, value)
    sheet.flow([label + " ", Span(stated, name, bold=bold)], align="left", leader=leader)
    return stated


def _day(draft: Draft, sheet: Sheet, label: str, name: str, value: date) -> None:
    day = draft.day(name, value)
    sheet.flow([label + " ", Span(short_date(day), name)], align="left", leader=True)


def criminal_record(draft: Draft, _given: Person | None) -> None:
    """Phiếu lý lịch tư pháp số 1 (vn-rules 8.10); the police issue it since March 2025."""
    who = draft.holder
    draft.place = where = who.home
    on = draft.issued(date(2021, 3, 1), TODAY)
    police = on >= date(2025, 3, 1)
    sheet = draft.page(size=13.5, leading=1.42)
    office = "CÔNG AN" if police else "UBND"
    above, own = [f"{office} {where.province.upper()}"], ["PHÒNG HỒ SƠ NGHIỆP VỤ" if police else "SỞ TƯ PHÁP"]
    number = draft.fact("number", f"{draft.rng.randint(1, 9000)}/{'PHSNV' if police else 'STP'}-LLTP")
    double_header(draft, sheet, above, own, number=["Số: ", Span(number, "number")], dated=place_and_date(draft, on))
    heading(sheet, "PHIẾU LÝ LỊCH TƯ PHÁP SỐ 1", size=16)
    sheet.skip(3)
    sheet.flow([Span("Căn cứ Luật Lý lịch tư pháp và các văn bản hướng dẫn thi hành,", italic=True)], indent=10)
    sheet.skip(1)
    sheet.text([Span("XÁC NHẬN:", bold=True)], align="center")
    _line(draft, sheet, "1. Họ và tên:", "holder_name", who.capitals, bold=True)
    _line(draft, sheet, "2. Giới tính:", "sex", who.gender)
    _day(draft, sheet, "3. Ngày, tháng, năm sinh:", "birth_date", who.birth_date)
    _line(draft, sheet, "4. Nơi sinh:", "birth_place", where.province)
    _line(draft, sheet, "5. Quốc tịch:", "nationality", who.nationality)
    _line(draft, sheet, "6. Nơi thường trú:", "residence", who.address(on))
    _line(draft, sheet, "7. Nơi tạm trú:", "temporary_residence", "Không")
    sheet.flow(["8. ", *identity(draft, who, "holder_id", on)], align="left", leader=True)
    _line(draft, sheet, "9. Tình trạng án tích:", "criminal_record", draft.pick("Không có án tích", "Không có án tích"))
    sheet.flow(
        [
            "10. Thông tin về cấm đảm nhiệm chức vụ, thành lập, quản lý doanh nghiệp, hợp tác xã: ",
            draft.pick(
                "Không bị cấm đảm nhiệm chức vụ, thành lập, quản lý doanh nghiệp, hợp tác xã",
                "Không có yêu cầu xác nhận",
            ),
            ".",
        ]
    )
    sheet.skip(4)
    roles = ["KT. TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG"] if police else ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]
    sign(draft, sheet, roles, own[0], where.province.upper())


def poor_household(draft: Draft, _given: Person | None) -> None:
    """Giấy chứng nhận hộ nghèo, hộ cận nghèo, with the table of members."""
    who = draft.holder
    draft.place = who.home
    on = draft.issued(date(2022, 1, 4), TODAY)
    status = draft.fact("household_class", draft.pick("hộ nghèo", "hộ cận nghèo"))
    sheet = draft.page(
        size=13, leading=1.36, frame=(180, 60, 60) if draft.rng.random() < 0.5 else None, margins=(26, 22, 22, 20)
    )
    above, own = committee(draft, on)
    number = draft.fact("number", f"{draft.serial(1, 400)}/GCN-{'HN' if status == 'hộ nghèo' else 'HCN'}")
    double_header(draft, sheet, above, own, number=["Số: ", Span(number, "number")], dated=place_and_date(draft, on))
    heading(sheet, f"GIẤY CHỨNG NHẬN {status.upper()}", size=16)
    sheet.skip(3)
    title = f"CHỦ TỊCH ỦY BAN NHÂN DÂN {draft.place.ward.upper()} CHỨNG NHẬN:"
    sheet.flow([Span(title, bold=True)], align="center")
    sheet.skip(2)
    _line(draft, sheet, "1. Họ và tên chủ hộ:", "holder_name", who.capitals, bold=True)
    _day(draft, sheet, "Ngày, tháng, năm sinh:", "birth_date", who.birth_date)
    sheet.stops(
        (0, ["Giới tính: ", Span(draft.fact("sex", who.gender), "sex")]),
        (0.4, ["Dân tộc: ", Span(draft.fact("ethnicity", who.ethnicity), "ethnicity")]),
    )
    _line(draft, sheet, "Số định danh cá nhân:", "holder_id", who.personal_number)
    _line(draft, sheet, "2. Nơi cư trú:", "residence", who.address(on))
    sheet.flow(["3. Danh sách thành viên trong hộ:"], align="left")
    sheet.skip(1)
    rows: list[list[Spans]] = [[["STT"], ["Họ và tên"], ["Ngày, tháng, năm sinh"], ["Quan hệ với chủ hộ"], ["Dân tộc"]]]
    spouse = "Vợ" if who.gender == "Nam" else "Chồng"
    for position, (kinship, years) in enumerate(
        ((spouse, (-4, 5)), ("Con", (22, 30)), ("Con", (26, 34)))[: draft.rng.randint(1, 3)], 1
    ):
        gender = {"Vợ": "Nữ", "Chồng": "Nam"}.get(kinship)
        born = (min(who.birth_date.year + years[0], 2022), min(who.birth_date.year + years[1], 2023))
        member = person(f"{draft.kind}/{draft.seed}/{position}", gender=gender, born=born, home=who.home)
        rows.append([[str(position)], [member.name], [short_date(member.birth_date)], [kinship], [member.ethnicity]])
    sheet.table(
        (0.8, 3.6, 2.4, 2.2, 1.4), rows, size=sheet.size * 0.92, align=("center", "left", "center", "left", "center")
    )
    year = draft.fact("year", str(on.year))
    sheet.flow(
        [
            "Là ",
            Span(status, "household_class"),
            " năm ",
            Span(year, "year"),
            f" theo chuẩn nghèo đa chiều giai đoạn {'2022 - 2025' if on.year < 2026 else '2026 - 2030'}./.",
        ],
        align="left",
    )
    sheet.skip(4)
    chair(draft, sheet)


def disability(draft: Draft, _given: Person | None) -> None:
    """Giấy xác nhận khuyết tật: kind and degree of disability."""
    who = draft.holder
    draft.place = who.home
    on = draft.issued(date(2020, 1, 6), TODAY)
    sheet = draft.page(size=13.5, leading=1.46, pattern=draft.rng.choice((None, (242, 248, 250))))
    above, own = committee(draft, on)
    number = draft.fact("number", f"{draft.serial(1, 200)}/GXNKT")
    double_header(
        draft, sheet, above, own, number=["Số hiệu: ", Span(number, "number")], dated=place_and_date(draft, on)
    )
    heading(sheet, "GIẤY XÁC NHẬN KHUYẾT TẬT", size=17)
    sheet.skip(3)
    title = f"CHỦ TỊCH ỦY BAN NHÂN DÂN {draft.place.ward.upper()}"
    sheet.text([Span(title, bold=True)], align="center")
    sheet.text([Span("XÁC NHẬN:", bold=True)], align="center")
    sheet.skip(1)
    _line(draft, sheet, "Họ và tên:", "holder_name", who.capitals, bold=True)
    sheet.stops(
        (0, ["Sinh ngày: ", Span(short_date(draft.day("birth_date", who.birth_date)), "birth_date")]),
        (0.55, ["Giới tính: ", Span(draft.fact("sex", who.gender), "sex")]),
    )
    sheet.flow(["Giấy tờ tùy thân: ", *identity(draft, who, "holder_id", on)], align="left", leader=True)
    _line(draft, sheet, "Nơi cư trú:", "residence", who.address(on))
    _line(
        draft,
        sheet,
        "Dạng khuyết tật:",
        "disability",
        draft.pick("Vận động", "Nghe, nói", "Nhìn", "Trí tuệ", "Thần kinh, tâm thần"),
    )
    _line(draft, sheet, "Mức độ khuyết tật:", "disability_level", draft.pick("Nhẹ", "Nặng", "Đặc biệt nặng"))
    sheet.flow(
        [
            f"Theo kết luận của Hội đồng xác định mức độ khuyết tật {draft.place.ward}, ",
            f"{long_date(on - timedelta(days=7))}.",
        ]
    )
    sheet.skip(5)
    chair(draft, sheet)


def birth_notice(draft: Draft, given: Person | None) -> None:
    """Giấy chứng sinh of a hospital (vn-rules 8.14): the mother is the holder, the child may have no name yet."""
    mother = (
        given
        if given and given.gender == "Nữ"
        else person(f"{draft.kind}/{draft.seed}/mother", gender="Nữ", born=(1986, 2003))
    )
    draft.place = where = mother.home
    born = draft.day(
        "birth_date", date(2021, 1, 4) + timedelta(days=draft.rng.randrange((TODAY - date(2021, 1, 4)).days - 5))
    )
    on = draft.issued(born + timedelta(days=1), born + timedelta(days=4), of_age=False)
    sheet = draft.page(size=13, leading=1.42)
    house = f"{draft.pick('Bệnh viện Phụ sản', 'Bệnh viện Đa khoa', 'Trung tâm Y tế')} {where.ward_name}"
    hospital = house.upper()
    number = draft.fact("number", f"{draft.rng.randint(1, 5000)}/GCS")
    double_header(draft, sheet, [f"SỞ Y TẾ {where.city.upper()}"], [hospital], number=["Số: ", Span(number, "number")])
    heading(sheet, "GIẤY CHỨNG SINH", size=18)
    sheet.skip(3)
    _line(draft, sheet, "Họ và tên mẹ/Người nuôi dưỡng:", "mother_name", mother.capitals, bold=True)
    sheet.stops(
        (0, ["Năm sinh: ", Span(draft.fact("mother_birth_year", str(mother.birth_date.year)), "mother_birth_year")]),
        (0.5, ["Dân tộc: ", Span(draft.fact("mother_ethnicity", mother.ethnicity), "mother_ethnicity")]),
    )
    _line(draft, sheet, "Nơi đăng ký thường trú:", "mother_residence", mother.address(on))
    sheet.boxed(["Số ĐDCN/Hộ chiếu: "], Span(draft.fact("mother_id", mother.personal_number), "mother_id"))
    father = person(f"{draft.kind}/{draft.seed}/father", gender="Nam", born=(1980, 2000))
    sheet.flow([f"Họ và tên cha: {father.name}"], align="left", leader=True)
    clock = f"{draft.rng.randint(0, 23):02d} giờ {draft.rng.randint(0, 59):02d} phút, "
    sheet.flow(["Đã sinh con vào lúc: ", clock, Span(long_date(born), "birth_date")], align="left", leader=True)
    at = draft.fact("birth_place", f"{house}, {where.full(on)}")
    sheet.flow(["Tại: ", Span(at, "birth_place")], align="left", leader=True)
    weight = draft.fact("weight", f"{draft.rng.randint(24, 41) * 100} gam")
    sheet.stops((0, ["Số con trong lần sinh này: 01"]), (0.55, ["Số con hiện sống: 01"]))
    sheet.stops(
        (0, ["Giới tính của con: ", Span(draft.fact("sex", draft.pick("Nam", "Nữ")), "sex")]),
        (0.55, ["Cân nặng: ", Span(weight, "weight")]),
    )
    family = father.capitals.split()[0]
    named: Span | str = "/"
    if draft.rng.random() < 0.75:
        given_name = f"{family} {draft.pick('MINH AN', 'BẢO CHÂU', 'GIA HÂN', 'KHÁNH VY')}"
        named = Span(draft.fact("holder_name", given_name), "holder_name", hand=draft.rng.random() < 0.5)
    sheet.flow(["Dự định đặt tên con là: ", named], align="left", leader=True)
    sheet.flow(["Người đỡ đẻ: ", next(draft.others).name], align="left", leader=True)
    sheet.skip(2)
    sheet.text(place_and_date(draft, on, city=where.city, hand=draft.rng.random() < 0.4), align="right")
    sign(
        draft,
        sheet,
        ["ĐẠI DIỆN CƠ SỞ KHÁM BỆNH, CHỮA BỆNH"],
        hospital,
        where.province.upper(),
        note="(Ký tên, đóng dấu)",
    )


_DEGREES = (
    ("BẰNG CỬ NHÂN", "Quản trị kinh doanh"),
    ("BẰNG KỸ SƯ", "Kỹ thuật xây dựng"),
    ("BẰNG THẠC SĨ", "Khoa học máy tính"),
    ("BẰNG CỬ NHÂN", "Kế toán"),
    ("BẰNG CỬ NHÂN", "Luật"),
    ("BẰNG KỸ SƯ", "Công nghệ thông tin"),
)


def diploma(draft: Draft, _given: Person | None) -> None:
    """Văn bằng of a university: landscape, framed, with its serial and register numbers."""
    who = draft.holder
    draft.place = where = who.home
    first = max(date(2010, 6, 1), date(who.birth_date.year + 22, 6, 1))
    on = draft.issued(first, min(first + timedelta(days=900), max(first, TODAY)))
    sheet = draft.page(
        size=14,
        paper=(297, 210),
        frame=draft.rng.choice(((176, 130, 50), (150, 40, 50))),
        margins=(40, 24, 40, 18),
        pattern=(252, 246, 228),
        leading=1.4,
    )
    republic(draft, sheet)
    school = draft.fact(
        "issuer", f"TRƯỜNG ĐẠI HỌC {draft.pick('MẪU VIỆT', 'KINH TẾ MẪU', 'BÁCH KHOA MẪU', 'SƯ PHẠM MẪU')}"
    )
    sheet.text([Span("HIỆU TRƯỞNG ", bold=True), Span(school, "issuer", bold=True)], align="center")
    sheet.text(["cấp"], align="center")
    degree, major = draft.rng.choice(_DEGREES)
    title = Span(draft.fact("degree", degree), "degree", bold=True, size=24, colour=(176, 24, 36))
    sheet.text([title], align="center")
    word = "Ông" if who.gender == "Nam" else "Bà"
    sheet.skip(1)
    sheet.text([Span("Ngành: "), Span(draft.fact("degree_field", major), "degree_field", bold=True)], align="center")
    sheet.text(
        [f"Cho: {word} ", Span(draft.fact("holder_name", who.name), "holder_name", bold=True, size=16)], align="center"
    )
    sheet.text(["Ngày sinh: ", Span(short_date(draft.day("birth_date", who.birth_date)), "birth_date")], align="center")
    year = draft.fact("graduation_year", str(on.year))
    sheet.text(["Năm tốt nghiệp: ", Span(year, "graduation_year")], align="center")
    grade = draft.fact("grade", draft.pick("Xuất sắc", "Giỏi", "Khá", "Trung bình"))
    sheet.text(
        [
            "Xếp loại tốt nghiệp: ",
            Span(grade, "grade"),
            f" – Hình thức đào tạo: {draft.pick('Chính quy', 'Vừa làm vừa học')}",
        ],
        align="center",
    )
    sheet.skip(2)
    top = sheet.y
    number = draft.fact("serial", f"{draft.pick('QH', 'MV', 'DH')} {draft.rng.randint(0, 999999):06d}")
    book = draft.fact("number", f"{draft.rng.randint(1, 2000)}/{on.year}")
    sheet.skip(18)
    sheet.text(["Số hiệu: ", Span(number, "serial", bold=True)])
    sheet.text(["Số vào sổ gốc cấp văn bằng: ", Span(book, "number")])
    sheet.y = top
    sheet.text(place_and_date(draft, on), x=sheet.left + sheet.width // 2, width=sheet.width // 2, align="center")
    sign(
        draft,
        sheet,
        ["HIỆU TRƯỞNG"],
        school,
        where.province.upper(),
        at=0.75,
        gap=22,
        rank="PGS.TS. ",
    )
