"""Cards laid on a copier: driving licence and vehicle registration, both faces on one A4 page, with no portrait.

They carry the labels of the real cards but a plain layout of their own and a loud BẢN MẪU, so that a print-out fools
nobody. Identity cards are not drawn at all.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.golden.specimens import marks
from tests.golden.specimens.civil import TODAY
from tests.golden.specimens.people import Person
from tests.golden.specimens.sheet import Span, mm
from tests.golden.specimens.spelling import short_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.golden.specimens.draft import Draft
    from tests.golden.specimens.sheet import Colour, Sheet, Spans

_WIDE, _HIGH = 85.6, 53.98  # ISO/IEC 7810 ID-1, millimetres


class _Face:
    """One face of a card at a place on the page, enlarged by `scale` as copiers are often told to."""

    def __init__(self, sheet: Sheet, top: float, scale: float, ground: Colour) -> None:
        self.sheet = sheet
        self.scale = scale
        self.left = (sheet.image.width - mm(_WIDE * scale)) // 2
        self.top = mm(top)
        self.right, self.bottom = self.left + mm(_WIDE * scale), self.top + mm(_HIGH * scale)
        sheet.draw.rounded_rectangle(
            [self.left, self.top, self.right, self.bottom], mm(3 * scale), fill=ground, outline=(120, 120, 120), width=3
        )

    def at(self, x: float, y: float, width: float, spans: Spans, *, align: str = "left") -> None:
        """A line with its top `y` millimetres below the card's edge."""
        self.sheet.y = self.top + mm(y * self.scale)
        self.sheet.text(spans, x=self.left + mm(x * self.scale), width=mm(width * self.scale), align=align)

    def span(
        self,
        text: str,
        fact: str | None = None,
        *,
        size: float = 6.6,
        bold: bool = False,
        italic: bool = False,
        colour: Colour | None = None,
    ) -> Span:
        """A span whose size in points is that on the real card."""
        return Span(text, fact, bold=bold, italic=italic, size=size * self.scale, colour=colour)

    def rows(self, x: float, y: float, width: float, step: float, rows: Sequence[tuple[str, str, str | None]]) -> None:
        """Label and value, one row each; values of facts are bold."""
        for number, (label, value, fact) in enumerate(rows):
            parts = [self.span(label + " ", size=5.6)]
            parts += [self.span(value, fact, bold=bool(fact))] if value else []
            self.at(x, y + step * number, width, parts)


def _watermark(face: _Face) -> None:
    face.at(2, 44, _WIDE - 4, [face.span("BẢN MẪU", size=10, bold=True, colour=(200, 40, 50))], align="right")


def driving_licence(draft: Draft, _given: Person | None) -> None:
    """Giấy phép lái xe, front and back (vn-rules 8.6)."""
    who = draft.holder
    draft.place = where = who.home
    on = draft.issued(
        max(date(2015, 3, 1), date(who.birth_date.year + 19, 1, 5)), max(TODAY, date(who.birth_date.year + 19, 2, 5))
    )
    sheet = draft.page(size=10)
    scale = draft.rng.choice((1.0, 1.25, 1.5, 1.7))
    face = _Face(sheet, 34, scale, (253, 244, 222))
    red = (190, 26, 40)
    police = on >= date(2025, 3, 1)
    issuer = draft.fact(
        "issuer",
        draft.pick("PHÒNG CẢNH SÁT GIAO THÔNG", "CỤC CẢNH SÁT GIAO THÔNG") if police else "SỞ GIAO THÔNG VẬN TẢI",
    )
    face.at(2, 2, 30, [face.span("BỘ CÔNG AN" if police else "BỘ GTVT", size=6, bold=True)], align="center")
    face.at(30, 2, 54, [face.span(draft.republic, size=5.2, bold=True)], align="center")
    face.at(30, 4.6, 54, [face.span(draft.motto, size=5.2, bold=True)], align="center")
    face.at(
        24, 8, 60, [face.span("GIẤY PHÉP LÁI XE / DRIVER'S LICENSE", size=8, bold=True, colour=red)], align="center"
    )
    number = draft.fact("number", f"{who.personal_number[:3]}{draft.rng.randint(100000000, 999999999)}")
    face.at(
        24,
        12.4,
        60,
        [face.span("Số/No: ", size=7), face.span(number, "number", size=8, bold=True, colour=red)],
        align="center",
    )
    born = draft.day("birth_date", who.birth_date)
    rank = draft.fact("licence_class", draft.pick("A1", "A", "B1", "B2", "B", "C", "D"))
    two_wheels = rank in {"A1", "A"}
    until = "Không thời hạn" if two_wheels else ""
    rows: list[tuple[str, str, str | None]] = [
        ("Họ tên/Full name:", draft.fact("holder_name", who.capitals), "holder_name"),
        ("Ngày sinh/Date of Birth:", short_date(born), "birth_date"),
        ("Quốc tịch/Nationality:", draft.fact("nationality", "VIỆT NAM"), "nationality"),
        ("Nơi cư trú/Address:", draft.fact("residence", f"{where.ward}, {where.province}"), "residence"),
    ]
    face.rows(24, 16.8, 60, 4.1, rows)
    face.at(
        24,
        33.6,
        60,
        [
            face.span(
                f"{where.city}, ngày/date {on.day:02d} tháng/month {on.month:02d} năm/year {on.year}",
                "issued_on",
                size=5.4,
                italic=True,
            )
        ],
        align="center",
    )
    face.at(40, 36.4, 44, [face.span(issuer, "issuer", size=5.6, bold=True)], align="center")
    face.at(
        2, 36, 30, [face.span("Hạng/Class: ", size=6), face.span(rank, "licence_class", size=9, bold=True, colour=red)]
    )
    if not until:
        last = draft.day("expires_on", date(on.year + (5 if rank == "C" else 10), on.month, min(on.day, 28)))
        until = short_date(last)
    face.at(
        2,
        40.6,
        40,
        [
            face.span("Có giá trị đến/Expires: ", size=5.4),
            face.span(until, None if two_wheels else "expires_on", size=6.4, bold=True),
        ],
    )
    _portrait(face)
    signer = draft.fact("signer", next(draft.others).name)
    _card_sign(draft, face, issuer)
    face.at(44, 48.6, 40, [face.span(signer, "signer", size=6.4, bold=True)], align="center")
    face.at(2, 48.6, 34, [face.span("BẢN MẪU", size=8, bold=True, colour=red)])
    back = _Face(sheet, 34 + _HIGH * scale + 16, scale, (250, 246, 236))
    back.at(3, 3, 80, [back.span("CÁC LOẠI XE CƠ GIỚI ĐƯỜNG BỘ ĐƯỢC ĐIỀU KHIỂN", size=6.4, bold=True)], align="center")
    back.at(3, 6.4, 80, [back.span("CLASSIFICATION OF MOTOR VEHICLES", size=5.2, italic=True)], align="center")
    passed = draft.day("passed_on", on - timedelta(days=draft.rng.randint(6, 20)))
    meaning = {
        "A1": "Xe mô tô hai bánh đến 125 cm3",
        "A": "Xe mô tô hai bánh trên 125 cm3",
        "C": "Ô tô tải trên 3.500 kg",
        "D": "Ô tô chở người trên 16 chỗ",
    }.get(rank, "Ô tô chở người đến 9 chỗ, ô tô tải dưới 3.500 kg")
    back.at(4, 14, 56, [back.span(f"{rank}: ", bold=True), back.span(meaning)])
    back.at(4, 40, 56, [back.span("Ngày trúng tuyển: ", size=6), back.span(short_date(passed), "passed_on", bold=True)])
    _watermark(back)


def _portrait(face: _Face) -> None:
    """An empty grey frame with a head and shoulders: no face of anybody."""
    s, x, y = face.scale, face.left, face.top
    draw = face.sheet.draw
    draw.rectangle([x + mm(2.5 * s), y + mm(8 * s), x + mm(22 * s), y + mm(33 * s)], fill=(216, 222, 228))
    draw.ellipse([x + mm(8 * s), y + mm(12 * s), x + mm(16.5 * s), y + mm(22 * s)], fill=(178, 184, 190))
    draw.pieslice([x + mm(4 * s), y + mm(23 * s), x + mm(20.5 * s), y + mm(43 * s)], 180, 360, fill=(178, 184, 190))


def _card_sign(draft: Draft, face: _Face, rim: str) -> None:
    pen = marks.signature(draft.rng, width=20 * face.scale, height=8 * face.scale)
    x, y = face.left + mm(54 * face.scale), face.top + mm(40 * face.scale)
    face.sheet.multiply(pen, x, y)
    stamp = marks.seal(face.sheet.face, draft.rng, rim, draft.place.province.upper(), diameter=11 * face.scale)
    face.sheet.multiply(stamp, x - mm(4 * face.scale), y - mm(2 * face.scale))


_BRANDS = (
    ("HONDA", "WAVE ALPHA", True),
    ("YAMAHA", "SIRIUS", True),
    ("HONDA", "VISION", True),
    ("VINFAST", "VF 5", False),
    ("TOYOTA", "VIOS", False),
    ("HYUNDAI", "ACCENT", False),
    ("KIA", "MORNING", False),
    ("THACO", "TOWNER", False),
)


def _engine(draft: Draft) -> str:
    power = draft.rng.randint(5, 12)
    return f"Dung tích (Capacity): {draft.rng.choice((97, 109, 124, 149))} cm3; Công suất (Rated power): {power} kW"


def _load(draft: Draft) -> str:
    cargo = draft.rng.randint(3, 19) * 50
    return f"Trọng tải (Cargo mass): {cargo} kg; Số chỗ (seats): {draft.rng.choice((4, 5, 7))}"


def vehicle_registration(draft: Draft, _given: Person | None) -> None:
    """Chứng nhận đăng ký xe, motorbike or car (vn-rules 8.13; TT 79/2024/TT-BCA, ĐKX01 and ĐKX02)."""
    who = draft.holder
    draft.place = where = who.home
    on = draft.issued(date(2020, 8, 1), TODAY)
    brand, model, bike = draft.rng.choice(_BRANDS)
    sheet = draft.page(size=10)
    scale = draft.rng.choice((1.0, 1.25, 1.5, 1.7))
    yellow = (252, 240, 190)
    face = _Face(sheet, 34, scale, yellow)
    red = (190, 26, 40)
    police = f"CÔNG AN {where.province.upper()}"
    face.at(2, 5, 34, [face.span(police, size=5.8 if len(police) < 24 else 4.8)], align="center")
    issuer = draft.fact("issuer", "PHÒNG CẢNH SÁT GIAO THÔNG")
    face.at(2, 8, 34, [face.span(issuer, "issuer", size=5.8, bold=True)], align="center")
    face.at(36, 5, 48, [face.span(draft.republic, size=5.0, bold=True)], align="center")
    face.at(36, 8, 48, [face.span(draft.motto, size=5.0, bold=True)], align="center")
    title, english = (
        ("CHỨNG NHẬN ĐĂNG KÝ XE MÔ TÔ, XE GẮN MÁY", "Motorbike Registration Certificate")
        if bike
        else ("CHỨNG NHẬN ĐĂNG KÝ XE Ô TÔ", "Car Registration Certificate")
    )
    face.at(2, 20, 81.6, [face.span(title, size=9 if bike else 10, bold=True, colour=red)], align="center")
    face.at(2, 25.4, 81.6, [face.span(english, size=7, italic=True)], align="center")
    number = draft.fact("number", f"{draft.rng.randint(11, 99)}{draft.rng.randint(0, 999999):06d}")
    face.at(
        2,
        33,
        81.6,
        [face.span("Số (Number): ", size=8), face.span(number, "number", size=9, bold=True)],
        align="center",
    )
    _watermark(face)
    back = _Face(sheet, 34 + _HIGH * scale + 16, scale, yellow)
    series = f"{draft.rng.choice((15, 17, 29, 37, 43, 51, 65, 74, 81, 92))}{draft.pick('A', 'B', 'C', 'F', 'H')}"
    series += str(draft.rng.randint(1, 9)) if bike else ""
    plate = draft.fact("plate", f"{series}-{draft.rng.randint(0, 999):03d}.{draft.rng.randint(0, 99):02d}")
    chassis = "".join(draft.rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ0123456789") for _ in range(11))
    rows: list[tuple[str, str, str | None]] = [
        ("Tên chủ xe (Owner's full name):", draft.fact("holder_name", who.capitals), "holder_name"),
        ("Địa chỉ (Address):", draft.fact("holder_address", f"{where.ward}, {where.province}"), "holder_address"),
        ("Nhãn hiệu (Brand):", draft.fact("brand", brand), "brand"),
        ("Số loại (Model code):", draft.fact("model", model), "model"),
        ("Loại xe (Type):", draft.fact("vehicle_kind", "Mô tô hai bánh" if bike else "Ô tô con"), "vehicle_kind"),
        ("Màu sơn (Color):", draft.fact("color", draft.pick("Đỏ - Đen", "Trắng", "Xanh", "Đen", "Bạc")), "color"),
        (
            "Số máy (Engine Nº):",
            draft.fact("engine_number", f"MAU{draft.rng.randint(0, 9999999):07d}"),
            "engine_number",
        ),
        ("Số khung (Chassis Nº):", draft.fact("chassis_number", f"MAU{chassis}"), "chassis_number"),
        (_engine(draft) if bike else _load(draft), "", None),
    ]
    back.rows(3, 2.2, 80, 3.45, rows)
    back.at(3, 35, 40, [back.span("Biển số đăng ký (Number Plate)", size=5.4)])
    back.at(3, 38.4, 40, [back.span(plate, "plate", size=11, bold=True)])
    back.at(
        42,
        34,
        42,
        [
            back.span(
                f"{where.city}, ngày {on.day:02d} tháng {on.month:02d} năm {on.year}",
                "issued_on",
                size=5.4,
                italic=True,
            )
        ],
        align="center",
    )
    back.at(42, 37, 42, [back.span("TRƯỞNG PHÒNG", size=5.8, bold=True)], align="center")
    back.at(3, 46, 34, [back.span("Giá trị đến ngày (Date of expiry): không", size=4.8)])
    signer = draft.fact("signer", next(draft.others).name)
    _card_sign(draft, back, issuer)
    back.at(42, 49, 42, [back.span(signer, "signer", size=6, bold=True)], align="center")
