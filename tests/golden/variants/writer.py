"""Puts a varied paper on a page: head, title, items in the paper's layout, day of signing, signer."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

import qr
from tests.golden.specimens import marks
from tests.golden.specimens.draft import NOTICE
from tests.golden.specimens.fonts import Typeface
from tests.golden.specimens.model import Specimen
from tests.golden.specimens.people import TWO_LEVELS_FROM
from tests.golden.specimens.sheet import Sheet, Span, mm, pt
from tests.golden.variants import zones
from tests.golden.variants.facts import Facts
from tests.golden.variants.style import Style
from tests.golden.variants.wordings import Item, Paper, usable

if TYPE_CHECKING:
    from collections.abc import Sequence

RED = (176, 24, 36)


class Writer:
    """One paper on its way; ``facts`` it states are collected in ``said``."""

    def __init__(self, kind: str, seed: int, *, held: bool, plain: bool) -> None:
        self.kind, self.seed, self.held, self.plain = kind, seed, held, plain
        self.facts = Facts(kind, seed)
        self.rng = self.facts.rng
        self.style = Style.of(self.rng, held=held)
        self.said: dict[str, str] = {}
        style = self.style
        self.sheet = Sheet(
            0,
            Typeface(style.face),
            self.rng,
            size=style.size * (0.88 if "times" not in style.face else 1.0),
            margins=(self.rng.choice((20, 25, 30)), 15, self.rng.choice((15, 18, 20)), 15),
        )
        self.sheet.leading = style.leading
        if not plain:
            marks.diagonal(self.sheet)
        self.centred(NOTICE, size=9)

    # --- furniture ---

    def span(
        self, text: str, field: str = "", *, bold: bool = False, italic: bool = False, size: float | None = None
    ) -> Span:
        """Letters in the paper's tone placement."""
        return Span(self.facts.toned(text), field or None, bold=bold, italic=italic, size=size)

    def centred(
        self,
        text: str,
        field: str = "",
        *,
        bold: bool = False,
        size: float | None = None,
        colour: tuple[int, int, int] | None = None,
    ) -> None:
        """A centred line, made smaller until it fits."""
        size = size or self.sheet.size
        need = self.sheet.face.font(pt(size), bold=bold).getlength(text)
        size = min(size, size * self.sheet.width / need)
        self.sheet.text(
            [Span(self.facts.toned(text), field or None, bold=bold, size=size, colour=colour)], align="center"
        )

    def block(self, rows: Sequence[Sequence[Span]], x: int, width: int) -> None:
        """Centred rows in a part of the width, each made small enough to fit."""
        for row in rows:
            need = sum(self.sheet.face.font(pt(s.size or self.sheet.size), bold=s.bold).getlength(s.text) for s in row)
            share = min(1.0, (width - mm(2)) / need)
            small = [
                Span(s.text, s.fact, bold=s.bold, italic=s.italic, size=(s.size or self.sheet.size) * share)
                for s in row
            ]
            self.sheet.text(small, x=x, width=width, align="center")

    def issuer(self, which: str) -> tuple[list[str], list[str]]:
        """The lines above the issuer and the issuer's own."""
        facts, rng = self.facts, self.rng
        where = facts.where
        upper = (where.province if facts.on >= TWO_LEVELS_FROM else where.district).upper()
        word = rng.choice(("UBND", "ỦY BAN NHÂN DÂN"))
        if which == "committee":
            own = [f"{word} {where.ward.upper()}"] if rng.random() < 0.7 else ["ỦY BAN NHÂN DÂN", where.ward.upper()]
            return [f"{word} {upper}"], own
        if which == "police":
            return [f"CÔNG AN {upper}"], [f"CÔNG AN {where.ward.upper()}"]
        names = {
            "land": ("SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG", "VĂN PHÒNG ĐĂNG KÝ ĐẤT ĐAI", "SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG"),
            "office": ("PHÒNG ĐĂNG KÝ KINH DOANH", "PHÒNG TÀI CHÍNH - KẾ HOẠCH", "SỞ XÂY DỰNG")
            if self.kind != "GPKDVT"
            else ("SỞ GIAO THÔNG VẬN TẢI", "SỞ XÂY DỰNG"),
            "traffic": ("PHÒNG CẢNH SÁT GIAO THÔNG", "SỞ GIAO THÔNG VẬN TẢI", "CỤC CẢNH SÁT GIAO THÔNG"),
            "justice": ("SỞ TƯ PHÁP", "PHÒNG HỒ SƠ NGHIỆP VỤ", "TRUNG TÂM LÝ LỊCH TƯ PHÁP QUỐC GIA"),
            "hospital": (f"BỆNH VIỆN ĐA KHOA {where.city.upper()}", "TRUNG TÂM Y TẾ KHU VỰC"),
            "school": ("TRƯỜNG ĐẠI HỌC MẪU VIỆT", "TRƯỜNG ĐẠI HỌC KINH TẾ MẪU"),
            "department": ("SỞ XÂY DỰNG", "SỞ NỘI VỤ", "SỞ TƯ PHÁP", "SỞ Y TẾ"),
        }[which]
        above = {"traffic": "CÔNG AN", "hospital": "SỞ Y TẾ", "school": "BỘ GIÁO DỤC VÀ ĐÀO TẠO"}.get(which, word)
        return [above if which == "school" else f"{above} {where.province.upper()}"], [rng.choice(names)]

    def head(self, which: str, number: list[Span], dated: list[Span]) -> None:
        """Agency and state in this paper's order, with number and day where they belong."""
        rng, sheet = self.rng, self.sheet
        state = [
            [self.span("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True)],
            [self.span(rng.choice(("Độc lập - Tự do - Hạnh phúc", "Độc lập – Tự do – Hạnh phúc")), bold=True)],
        ]
        if which == "none" or self.style.head == "single":
            self.block(state, sheet.left, sheet.width)
            agency: list[list[Span]] = []
            if which != "none":
                _, own = self.issuer(which)
                agency = [[self.span(text, "issuer", bold=True)] for text in own]
                self.said["issuer"] = self.facts.toned(" ".join(own))
            self.block(agency + ([number] if number else []), sheet.left, sheet.width)
            if dated:
                sheet.text(dated, align="right")
            sheet.skip(rng.choice((3, 6)))
            return
        above, own = self.issuer(which)
        agency = [[self.span(text)] for text in above] + [[self.span(text, "issuer", bold=True)] for text in own]
        self.said["issuer"] = self.facts.toned(" ".join(own))
        if self.style.head == "stacked":
            self.block(state + agency + ([number] if number else []), sheet.left, sheet.width)
            if dated:
                sheet.text(dated, align="right")
            sheet.skip(rng.choice((3, 6)))
            return
        half = round(sheet.width * rng.choice((0.42, 0.45, 0.5)))
        if number:
            agency.append(number)
        if dated:
            state.append(dated)
        sides = [(agency, sheet.left - mm(6), half), (state, sheet.left - mm(6) + half, sheet.width + mm(10) - half)]
        if self.style.head == "swapped":
            sides = [
                (state, sheet.left - mm(6), sheet.width + mm(10) - half),
                (agency, sheet.left + mm(4) + sheet.width - half, half),
            ]
        top, ends = sheet.y, []
        for rows, x, width in sides:
            sheet.y = top
            self.block(rows, x, width)
            ends.append(sheet.y)
        sheet.y = max(ends)
        sheet.skip(rng.choice((3, 6, 9)))

    def place_day(self) -> list[Span]:
        """The words "Hải Phòng, ngày 05 tháng 3 năm 2026" in one of the ways it is written."""
        facts, rng = self.facts, self.rng
        on = facts.on
        self.said["place"], self.said["issued_on"] = facts.toned(facts.city), on.isoformat()
        form = rng.choice(
            (
                "ngày {d:02d} tháng {m:02d} năm {y}",
                "ngày {d:02d} tháng {m} năm {y}",
                "ngày {d} tháng {m} năm {y}",
                "ngày {d:02d}/{m:02d}/{y}",
                "Ngày {d:02d} tháng {m:02d} năm {y}",
            )
        )
        return [
            self.span(facts.city, "place", italic=True),
            Span(", ", italic=True),
            self.span(form.format(d=on.day, m=on.month, y=on.year), "issued_on", italic=True),
        ]

    def number(self, notation: str, labels: Sequence[str]) -> list[Span]:
        """The words "Số: 15/2023" or "Số: 15/TLKT"."""
        rng = self.rng
        value = f"{rng.randint(1, 900)}/{notation or self.facts.on.year}"
        if rng.random() < 0.2 and notation:
            value = f"{rng.randint(1, 90):02d}/{self.facts.on.year}/{notation}"
        self.said["number"] = value
        label = rng.choice(labels)
        return [
            self.span(label + rng.choice((": ", ": ", ":", " : ", " "))),
            self.span(value, "number", bold=rng.random() < 0.3),
        ]

    def title(self, rows: Sequence[str]) -> None:
        """The title over its lines."""
        for place_, row in enumerate(rows):
            lesser = place_ and row.startswith("(")
            size = self.sheet.size if lesser else self.style.title_size * self.sheet.size / 13
            self.centred(row, bold=True, size=size, colour=RED if self.style.red_title and not lesser else None)

    def extra(self) -> None:
        """A line that belongs to no field, as counters and systems print them."""
        texts = (
            "",
            "",
            f"Mẫu TP/HT-{self.facts.on.year}",
            "Mã hồ sơ: H24.99-250301-0001",
            "Bản này được in từ hệ thống một cửa điện tử",
        )
        if texts[self.style.bare_extra]:
            self.sheet.text(
                [self.span(texts[self.style.bare_extra], italic=True, size=self.sheet.size * 0.85)],
                align=self.rng.choice(("left", "right")),
            )

    # --- items ---

    def labelled(self, item: Item) -> tuple[list[Span], list[Span]]:
        """Label and value of an item, printed; the fact is noted."""
        field, value, labels = item
        label = self.rng.choice(usable(labels, held=self.held))
        printed, fact = value(self.facts)
        printed = self.facts.toned(printed)
        if field:
            self.said[field] = self.facts.toned(fact)
        if self.style.shout and not label.startswith("("):
            label = label.upper()
        cut = printed.find(fact) if fact in printed else -1
        bold = self.style.bold_values
        if cut < 0 or not field:
            return [self.span(label)], [self.span(printed, field, bold=bold)]
        parts = [
            Span(printed[:cut]),
            Span(printed[cut : cut + len(fact)], field, bold=bold),
            Span(printed[cut + len(fact) :]),
        ]
        return [self.span(label)], [part for part in parts if part.text]

    def items(self, items: Sequence[Item], *, x: int | None = None, width: int | None = None, layout: str = "") -> None:
        """All items in the paper's layout."""
        layout, sheet, colon = layout or self.style.layout, self.sheet, self.style.colon
        pairs = [self.labelled(item) for item in items]
        if layout in {"table", "ruled"}:
            bare = "" if self.rng.random() < 0.7 else colon.rstrip()
            rows = [[[*label, Span(bare)] if bare else label, value] for label, value in pairs]
            if layout == "table":
                sheet.table((2, 3), rows, head=0, x=x)
            else:
                self._unruled(rows)
            return
        if layout == "pairs":
            short = [pair for pair in pairs if sum(len(s.text) for s in (*pair[0], *pair[1])) < 38]
            queue = list(pairs)
            while queue:
                first = queue.pop(0)
                if first in short and queue and queue[0] in short:
                    second = queue.pop(0)
                    sheet.stops(
                        (0, [*first[0], Span(colon), *first[1]]),
                        (0.55, [*second[0], Span(colon), *second[1]]),
                        leader=self.style.leader,
                    )
                else:
                    sheet.flow(
                        [*first[0], Span(colon), *first[1]], align="left", leader=self.style.leader, x=x, width=width
                    )
            return
        for count, (label, value) in enumerate(pairs, start=1):
            mark = {"numbered": f"{count}. ", "bulleted": self.rng.choice(("- ", "• ", "+ "))}.get(layout, "")
            if layout == "below":
                sheet.flow([*label, Span(colon.rstrip())] if colon.strip() else label, align="left", x=x, width=width)
                sheet.flow(value, align="left", indent=self.rng.choice((0, 6)), x=x, width=width)
            elif layout == "aligned":
                self._aligned(label, value, colon)
            else:
                sheet.flow(
                    [Span(mark), *label, Span(colon), *value] if mark else [*label, Span(colon), *value],
                    align="left",
                    leader=self.style.leader,
                    x=x,
                    width=width,
                )

    def _aligned(self, label: list[Span], value: list[Span], colon: str) -> None:
        """The value at a tab stop; long values run on below themselves."""
        sheet = self.sheet
        stop = round(sheet.width * 0.42)
        top = sheet.y
        sheet.flow([*label, Span(colon.strip())] if colon.strip() else label, align="left", width=stop - mm(3))
        end, sheet.y = sheet.y, top
        sheet.flow(value, align="left", x=sheet.left + stop, width=sheet.width - stop)
        sheet.y = max(end, sheet.y)

    def _unruled(self, rows: Sequence[Sequence[list[Span]]]) -> None:
        for label, value in rows:
            self._aligned(label, value, "")

    def zones(self) -> None:
        """What machines read: the QR code of an identity card, then the zone at the foot of card or passport."""
        sheet, said = self.sheet, self.said
        if self.kind == "ID":
            text = zones.card_code(said, issued_on=self.facts.on)
            symbol = Image.open(io.BytesIO(qr.render_png(text, mm=22))).convert("RGB")
            sheet.skip(4)
            sheet.multiply(symbol, sheet.right - symbol.width, sheet.y)
            sheet.y += symbol.height
        rows = zones.card_zone(said) if self.kind == "ID" else zones.passport_zone(said)
        sheet.skip(6)
        face, sheet.face = sheet.face, Typeface("mono")
        for row in rows:
            sheet.text([Span(row, size=12.5 if self.kind == "ID" else 11.5)])
            sheet.skip(1.5)
        sheet.face = face

    # --- foot ---

    def sign(self, roles: Sequence[str], dated: list[Span]) -> None:
        """Day, roles, seal and signature, and the signer's name."""
        sheet, rng = self.sheet, self.rng
        width = mm(86)
        x = round(
            min(
                max(sheet.left + sheet.width * self.style.signed_at - width / 2, sheet.left - mm(5)),
                sheet.right + mm(8) - width,
            )
        )
        sheet.skip(4)
        rows = [dated] if dated else []
        rows += [[self.span(role, bold=True)] for role in roles]
        if rng.random() < 0.3:
            rows.append(
                [
                    self.span(
                        rng.choice(("(Ký, ghi rõ họ tên và đóng dấu)", "(Đã ký)", "(Ký tên, đóng dấu)")),
                        italic=True,
                        size=sheet.size * 0.9,
                    )
                ]
            )
        self.block(rows, x, width)
        if not self.plain:
            pen = marks.signature(rng)
            stamp = marks.seal(
                sheet.face, rng, self.said.get("issuer", "CƠ QUAN MẪU").upper()[:40], self.facts.where.province.upper()
            )
            top = min(sheet.y, sheet.image.height - stamp.height - mm(2))
            sheet.multiply(pen, x + width / 2 - pen.width / 2, top + mm(3))
            sheet.multiply(stamp, x + width / 2 - stamp.width * rng.uniform(0.5, 1.0), top - mm(6))
        sheet.skip(rng.choice((20, 24, 28)))
        self.said["signer"] = self.facts.signer
        self.block(
            [
                [
                    self.span(rng.choice(("", "", "Thượng tá ", "ThS. ")), bold=True),
                    Span(self.facts.signer, "signer", bold=True),
                ]
            ],
            x,
            width,
        )

    def done(self) -> Specimen:
        """The finished specimen."""
        lines: dict[int, list[str]] = {}
        for word in self.sheet.words:
            lines.setdefault(word.line, []).append(word.text)
        text = "\n".join(" ".join(words) for words in lines.values())
        return Specimen(
            self.kind, self.seed, (self.sheet.image,), (text,), dict(self.said), {}, tuple(self.sheet.words)
        )


def write(paper: Paper, kind: str, seed: int, *, held: bool, plain: bool) -> Specimen:
    """A paper of labels and values."""
    writer = Writer(kind, seed, held=held, plain=plain)
    rng, style, sheet = writer.rng, writer.style, writer.sheet
    number = writer.number(rng.choice(paper.notation), paper.number_labels) if paper.notation else []
    titled = paper.head == "body" or style.number_at != "agency"
    stated = {field for field, _, _ in paper.items}
    dated = [] if "issued_on" in stated or paper.issuer == "none" else writer.place_day()
    at_foot = style.dated_at_foot or paper.head in {"foot", "card"}
    which = "none" if paper.head == "body" or paper.issuer == "none" else paper.issuer
    writer.extra()
    writer.head(which, [] if titled else number, [] if at_foot else dated)
    writer.title(rng.choice(paper.titles))
    if number and titled:
        sheet.text(number, align="right" if style.number_at == "right" else "center")
    sheet.skip(rng.choice((2, 5)))
    if paper.intro and (intro := rng.choice(paper.intro)):
        writer.centred(intro, bold=True)
    if paper.columns:
        top, ends = sheet.y, []
        layout = rng.choice(("line", "below"))
        for side, items in enumerate(paper.columns):
            sheet.y = top
            writer.items(
                items, x=sheet.left + side * (sheet.width // 2 + mm(2)), width=sheet.width // 2 - mm(2), layout=layout
            )
            ends.append(sheet.y)
        sheet.y = max(ends) + mm(2)
    writer.items(paper.items)
    if paper.outro and (outro := rng.choice(paper.outro)):
        sheet.flow([writer.span(outro)], align="left")
    if kind in {"ID", "HC"}:
        writer.zones()
    if paper.issuer != "none":
        writer.sign(rng.choice(paper.roles), dated if at_foot else [])
    return writer.done()


def letter(kind: str, seed: int, *, held: bool, plain: bool) -> Specimen:
    """An administrative document without labels: letter, decision, notice."""
    writer = Writer(kind, seed, held=held, plain=plain)
    rng, facts, sheet = writer.rng, writer.facts, writer.sheet
    which = rng.choice(("committee", "department"))
    code = {"CONGVAN": "SNV-VP", "QUYETDINH": "QĐ-UBND", "THONGBAO": "TB-UBND"}[kind]
    subject = rng.choice(
        (
            "số hóa kết quả giải quyết thủ tục hành chính",
            "phân công nhiệm vụ quản lý đất đai trên địa bàn",
            "tổ chức tiếp công dân định kỳ",
            "phê duyệt kế hoạch đào tạo, bồi dưỡng cán bộ, công chức",
            "rà soát dữ liệu hộ tịch, đất đai và cấp giấy phép xây dựng năm 2026",
        )
    )
    number = f"{rng.randint(1, 3000)}/{code}"
    writer.said |= {"number": number, "subject": facts.toned(subject)}
    writer.extra()
    writer.head(which, [writer.span("Số: "), Span(number, "number")], writer.place_day())
    about = (
        rng.choice(("V/v ", "V/v: ", "Về việc "))
        if kind == "CONGVAN"
        else rng.choice(("Về việc ", "V/v ", "Về việc: "))
    )
    if kind == "CONGVAN":
        width = round(sheet.width * 0.44)
        sheet.flow([writer.span(about), writer.span(subject, "subject")], width=width, align="center")
        sheet.skip(3)
        receiver = rng.choice(("Các sở, ban, ngành", "Ủy ban nhân dân các xã, phường", "Công ty TNHH Mẫu Việt"))
        writer.said["recipient"] = facts.toned(receiver)
        sheet.text([writer.span("Kính gửi: "), writer.span(receiver, "recipient")], align="center")
    else:
        writer.title(({"QUYETDINH": "QUYẾT ĐỊNH", "THONGBAO": "THÔNG BÁO"}[kind],))
        sheet.flow(
            [writer.span(about, bold=True), writer.span(subject, "subject", bold=True)],
            align="center",
            x=sheet.left + sheet.width // 8,
            width=sheet.width * 3 // 4,
        )
    sheet.skip(3)
    body = (
        (
            "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
            "Theo đề nghị của Chánh Văn phòng,",
            "Điều 1. Giao các đơn vị triển khai nhiệm vụ theo kế hoạch đã ban hành.",
            "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.",
            "Điều 3. Chánh Văn phòng, các đơn vị liên quan chịu trách nhiệm thi hành Quyết định này./.",
        )
        if kind == "QUYETDINH"
        else (
            "Thực hiện Kế hoạch số 25/KH-UBND ngày 15/01/2026 của tỉnh, đề nghị triển khai một số nội dung sau:",
            "1. Rà soát hồ sơ giấy đang lưu giữ, lập danh mục giấy chứng nhận, giấy phép xây dựng còn hiệu lực.",
            "2. Không yêu cầu công dân nộp lại giấy khai sinh, giấy chứng nhận kết hôn đã có trong kho.",
            "Đề nghị các đơn vị phối hợp thực hiện./.",
        )
    )
    for row in body:
        sheet.flow([writer.span(row)], indent=10, align="left")
    top = sheet.y
    for row in ("Nơi nhận:", "- Như trên;", "- Lưu: VT."):
        sheet.text([writer.span(row, size=sheet.size * 0.85)])
    sheet.y = top
    writer.sign(
        rng.choice(
            (("CHỦ TỊCH",), ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), ("GIÁM ĐỐC",), ("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"))
        ),
        [],
    )
    return writer.done()
