"""Civil status: birth, marriage, marital status, death, recognition of parents (Luật Hộ tịch, TT 04/2020/TT-BTP)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.golden.specimens import civil_2010, marks
from tests.golden.specimens.draft import double_header, heading, place_and_date, republic, sign
from tests.golden.specimens.people import TWO_LEVELS_FROM, Person, person
from tests.golden.specimens.sheet import Span, mm
from tests.golden.specimens.spelling import date_words, long_date, short_date

if TYPE_CHECKING:
    from tests.golden.specimens.draft import Draft
    from tests.golden.specimens.sheet import Sheet

TODAY = date(2026, 11, 1)
_SIGNER_NOTE = "(Ký, ghi rõ họ, chữ đệm, tên, chức vụ và đóng dấu)"


def committee(draft: Draft, on: date) -> tuple[list[str], list[str]]:
    """Head lines of the ward's committee as printed on `on`: the lines above it and its own."""
    where = draft.place
    full = draft.rng.random() < 0.6
    if on < TWO_LEVELS_FROM:
        above = [f"{'ỦY BAN NHÂN DÂN' if full else 'UBND'} {where.district.upper()}"]
    else:
        above = [f"{'ỦY BAN NHÂN DÂN' if full else 'UBND'} {where.province.upper()}"]
    return above, [f"{'ỦY BAN NHÂN DÂN' if full else 'UBND'} {where.ward.upper()}"]


def registrar(draft: Draft, on: date) -> str:
    """The ward's committee in running text: "UBND phường An Mẫu, thành phố Hải Phòng"."""
    return f"{draft.pick('UBND', 'Ủy ban nhân dân')} {draft.place.full(on)}"


def chair(draft: Draft, sheet: Sheet, title: str | None = None, *, at: float = 0.72, note: str | None = None) -> None:
    """The block of the ward's chair or vice chair, under `title` where the form has one."""
    roles = [title] if title else []
    if draft.rng.random() < 0.5:
        roles += ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"] if title else ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
    else:
        roles += ["CHỦ TỊCH"] if title else ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]
    rim = f"ỦY BAN NHÂN DÂN {draft.place.ward.upper()}"
    sign(draft, sheet, roles, rim, draft.place.province.upper(), at=at, note=note)


def identity(draft: Draft, who: Person, field: str, on: date) -> list[Span | str]:
    """Identity paper: "Căn cước công dân số 031085999001, cấp ngày ..." with the number stated as `field`."""
    given = min(who.id_issued_on, on - timedelta(days=40))
    if given >= date(2024, 7, 1):
        kind, office = "Thẻ căn cước", "Bộ Công an"
    elif given >= date(2018, 10, 10):
        kind = draft.pick("Căn cước công dân", "CCCD", "Thẻ CCCD")
        office = draft.pick("Cục Cảnh sát quản lý hành chính về trật tự xã hội", "Cục Cảnh sát QLHC về TTXH")
    else:
        kind, office = "Căn cước công dân", "Cục Cảnh sát ĐKQL cư trú và DLQG về dân cư"
    number = draft.fact(field, who.personal_number)
    return [f"{kind} số ", Span(number, field), f", {office} cấp ngày {short_date(given)}"]


def _parent(draft: Draft, sheet: Sheet, role: str, word: str, *, who: Person, on: date) -> None:
    name = draft.fact(f"{role}_name", who.capitals)
    sheet.flow([f"Họ, chữ đệm, tên người {word}: ", Span(name, f"{role}_name", bold=True)], leader=True, align="left")
    year = draft.fact(f"{role}_birth_year", str(who.birth_date.year))
    sheet.stops(
        (0, ["Năm sinh: ", Span(year, f"{role}_birth_year")]),
        (0.33, ["Dân tộc: ", Span(draft.fact(f"{role}_ethnicity", who.ethnicity), f"{role}_ethnicity")]),
        (0.66, ["Quốc tịch: ", Span(draft.fact(f"{role}_nationality", who.nationality), f"{role}_nationality")]),
    )
    home = draft.fact(f"{role}_residence", who.address(on))
    sheet.flow(["Nơi cư trú: ", Span(home, f"{role}_residence")], leader=True, align="left")


def _birth_facts(draft: Draft, sheet: Sheet, family: tuple[Person, Person, Person], on: date) -> None:
    child, mother, father = family
    name = draft.fact("holder_name", child.capitals)
    sheet.flow(["Họ, chữ đệm, tên: ", Span(name, "holder_name", bold=True)], leader=True, align="left")
    born = draft.day("birth_date", child.birth_date)
    sheet.flow(
        [
            "Ngày, tháng, năm sinh: ",
            Span(short_date(born), "birth_date"),
            f" {draft.pick('ghi bằng chữ', 'Ghi bằng chữ')}: ",
            Span(draft.fact("birth_date_words", date_words(born)), "birth_date_words", italic=True),
        ],
        align="left",
        leader=True,
    )
    sheet.stops(
        (0, ["Giới tính: ", Span(draft.fact("sex", child.gender), "sex")]),
        (0.3, ["Dân tộc: ", Span(draft.fact("ethnicity", child.ethnicity), "ethnicity")]),
        (0.62, ["Quốc tịch: ", Span(draft.fact("nationality", child.nationality), "nationality")]),
    )
    hospital = draft.pick("Bệnh viện Phụ sản", "Bệnh viện Đa khoa", "Trung tâm Y tế", "Bệnh viện Sản - Nhi")
    born_at = draft.fact("birth_place", f"{hospital} {draft.place.city}, {draft.place.full(on)}")
    sheet.flow(["Nơi sinh: ", Span(born_at, "birth_place")], leader=True, align="left")
    hometown = draft.fact("hometown", father.home.full(on))
    sheet.flow(["Quê quán: ", Span(hometown, "hometown")], leader=True, align="left")
    number = draft.fact("holder_id", child.personal_number)
    sheet.flow(["Số định danh cá nhân: ", Span(number, "holder_id")], leader=True, align="left")
    sheet.skip(1.6)
    _parent(draft, sheet, "mother", "mẹ", who=mother, on=on)
    sheet.skip(1.6)
    _parent(draft, sheet, "father", "cha", who=father, on=on)


def _family(draft: Draft) -> tuple[Person, Person, Person]:
    """Child, mother, father; the child is the given person, or a child born of late."""
    given = draft.holder
    family = given.name.split(" ", maxsplit=1)[0]
    year = given.birth_date.year
    span = (year - 38, year - 21)
    key = f"{draft.kind}/{draft.seed}"
    mother = person(f"{key}/mother", gender="Nữ", born=span, home=given.home)
    father = person(f"{key}/father", gender="Nam", born=span, home=given.home, family=family)
    return given, mother, father


def _youngster(draft: Draft, given: Person | None) -> None:
    """Birth papers drawn without a given person are about a child born since personal numbers are given at birth."""
    if given is None:
        draft.holder = person(f"{draft.kind}/{draft.seed}/child", born=(2016, 2025), home=draft.place)


def birth_certificate(draft: Draft, given: Person | None) -> None:
    """Giấy khai sinh (vn-rules 8.1) since 2016; where no person is given one in six has the wording of 2010."""
    wording = draft.option("generation", "2010" if given is None and draft.seed % 6 == 5 else "2020")
    if wording == "2010":
        draft.holder = given or person(f"{draft.kind}/{draft.seed}/child", born=(2010, 2015), home=draft.place)
        civil_2010.birth_certificate(draft, *_family(draft))
        return
    _youngster(draft, given)
    child, mother, father = _family(draft)
    first = child.birth_date + timedelta(days=3)
    on = draft.issued(max(first, date(2016, 1, 4)), max(first, date(2016, 1, 4)) + timedelta(days=60), of_age=False)
    sheet = draft.page(
        frame=draft.rng.choice(((60, 110, 170), (150, 60, 60), (70, 130, 90))),
        margins=(27, 22, 24, 20),
        pattern=draft.rng.choice(((236, 243, 250), (250, 242, 238), (240, 248, 240))),
    )
    republic(draft, sheet)
    sheet.skip(3)
    heading(sheet, "GIẤY KHAI SINH", size=20, colour=draft.rng.choice((None, (176, 24, 36))))
    number = draft.fact("number", f"{draft.rng.randint(1, 480)}/{on.year}")
    sheet.text(["Số: ", Span(number, "number", hand=draft.rng.random() < 0.15)], align="center")
    sheet.skip(4)
    _birth_facts(draft, sheet, (child, mother, father), on)
    sheet.skip(1.6)
    declarant = draft.rng.choice((mother, father))
    said = draft.fact("declarant_name", declarant.capitals)
    sheet.flow(["Họ, chữ đệm, tên người đi khai sinh: ", Span(said, "declarant_name")], leader=True, align="left")
    sheet.flow(["Giấy tờ tùy thân: ", *identity(draft, declarant, "declarant_id", on)], leader=True, align="left")
    issuer = draft.fact("issuer", registrar(draft, on))
    sheet.flow(["Nơi đăng ký khai sinh: ", Span(issuer, "issuer")], leader=True, align="left")
    sheet.flow(["Ngày, tháng, năm đăng ký: ", Span(short_date(on), "issued_on")], leader=True, align="left")
    sheet.skip(4)
    chair(draft, sheet, "NGƯỜI KÝ GIẤY KHAI SINH", note=_SIGNER_NOTE)


def birth_extract(draft: Draft, given: Person | None) -> None:
    """Trích lục khai sinh (bản sao) (vn-rules 8.2)."""
    _youngster(draft, given)
    child, mother, father = _family(draft)
    on = draft.issued(max(date(2019, 1, 2), child.birth_date + timedelta(days=60)), TODAY, of_age=False)
    sheet = draft.page(margins=(28, 15, 18, 15))
    number = draft.fact("number", f"{draft.serial()}/TLKS-BS")
    double_header(
        draft, sheet, *committee(draft, on), number=["Số: ", Span(number, "number")], dated=place_and_date(draft, on)
    )
    heading(sheet, "TRÍCH LỤC KHAI SINH", size=16)
    sheet.text([Span("(BẢN SAO)", bold=True)], align="center")
    sheet.skip(3)
    _birth_facts(draft, sheet, (child, mother, father), on)
    sheet.skip(1.6)
    registered = child.birth_date + timedelta(days=draft.rng.randint(5, 55))
    office = draft.fact("registered_at", registrar(draft, registered))
    sheet.flow(["Đăng ký khai sinh tại: ", Span(office, "registered_at")], leader=True, align="left")
    day = draft.day("registered_on", registered)
    book = draft.fact("register_number", f"{draft.rng.randint(1, 300)}/{day.year}")
    sheet.flow(
        ["Số ", Span(book, "register_number"), " ", Span(long_date(day), "registered_on")], leader=True, align="left"
    )
    sheet.flow(
        ["Thực hiện trích lục từ: ", draft.pick("Sổ đăng ký khai sinh", "Cơ sở dữ liệu hộ tịch điện tử")],
        leader=True,
        align="left",
    )
    sheet.skip(4)
    chair(draft, sheet, "NGƯỜI KÝ TRÍCH LỤC", note=_SIGNER_NOTE)


def marriage_certificate(draft: Draft, _given: Person | None) -> None:
    """Giấy chứng nhận kết hôn (vn-rules 8.3): wife at the left, husband at the right."""
    other = "Nữ" if draft.holder.gender == "Nam" else "Nam"
    year = draft.holder.birth_date.year
    spouse = person(f"{draft.kind}/{draft.seed}/spouse", gender=other, born=(year - 5, year + 5))
    wife, husband = (draft.holder, spouse) if draft.holder.gender == "Nữ" else (spouse, draft.holder)
    adult = max(date(year + 24, 1, 5), date(2016, 1, 4))
    on = draft.issued(min(adult, TODAY - timedelta(days=900)), min(adult + timedelta(days=2200), TODAY))
    colour = draft.rng.choice(((190, 70, 90), (70, 110, 170)))
    sheet = draft.page(
        frame=colour, margins=(24, 22, 22, 20), pattern=draft.rng.choice(((252, 240, 240), (244, 244, 250)))
    )
    republic(draft, sheet)
    sheet.skip(3)
    heading(sheet, "GIẤY CHỨNG NHẬN KẾT HÔN", size=19, colour=draft.rng.choice((None, (176, 24, 36))))
    number = draft.fact("number", f"{draft.rng.randint(1, 320)}/{on.year}")
    sheet.text(["Số: ", Span(number, "number")], align="center")
    sheet.skip(5)
    middle = (sheet.left + sheet.right) // 2
    top = sheet.y
    ends = []
    for x, role, who in ((sheet.left, "wife", wife), (middle + mm(3), "husband", husband)):
        sheet.y = top
        _spouse(draft, sheet, role, who, x=x, width=middle - sheet.left - mm(3), on=on)
        ends.append(sheet.y)
    sheet.y = max(ends) + mm(2)
    issuer = draft.fact("issuer", registrar(draft, on))
    sheet.flow(["Nơi đăng ký kết hôn: ", Span(issuer, "issuer")], leader=True, align="left")
    sheet.flow(["Ngày, tháng, năm đăng ký: ", Span(short_date(on), "issued_on")], leader=True, align="left")
    sheet.skip(4)
    _spouse_signatures(draft, sheet, wife, husband)
    sheet.skip(4)
    chair(draft, sheet, "NGƯỜI KÝ GIẤY CHỨNG NHẬN KẾT HÔN", at=0.66, note=_SIGNER_NOTE)


def _spouse(draft: Draft, sheet: Sheet, role: str, who: Person, *, x: int, width: int, on: date) -> None:
    word = "vợ" if role == "wife" else "chồng"
    name = draft.fact(f"{role}_name", who.capitals)
    born = draft.day(f"{role}_birth_date", who.birth_date)
    home = draft.fact(f"{role}_residence", who.address(on))
    rows: list[list[Span | str]] = [
        [f"Họ, chữ đệm, tên {word}: ", Span(name, f"{role}_name", bold=True)],
        ["Ngày, tháng, năm sinh: ", Span(short_date(born), f"{role}_birth_date")],
        [
            "Dân tộc: ",
            Span(draft.fact(f"{role}_ethnicity", who.ethnicity), f"{role}_ethnicity"),
            " Quốc tịch: ",
            Span(draft.fact(f"{role}_nationality", who.nationality), f"{role}_nationality"),
        ],
        ["Nơi cư trú: ", Span(home, f"{role}_residence")],
        ["Giấy tờ tùy thân: ", *identity(draft, who, f"{role}_id", on)],
    ]
    for row in rows:
        sheet.flow(row, x=x, width=width, align="left", leader=True)
        sheet.skip(0.8)


def _spouse_signatures(draft: Draft, sheet: Sheet, wife: Person, husband: Person) -> None:
    half = sheet.width // 2
    top = sheet.y
    for x, word, who in ((sheet.left, "Vợ", wife), (sheet.left + half, "Chồng", husband)):
        sheet.y = top
        sheet.text([Span(word, bold=True)], x=x, width=half, align="center")
        sheet.text(
            [Span("(Ký, ghi rõ họ, chữ đệm, tên)", italic=True, size=sheet.size * 0.9)], x=x, width=half, align="center"
        )
        pen = marks.signature(draft.rng, width=34, height=15)
        sheet.multiply(pen, x + half / 2 - pen.width / 2, sheet.y)
        sheet.skip(15)
        sheet.text([Span(who.name)], x=x, width=half, align="center")


def marital_status(draft: Draft, _given: Person | None) -> None:
    """Giấy xác nhận tình trạng hôn nhân (vn-rules 8.4)."""
    on = draft.issued(date(2021, 1, 4), TODAY)
    who = draft.holder
    sheet = draft.page(size=13.5, leading=1.45)
    mark = "UBND-XNTTHN" if draft.rng.random() < 0.8 else "XNTTHN-UBND"
    number = draft.fact("number", f"{draft.serial()}/{mark}")
    hand = draft.rng.random() < 0.2
    above, own = committee(draft, on)
    double_header(
        draft, sheet, above, own, number=["Số: ", Span(number, "number")], dated=place_and_date(draft, on, hand=hand)
    )
    heading(sheet, "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN", size=15)
    sheet.skip(3)
    title = f"ỦY BAN NHÂN DÂN {draft.place.ward.upper()}"
    sheet.text([Span(title, bold=True)], align="center")
    sheet.skip(1)
    asker = who if draft.rng.random() < 0.7 else next(draft.others)
    sheet.flow([f"Xét đề nghị của ông/bà: {asker.name},"], indent=10)
    sheet.flow(["về việc cấp Giấy xác nhận tình trạng hôn nhân cho ", "bản thân." if asker is who else f"{who.name}."])
    sheet.text([Span("XÁC NHẬN:", bold=True)], align="center")
    sheet.skip(1)
    name = draft.fact("holder_name", who.capitals)
    sheet.flow(["Họ, chữ đệm, tên: ", Span(name, "holder_name", bold=True)], leader=True, align="left")
    born = draft.day("birth_date", who.birth_date)
    sheet.flow(["Ngày, tháng, năm sinh: ", Span(short_date(born), "birth_date")], leader=True, align="left")
    sheet.stops(
        (0, ["Giới tính: ", Span(draft.fact("sex", who.gender), "sex")]),
        (0.3, ["Dân tộc: ", Span(draft.fact("ethnicity", who.ethnicity), "ethnicity")]),
        (0.62, ["Quốc tịch: ", Span(draft.fact("nationality", who.nationality), "nationality")]),
    )
    sheet.flow(["Giấy tờ tùy thân: ", *identity(draft, who, "holder_id", on)], leader=True, align="left")
    home = draft.fact("residence", who.address(on))
    sheet.flow(["Nơi cư trú: ", Span(home, "residence")], leader=True, align="left")
    since = short_date(on - timedelta(days=draft.rng.randint(400, 3000)))
    case = draft.rng.randint(10, 400)
    status = draft.fact(
        "marital_status",
        draft.pick(
            "Chưa đăng ký kết hôn với ai",
            "Hiện tại chưa đăng ký kết hôn với ai",
            f"Đã ly hôn theo Bản án số {case}/HNGĐ-ST ngày {since}; hiện tại chưa đăng ký kết hôn với ai",
            "Có vợ/chồng nhưng vợ/chồng đã chết; hiện tại chưa đăng ký kết hôn với ai",
        ),
    )
    sheet.flow(["Tình trạng hôn nhân: ", Span(status, "marital_status"), "."], align="left")
    purpose = draft.fact(
        "purpose",
        draft.pick(
            "làm thủ tục đăng ký kết hôn",
            "làm thủ tục mua bán nhà đất",
            "bổ túc hồ sơ vay vốn ngân hàng",
            "làm thủ tục nhận chuyển nhượng quyền sử dụng đất",
        ),
    )
    sheet.flow(["Giấy này được cấp để: ", Span(purpose, "purpose"), "."], align="left")
    sheet.flow(["Giấy này có giá trị sử dụng trong thời hạn 6 tháng, kể từ ngày cấp."])
    sheet.skip(5)
    chair(draft, sheet, "NGƯỜI KÝ GIẤY XÁC NHẬN" if draft.rng.random() < 0.3 else None)


def death_extract(draft: Draft, _given: Person | None) -> None:
    """Trích lục khai tử (vn-rules 8.2), the main extract or a copy."""
    who = draft.holder
    on = draft.issued(date(2019, 1, 2), TODAY)
    copy = draft.rng.random() < 0.4
    sheet = draft.page(leading=1.42)
    number = draft.fact("number", f"{draft.serial(1, 300)}/TLKT{'-BS' if copy else ''}")
    above, own = committee(draft, on)
    double_header(draft, sheet, above, own, number=["Số: ", Span(number, "number")], dated=place_and_date(draft, on))
    heading(sheet, "TRÍCH LỤC KHAI TỬ", size=16)
    if copy:
        sheet.text([Span("(BẢN SAO)", bold=True)], align="center")
    sheet.skip(3)
    name = draft.fact("holder_name", who.capitals)
    sheet.flow(["Họ, chữ đệm, tên: ", Span(name, "holder_name", bold=True)], leader=True, align="left")
    born = draft.day("birth_date", who.birth_date)
    sheet.flow(["Ngày, tháng, năm sinh: ", Span(short_date(born), "birth_date")], leader=True, align="left")
    sheet.stops(
        (0, ["Giới tính: ", Span(draft.fact("sex", who.gender), "sex")]),
        (0.3, ["Dân tộc: ", Span(draft.fact("ethnicity", who.ethnicity), "ethnicity")]),
        (0.62, ["Quốc tịch: ", Span(draft.fact("nationality", who.nationality), "nationality")]),
    )
    home = draft.fact("residence", who.address(on))
    sheet.flow(["Nơi cư trú cuối cùng: ", Span(home, "residence")], leader=True, align="left")
    sheet.flow(["Giấy tờ tùy thân: ", *identity(draft, who, "holder_id", on)], leader=True, align="left")
    died = draft.day("death_date", on - timedelta(days=draft.rng.randint(2, 20)))
    clock = f"{draft.rng.randint(0, 23):02d} giờ {draft.rng.randint(0, 59):02d} phút, "
    sheet.flow(["Đã chết vào lúc: ", clock, Span(long_date(died), "death_date")], leader=True, align="left")
    sheet.flow(["Ghi bằng chữ: ", Span(date_words(died), italic=True)], leader=True, align="left")
    place_of_death = draft.fact("death_place", draft.pick("tại nhà, ", "Bệnh viện Đa khoa, ") + who.home.full(on))
    sheet.flow(["Nơi chết: ", Span(place_of_death, "death_place")], leader=True, align="left")
    cause = draft.fact(
        "death_cause", draft.pick("Già yếu", "Bệnh tim mạch", "Tai biến mạch máu não", "Bệnh hô hấp mạn tính")
    )
    sheet.flow(["Nguyên nhân chết: ", Span(cause, "death_cause")], leader=True, align="left")
    day = short_date(died + timedelta(days=1))
    notice = f"số {draft.rng.randint(1, 200)}/GBT do Trạm Y tế {draft.place.ward} cấp ngày {day}"
    sheet.flow([f"Giấy báo tử/Giấy tờ thay thế Giấy báo tử: {notice}"], leader=True, align="left")
    office = draft.fact("registered_at", registrar(draft, on))
    sheet.flow(["Đăng ký khai tử tại: ", Span(office, "registered_at")], leader=True, align="left")
    if copy:
        sheet.flow(["Thực hiện trích lục từ: Sổ đăng ký khai tử"], leader=True, align="left")
    sheet.skip(4)
    chair(draft, sheet, "NGƯỜI KÝ TRÍCH LỤC", note=_SIGNER_NOTE)


def parent_extract(draft: Draft, _given: Person | None) -> None:
    """Trích lục đăng ký nhận cha, mẹ, con: the child is the holder, before or after the parent."""
    child = draft.holder
    year = child.birth_date.year
    key = f"{draft.kind}/{draft.seed}/parent"
    parent = person(key, born=(year - 36, year - 20), home=child.home, family=child.name.split(" ", 1)[0])
    first = max(date(2019, 1, 2), child.birth_date + timedelta(days=60))
    on = draft.issued(first, TODAY, of_age=False)
    sheet = draft.page(leading=1.42)
    number = draft.fact("number", f"{draft.serial(1, 90)}/TLNCMC")
    above, own = committee(draft, on)
    double_header(draft, sheet, above, own, number=["Số: ", Span(number, "number")], dated=place_and_date(draft, on))
    heading(sheet, "TRÍCH LỤC ĐĂNG KÝ NHẬN CHA, MẸ, CON", size=15)
    sheet.skip(3)
    word = "cha" if parent.gender == "Nam" else "mẹ"
    for title, role, who in ((f"người {word}", "parent", parent), ("người con", "holder", child)):
        prefix = "" if role == "holder" else "parent_"
        name = draft.fact(f"{role}_name", who.capitals)
        sheet.flow([f"Họ, chữ đệm, tên {title}: ", Span(name, f"{role}_name", bold=True)], leader=True, align="left")
        born = draft.day(f"{prefix}birth_date", who.birth_date)
        sheet.flow(
            ["Ngày, tháng, năm sinh: ", Span(short_date(born), f"{prefix}birth_date")], leader=True, align="left"
        )
        sheet.stops(
            (0, ["Giới tính: ", who.gender]),
            (0.3, ["Dân tộc: ", who.ethnicity]),
            (0.62, ["Quốc tịch: ", who.nationality]),
        )
        sheet.flow(["Nơi cư trú: ", who.address(on)], leader=True, align="left")
        if role == "parent":
            sheet.flow(["Giấy tờ tùy thân: ", *identity(draft, who, "parent_id", on)], leader=True, align="left")
        else:
            number = draft.fact("holder_id", who.personal_number)
            sheet.flow(["Số định danh cá nhân: ", Span(number, "holder_id")], leader=True, align="left")
        sheet.skip(2)
    office = draft.fact("registered_at", registrar(draft, on))
    sheet.flow(["Đăng ký nhận cha, mẹ, con tại: ", Span(office, "registered_at")], leader=True, align="left")
    sheet.skip(4)
    chair(draft, sheet, "NGƯỜI KÝ TRÍCH LỤC", note=_SIGNER_NOTE)
