"""Ways in which forms word the same label. A template names one; every other wording of its group is a label too.

Nothing here decides a value: wordings only say where a value stands. The groups are data (``wordings.txt``); marks,
case, spaces and punctuation do not matter: "Ngày, tháng, năm sinh" is also "Ngày/tháng/năm sinh".
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ocr.fold import compact, fold

_FILE = Path(__file__).parent / "wordings.txt"
_ROLE = ">"
_CARRIERS = ("Họ và tên", "Ngày sinh", "Năm sinh", "Số định danh cá nhân")
"""What a role may follow: "Họ và tên mẹ"."""
_PLAIN = 12
"""Of the many wordings of a personal number only the plain ones, which stand first, are followed by a role."""


@lru_cache(maxsize=1)
def _groups() -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """Groups of labels, and groups of roles."""
    labels: list[tuple[str, ...]] = []
    roles: list[tuple[str, ...]] = []
    for row in _FILE.read_text(encoding="utf-8").splitlines():
        if row.strip() and not row.startswith("#"):
            group = tuple(part.strip() for part in row.removeprefix(_ROLE).split("|"))
            (roles if row.startswith(_ROLE) else labels).append(group)
    return tuple(labels), tuple(roles)


@lru_cache(maxsize=16384)
def bare(label: str) -> str:
    """Letters and digits only, folded: what two spellings of one label have in common."""
    return compact(fold(label))[0]


@lru_cache(maxsize=1)
def _by_label() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    groups, roles = _groups()
    for group in groups:
        for label in group:
            found[bare(label)] = found.get(bare(label), ()) + group
    for carrier in _CARRIERS:
        wordings = next(group for group in groups if carrier in group)
        for alike in roles:
            group = tuple(f"{text} {role}" for text in wordings[:_PLAIN] for role in alike)
            for label in group:
                found[bare(label)] = found.get(bare(label), ()) + group
    return found


@lru_cache(maxsize=4096)
def other_wordings(label: str) -> tuple[str, ...]:
    """Other labels that say the same as ``label``, the label itself not among them.

    "Họ, chữ đệm, tên người mẹ" is a name and a role: both are varied.
    """
    own = bare(label)
    kept = {bare(text): text for text in _by_label().get(own, ()) if bare(text) != own}
    return tuple(kept.values())
