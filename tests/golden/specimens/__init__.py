"""Specimens of Vietnamese administrative papers: drawn, exactly known, and degraded like scans.

`draw` paints a paper of one of `KINDS` about invented people, with every word's box and every fact; `degrade` makes it
look scanned, copied or photographed; `as_jpeg`, `as_png`, `as_pdf` and `as_tiff` give files. All of it is seeded: one
seed gives one file. Each page says BẢN MẪU; the seals carry no emblem. See tests/golden/README.md for kinds and fields.

>>> paper = draw("KS", seed=1)
>>> paper.text[0].splitlines()[0]
'BẢN MẪU – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.golden.specimens import business, cards, civil, land, letters, personal, residence
from tests.golden.specimens.degrade import Degraded, degrade
from tests.golden.specimens.draft import NOTICE, Draft
from tests.golden.specimens.files import as_jpeg, as_pdf, as_png, as_tiff, scans
from tests.golden.specimens.fonts import NoFontError
from tests.golden.specimens.model import DPI, Specimen, Word
from tests.golden.specimens.people import Person, people, person

__all__ = [
    "DPI", "KINDS", "NOTICE", "Degraded", "NoFontError", "Person", "Specimen", "Word", "as_jpeg", "as_pdf", "as_png",
    "as_tiff", "degrade", "draw", "people", "person", "scans",
]  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PAINTERS: dict[str, Callable[[Draft, Person | None], None]] = {
    "KS": civil.birth_certificate,
    "KH": civil.marriage_certificate,
    "XNTTHN": civil.marital_status,
    "KTU": civil.death_extract,
    "NCMC": civil.parent_extract,
    "TLKS": civil.birth_extract,
    "CT07": residence.confirmation,
    "QSDD": land.land_certificate,
    "GPXD": land.building_permit,
    "HKD": business.household_business,
    "DKDN": business.enterprise,
    "GPKDVT": business.transport_licence,
    "GPLX": cards.driving_licence,
    "DKXE": cards.vehicle_registration,
    "LLTP1": personal.criminal_record,
    "HONGHEO": personal.poor_household,
    "KHUYETTAT": personal.disability,
    "GCS": personal.birth_notice,
    "VANBANG": personal.diploma,
    "CONGVAN": letters.letter,
    "QUYETDINH": letters.decision,
    "THONGBAO": letters.notice,
}
KINDS = tuple(_PAINTERS)


def draw(
    kind: str,
    *,
    seed: int,
    person: Person | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Specimen:
    """A paper of `kind` (one of `KINDS`), the same for the same arguments, at 300 dpi."""
    draft = Draft(kind, seed, person, overrides or {})
    _PAINTERS[kind](draft, person)
    return draft.done()
