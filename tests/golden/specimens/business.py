"""Business: household business, enterprise, road transport licence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.golden.specimens.civil import TODAY
from tests.golden.specimens.draft import double_header, heading, place_and_date, sign
from tests.golden.specimens.people import TWO_LEVELS_FROM, Person
from tests.golden.specimens.sheet import Span
from tests.golden.specimens.spelling import dotted, long_date, number_words, short_date

if TYPE_CHECKING:
    from tests.golden.specimens.draft import Draft
    from tests.golden.specimens.sheet import Sheet, Spans

_TRADES = (
    (
        "4711",
        "Bán lẻ lương thực, thực phẩm, đồ uống, thuốc lá chiếm tỷ trọng lớn trong các cửa hàng kinh doanh tổng hợp",
    ),
    ("5610", "Nhà hàng và các dịch vụ ăn uống phục vụ lưu động"),
    ("9631", "Cắt tóc, làm đầu, gội đầu"),
    ("4520", "Bảo dưỡng, sửa chữa ô tô và xe có động cơ khác"),
    ("1410", "May trang phục (trừ trang phục từ da lông thú)"),
    ("5510", "Dịch vụ lưu trú ngắn ngày"),
    ("9524", "Sửa chữa giường, tủ, bàn, ghế và đồ nội thất tương tự"),
)
_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


def tax_code(draft: Draft) -> str:
    """An invented 10-digit tax code with the right check digit (vn-rules 4.4), all in the range 9990xxxxx.

    No province of registration has the number 99, so no enterprise bears such a code.
    """
    while True:
        body = f"9990{draft.rng.randint(0, 99999):05d}"
        check = 10 - sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11
        if check < 10:
            return f"{body}{check}"


def _phone(draft: Draft) -> str:
    # 0999 000 xxx: not handed out by any operator when this was written; telephone numbers here ring nowhere
    return f"0999000{draft.rng.randint(0, 999):03d}"


def _money(draft: Draft, low: int, high: int) -> tuple[str, str]:
    value = int(draft.amount("capital", draft.rng.randint(low, high) * 10_000_000))
    return dotted(value), number_words(value).capitalize()


def _identity(draft: Draft, sheet: Sheet, on: date, role: str) -> None:
    """The person in charge: name, sex, birth date, people, nationality, identity paper, addresses."""
    who = draft.holder
    star = role == "representative"
    mark = "* " if star else ""
    name = draft.fact(f"{role}_name", who.capitals)
    sheet.stops(
        (0, [f"{mark}Họ, chữ đệm và tên: ", Span(name, f"{role}_name", bold=True)]),
        (0.68, ["Giới tính: ", Span(draft.fact("sex", who.gender), "sex")]),
        leader=False,
    )
    born = draft.day("birth_date", who.birth_date)
    sheet.stops(
        (0, ["Sinh ngày: ", Span(short_date(born), "birth_date")]),
        (0.38, ["Dân tộc: ", Span(draft.fact("ethnicity", who.ethnicity), "ethnicity")]),
        (0.66, ["Quốc tịch: ", Span(draft.fact("nationality", who.nationality), "nationality")]),
        leader=False,
    )
    paper = draft.pick("Căn cước công dân", "Thẻ căn cước", "Thẻ căn cước công dân")
    sheet.flow([f"Loại giấy tờ pháp lý của cá nhân: {paper}"], align="left")
    number = draft.fact(f"{role}_id", who.personal_number)
    sheet.flow(
        ["Số giấy tờ pháp lý của cá nhân: " if star else "Số giấy tờ: ", Span(number, f"{role}_id")], align="left"
    )
    given = min(who.id_issued_on, on - timedelta(days=60))
    sheet.stops(
        (0, [f"Ngày cấp: {short_date(given)}"]),
        (0.38, [f"Nơi cấp: {draft.pick('Cục Cảnh sát QLHC về TTXH', 'Bộ Công an')}"]),
        leader=False,
    )
    home = draft.fact("residence", who.address(on))
    sheet.flow(["Địa chỉ thường trú: ", Span(home, "residence")], align="left")
    sheet.flow([f"Địa chỉ liên lạc: {who.address(on)}"], align="left")


def household_business(draft: Draft, _given: Person | None) -> None:
    """Giấy chứng nhận đăng ký hộ kinh doanh (vn-rules 8.8)."""
    who = draft.holder
    draft.place = where = who.home
    on = draft.issued(date(2021, 3, 1), TODAY)
    new = on >= TWO_LEVELS_FROM
    sheet = draft.page(size=13, leading=1.34, pattern=draft.rng.choice((None, (244, 248, 252), (252, 248, 236))))
    if new:
        above, own = [f"UBND {where.ward.upper()}"], [draft.pick("PHÒNG KINH TẾ", "PHÒNG KINH TẾ, HẠ TẦNG VÀ ĐÔ THỊ")]
    else:
        above, own = [f"UBND {where.district.upper()}"], ["PHÒNG TÀI CHÍNH - KẾ HOẠCH"]
    double_header(draft, sheet, above, own)
    heading(sheet, "GIẤY CHỨNG NHẬN", size=17)
    heading(sheet, "ĐĂNG KÝ HỘ KINH DOANH", size=17)
    number = draft.fact(
        "number",
        who.personal_number
        if new
        else f"{draft.rng.randint(10, 99)}{draft.pick('A', 'B', 'C')}8{draft.rng.randint(0, 999999):06d}",
    )
    sheet.text(["Mã số hộ kinh doanh: ", Span(number, "number", bold=True)], align="center")
    sheet.text([Span("Đăng ký lần đầu: ", italic=True), Span(long_date(on), "issued_on", italic=True)], align="center")
    if draft.rng.random() < 0.35:
        sheet.text(
            [
                Span(
                    f"Đăng ký thay đổi lần thứ: {draft.rng.randint(1, 4)}, {long_date(on + timedelta(days=220))}",
                    italic=True,
                )
            ],
            align="center",
        )
    sheet.skip(3)
    given = who.capitals.split()[-1]
    shop = draft.fact(
        "business_name",
        f"HỘ KINH DOANH {draft.pick('CỬA HÀNG TẠP HÓA', 'QUÁN ĂN', 'CƠ SỞ MAY', 'NHÀ NGHỈ', 'TIỆM TÓC')} {given} MẪU",
    )
    sheet.flow(["1. Tên hộ kinh doanh: ", Span(shop, "business_name", bold=True)], align="left")
    address = draft.fact("address", who.address(on))
    sheet.flow(
        ["2. Địa chỉ trụ sở hộ kinh doanh: " if new else "2. Địa điểm kinh doanh: ", Span(address, "address")],
        align="left",
    )
    phone = draft.fact("phone", _phone(draft))
    sheet.stops((0, ["Điện thoại: ", Span(phone, "phone")]), (0.5, ["Email:"]), leader=False)
    sheet.flow(["3. Ngành, nghề kinh doanh:"], align="left")
    rows: list[list[Spans]] = [[["STT"], ["Tên ngành"], ["Mã ngành"]]]
    for position, (code, trade) in enumerate(draft.rng.sample(_TRADES, draft.rng.randint(1, 3)), 1):
        rows.append([[str(position)], [trade], [code]])
    sheet.skip(1)
    sheet.table((0.8, 7.5, 1.7), rows, size=sheet.size * 0.92, align=("center", "left", "center"))
    capital, words = _money(draft, 2, 90)
    sheet.flow(["4. Vốn kinh doanh: ", Span(capital, "capital"), f" đồng (bằng chữ: {words} đồng)"], align="left")
    sheet.flow(["5. Thông tin về chủ hộ kinh doanh:" if new else "5. Họ và tên đại diện hộ kinh doanh:"], align="left")
    _identity(draft, sheet, on, "holder")
    sheet.skip(3)
    office = "PHÒNG KINH TẾ" if new else "PHÒNG TÀI CHÍNH - KẾ HOẠCH"
    sign(
        draft,
        sheet,
        [draft.pick("TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")],
        office,
        (where.ward if new else where.district).upper(),
    )


def enterprise(draft: Draft, _given: Person | None) -> None:
    """Giấy chứng nhận đăng ký doanh nghiệp (vn-rules 8.8)."""
    who = draft.holder
    draft.place = where = who.home
    on = draft.issued(date(2019, 1, 2), TODAY)
    office = "SỞ TÀI CHÍNH" if on >= date(2025, 3, 1) else "SỞ KẾ HOẠCH VÀ ĐẦU TƯ"
    sheet = draft.page(size=12.5, leading=1.32, pattern=draft.rng.choice((None, (240, 246, 252))))
    double_header(draft, sheet, [f"{office} {where.province.upper()}"], ["PHÒNG ĐĂNG KÝ KINH DOANH"])
    form = draft.pick(
        "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN",
        "CÔNG TY CỔ PHẦN",
        "CÔNG TY TRÁCH NHIỆM HỮU HẠN HAI THÀNH VIÊN TRỞ LÊN",
    )
    heading(sheet, "GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP", size=15)
    heading(sheet, form, size=14 if len(form) < 45 else 13)
    number = draft.fact("number", tax_code(draft))
    sheet.text([Span("Mã số doanh nghiệp: ", bold=True), Span(number, "number", bold=True)], align="center")
    sheet.text([Span("Đăng ký lần đầu: ", italic=True), Span(long_date(on), "issued_on", italic=True)], align="center")
    if draft.rng.random() < 0.4:
        change = draft.day("changed_on", min(on + timedelta(days=draft.rng.randint(90, 900)), TODAY))
        spans = [
            Span(f"Đăng ký thay đổi lần thứ: {draft.rng.randint(1, 9)}, ", italic=True),
            Span(long_date(change), "changed_on", italic=True),
        ]
        sheet.text(spans, align="center")
    sheet.skip(2)
    short = draft.pick("MẪU VIỆT", "AN MẪU PHÁT", "TÂN MẪU", "ĐẠI MẪU THÀNH", "MẪU XANH")
    kind = "CÔNG TY CỔ PHẦN" if "CỔ PHẦN" in form else "CÔNG TY TNHH"
    sheet.flow([Span("1. Tên công ty", bold=True)], align="left")
    name = draft.fact(
        "company_name", f"{kind} {draft.pick('THƯƠNG MẠI VÀ DỊCH VỤ', 'XÂY DỰNG', 'SẢN XUẤT', 'CÔNG NGHỆ')} {short}"
    )
    sheet.flow(["Tên công ty viết bằng tiếng Việt: ", Span(name, "company_name", bold=True)], align="left")
    foreign = draft.fact(
        "company_name_foreign", f"MAU {draft.pick('TRADING', 'CONSTRUCTION', 'TECHNOLOGY')} COMPANY LIMITED"
    )
    sheet.flow(["Tên công ty viết bằng tiếng nước ngoài: ", Span(foreign, "company_name_foreign")], align="left")
    abbreviation = draft.fact("company_name_short", f"MAU {draft.pick('CO., LTD', 'JSC')}")
    sheet.flow(["Tên công ty viết tắt: ", Span(abbreviation, "company_name_short")], align="left")
    sheet.flow([Span("2. Địa chỉ trụ sở chính", bold=True)], align="left")
    address = draft.fact("address", who.address(on))
    sheet.flow([Span(address, "address")], align="left")
    phone = draft.fact("phone", _phone(draft))
    sheet.stops((0, ["Điện thoại: ", Span(phone, "phone")]), (0.5, ["Fax:"]), leader=False)
    sheet.stops((0, ["Email: lienhe@mau.example"]), (0.5, ["Website:"]), leader=False)
    capital, words = _money(draft, 20, 2000)
    sheet.flow([Span("3. Vốn điều lệ: ", bold=True), Span(capital, "capital"), " đồng."], align="left")
    sheet.flow([f"Bằng chữ: {words} đồng"], align="left")
    if "HAI THÀNH VIÊN" in form:
        _members(draft, sheet)
    section = "5" if "HAI THÀNH VIÊN" in form else "4"
    sheet.flow([Span(f"{section}. Người đại diện theo pháp luật của công ty", bold=True)], align="left")
    _identity(draft, sheet, on, "representative")
    title = draft.fact(
        "representative_title", draft.pick("Giám đốc", "Tổng giám đốc", "Chủ tịch công ty kiêm Giám đốc")
    )
    sheet.flow(["Chức danh: ", Span(title, "representative_title")], align="left")
    sheet.skip(2)
    sign(
        draft,
        sheet,
        [draft.pick("TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG")],
        "PHÒNG ĐĂNG KÝ KINH DOANH",
        where.province.upper(),
        gap=22,
    )


def _members(draft: Draft, sheet: Sheet) -> None:
    sheet.flow([Span("4. Danh sách thành viên góp vốn", bold=True)], align="left")
    rows: list[list[Spans]] = [
        [["STT"], ["Tên thành viên"], ["Giá trị phần vốn góp (VNĐ)"], ["Tỷ lệ (%)"], ["Số giấy tờ"]]
    ]
    first = draft.rng.randint(51, 90)
    for position, share in enumerate((first, 100 - first), 1):
        member = next(draft.others)
        part = dotted(share * draft.rng.randint(2, 60) * 1_000_000)
        rows.append([[str(position)], [member.capitals], [part], [f"{share},00"], [member.personal_number]])
    sheet.skip(0.6)
    sheet.table(
        (0.7, 3.4, 2.6, 1.1, 2.2), rows, size=sheet.size * 0.88, align=("center", "left", "center", "center", "center")
    )


def transport_licence(draft: Draft, _given: Person | None) -> None:
    """Giấy phép kinh doanh vận tải bằng xe ô tô (vn-rules 8.11)."""
    who = draft.holder
    draft.place = where = who.home
    on = draft.issued(date(2020, 6, 1), TODAY)
    office = "SỞ XÂY DỰNG" if on >= date(2025, 3, 1) else "SỞ GIAO THÔNG VẬN TẢI"
    sheet = draft.page(size=13.5, leading=1.4, frame=draft.rng.choice((None, (70, 110, 170))), margins=(26, 22, 22, 20))
    number = draft.fact("number", f"{draft.rng.randint(1, 2400)}/GPKDVT")
    double_header(draft, sheet, [f"UBND {where.province.upper()}"], [office], dated=place_and_date(draft, on))
    heading(sheet, "GIẤY PHÉP", size=18)
    heading(sheet, "KINH DOANH VẬN TẢI BẰNG XE Ô TÔ", size=16)
    sheet.text(["Số: ", Span(number, "number")], align="center")
    times = draft.rng.randint(1, 4)
    ordinal = {1: "lần đầu", 2: "lần thứ hai", 3: "lần thứ ba", 4: "lần thứ tư"}[times]
    sheet.text([f"Cấp lần thứ: {times} ({ordinal})"], align="center")
    sheet.skip(4)
    name = draft.fact(
        "company_name", f"CÔNG TY TNHH VẬN TẢI {draft.pick('AN MẪU', 'MẪU LONG', 'TÂN MẪU', 'HÒA MẪU PHÁT')}"
    )
    sheet.flow(["1. Tên đơn vị kinh doanh: ", Span(name, "company_name", bold=True)], align="left")
    sheet.flow(["2. Tên giao dịch quốc tế (nếu có): không"], align="left")
    address = draft.fact("address", who.address(on))
    sheet.flow(["3. Địa chỉ: ", Span(address, "address")], align="left")
    phone = draft.fact("phone", _phone(draft))
    sheet.flow(["Số điện thoại: ", Span(phone, "phone")], align="left")
    code = draft.fact("tax_code", tax_code(draft))
    given = short_date(on - timedelta(days=draft.rng.randint(60, 1500)))
    sheet.flow(
        [
            "4. Giấy chứng nhận đăng ký doanh nghiệp số ",
            Span(code, "tax_code"),
            f" do Phòng Đăng ký kinh doanh {where.province} cấp ngày {given}",
        ]
    )
    head = draft.fact("representative_name", who.name)
    sheet.flow(["5. Người đại diện theo pháp luật: ", Span(head, "representative_name", bold=True)], align="left")
    sheet.flow(["6. Các hình thức kinh doanh:"], align="left")
    forms = (
        "Kinh doanh vận tải hành khách theo hợp đồng",
        "Kinh doanh vận tải hàng hóa bằng công-ten-nơ",
        "Kinh doanh vận tải hành khách bằng xe taxi",
        "Kinh doanh vận tải hành khách theo tuyến cố định",
        "Kinh doanh vận tải hàng hóa thông thường",
    )
    for form in draft.rng.sample(forms, draft.rng.randint(1, 3)):
        sheet.flow([f"- {form};"], align="left", indent=8)
    sheet.skip(4)
    sign(draft, sheet, ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], office, where.province.upper())
