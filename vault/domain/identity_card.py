"""The QR on an identity card: who somebody is, and which number was theirs before.

Seven fields parted by ``|``: number, old 9-digit number (may be empty), name, birth date (ddmmyyyy), sex, residence,
issue date. Newer cards have a longer tail, and since NĐ 58/2026/NĐ-CP Đ12 they carry cancelled numbers; what follows
the seven fields is not read. The symbol is not signed: it identifies, it proves nothing. Only what is needed is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vault.domain.errors import Invalid
from vault.domain.holders import HolderAlias, HolderId, HolderKind
from vault.domain.text import collapse

_FIELDS = 7
_LAST_DAY_OF_CMND = date(2024, 12, 31)
SOURCE = "QR thẻ căn cước (NĐ 58/2026/NĐ-CP Đ12)"


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """What is used of a card: number, name, birth date if it is one, and the old number as a dated alias."""

    id: HolderId
    name: str
    born_on: date | None
    aliases: tuple[HolderAlias, ...]


def is_card(text: str) -> bool:
    """Whether somebody scanned a card where a number was asked for."""
    return "|" in text


def read_card(text: str) -> IdentityCard:
    """Read the symbol's text. Raises ``Invalid``: ``IDENTITY_CARD``, or the code of a number that cannot be one."""
    parts = [part.strip() for part in text.split("|")]
    if len(parts) < _FIELDS or not parts[0]:
        raise Invalid("IDENTITY_CARD")
    aliases: tuple[HolderAlias, ...] = ()
    if parts[1]:
        old = HolderId.parse(parts[1], HolderKind.CMND)
        aliases = (HolderAlias(old, None, _LAST_DAY_OF_CMND, SOURCE),)
    return IdentityCard(HolderId.parse(parts[0], HolderKind.PERSONAL), collapse(parts[2]), _day(parts[3]), aliases)


def _day(text: str) -> date | None:
    try:
        return date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None
