"""Giấy khai sinh as printed from 2010 to 2015 (TT 08.a/2010/TT-BTP): father before mother, no personal number."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.golden.specimens.draft import heading, republic, sign
from tests.golden.specimens.sheet import Span
from tests.golden.specimens.spelling import date_words, short_date

if TYPE_CHECKING:
    from tests.golden.specimens.draft import Draft
    from tests.golden.specimens.people import Person
    from tests.golden.specimens.sheet import Sheet

FIRST, LAST = date(2010, 5, 1), date(2015, 12, 31)


def birth_certificate(draft: Draft, child: Person, mother: Person, father: Person) -> None:
    """The older form; `child` is born between 2010 and 2015."""
    day = max(FIRST, child.birth_date + timedelta(days=3))
    on = draft.issued(day, min(LAST, day + timedelta(days=50)), of_age=False)
    sheet = draft.page(frame=(190, 70, 80), pattern=(252, 240, 238), margins=(27, 22, 24, 20), leading=1.4)
    republic(draft, sheet)
    sheet.skip(2)
    heading(sheet, "GIẤY KHAI SINH", size=20, colour=(176, 24, 36))
    number = draft.fact("number", f"{draft.rng.randint(1, 480)}")
    book = draft.fact("book", f"01/{on.year}")
    sheet.stops((0.5, ["Số: ", Span(number, "number")]), leader=False)
    sheet.stops((0.5, ["Quyển số: ", Span(book, "book")]), leader=False)
    sheet.skip(3)
    name = draft.fact("holder_name", child.capitals)
    sex = draft.fact("sex", child.gender)
    sheet.stops((0, ["Họ và tên: ", Span(name, "holder_name", bold=True)]), (0.7, ["Giới tính: ", Span(sex, "sex")]))
    born = draft.day("birth_date", child.birth_date)
    sheet.flow(["Ngày, tháng, năm sinh: ", Span(short_date(born), "birth_date")], align="left", leader=True)
    words = draft.fact("birth_date_words", date_words(born))
    sheet.flow(["(Viết bằng chữ): ", Span(words, "birth_date_words", italic=True)], align="left", leader=True)
    place = draft.fact("birth_place", f"{draft.pick('Bệnh viện Đa khoa', 'Trạm Y tế')}, {child.home.full(on)}")
    sheet.flow(["Nơi sinh: ", Span(place, "birth_place")], align="left", leader=True)
    hometown = draft.fact("hometown", father.home.full(on))
    sheet.flow(["Quê quán: ", Span(hometown, "hometown")], align="left", leader=True)
    _people_and_nation(draft, sheet, "", child)
    for role, title, parent in (("father", "cha", father), ("mother", "mẹ", mother)):
        sheet.skip(1.6)
        shown = draft.fact(f"{role}_name", parent.capitals)
        sheet.flow([f"Họ và tên {title}: ", Span(shown, f"{role}_name", bold=True)], align="left", leader=True)
        _people_and_nation(draft, sheet, f"{role}_", parent)
        home = draft.fact(f"{role}_residence", parent.address(on))
        sheet.flow(["Nơi thường trú/tạm trú: ", Span(home, f"{role}_residence")], align="left", leader=True)
    sheet.skip(1.6)
    issuer = draft.fact("issuer", f"UBND {draft.place.full(on)}")
    sheet.flow(["Nơi đăng ký: ", Span(issuer, "issuer")], align="left", leader=True)
    sheet.flow(["Ngày, tháng, năm đăng ký: ", Span(short_date(on), "issued_on")], align="left", leader=True)
    sheet.flow(["Ghi chú:"], align="left", leader=True)
    declarant = draft.fact("declarant_name", father.capitals)
    sheet.flow(["Họ và tên người đi khai sinh: ", Span(declarant, "declarant_name")], align="left", leader=True)
    sheet.flow(["Quan hệ với người được khai sinh: Cha"], align="left", leader=True)
    sheet.skip(3)
    ward = draft.place.ward.upper()
    roles = [f"TM. UBND {ward}", "CHỦ TỊCH"]
    sign(draft, sheet, roles, f"ỦY BAN NHÂN DÂN {ward}", draft.place.province.upper(), note="(Ký, đóng dấu)", gap=22)


def _people_and_nation(draft: Draft, sheet: Sheet, prefix: str, who: Person) -> None:
    people = draft.fact(f"{prefix}ethnicity", who.ethnicity)
    nation = draft.fact(f"{prefix}nationality", who.nationality)
    row: list[tuple[float, list[Span | str]]] = [
        (0, ["Dân tộc: ", Span(people, f"{prefix}ethnicity")]),
        (0.33 if prefix else 0.5, ["Quốc tịch: ", Span(nation, f"{prefix}nationality")]),
    ]
    if prefix:
        year = draft.fact(f"{prefix}birth_year", str(who.birth_date.year))
        row.append((0.7, ["Năm sinh: ", Span(year, f"{prefix}birth_year")]))
    sheet.stops(*row)
