"""Residence: CT07, confirmation of residence information (TT 66/2023/TT-BCA)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.golden.specimens.civil import TODAY
from tests.golden.specimens.draft import double_header, heading, place_and_date, sign
from tests.golden.specimens.people import TWO_LEVELS_FROM, Person, person
from tests.golden.specimens.sheet import Span
from tests.golden.specimens.spelling import long_date, short_date

if TYPE_CHECKING:
    from tests.golden.specimens.draft import Draft
    from tests.golden.specimens.sheet import Sheet, Spans

_HEAD = ("TT", "Họ, chữ đệm và tên", "Ngày, tháng, năm sinh", "Giới tính", "Số định danh cá nhân", "Quan hệ với chủ hộ")
# Kinship to the head of the household: gender (None: either) and birth years counted from the head's.
_RELATIONS: dict[str, tuple[str | None, tuple[int, int]]] = {
    "Con đẻ": (None, (22, 34)),
    "Con dâu": ("Nữ", (22, 32)),
    "Cháu nội": (None, (48, 56)),
    "Em ruột": (None, (1, 12)),
    "Mẹ đẻ": ("Nữ", (-34, -20)),
    "Bố đẻ": ("Nam", (-36, -20)),
}


def _numbered(draft: Draft, sheet: Sheet, label: str, name: str, value: str) -> None:
    sheet.flow([f"{label}: ", Span(draft.fact(name, value), name)], align="left")


def confirmation(draft: Draft, _given: Person | None) -> None:
    """Xác nhận thông tin về cư trú, form CT07 (vn-rules 8.12), with its table of household members."""
    who = draft.holder
    draft.place = where = who.home
    on = draft.issued(date(2024, 1, 2), TODAY)
    new = on >= TWO_LEVELS_FROM
    sheet = draft.page(size=12.5, leading=1.3)
    number = draft.fact("number", f"{draft.serial()}/XN")
    above = f"CÔNG AN {where.province if new else where.district}".upper()
    dated = place_and_date(draft, on, city=where.ward_name)
    numbered: list[Span | str] = ["Số: ", Span(number, "number")]
    double_header(draft, sheet, [above], [f"CÔNG AN {where.ward.upper()}"], number=numbered, dated=dated)
    heading(sheet, "XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ", size=15)
    sheet.skip(2)
    asker = draft.fact("requester_name", who.name)
    sheet.flow(["Theo đề nghị của Ông/Bà: ", Span(asker, "requester_name")], indent=8, align="left")
    number = draft.fact("holder_id", who.personal_number)
    sheet.boxed(["Số định danh cá nhân: "], Span(number, "holder_id"))
    sheet.skip(1)
    sheet.text([Span(f"CÔNG AN {where.ward.upper()} XÁC NHẬN:", bold=True)], align="center")
    sheet.skip(1)
    head, relation, members = _household(draft, who)
    name = draft.fact("holder_name", who.capitals)
    sheet.flow(
        [Span("I. Họ, chữ đệm và tên của Ông/Bà: ", bold=True), Span(name, "holder_name", bold=True)], align="left"
    )
    born = draft.day("birth_date", who.birth_date)
    sheet.stops(
        (0, ["1. Ngày, tháng, năm sinh: ", Span(short_date(born), "birth_date")]),
        (0.62, ["2. Giới tính: ", Span(draft.fact("sex", who.gender), "sex")]),
        leader=False,
    )
    sheet.flow(["3. Số định danh cá nhân: ", Span(number, "holder_id")], align="left")
    religion = draft.pick("Không", "Không", "Phật giáo", "Công giáo")
    sheet.stops(
        (0, ["4. Dân tộc: ", Span(draft.fact("ethnicity", who.ethnicity), "ethnicity")]),
        (0.5, ["5. Tôn giáo: ", Span(draft.fact("religion", religion), "religion")]),
        leader=False,
    )
    _numbered(draft, sheet, "6. Quê quán", "hometown", where.full(on))
    _numbered(draft, sheet, "7. Nơi đăng ký khai sinh", "birth_registration_place", where.full(on))
    _numbered(draft, sheet, "8. Nơi thường trú", "residence", who.address(on))
    _numbered(draft, sheet, "9. Nơi tạm trú", "temporary_residence", "Không")
    _numbered(draft, sheet, "10. Nơi ở hiện tại", "current_residence", who.address(on))
    _numbered(draft, sheet, "11. Họ, chữ đệm và tên chủ hộ", "household_head_name", head.capitals)
    _numbered(draft, sheet, "12. Quan hệ với chủ hộ", "household_relation", relation)
    _numbered(draft, sheet, "13. Số định danh cá nhân chủ hộ", "household_head_id", head.personal_number)
    sheet.skip(1)
    sheet.flow([Span("II. Thông tin các thành viên khác trong hộ gia đình:", bold=True)], align="left")
    sheet.skip(1)
    rows: list[list[Spans]] = [[[label] for label in _HEAD]]
    for position, (member, kinship) in enumerate(members, 1):
        cells = (
            str(position),
            member.name,
            short_date(member.birth_date),
            member.gender,
            member.personal_number,
            kinship,
        )
        rows.append([[cell] for cell in cells])
    sheet.table(
        (0.7, 3.6, 2.1, 1.1, 2.7, 2.0), rows, size=11, align=("center", "left", "center", "center", "center", "left")
    )
    sheet.flow([Span("III. Nội dung xác nhận khác: ", bold=True), draft.pick("Không.", "Không có.")], align="left")
    until = draft.day("expires_on", on + timedelta(days=draft.rng.choice((180, 365))))
    sheet.flow(["Giấy này có giá trị sử dụng đến hết ", Span(long_date(until), "expires_on"), "."], align="left")
    sheet.skip(3)
    roles = [draft.pick("THỦ TRƯỞNG CƠ QUAN ĐĂNG KÝ CƯ TRÚ", "TRƯỞNG CÔNG AN", "KT. TRƯỞNG CÔNG AN")]
    roles += ["PHÓ TRƯỞNG CÔNG AN"] if roles[0].startswith("KT.") else []
    sign(draft, sheet, roles, f"CÔNG AN {where.ward.upper()}", where.province.upper(), gap=22)


def _household(draft: Draft, who: Person) -> tuple[Person, str, list[tuple[Person, str]]]:
    """The head of the household, the holder's relation to the head, and the other members."""
    key = f"{draft.kind}/{draft.seed}"
    head, relation = who, "Chủ hộ"
    if draft.rng.random() < 0.5:
        year = who.birth_date.year
        head = person(f"{key}/head", born=(year - 34, year - 22), home=who.home, family=who.name.split(" ", 1)[0])
        relation = "Con đẻ"
    members = []
    spouse = ("Vợ", ("Nữ", (-3, 6))) if head.gender == "Nam" else ("Chồng", ("Nam", (-6, 3)))
    others = draft.rng.sample(list(_RELATIONS.items()), draft.rng.randint(1, 3))
    for position, (kinship, (gender, (first, last))) in enumerate([spouse, *others]):
        year = head.birth_date.year
        years = (min(year + first, 2023), min(year + last, 2024))
        members.append((person(f"{key}/member/{position}", gender=gender, born=years, home=who.home), kinship))
    return head, relation, members
