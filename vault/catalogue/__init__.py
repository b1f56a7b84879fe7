"""The catalogue's data and its loader: YAML becomes one checked :class:`vault.domain.catalogue.Catalogue`.

>>> from vault.catalogue import load
>>> load().procedure("1.013225", date(2026, 11, 22)).name   # doctest: +SKIP
'Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV'
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from vault.catalogue import reader
from vault.catalogue.editions import Change, ChangeKind, diff, succeed
from vault.catalogue.entry import Problem
from vault.catalogue.national import NationalExport, read_export
from vault.catalogue.reader import Reader
from vault.catalogue.validate import problems
from vault.catalogue.writer import to_plain
from vault.domain.catalogue import Catalogue
from vault.domain.data_requests import RequestKind, Term, check_terms
from vault.domain.errors import Invalid
from vault.domain.reasons import ReasonCode
from vault.domain.retention import Kept, Rule, check_rules
from vault.domain.working_time import EVERY_WEEKDAY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_RETENTION = "retention.yaml"


def retention_rules(path: Path | None = None) -> tuple[Rule, ...]:
    """How long what is not a record stays: the rules in a file, or the packaged ones. `RETENTION_RULE`."""
    text = (path or files(__name__) / _RETENTION).read_text(encoding="utf-8")
    try:
        found = tuple(
            Rule(Kept(one["kept"]), int(one["days"]), str(one["source"]), one["verified"] is True)
            for one in yaml.safe_load(text)
        )
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise Invalid("RETENTION_RULE", rule=path.name if path else _RETENTION) from error
    check_rules(found)
    return found


_REQUESTS = "requests.yaml"


def request_terms(path: Path | None = None) -> Mapping[RequestKind, Term]:
    """By when requests about people's data are answered: a file's terms, or the packaged ones. `REQUEST_TERMS`."""
    text = (path or files(__name__) / _REQUESTS).read_text(encoding="utf-8")
    numbers = ("answer_working_days", "days", "third_party_days", "more_days")
    try:
        found = tuple(
            Term(
                RequestKind(one["kind"]),
                **{name: int(one[name]) for name in numbers},
                verified=one["verified"] is True,
                source=str(one["source"]),
                ends_on_working_day=one.get("ends_on_working_day", True) is True,
            )
            for one in yaml.safe_load(text)
        )
    except (AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise Invalid("REQUEST_TERMS", kind=path.name if path else _REQUESTS) from error
    return check_terms(found)


__all__ = [
    "CatalogueError",
    "Change",
    "ChangeKind",
    "NationalExport",
    "Problem",
    "diff",
    "from_plain",
    "load",
    "packaged",
    "problems",
    "read_edition",
    "read_export",
    "succeed",
    "to_plain",
]


ADDED = frozenset(
    code.value
    for code in (
        ReasonCode.TERM_ENDS_ON_DAY_OFF,
        ReasonCode.SIGNER_NOT_ISSUER,
        ReasonCode.SIGNER_ORGANISATION_UNKNOWN,
    )
)
"""Reasons that came after editions were published: an edition need not have them."""


class CatalogueError(Invalid):
    """Catalogue data that decisions could not rely on; ``problems`` lists all of them."""

    def __init__(self, found: tuple[Problem, ...]) -> None:
        super().__init__("CATALOGUE_INVALID", problems=[str(problem) for problem in found])
        self.problems = found


@cache
def load() -> Catalogue:
    """The catalogue that ships with the program, read and checked once per process.

    Its version is the edition in ``meta.yaml`` and the first 12 hex digits of the SHA-256 of the data files, so that
    two different sets of rules never carry one name.

    Raises:
        CatalogueError: the packaged data do not hold together.

    """
    plain, digest = packaged()
    catalogue, found = from_plain(plain, digest=digest)
    if found:
        raise CatalogueError(found)
    return catalogue


def packaged() -> tuple[dict[str, Any], str]:
    """The packaged files as plain data, and the SHA-256 of their bytes in the order of their names."""
    folder = files(__package__) / "data"
    digest = hashlib.sha256()
    plain: dict[str, Any] = {"procedures": []}
    for name in ("meta", "types", "reasons", "grounds", "agencies", "components", "working_time"):
        content = (folder / f"{name}.yaml").read_bytes()
        digest.update(content)
        plain[name] = yaml.load(content, Loader=yaml.CSafeLoader)
    for part in sorted((folder / "procedures").iterdir(), key=lambda entry: entry.name):
        content = part.read_bytes()
        digest.update(content)
        plain["procedures"] += yaml.load(content, Loader=yaml.CSafeLoader) or []
    return plain, digest.hexdigest()


def from_plain(plain: Mapping[str, Any], *, digest: str) -> tuple[Catalogue, tuple[Problem, ...]]:
    """A catalogue from plain data, and everything that is wrong with it; entries that cannot be read are left out."""
    reads = Reader(shared=plain.get("components") or {})
    agencies = {"ministries": [], "provinces": [], "listed": [], **(plain.get("agencies") or {})}
    meta = plain.get("meta") or {}
    told = plain.get("working_time")
    if told is None:  # an edition of before there was one
        told = yaml.load((files(__package__) / "data" / "working_time.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    times = reads.all("working_time", [told], reader.working_time)
    catalogue = Catalogue(
        version=f"{meta.get('version', '0')}+{digest[:12]}",
        types=reads.all("types", plain.get("types"), reader.document_type),
        procedures=reads.all("procedures", plain.get("procedures"), reads.procedure),
        agencies=(
            *reads.all("agencies.ministries", agencies.get("ministries"), reader.ministry),
            *reads.all("agencies.provinces", agencies.get("provinces"), reader.province),
            *reads.all("agencies.listed", agencies.get("listed"), reader.listed),
        ),
        grounds=reads.all("grounds", plain.get("grounds"), reader.ground),
        rules=reads.all("reasons", _reasons(plain), reader.rule),
        sources=tuple(str(source) for source in meta.get("sources", ())),
        working_time=times[0] if times else EVERY_WEEKDAY,
    )
    return catalogue, (*reads.problems, *problems(catalogue))


def _reasons(plain: Mapping[str, Any]) -> Any:
    """An edition of before a reason was added takes the program's own words for it."""
    told = plain.get("reasons")
    if not isinstance(told, list):
        return told
    missing = ADDED - {one.get("code") for one in told if isinstance(one, dict)}
    if not missing:
        return told
    own = yaml.load((files(__package__) / "data" / "reasons.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return [*told, *(one for one in own if one["code"] in missing)]


def read_edition(content: bytes) -> tuple[Catalogue, tuple[Problem, ...]]:
    """An edition that was written as JSON (:func:`to_plain`), and everything that is wrong with it.

    Raises:
        Invalid: EDITION_MALFORMED, the bytes are no JSON object.

    """
    try:
        plain = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Invalid("EDITION_MALFORMED") from error
    if not isinstance(plain, dict):
        raise Invalid("EDITION_MALFORMED")
    return from_plain(plain, digest=hashlib.sha256(content).hexdigest())
