"""Land and building: certificate of land use rights, building permit."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tests.golden.specimens.civil import TODAY
from tests.golden.specimens.draft import double_header, heading, place_and_date, recipients, side_by_side, sign
from tests.golden.specimens.people import TWO_LEVELS_FROM, Person
from tests.golden.specimens.sheet import Span, mm
from tests.golden.specimens.spelling import number_words

if TYPE_CHECKING:
    from tests.golden.specimens.draft import Draft


def _metres(value: float) -> str:
    text = f"{value:.1f}".replace(".", ",")
    return text.removesuffix(",0")


def building_permit(draft: Draft, _given: Person | None) -> None:
    """Giấy phép xây dựng of a house (vn-rules 8.9)."""
    who = draft.holder
    draft.place = where = who.home
    on = draft.issued(date(2021, 3, 1), TODAY)
    new = on >= TWO_LEVELS_FROM
    ward = draft.rng.random() < 0.6
    sheet = draft.page(size=13, leading=1.3)
    number = draft.fact("number", f"{draft.serial()}/{draft.pick('GPXD', f'GPXD-{on.year}')}")
    if ward:
        above = [f"ỦY BAN NHÂN DÂN {(where.province if new else where.district).upper()}"]
        own = ["ỦY BAN NHÂN DÂN", where.ward.upper()]
        roles, rim = ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], f"ỦY BAN NHÂN DÂN {where.ward.upper()}"
    else:
        above, own = [f"UBND {where.province.upper()}"], ["SỞ XÂY DỰNG"]
        roles, rim = ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "SỞ XÂY DỰNG"
    double_header(draft, sheet, above, own, dated=place_and_date(draft, on))
    heading(sheet, "GIẤY PHÉP XÂY DỰNG", size=16)
    sheet.text(["Số: ", Span(number, "number")], align="center")
    sheet.text([Span("(Sử dụng cho công trình/nhà ở riêng lẻ)", italic=True)], align="center")
    sheet.skip(2)
    name = draft.fact("holder_name", who.capitals)
    word = "Ông " if who.gender == "Nam" else "Bà "
    sheet.flow(["1. Cấp cho: ", word, Span(name, "holder_name", bold=True)], align="left", leader=True)
    home = draft.fact("holder_address", who.address(on))
    sheet.flow(["Địa chỉ: ", Span(home, "holder_address")], align="left", leader=True)
    works = draft.fact("work", draft.pick("Nhà ở riêng lẻ", "Nhà ở kết hợp kinh doanh", "Nhà ở gia đình"))
    sheet.flow(["2. Được phép xây dựng công trình: ", Span(works, "work")], align="left", leader=True)
    sheet.flow([f"Theo thiết kế có ký hiệu: KT-{draft.rng.randint(1, 30):02d}/{on.year}"], align="left", leader=True)
    firm = draft.pick("Công ty TNHH Tư vấn thiết kế Mẫu Việt", "Công ty Cổ phần Kiến trúc Nhà Mẫu")
    sheet.flow([f"Do: {firm} lập"], align="left", leader=True)
    site = draft.fact(
        "address", f"thửa đất số {draft.rng.randint(1, 700)}, tờ bản đồ số {draft.rng.randint(1, 90)}, {where.full(on)}"
    )
    sheet.flow(["Vị trí xây dựng (lô đất, địa chỉ): ", Span(site, "address")], align="left", leader=True)
    ground = draft.rng.randint(40, 180) + draft.rng.choice((0, 0.5))
    floors = draft.rng.randint(1, 6)
    sheet.flow([f"Cốt nền xây dựng: +0,{draft.rng.randint(10, 60)} m so với cốt vỉa hè"], align="left", leader=True)
    sheet.stops(
        (0, [f"Mật độ xây dựng: {draft.rng.randint(55, 100)}%"]),
        (0.5, [f"hệ số sử dụng đất: {draft.rng.randint(1, 6)},{draft.rng.randint(0, 9)} lần"]),
    )
    sheet.flow(
        [f"Chỉ giới đường đỏ, chỉ giới xây dựng: cách tim đường {draft.rng.randint(3, 15)},0 m"],
        align="left",
        leader=True,
    )
    area = _metres(draft.amount("ground_floor_m2", ground))
    sheet.flow(["Diện tích xây dựng tầng 1: ", Span(area, "ground_floor_m2"), " m²"], align="left", leader=True)
    total = _metres(draft.amount("floor_area_m2", round(ground * floors * 0.97, 1)))
    sheet.flow(["Tổng diện tích sàn: ", Span(total, "floor_area_m2"), " m²"], align="left", leader=True)
    height = draft.fact("height", f"{_metres(3.6 * floors + draft.rng.choice((0.3, 1.2, 2.4)))} m")
    levels = draft.fact("floors", f"{floors:02d} tầng")
    sheet.stops(
        (0, ["Chiều cao công trình: ", Span(height, "height"), ";"]), (0.5, ["Số tầng: ", Span(levels, "floors")])
    )
    deed = (
        f"Giấy chứng nhận quyền sử dụng đất số {draft.pick('BN', 'CD', 'DA', 'CQ')} {draft.rng.randint(100000, 999999)}"
    )
    sheet.flow(
        ["3. Giấy tờ về quyền sử dụng đất: ", Span(draft.fact("land_paper", deed), "land_paper")],
        align="left",
        leader=True,
    )
    sheet.flow(
        [
            "4. Giấy phép này có hiệu lực khởi công xây dựng trong thời hạn 12 tháng kể từ ngày cấp; ",
            "quá thời hạn trên thì phải đề nghị gia hạn giấy phép xây dựng./.",
        ]
    )
    sheet.skip(3)
    side_by_side(
        sheet,
        lambda: recipients(sheet, "Như trên", f"Lưu: VT, {draft.pick('QLXD', 'KT')}"),
        lambda: sign(draft, sheet, roles, rim, where.province.upper(), gap=23),
    )


def land_certificate(draft: Draft, _given: Person | None) -> None:
    """Giấy chứng nhận QSDĐ (vn-rules 8.5): the pink certificate of 2009 to 2024 or the A4 page since 2025."""
    if draft.option("generation", draft.pick("2014", "2025")) == "2025":
        _land_new(draft)
    else:
        _land_pink(draft)


def _owner(draft: Draft) -> tuple[str, str, str]:
    who = draft.holder
    name = draft.fact("holder_name", who.capitals)
    return "Ông" if who.gender == "Nam" else "Bà", name, draft.fact("holder_id", who.personal_number)


def _plot(draft: Draft, on: date) -> dict[str, str]:
    area = draft.rng.randint(45, 900) + draft.rng.choice((0, 0, 0.3, 0.5, 0.8))
    return {
        "parcel": draft.fact("parcel", str(draft.rng.randint(1, 990))),
        "map_sheet": draft.fact("map_sheet", str(draft.rng.randint(1, 120))),
        "area_m2": _metres(draft.amount("area_m2", area)),
        "address": draft.fact("address", draft.place.full(on)),
        "use": draft.fact("land_use", draft.pick("Đất ở tại đô thị", "Đất ở tại nông thôn", "Đất trồng cây lâu năm")),
        "term": draft.fact(
            "land_term", draft.pick("Lâu dài", "Lâu dài", f"Đến ngày 15/10/{draft.rng.randint(2043, 2070)}")
        ),
    }


def _land_pink(draft: Draft) -> None:
    on = draft.issued(date(2014, 3, 1), date(2024, 12, 20))
    draft.place = draft.holder.home
    pink = draft.rng.choice(((250, 226, 230), (248, 232, 226)))
    cover = draft.page(size=12.5, pattern=pink, margins=(24, 15, 20, 15))
    heading(cover, draft.republic, size=13)
    cover.text([Span(draft.motto, bold=True)], align="center")
    cover.skip(24)
    red = (186, 28, 40)
    heading(cover, "GIẤY CHỨNG NHẬN", size=24, colour=red)
    heading(cover, "QUYỀN SỬ DỤNG ĐẤT", size=17, colour=red)
    heading(cover, "QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT", size=13, colour=red)
    cover.skip(18)
    cover.flow(
        [Span("I. Người sử dụng đất, chủ sở hữu nhà ở và tài sản khác gắn liền với đất", bold=True)], align="left"
    )
    word, name, number = _owner(draft)
    who = draft.holder
    cover.flow([f"{word}: ", Span(name, "holder_name", bold=True)], align="left", indent=6)
    year = draft.fact("birth_year", str(who.birth_date.year))
    cover.flow(
        ["Năm sinh: ", Span(year, "birth_year"), ", CCCD số: ", Span(number, "holder_id")], align="left", indent=6
    )
    home = draft.fact("holder_address", who.address(on))
    cover.flow(["Địa chỉ thường trú: ", Span(home, "holder_address")], align="left", indent=6, hanging=6)
    cover.skip(40)
    serial = draft.fact("serial", f"{draft.pick('BN', 'CD', 'CQ', 'DA', 'BS')} {draft.rng.randint(100000, 999999)}")
    cover.text([Span(serial, "serial", bold=True, size=17, colour=red)], align="right")
    _land_pink_inside(draft, on, pink)


def _land_pink_inside(draft: Draft, on: date, pink: tuple[int, int, int]) -> None:
    where = draft.place
    sheet = draft.page(size=12.5, pattern=pink, margins=(24, 15, 20, 15))
    plot = _plot(draft, on)
    sheet.flow([Span("II. Thửa đất, nhà ở và tài sản khác gắn liền với đất", bold=True)], align="left")
    sheet.flow([Span("1. Thửa đất:", bold=True)], align="left")
    sheet.flow(
        ["a) Thửa đất số: ", Span(plot["parcel"], "parcel"), ", tờ bản đồ số: ", Span(plot["map_sheet"], "map_sheet")],
        align="left",
    )
    sheet.flow(["b) Địa chỉ: ", Span(plot["address"], "address")], align="left")
    whole, _, tenth = plot["area_m2"].partition(",")
    words = number_words(int(whole)) + (f" phẩy {number_words(int(tenth))}" if tenth else "")
    sheet.flow(["c) Diện tích: ", Span(plot["area_m2"], "area_m2"), f" m² (bằng chữ: {words} mét vuông)"], align="left")
    sheet.flow([f"d) Hình thức sử dụng: riêng {plot['area_m2']} m², chung 0 m²"], align="left")
    sheet.flow(["đ) Mục đích sử dụng: ", Span(plot["use"], "land_use")], align="left")
    sheet.flow(["e) Thời hạn sử dụng: ", Span(plot["term"], "land_term")], align="left")
    origin = draft.pick(
        "Nhà nước giao đất có thu tiền sử dụng đất",
        "Nhận chuyển nhượng đất được Nhà nước giao có thu tiền",
        "Công nhận QSDĐ như giao đất không thu tiền",
    )
    sheet.flow(["g) Nguồn gốc sử dụng: ", Span(draft.fact("origin", origin), "origin")], align="left")
    house = draft.pick(
        "-/-", f"Nhà ở riêng lẻ, diện tích xây dựng {draft.rng.randint(40, 160)} m², cấp {draft.pick('III', 'IV')}"
    )
    sheet.flow([f"2. Nhà ở: {house}"], align="left")
    for label in (
        "3. Công trình xây dựng khác: -/-",
        "4. Rừng sản xuất là rừng trồng: -/-",
        "5. Cây lâu năm: -/-",
        "6. Ghi chú: Không",
    ):
        sheet.flow([label], align="left")
    sheet.skip(3)
    sheet.flow([Span("III. Sơ đồ thửa đất, nhà ở và tài sản khác gắn liền với đất", bold=True)], align="left")
    _sketch(draft, mm(16))
    sheet.skip(2)
    sheet.text(place_and_date(draft, on), x=sheet.left + sheet.width // 2, width=sheet.width // 2, align="center")
    office = draft.fact("issuer", f"SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG {where.province.upper()}")
    sheet.text(
        [Span(office, "issuer", bold=True, size=10)],
        x=sheet.left + sheet.width // 2,
        width=sheet.width // 2,
        align="center",
    )
    sign(draft, sheet, ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG", where.province.upper(), at=0.75)
    book = draft.fact("number", f"{draft.pick('CS', 'CH', 'VP')} {draft.rng.randint(1000, 99999):05d}")
    sheet.flow(["Số vào sổ cấp GCN: ", Span(book, "number")], align="left")


def _sketch(draft: Draft, room: int) -> None:
    """The plan of the plot: a crooked quadrilateral with the lengths of its sides."""
    sheet = draft.sheets[-1]
    rng = draft.rng
    x, y = sheet.left + sheet.width // 2, sheet.y + room + mm(6)
    corners = [
        (x - mm(rng.uniform(14, 24)), y - room),
        (x + mm(rng.uniform(12, 22)), y - room + mm(rng.uniform(-3, 3))),
        (x + mm(rng.uniform(14, 24)), y + room),
        (x - mm(rng.uniform(12, 20)), y + room - mm(rng.uniform(0, 4))),
    ]
    sheet.draw.polygon(corners, outline=(40, 40, 44), width=4)
    sheet.y = y + room + mm(6)


def _land_new(draft: Draft) -> None:
    on = draft.issued(date(2025, 1, 6), TODAY)
    draft.place = where = draft.holder.home
    sheet = draft.page(size=12.5, pattern=(250, 232, 234), frame=(190, 60, 70), margins=(24, 22, 22, 20), leading=1.36)
    heading(sheet, draft.republic, size=13)
    sheet.text([Span(draft.motto, bold=True)], align="center")
    sheet.skip(4)
    red = (186, 28, 40)
    heading(sheet, "GIẤY CHỨNG NHẬN", size=20, colour=red)
    heading(sheet, "QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT", size=12.5, colour=red)
    sheet.skip(4)
    word, name, number = _owner(draft)
    who = draft.holder
    sheet.flow([Span("1. Người sử dụng đất, chủ sở hữu tài sản gắn liền với đất:", bold=True)], align="left")
    sheet.flow(
        [f"{word}: ", Span(name, "holder_name", bold=True), ", CCCD số: ", Span(number, "holder_id")], align="left"
    )
    home = draft.fact("holder_address", who.address(on))
    sheet.flow(["Địa chỉ: ", Span(home, "holder_address")], align="left")
    plot = _plot(draft, on)
    sheet.flow([Span("2. Thông tin thửa đất:", bold=True)], align="left")
    sheet.flow(
        ["a. Thửa đất số: ", Span(plot["parcel"], "parcel"), "; tờ bản đồ số: ", Span(plot["map_sheet"], "map_sheet")],
        align="left",
    )
    sheet.flow(["b. Diện tích: ", Span(plot["area_m2"], "area_m2"), " m²"], align="left")
    sheet.flow(["c. Loại đất: ", Span(plot["use"], "land_use")], align="left")
    sheet.flow(["d. Thời hạn sử dụng: ", Span(plot["term"], "land_term")], align="left")
    sheet.flow(["đ. Hình thức sử dụng: Sử dụng riêng"], align="left")
    sheet.flow(["e. Địa chỉ: ", Span(plot["address"], "address")], align="left")
    sheet.flow([Span("3. Thông tin tài sản gắn liền với đất:", bold=True), " -/-"], align="left")
    sheet.flow([Span("4. Ghi chú:", bold=True), " Không"], align="left")
    sheet.skip(4)
    sheet.text(place_and_date(draft, on), x=sheet.left + sheet.width // 2, width=sheet.width // 2, align="center")
    office = draft.fact("issuer", "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI")
    sheet.text(
        [Span(office, "issuer", bold=True)], x=sheet.left + sheet.width // 2, width=sheet.width // 2, align="center"
    )
    sign(draft, sheet, ["GIÁM ĐỐC"], "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", where.province.upper(), at=0.75)
    sheet.skip(4)
    serial = draft.fact("serial", f"{draft.pick('AA', 'AB', 'AC')} {draft.rng.randint(1000000, 99999999):08d}")
    sheet.text([Span("Số phát hành: "), Span(serial, "serial", bold=True, colour=red)], align="left")
    book = draft.fact("number", f"{draft.pick('VP', 'CN')} {draft.rng.randint(1000, 99999):05d}")
    sheet.text(["Số vào sổ cấp Giấy chứng nhận: ", Span(book, "number")], align="left")
