"""Invented people and places of the specimens; nobody here exists.

Names are put together at random from common family, middle and given names. Personal identification numbers have the
structure of NĐ 137/2015 Đ13 (province of birth, century and sex, year, six random digits), and their random parts all
lie in 999000 to 999999: that range marks a number as a specimen's. Every ward and district carries the word "Mẫu" and
exists on no map; provinces are real, so that what reads papers meets real province names.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SERIAL_FIRST, SERIAL_LAST = 999_000, 999_999

_FAMILY = (
    ("Nguyễn", 30), ("Trần", 12), ("Lê", 10), ("Phạm", 8), ("Hoàng", 5), ("Huỳnh", 4), ("Phan", 4), ("Vũ", 4),
    ("Võ", 4), ("Đặng", 3), ("Bùi", 3), ("Đỗ", 3), ("Hồ", 2), ("Ngô", 2), ("Dương", 2), ("Lý", 1), ("Đinh", 2),
    ("Mai", 1), ("Trịnh", 1), ("Đoàn", 1), ("Lương", 1), ("Tạ", 1), ("Quách", 1), ("Nghiêm", 1), ("Tống", 1),
)  # fmt: skip
_MIDDLE = {
    "Nam": (
        "Văn",
        "Văn",
        "Đức",
        "Hữu",
        "Quốc",
        "Minh",
        "Thành",
        "Công",
        "Xuân",
        "Đình",
        "Bá",
        "Trọng",
        "Quang",
        "Nhật",
    ),
    "Nữ": (
        "Thị",
        "Thị",
        "Thị Thanh",
        "Thị Ngọc",
        "Thu",
        "Thị Bích",
        "Diệu",
        "Khánh",
        "Thị Kim",
        "Thùy",
        "Thị Mỹ",
        "Tuệ",
    ),
}
_GIVEN = {
    "Nam": (
        "An", "Bình", "Cường", "Dũng", "Đạt", "Giang", "Hải", "Hiếu", "Hoàng", "Hùng", "Hưng", "Khải", "Khôi", "Kiên",
        "Lâm", "Long", "Mạnh", "Nam", "Nghĩa", "Phong", "Phúc", "Quân", "Quyết", "Sơn", "Tài", "Thắng", "Thịnh",
        "Tiến", "Toàn", "Trường", "Tuấn", "Tùng", "Việt", "Vinh", "Vượng",
    ),
    "Nữ": (
        "Anh", "Ánh", "Châu", "Chi", "Diệp", "Dung", "Duyên", "Đào", "Hà", "Hạnh", "Hiền", "Hoa", "Hồng", "Huệ",
        "Hương", "Huyền", "Lan", "Linh", "Loan", "Ly", "Mai", "My", "Nga", "Ngân", "Nguyệt", "Nhung", "Oanh", "Phượng",
        "Quỳnh", "Thảo", "Thủy", "Trang", "Tuyết", "Uyên", "Vân", "Yến",
    ),
}  # fmt: skip
_ETHNICITIES = (("Kinh", 84), ("Tày", 3), ("Thái", 3), ("Mường", 3), ("Nùng", 2), ("Hoa", 2), ("Khmer", 2), ("Ê-đê", 1))
# Provinces of 1 July 2025 that kept their name, with the code that personal numbers carry.
PROVINCES = (
    ("thành phố Hà Nội", "001"), ("tỉnh Cao Bằng", "004"), ("tỉnh Tuyên Quang", "008"), ("tỉnh Lào Cai", "010"),
    ("tỉnh Điện Biên", "011"), ("tỉnh Lai Châu", "012"), ("tỉnh Sơn La", "014"), ("tỉnh Thái Nguyên", "019"),
    ("tỉnh Lạng Sơn", "020"), ("tỉnh Quảng Ninh", "022"), ("tỉnh Phú Thọ", "025"), ("tỉnh Bắc Ninh", "027"),
    ("thành phố Hải Phòng", "031"), ("tỉnh Hưng Yên", "033"), ("tỉnh Ninh Bình", "037"), ("tỉnh Thanh Hóa", "038"),
    ("tỉnh Nghệ An", "040"), ("tỉnh Hà Tĩnh", "042"), ("tỉnh Quảng Trị", "045"), ("thành phố Huế", "046"),
    ("thành phố Đà Nẵng", "048"), ("tỉnh Quảng Ngãi", "051"), ("tỉnh Khánh Hòa", "056"), ("tỉnh Gia Lai", "064"),
    ("tỉnh Đắk Lắk", "066"), ("tỉnh Lâm Đồng", "068"), ("tỉnh Tây Ninh", "072"), ("tỉnh Đồng Nai", "075"),
    ("Thành phố Hồ Chí Minh", "079"), ("tỉnh Vĩnh Long", "086"), ("tỉnh Đồng Tháp", "087"), ("tỉnh An Giang", "089"),
    ("thành phố Cần Thơ", "092"), ("tỉnh Cà Mau", "096"),
)  # fmt: skip
_WARDS = (
    "An Mẫu", "Hòa Mẫu", "Tân Mẫu", "Phước Mẫu", "Quảng Mẫu", "Mẫu Sơn Hạ", "Đông Mẫu", "Thịnh Mẫu", "Mẫu Lương",
    "Vĩnh Mẫu", "Nghĩa Mẫu", "Xuân Mẫu", "Mẫu Giang", "Khánh Mẫu", "Bình Mẫu Tây", "Thủy Mẫu", "Cẩm Mẫu", "Lộc Mẫu",
)  # fmt: skip
_DISTRICTS = ("Kim Mẫu", "Lê Mẫu", "Mẫu Khê", "Trường Mẫu", "Ngọc Mẫu", "Phú Mẫu")
_STREETS = (
    "Lý Thường Kiệt", "Trần Hưng Đạo", "Nguyễn Trãi", "Lê Lợi", "Quang Trung", "Hai Bà Trưng", "Điện Biên Phủ",
    "Phan Bội Châu", "Hùng Vương", "Tôn Đức Thắng", "Bạch Đằng", "Nguyễn Thị Minh Khai",
)  # fmt: skip
TWO_LEVELS_FROM = date(2025, 7, 1)  # NQ 202/2025/QH15: since then there is no district level


@dataclass(frozen=True)
class Place:
    """A ward: `ward` and `district` with their kind ("phường An Mẫu"), `province` with its kind, `code` of 3 digits."""

    ward: str
    district: str
    province: str
    code: str

    @property
    def city(self) -> str:
        """The province as it opens the line of place and date: "Hải Phòng", "TP. Hồ Chí Minh"."""
        name = self.province.split(" ", 2)[2] if self.province.lower().startswith("thành phố") else self.province[5:]
        return "TP. Hồ Chí Minh" if name == "Hồ Chí Minh" else name

    @property
    def ward_name(self) -> str:
        """The ward without its kind: "An Mẫu"."""
        return self.ward.split(" ", 1)[1]

    def full(self, on: date) -> str:
        """Ward to province as written on `on`; the district level ends with 30 June 2025."""
        return ", ".join(
            (self.ward, self.province) if on >= TWO_LEVELS_FROM else (self.ward, self.district, self.province)
        )


@dataclass(frozen=True)
class Person:
    """An invented person; `gender` is "Nam" or "Nữ", `personal_number` has 12 digits."""

    name: str
    gender: str
    birth_date: date
    personal_number: str
    ethnicity: str
    nationality: str
    home: Place
    house: str
    id_issued_on: date

    @property
    def capitals(self) -> str:
        """The name as papers print it: "NGUYỄN VĂN AN"."""
        return self.name.upper()

    def address(self, on: date) -> str:
        """House to province as written on `on`."""
        return f"{self.house}, {self.home.full(on)}"


def place(rng: random.Random) -> Place:
    """An invented ward in a real province."""
    province, code = rng.choice(PROVINCES)
    urban = province.lower().startswith("thành phố") or rng.random() < 0.4
    ward = f"{'phường' if urban else 'xã'} {rng.choice(_WARDS)}"
    city = province.lower().startswith("thành phố")
    kind = {(True, True): "quận", (False, True): "thành phố"}.get((city, urban), "huyện")
    return Place(ward, f"{kind} {rng.choice(_DISTRICTS)}", province, code)


def person(
    seed: int | str, *, gender: str | None = None, born: tuple[int, int] = (1955, 2004), home: Place | None = None,
    family: str | None = None,
) -> Person:  # fmt: skip
    """The one invented person of this seed: born in the years `born` (both included), of `gender` when given."""
    rng = random.Random(f"person/{seed}")
    sex = gender or rng.choice(("Nam", "Nữ"))
    names, weights = zip(*_FAMILY, strict=True)
    family = family or rng.choices(names, weights)[0]
    birth = date(rng.randint(*born), 1, 1) + timedelta(days=rng.randrange(365))
    ethnicities, shares = zip(*_ETHNICITIES, strict=True)
    where = home or place(rng)
    return Person(
        name=f"{family} {rng.choice(_MIDDLE[sex])} {rng.choice(_GIVEN[sex])}",
        gender=sex,
        birth_date=birth,
        personal_number=personal_number(where.code, sex, birth, rng.randint(SERIAL_FIRST, SERIAL_LAST)),
        ethnicity=rng.choices(ethnicities, shares)[0],
        nationality="Việt Nam",
        home=where,
        house=_house(rng, where),
        id_issued_on=date(2021, 3, 1) + timedelta(days=rng.randrange(1200)),
    )


def people(seed: int | str) -> Iterator[Person]:
    """Invented people without end, the same for the same seed."""
    index = 0
    while True:
        yield person(f"{seed}/{index}")
        index += 1


def personal_number(province: str, gender: str, birth: date, serial: int) -> str:
    """The 12 digits PPP G YY RRRRRR; G is 0 or 1 for men and women born in the 1900s, 2 or 3 in the 2000s."""
    century = (birth.year // 100 - 19) * 2 + (gender == "Nữ")
    return f"{province}{century}{birth.year % 100:02d}{serial:06d}"


def _house(rng: random.Random, where: Place) -> str:
    if where.ward.startswith("phường"):
        number = f"{rng.randint(1, 420)}" + (f"/{rng.randint(1, 60)}" if rng.random() < 0.3 else "")
        return f"số {number} đường {rng.choice(_STREETS)}"
    return f"thôn {rng.choice(('Đông', 'Đoài', 'Thượng', 'Hạ', 'Trung', 'Phú Thọ', 'Bến Đò', 'Cầu Đá', 'Gò Nổi'))}"
