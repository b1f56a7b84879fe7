"""Administrative documents in the boxes of NĐ 30/2020: decision, official letter, notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tests.golden.specimens.civil import TODAY
from tests.golden.specimens.draft import double_header, heading, place_and_date, recipients, side_by_side, sign
from tests.golden.specimens.people import TWO_LEVELS_FROM, Person
from tests.golden.specimens.sheet import Span
from tests.golden.specimens.spelling import long_date, short_date

if TYPE_CHECKING:
    from tests.golden.specimens.draft import Draft
    from tests.golden.specimens.sheet import Sheet


@dataclass(frozen=True)
class _Agency:
    above: list[str]
    own: list[str]
    code: str
    said: str
    roles: list[str]
    rim: str


def _agency(draft: Draft, on: date) -> _Agency:
    """A ward's committee, a department of the province or a division, with its line of signers."""
    where = draft.place
    province = where.province.upper()
    choice = draft.rng.random()
    if choice < 0.45:
        deputy = draft.rng.random() < 0.5
        roles = ["TM. ỦY BAN NHÂN DÂN", *(["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"] if deputy else ["CHỦ TỊCH"])]
        above = [f"ỦY BAN NHÂN DÂN {(where.province if on >= TWO_LEVELS_FROM else where.district).upper()}"]
        said = f"Ủy ban nhân dân {where.ward}"
        return _Agency(
            above, ["ỦY BAN NHÂN DÂN", where.ward.upper()], "UBND", said, roles, f"ỦY BAN NHÂN DÂN {where.ward.upper()}"
        )
    name, code = draft.rng.choice(
        (
            ("Sở Xây dựng", "SXD"),
            ("Sở Tư pháp", "STP"),
            ("Sở Nội vụ", "SNV"),
            ("Sở Nông nghiệp và Môi trường", "SNNMT"),
            ("Sở Giáo dục và Đào tạo", "SGDĐT"),
            ("Sở Khoa học và Công nghệ", "SKHCN"),
            ("Sở Y tế", "SYT"),
        )
    )
    deputy = draft.rng.random() < 0.6
    roles = ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"] if deputy else ["GIÁM ĐỐC"]
    return _Agency([f"UBND {province}"], [name.upper()], code, f"{name} {where.province}", roles, name.upper())


_SUBJECTS = (
    "số hóa kết quả giải quyết thủ tục hành chính còn hiệu lực",
    "tái sử dụng giấy tờ đã được số hóa trong giải quyết thủ tục hành chính",
    "phối hợp rà soát, làm sạch dữ liệu hộ tịch trên địa bàn",
    "hướng dẫn tiếp nhận hồ sơ trực tuyến tại Trung tâm Phục vụ hành chính công",
    "cử cán bộ tham gia lớp tập huấn chuyển đổi số năm {year}",
    "cung cấp thông tin quy hoạch sử dụng đất theo đề nghị của công dân",
    "triển khai tiêm chủng mở rộng cho trẻ em dưới 5 tuổi",
)
_BODY = (
    (
        "Thực hiện Kế hoạch số {n1}/KH-UBND ngày {d1} của Ủy ban nhân dân {province} về cải cách thủ tục hành "
        "chính năm {year}, {agency} đề nghị các cơ quan, đơn vị phối hợp thực hiện một số nội dung sau:"
    ),
    (
        "Rà soát toàn bộ hồ sơ giấy đang lưu giữ; lập danh mục giấy tờ còn hiệu lực, phân loại theo lĩnh vực và "
        "thời hạn sử dụng, hoàn thành trước ngày {d2}."
    ),
    (
        "Cán bộ tại Bộ phận Một cửa không yêu cầu tổ chức, cá nhân nộp lại giấy tờ đã có trong Kho quản lý dữ "
        "liệu điện tử; trường hợp phải bổ sung thì chỉ thông báo một lần bằng văn bản, nêu rõ lý do."
    ),
    (
        "Bố trí máy quét có độ phân giải từ 200 dpi trở lên, ảnh màu, định dạng PDF; bản số hóa phải đầy đủ, đúng "
        "với bản giấy và được ký số theo quy định."
    ),
    (
        "Tỷ lệ hồ sơ được số hóa trong quý {quarter} đạt {p1}%, tăng {p2}% so với cùng kỳ năm trước; số hồ sơ tái "
        "sử dụng dữ liệu là {n2} trên tổng số {n3} hồ sơ tiếp nhận."
    ),
    "Kinh phí thực hiện là {money} đồng, được cân đối từ nguồn ngân sách địa phương theo phân cấp hiện hành.",
    (
        "Báo cáo kết quả thực hiện gửi về {agency} trước 16 giờ 30 phút ngày {d3} để tổng hợp, báo cáo cấp có "
        "thẩm quyền."
    ),
)


def _fill(draft: Draft, text: str, agency: _Agency, on: date) -> str:
    rng = draft.rng

    def day(month: int) -> str:
        return short_date(date(on.year, month, rng.randint(1, 28)))

    return text.format(
        year=on.year,
        agency=agency.said,
        province=draft.place.province,
        n1=rng.randint(10, 3200),
        n2=rng.randint(100, 4000),
        n3=f"{rng.randint(4, 40)}.{rng.randint(100, 999)}",
        p1=f"{rng.randint(40, 99)},{rng.randint(0, 99):02d}",
        p2=rng.randint(2, 30),
        money=f"{rng.randint(20, 900)}.000.000",
        quarter=rng.choice(("I", "II", "III", "IV")),
        d1=day(1),
        d2=day(max(1, on.month)),
        d3=day(12),
    )


def _foot(draft: Draft, sheet: Sheet, agency: _Agency, *first: str) -> None:
    copies = [
        *first,
        "Chủ tịch, các PCT (để b/c)",
        draft.pick("Cổng Thông tin điện tử", "Văn phòng UBND"),
        f"Lưu: VT, {draft.pick('VP', 'KSTTHC', 'TTHC')}",
    ]
    sheet.skip(3)
    side_by_side(
        sheet,
        lambda: recipients(sheet, *copies),
        lambda: sign(draft, sheet, agency.roles, agency.rim, draft.place.province.upper()),
    )


def _number(draft: Draft, number: str, *, hand: bool) -> list[Span | str]:
    """The label "Số:" and the number; by hand the clerk fills in its figures only."""
    figures, notation = number.split("/", 1)
    return [draft.pick("Số: ", "Số:"), Span(figures, "number", hand=hand), Span(f"/{notation}", "number")]


def decision(draft: Draft, _given: Person | None) -> None:
    """Quyết định of a committee or a department: title, grounds, articles."""
    on = draft.issued(date(2021, 1, 4), TODAY)
    agency = _agency(draft, on)
    sheet = draft.page(size=13.5, leading=1.26)
    number = draft.fact("number", f"{draft.rng.randint(1, 3900)}/QĐ-{agency.code}")
    hand = draft.rng.random() < 0.25
    dated = place_and_date(draft, on, hand=hand)
    double_header(draft, sheet, agency.above, agency.own, number=_number(draft, number, hand=hand), dated=dated)
    heading(sheet, "QUYẾT ĐỊNH", size=14)
    subject = draft.fact("subject", draft.rng.choice(_SUBJECTS).format(year=on.year))
    sheet.flow(
        [Span("Về việc ", bold=True), Span(subject, "subject", bold=True)],
        x=sheet.left + sheet.width // 10,
        width=sheet.width * 8 // 10,
        align="center",
    )
    sheet.rule(sheet.left + sheet.width / 2, sheet.width * 0.18)
    sheet.skip(4)
    head = agency.roles[-1].removeprefix("PHÓ ")
    title = f"{head} ỦY BAN NHÂN DÂN {draft.place.ward.upper()}" if agency.code == "UBND" else f"{head} {agency.own[0]}"
    sheet.flow([Span(title, bold=True)], align="center")
    sheet.skip(2)
    law = draft.pick(
        "Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
        "Luật Giao dịch điện tử ngày 22 tháng 6 năm 2023",
    )
    grounds = [
        f"Căn cứ {law};",
        (
            "Căn cứ Nghị định số 45/2020/NĐ-CP ngày 08 tháng 4 năm 2020 của Chính phủ về thực hiện thủ tục hành chính "
            "trên môi trường điện tử;"
        ),
        f"Theo đề nghị của {draft.pick('Chánh Văn phòng', 'Trưởng phòng Tổ chức', 'Trưởng phòng Kinh tế, Hạ tầng')}.",
    ]
    for ground in grounds:
        sheet.flow([Span(ground, italic=True)], indent=10)
        sheet.skip(0.8)
    sheet.skip(2)
    sheet.text([Span("QUYẾT ĐỊNH:", bold=True)], align="center")
    sheet.skip(1)
    body = draft.rng.sample(_BODY[1:], 3)
    articles = [
        f"Ban hành kèm theo Quyết định này nội dung {subject}. " + _fill(draft, body[0], agency, on),
        _fill(draft, body[1], agency, on),
        f"Quyết định này có hiệu lực thi hành kể từ ngày ký. {_fill(draft, body[2], agency, on)}",
        "Chánh Văn phòng, Thủ trưởng các đơn vị có liên quan chịu trách nhiệm thi hành Quyết định này./.",
    ]
    for position, article in enumerate(articles, 1):
        sheet.flow([Span(f"Điều {position}. ", bold=True), article], indent=10)
        sheet.skip(1)
    _foot(draft, sheet, agency, "Như Điều 4")


def letter(draft: Draft, _given: Person | None) -> None:
    """Công văn: number with the subject below it, "Kính gửi", body, recipients."""
    on = draft.issued(date(2021, 1, 4), TODAY)
    agency = _agency(draft, on)
    sheet = draft.page(size=13.5, leading=1.28)
    unit = draft.pick("VP", "KSTT", "TTHC", "KHTC")
    number = draft.fact("number", f"{draft.rng.randint(1, 5200)}/{agency.code}-{unit}")
    hand = draft.rng.random() < 0.25
    subject = draft.fact("subject", draft.rng.choice(_SUBJECTS).format(year=on.year))
    small = sheet.size * 12 / 13.5
    double_header(
        draft,
        sheet,
        agency.above,
        agency.own,
        number=_number(draft, number, hand=hand),
        dated=place_and_date(draft, on, hand=hand),
        subject=[Span("V/v", size=small), Span(subject, "subject", size=small)],
    )
    sheet.skip(2)
    to = draft.rng.sample(
        (
            "Các sở, ban, ngành",
            "Ủy ban nhân dân các phường, xã",
            "Trung tâm Phục vụ hành chính công",
            "Công an " + draft.place.province,
            "Thuế " + draft.place.province,
        ),
        3,
    )
    if draft.rng.random() < 0.5:
        receiver = draft.fact("recipient", to[0])
        sheet.text(["Kính gửi: ", Span(receiver, "recipient"), "."], align="center")
    else:
        sheet.text(["Kính gửi:"], x=sheet.left + sheet.width // 4)
        for position, name in enumerate(to):
            sheet.text([f"- {name}{'.' if position == 2 else ';'}"], x=sheet.left + sheet.width * 2 // 5)
    sheet.skip(3)
    body = [_BODY[0], *draft.rng.sample(_BODY[1:-1], 3), _BODY[-1]]
    for position, text in enumerate(body):
        prefix = f"{position}. " if 0 < position < 4 else ""
        sheet.flow([prefix + _fill(draft, text, agency, on)], indent=10)
        sheet.skip(1)
    sheet.flow([f"{agency.said} đề nghị các cơ quan, đơn vị quan tâm phối hợp thực hiện./."], indent=10)
    _foot(draft, sheet, agency, "Như trên")


def notice(draft: Draft, _given: Person | None) -> None:
    """Thông báo, some with a schedule as a table."""
    on = draft.issued(date(2021, 1, 4), TODAY)
    agency = _agency(draft, on)
    sheet = draft.page(size=13.5, leading=1.28)
    number = draft.fact("number", f"{draft.rng.randint(1, 900)}/TB-{agency.code}")
    double_header(
        draft, sheet, agency.above, agency.own, number=["Số: ", Span(number, "number")], dated=place_and_date(draft, on)
    )
    heading(sheet, "THÔNG BÁO", size=14)
    subject = draft.fact("subject", draft.rng.choice(_SUBJECTS).format(year=on.year))
    sheet.flow(
        [Span("Về việc ", bold=True), Span(subject, "subject", bold=True)],
        x=sheet.left + sheet.width // 10,
        width=sheet.width * 8 // 10,
        align="center",
    )
    sheet.rule(sheet.left + sheet.width / 2, sheet.width * 0.18)
    sheet.skip(4)
    for text in (
        _BODY[0].replace("đề nghị các cơ quan, đơn vị phối hợp thực hiện", "thông báo"),
        *draft.rng.sample(_BODY[1:-1], 2),
    ):
        sheet.flow([_fill(draft, text, agency, on)], indent=10)
        sheet.skip(1)
    if draft.rng.random() < 0.6:
        _schedule(draft, sheet, on)
    sheet.flow(
        [
            f"Thông báo này có hiệu lực kể từ {long_date(on)}. ",
            "Nhận được Thông báo này, yêu cầu các đơn vị nghiêm túc thực hiện./.",
        ],
        indent=10,
    )
    _foot(draft, sheet, agency, "Các đơn vị trực thuộc")


def _schedule(draft: Draft, sheet: Sheet, on: date) -> None:
    rows: list[list[list[Span | str]]] = [[["STT"], ["Nội dung"], ["Thời gian"], ["Địa điểm"]]]
    work = (
        "Tiếp nhận hồ sơ trực tiếp",
        "Kiểm tra, đối chiếu bản chính",
        "Trả kết quả",
        "Tập huấn số hóa giấy tờ",
        "Lấy ý kiến nhân dân",
    )
    for position, name in enumerate(draft.rng.sample(work, 4), 1):
        hours = f"{draft.rng.randint(7, 10)}h{draft.rng.choice(('00', '30'))} - {draft.rng.randint(14, 17)}h00"
        when = f"{hours}, ngày {short_date(date(on.year, on.month, draft.rng.randint(1, 28)))}"
        where = draft.pick("Nhà văn hóa khu phố", "Bộ phận Một cửa", "Hội trường tầng 2")
        rows.append([[str(position)], [name], [when], [where]])
    sheet.skip(1)
    sheet.table((0.8, 4, 3, 3), rows, size=sheet.size * 0.92, align=("center", "left", "center", "left"))
