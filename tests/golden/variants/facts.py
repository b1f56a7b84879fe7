"""The people, places and numbers of one varied paper, and the many ways in which one fact may be printed."""

from __future__ import annotations

import random
import re
import unicodedata
from datetime import date, timedelta

from tests.golden.specimens.people import Person, person, place
from tests.golden.specimens.spelling import date_words, dotted, number_words

_OLD_TONES = (
    ("òa", "oà"), ("óa", "oá"), ("ỏa", "oả"), ("õa", "oã"), ("ọa", "oạ"), ("òe", "oè"), ("óe", "oé"), ("ỏe", "oẻ"),
    ("ọe", "oẹ"), ("ùy", "uỳ"), ("úy", "uý"), ("ủy", "uỷ"), ("ũy", "uỹ"), ("ụy", "uỵ"),
)  # fmt: skip
_DATES = (
    "{d:02d}/{m:02d}/{y}", "{d:02d}/{m:02d}/{y}", "{d}/{m}/{y}", "{d:02d}-{m:02d}-{y}", "{d:02d}.{m:02d}.{y}",
    "ngày {d:02d} tháng {m:02d} năm {y}", "ngày {d} tháng {m} năm {y}", "Ngày {d:02d} tháng {m:02d} năm {y}",
    "{d:02d} / {m:02d} / {y}", "{d:02d} tháng {m:02d} năm {y}", "ngày {d:02d}/{m:02d}/{y}",
    "ngày {d:02d}, tháng {m:02d}, năm {y}",
)  # fmt: skip
_IDS = ("{0}{1}{2}{3}", "{0}{1}{2}{3}", "{0}{1}{2}{3}", "{0} {1} {2} {3}", "{0}.{1}.{2}.{3}", "{0}{1} {2}{3}")


class Facts:
    """What one paper is about; ``print_*`` choose a way of writing, the same one throughout the paper."""

    def __init__(self, kind: str, seed: int) -> None:
        self.rng = rng = random.Random(f"variant/{kind}/{seed}")
        key = f"variant/{kind}/{seed}"
        self.where = place(rng)
        self.on = date(2016, 2, 1) + timedelta(days=rng.randrange(3900))
        self.holder = person(f"{key}/holder", home=self.where, born=(1960, 1996))
        self.child = person(f"{key}/child", home=self.where, born=(self.on.year - 1, self.on.year - 1))
        self.mother = person(f"{key}/mother", gender="Nữ", born=(1970, 1990), home=self.where)
        self.father = person(f"{key}/father", gender="Nam", born=(1970, 1990), home=self.where)
        self.wife = person(f"{key}/wife", gender="Nữ", born=(1970, 1992))
        self.husband = person(f"{key}/husband", gender="Nam", born=(1970, 1992))
        self.other = person(f"{key}/other", home=self.where, born=(1960, 1996))
        self.signer = person(f"{key}/signer").name
        self.date_form = rng.choice(_DATES)
        self.id_form = rng.choice(_IDS)
        self.capitals = rng.random() < 0.7
        self.old_tones = rng.random() < 0.25
        self.city = self.where.city

    def who(self, role: str) -> Person:
        """A person by the role they have on the paper."""
        found = getattr(self, role)
        assert isinstance(found, Person)
        return found

    def day(self, value: date) -> str:
        """A date in this paper's way."""
        return self.date_form.format(d=value.day, m=value.month, y=value.year)

    def number12(self, value: str) -> str:
        """A personal number in this paper's way."""
        return self.id_form.format(value[:3], value[3:6], value[6:9], value[9:])

    def name(self, value: str) -> str:
        """A person's name in this paper's way."""
        return value.upper() if self.capitals else value

    def toned(self, text: str) -> str:
        """Text with old tone placement, where this paper has it (HOÀ for HÒA)."""
        if not self.old_tones:
            return text
        for new, old in _OLD_TONES:
            for one, other in ((new, old), (new.upper(), old.upper())):
                text = re.sub(rf"(?<![qQ]){one}(?![^\W\d_])", other, text)
        return unicodedata.normalize("NFC", text)

    def tax(self) -> str:
        """A tax code with its right check digit, of no province."""
        while True:
            body = f"9990{self.rng.randint(0, 99999):05d}"
            check = 10 - sum(int(a) * b for a, b in zip(body, (31, 29, 23, 19, 17, 13, 7, 5, 3), strict=True)) % 11
            if check < 10:
                return f"{body}{check}"

    def money(self, low: int, high: int) -> tuple[str, str]:
        """An amount as printed, and its digits."""
        value = self.rng.randint(low, high) * 10_000_000
        form = self.rng.choice(("{0} đồng", "{0} VNĐ", "{0}đ", "{0} đồng (Bằng chữ: {1} đồng)", "{0} đồng chẵn"))
        return form.format(dotted(value), number_words(value).capitalize()), str(value)

    def area(self, low: int, high: int) -> tuple[str, str]:
        """An area as printed, and its number."""
        value = self.rng.randint(low, high) + self.rng.choice((0, 0, 0.5, 0.3, 0.25))
        text = f"{value:g}".replace(".", ",")
        form = self.rng.choice(("{0} m²", "{0}m2", "{0} m2", "{0} mét vuông", "{0}m²"))
        return form.format(text), f"{value:g}"

    def words(self, value: date) -> str:
        """A date in words."""
        return date_words(value)
