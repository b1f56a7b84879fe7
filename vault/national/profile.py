"""What is not known about the real interface, as data: addresses, names of fields, words for kinds, how times look.

The schema's field names are those of provincial systems (vn-rules 1.4, verified); addresses, the words for kinds of
identity numbers, and the spelling of times were found nowhere. A deployment writes down what its connection really
uses in a JSON file (`VAULT_NATIONAL_PROFILE`), for instance::

    {"paths": {"dossier": "/api/dongBoHoSo"}, "fields": {"MaTTHC": "MaThuTuc"},
     "words": {"LoaiDinhDanh": {"PERSONAL": "CCCD"}}, "time": "%Y%m%d%H%M%S", "day": "%Y%m%d"}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType

from vault.domain.errors import Invalid

_VIET_NAM = timezone(timedelta(hours=7))
_PATHS = {
    "dossier": "/api/ho-so",
    "result": "/api/ket-qua",
    "file": "/api/tep/{sha256}",
    "papers": "/api/giay-to",
    "online": "/api/ho-so-truc-tuyen",
}
_DAYS = frozenset({"NgayCap", "ThoiHanHieuLuc", "NgayHenTra"})
_TIMES = frozenset({"NgayNopHoSo", "NgayTiepNhan", "NgayKetThucXuLy", "NgayTra"})


@dataclass(frozen=True, slots=True)
class Profile:
    """How one connection spells what we say. Empty mappings: as it stands in vn-rules."""

    paths: Mapping[str, str] = field(default_factory=lambda: MappingProxyType(_PATHS))
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    words: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    time: str = "%Y%m%d%H%M%S"
    day: str = "%Y%m%d"

    def spell(self, value: object, name: str = "") -> object:
        """Our plain value with the connection's names, words and times.

        >>> Profile(fields={"MaHoSo": "SoHoSo"}).spell({"MaHoSo": "1", "NgayCap": "2024-05-06"})
        {'SoHoSo': '1', 'NgayCap': '20240506'}
        """
        if isinstance(value, Mapping):
            return {self.fields.get(key, key): self.spell(one, key) for key, one in value.items() if one is not None}
        if isinstance(value, list | tuple):
            return [self.spell(one, name) for one in value]
        if isinstance(value, str) and value and name in _DAYS:
            return date.fromisoformat(value).strftime(self.day)
        if isinstance(value, str) and value and name in _TIMES:
            return datetime.fromisoformat(value).astimezone(_VIET_NAM).strftime(self.time)
        if isinstance(value, str) and name in self.words:
            return self.words[name].get(value, value)
        return value

    def understand(self, value: object, name: str = "") -> object:
        """The other way: what the connection says, in our names and words; days as ISO 8601 where they can be read.

        >>> Profile(fields={"MaHoSo": "SoHoSo"}).understand({"SoHoSo": "1", "NgayCap": "20240506"})
        {'MaHoSo': '1', 'NgayCap': '2024-05-06'}
        """
        if isinstance(value, Mapping):
            ours = {theirs: mine for mine, theirs in self.fields.items()}
            return {
                ours.get(str(key), str(key)): self.understand(one, ours.get(str(key), str(key)))
                for key, one in value.items()
            }
        if isinstance(value, list):
            return [self.understand(one, name) for one in value]
        if isinstance(value, str) and value and name in _DAYS | _TIMES:
            return self._moment(value, name)
        if isinstance(value, str) and name in self.words:
            return next((mine for mine, theirs in self.words[name].items() if theirs == value), value)
        return value

    def _moment(self, value: str, name: str) -> str:
        form = self.day if name in _DAYS else self.time
        try:
            read = datetime.strptime(value, form).replace(tzinfo=_VIET_NAM)
        except ValueError:
            return value  # whoever uses it finds that it is no day
        return read.date().isoformat() if name in _DAYS else read.isoformat()


def load_profile(file: Path | None) -> Profile:
    """The profile in a file, over the defaults; `SETTINGS_WRONG` when it is none."""
    if file is None:
        return Profile()
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        known = Profile(
            paths=MappingProxyType(_PATHS | told.get("paths", {})),
            fields=MappingProxyType(told.get("fields", {})),
            words=MappingProxyType(told.get("words", {})),
            time=told.get("time", Profile().time),
            day=told.get("day", Profile().day),
        )
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Invalid("SETTINGS_WRONG", names="VAULT_NATIONAL_PROFILE") from error
    if set(told) - {"paths", "fields", "words", "time", "day"} or set(known.paths) != set(_PATHS):
        raise Invalid("SETTINGS_WRONG", names="VAULT_NATIONAL_PROFILE")
    return known
